// Packs the built app as Zapier would, but offline: build.zip and source.zip, from dist/ and the installed packages.
// Usage: node pack.mjs [FOLDER]   (build/ when no folder is named)
import { spawnSync } from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const app = fileURLToPath(new URL('.', import.meta.url));
const target = resolve(process.argv[2] ?? join(app, 'build'));
const staging = mkdtempSync(join(tmpdir(), 'enrich-zapier-'));
try {
	stage();
	zip();
	mkdirSync(target, { recursive: true });
	for (const file of ['build.zip', 'source.zip']) {
		cpSync(join(staging, 'build', file), join(target, file));
		console.log(
			`${join(target, file)}  ${(statSync(join(target, file)).size / 1000).toFixed(1)} kB`,
		);
	}
} finally {
	rmSync(staging, { recursive: true, force: true });
}

// Only what runs at Zapier: the CLI zips the package.json of every package that it finds, its own included.
function stage() {
	const { scripts: _, devDependencies: __, ...manifest } = readJson('package.json');
	writeFileSync(join(staging, 'package.json'), JSON.stringify(manifest, null, 2));
	for (const file of ['index.js', 'dist', 'src', 'package-lock.json', '.gitignore']) copy(file);
	// The CLI leaves out what no code requires, unless this file asks for it.
	const includeInBuild = ['dist.THIRD_PARTY_LICENSES\\.txt$'];
	writeFileSync(join(staging, '.zapierapprc'), JSON.stringify({ includeInBuild }));
	for (const [folder, { dev }] of Object.entries(readJson('package-lock.json').packages)) {
		if (folder && !dev && existsSync(join(app, folder))) copy(folder);
	}
}

// Packages within packages have entries of their own.
function copy(path) {
	const filter = (source) => source === join(app, path) || !source.endsWith('node_modules');
	cpSync(join(app, path), join(staging, path), { recursive: true, filter });
}

function readJson(file) {
	return JSON.parse(readFileSync(join(app, file), 'utf8'));
}

function zip() {
	// The CLI needs Node 22; the repository brings one along.
	const bundled = join(app, '..', 'node_modules', '.bin', 'node');
	const node = existsSync(bundled) ? bundled : process.execPath;
	const cli = join(app, 'node_modules', 'zapier-platform-cli', 'src', 'bin', 'run');
	const PATH = [dirname(node), process.env.PATH].join(delimiter);
	const { status } = spawnSync(node, [cli, 'build', '--skip-dep-install', '--skip-validation'], {
		cwd: staging,
		env: { ...process.env, PATH, DISABLE_ZAPIER_ANALYTICS: '1' },
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	if (status !== 0) throw new Error('Zapier could not build the app; the reason stands above.');
}
