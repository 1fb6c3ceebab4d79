import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import publishing from '../../../publishing.json';

const ROOT = resolve(__dirname, '../../..');

const folderOf = (userFolder: string, name: string) => {
	const folder = join(userFolder, '.n8n/nodes/node_modules', name);
	mkdirSync(folder, { recursive: true });
	return folder;
};

/** Of which provider; default: Enrich's. */
export type Published = keyof typeof publishing.packages;

/** As n8n installs a community package, which it then loads under its production type names. */
export function installPackage(userFolder: string, provider: Published = 'enrich'): void {
	const source = join(ROOT, publishing.packages[provider]);
	const { name } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
		name: string;
	};
	const target = folderOf(userFolder, name);
	execFileSync('tar', ['-xzf', '-', '-C', target, '--strip-components=1'], {
		input: packed(source),
	});
}

/** Adds a package of nodes that is not ours, under the name of its folder. */
export function addPackage(userFolder: string, source: string): void {
	cpSync(source, folderOf(userFolder, basename(source)), { recursive: true });
}

const tarballs = new Map<string, Buffer>();

/** What is published, packed once. */
function packed(source: string): Buffer {
	const known = tarballs.get(source);
	if (known) return known;
	const folder = mkdtempSync(join(tmpdir(), 'enrich-pack-'));
	try {
		const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
		execFileSync('npm', pack, { cwd: source, stdio: 'pipe' });
		const tarball = readFileSync(join(folder, readdirSync(folder)[0] ?? ''));
		tarballs.set(source, tarball);
		return tarball;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
