/**
 * Everything that a release hands over, made from its tag: the tarball, a list of what is bundled
 * in it (SBOM), and the notes. Usage: npm run release:prepare -- <tag> <folder>
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { publishing } from './publishing';

interface Manifest {
	name: string;
	version: string;
	license?: string;
	n8n: { nodes: string[]; credentials: string[] };
}

const readManifest = (folder: string) =>
	JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The folder of the package that a tag such as enrich-v1.2.3 releases. @throws where it names none. */
export function releasedBy(tag: string): { folder: string; manifest: Manifest } {
	const [, word = '', version] = /^([a-z0-9-]+)-v(\d+\.\d+\.\d+\S*)$/.exec(tag) ?? [];
	const folder = publishing.packages[word];
	if (folder === undefined) {
		const words = Object.keys(publishing.packages).join(', ');
		throw new Error(`The tag ${tag} names no package; tags are <${words}>-v<version>.`);
	}
	const manifest = readManifest(folder);
	if (manifest.version !== version)
		throw new Error(`${folder}/package.json has version ${manifest.version}, the tag ${version}.`);
	return { folder, manifest };
}

/** What CHANGELOG.md says of a version. @throws where it says nothing. */
export function notesOf(changelog: string, version: string): string {
	const sections = changelog.split(/^## /m).slice(1);
	const section = sections.find((text) => text.split('\n', 1)[0]?.trim() === version);
	const notes = section?.slice(section.indexOf('\n')).trim();
	if (!notes) throw new Error(`CHANGELOG.md has no section "## ${version}".`);
	return notes;
}

/** The packages whose code the bundle holds: `npm sbom` sees none of them, as none is installed with it. */
async function bundledIn(folder: string, { n8n }: Manifest): Promise<Manifest[]> {
	const entryPoints = [...n8n.nodes, ...n8n.credentials].map((file) =>
		file.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
	);
	const { metafile } = await build({
		absWorkingDir: resolve(folder),
		entryPoints,
		bundle: true,
		platform: 'node',
		external: ['n8n-workflow'],
		outdir: 'unused',
		write: false,
		metafile: true,
		logLevel: 'error',
	});
	const folders = Object.keys(metafile.inputs).flatMap(
		(file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [],
	);
	return [...new Set(folders)].sort().map((path) => readManifest(join(folder, path)));
}

const purl = ({ name, version }: Manifest) =>
	`pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;

const component = (manifest: Manifest) => ({
	type: 'library',
	'bom-ref': purl(manifest),
	name: manifest.name,
	version: manifest.version,
	purl: purl(manifest),
	...(manifest.license && { licenses: [{ license: { id: manifest.license } }] }),
});

/** In the format of CycloneDX. */
export async function sbomOf(folder: string, manifest: Manifest, tarball: Buffer) {
	const bundled = await bundledIn(folder, manifest);
	const content = createHash('sha512').update(tarball).digest('hex');
	return {
		bomFormat: 'CycloneDX',
		specVersion: '1.6',
		version: 1,
		metadata: {
			component: { ...component(manifest), hashes: [{ alg: 'SHA-512', content }] },
		},
		components: bundled.map(component),
		dependencies: [{ ref: purl(manifest), dependsOn: bundled.map(purl) }],
	};
}

/** Writes the tarball, sbom.cdx.json and notes.md. */
export async function prepareRelease(tag: string, target: string): Promise<Manifest> {
	const { folder, manifest } = releasedBy(tag);
	const notes = notesOf(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8'), manifest.version);
	for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials])
		if (!existsSync(join(folder, file))) throw new Error(`${file} is missing: npm run build`);
	mkdirSync(target, { recursive: true });
	const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', resolve(target)];
	const filename = execFileSync('npm', pack, { cwd: folder }).toString().trim();
	const sbom = await sbomOf(folder, manifest, readFileSync(join(target, filename)));
	writeFileSync(join(target, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
	writeFileSync(join(target, 'notes.md'), `${notes}\n`);
	return manifest;
}

if (require.main === module) {
	const [tag = '', target = ''] = process.argv.slice(2);
	if (!tag || !target) throw new Error('Usage: npm run release:prepare -- <tag> <folder>');
	void prepareRelease(tag, target).then(({ name, version }) => {
		console.log(`${name}@${version} is in ${target}`);
		const output = process.env.GITHUB_OUTPUT;
		if (output) appendFileSync(output, `package=${name}@${version}\n`);
	});
}
