// Prints what n8n's scanner has to say about a folder. The scanner is an ES module, which jest cannot load by itself.
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

const [leg, folder] = process.argv.slice(2);
const result = await analyzePackage(
	folder,
	leg === 'source' ? SOURCE_FILE_PATTERNS : ['**/*.js', 'package.json'],
);
process.stdout.write(JSON.stringify(result));
