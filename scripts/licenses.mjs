import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licence texts of all packages of which esbuild has bundled a file. */
export function licensesOf({ inputs }) {
	const folders = Object.keys(inputs)
		.map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
		.filter((folder) => folder !== undefined);
	return [...new Set(folders)]
		.sort()
		.map(licenseOf)
		.join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseOf(folder) {
	const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
	if (!file || !existsSync(join(folder, file)))
		throw new Error(`${name} is bundled, but comes without a licence text`);
	const text = readFileSync(join(folder, file), 'utf8').trim();
	return `${name} ${version} (${license})\n\n${text}\n`;
}
