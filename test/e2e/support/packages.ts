import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import manifest from '../../../package.json';

const ROOT = resolve(__dirname, '../../..');

const folderOf = (userFolder: string, name: string) => {
	const folder = join(userFolder, '.n8n/nodes/node_modules', name);
	mkdirSync(folder, { recursive: true });
	return folder;
};

/** As n8n installs a community package, which it then loads under its production type names. */
export function installPackage(userFolder: string): void {
	const target = folderOf(userFolder, manifest.name);
	execFileSync('tar', ['-xzf', '-', '-C', target, '--strip-components=1'], { input: packed() });
}

/** Adds a package of nodes that is not ours, under the name of its folder. */
export function addPackage(userFolder: string, source: string): void {
	cpSync(source, folderOf(userFolder, basename(source)), { recursive: true });
}

let tarball: Buffer | undefined;

/** What is published, packed once. */
function packed(): Buffer {
	if (tarball) return tarball;
	const folder = mkdtempSync(join(tmpdir(), 'enrich-pack-'));
	try {
		const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
		execFileSync('npm', pack, { cwd: ROOT, stdio: 'pipe' });
		tarball = readFileSync(join(folder, readdirSync(folder)[0] ?? ''));
		return tarball;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
