// Builds the n8n packages into their dist/ and the Zapier app into zapier/dist/.
// Usage: node scripts/build.mjs [n8n] [zapier] [--quiet]   (n8n when nothing is named)
// ENRICH_ZAPIER_BUILD=development|private|public (default) says for whom the Zapier app is.
import { build, transform } from 'esbuild';
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
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { licensesOf } from './licenses.mjs';
import { packageFolders } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const common = {
	// esbuild remembers the folder in which it was loaded, which is zapier/ in the Zapier app's scripts.
	absWorkingDir: root,
	bundle: true,
	platform: 'node',
	format: 'cjs',
	charset: 'utf8',
	logLevel: 'warning',
	metafile: true,
	// Their texts go into a file beside the bundle, whole.
	legalComments: 'none',
};

/** zod brings along how to write JSON schemas, which only the build itself does: 7 kB of a package. */
const withoutJsonSchemas = {
	name: 'without JSON schemas',
	setup: (build) =>
		build.onLoad(
			{ filter: /zod.v4.core.(?:to-json-schema|json-schema-processors)\.js$/ },
			({ path }) => {
				const names = readFileSync(path, 'utf8').matchAll(
					/^export (?:const|function|class) (\w+)/gm,
				);
				return {
					contents: [...names].map(([, name]) => `export const ${name} = () => {};`).join('\n'),
				};
			},
		),
};

const ZAPIER_BUILDS = ['public', 'private', 'development'];

const isQuiet = process.argv.includes('--quiet');
const targets = process.argv.slice(2).filter((word) => word !== '--quiet');
for (const target of targets.length ? targets : ['n8n']) {
	if (target === 'n8n') for (const folder of packageFolders()) await buildN8n(folder);
	else if (target === 'zapier') await buildZapier();
	else throw new Error(`Unknown target ${target}: use n8n or zapier`);
}

/**
 * One bundle for all nodes of a package, so that they share rate limits and load once; a file for
 * each node where n8n looks for it. Not minified: whoever verifies a package reads what is published.
 */
async function buildN8n(folder) {
	const { n8n } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const outputs = [...n8n.credentials, ...n8n.nodes].map((file) => ({
		file,
		source: file.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
		className: /([^/]+)\.(?:node|credentials)\.js$/.exec(file)[1],
	}));
	const dist = join(folder, 'dist');
	const bundle = join(dist, 'bundle.js');
	rmSync(dist, { recursive: true, force: true });
	const { metafile } = await build({
		...common,
		stdin: {
			contents: outputs
				.map(({ source, className }) => `export { ${className} } from './${source}';`)
				.join('\n'),
			resolveDir: folder,
			loader: 'ts',
		},
		outfile: bundle,
		target: 'node20',
		external: ['n8n-workflow'],
		plugins: [withoutJsonSchemas],
		// n8n's scanner forbids `globalThis`; the bundled libraries work with an empty object in its place.
		define: { globalThis: 'scope' },
		banner: { js: 'const scope = {};' },
	});
	writeFileSync(bundle, await withSmallLibraries(readFileSync(bundle, 'utf8')));
	writeFileSync(join(dist, 'THIRD_PARTY_LICENSES.txt'), licensesOf(metafile));
	for (const { file, className } of outputs) {
		const target = join(folder, file);
		const path = relative(dirname(target), bundle).replaceAll('\\', '/');
		write(target, `exports.${className} = require('${path}').${className};\n`);
	}
	cpSync(join(folder, 'icons'), join(dist, 'icons'), { recursive: true });
	for (const { source } of outputs) {
		const codex = source.replace(/\.ts$/, '.json');
		if (existsSync(join(folder, codex))) cpSync(join(folder, codex), join(dist, codex));
	}
	await writePreviewSchemas(folder, outputs);
	printSize(bundle);
}

/**
 * Minifies the parts of a bundle that come from libraries: those are published elsewhere to be read.
 * Every part begins with a comment that names its file.
 */
async function withSmallLibraries(bundle) {
	const parts = bundle.split(/^(?=\/\/ \S+\.[cm]?[jt]s$)/m);
	const isLibrary = (part) => part.startsWith('// node_modules/');
	const minified = parts.map(async (part) => {
		if (!isLibrary(part)) return part;
		const name = part.slice(0, part.indexOf('\n') + 1);
		const { code } = await transform(part, { minify: true, target: 'node20', charset: 'utf8' });
		return name + code;
	});
	return (await Promise.all(minified)).join('');
}

// The output that n8n's editor shows before a node has run: one JSON schema per operation.
async function writePreviewSchemas(folder, outputs) {
	for (const node of outputs.map(({ source }) => dirname(source))) {
		const catalog = join(folder, node, 'catalog.ts');
		if (!existsSync(catalog)) continue;
		const outfile = join('node_modules', '.cache', 'enrich', `${node.replaceAll('/', '-')}.cjs`);
		const contents = `import { kit } from './${catalog}';
			import { previewSchemas } from './nodes/shared/previewSchemas';
			export const schemas = previewSchemas(kit);`;
		const stdin = { contents, resolveDir: root, loader: 'ts' };
		await build({ ...common, stdin, outfile, packages: 'external' });
		const { schemas } = createRequire(import.meta.url)(join(root, outfile));
		for (const [key, schema] of Object.entries(schemas)) {
			const file = join(folder, 'dist', node, '__schema__', 'v1.0.0', `${key}.json`);
			write(file, `${JSON.stringify(schema, null, '\t')}\n`);
		}
	}
}

async function buildZapier() {
	const { ENRICH_ZAPIER_BUILD: kind = 'public' } = process.env;
	if (!ZAPIER_BUILDS.includes(kind))
		throw new Error(`Unknown ENRICH_ZAPIER_BUILD ${kind}: use ${ZAPIER_BUILDS.join(', ')}`);
	rmSync('zapier/dist', { recursive: true, force: true });
	const { metafile } = await build({
		...common,
		entryPoints: ['zapier/src/index.ts'],
		outfile: 'zapier/dist/index.js',
		minify: true,
		keepNames: true,
		target: 'node22',
		external: ['zapier-platform-core'],
		define: { 'process.env.ENRICH_ZAPIER_BUILD': JSON.stringify(kind) },
	});
	writeFileSync('zapier/dist/THIRD_PARTY_LICENSES.txt', licensesOf(metafile));
	printSize('zapier/dist/index.js');
}

function write(file, content) {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, content);
}

function printSize(file) {
	if (!isQuiet) console.log(`${file}  ${(statSync(file).size / 1000).toFixed(1)} kB`);
}
