// Installs what the end-to-end tests of n8n's queue mode need beside npm packages: Redis and PostgreSQL, from Debian.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PACKAGES = ['redis-server', 'postgresql'];
const DEBIANS = '/usr/lib/postgresql';
/** While it is there, Debian starts no service that it installs: the tests start their own. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Answers with what is still missing, as a text; undefined: nothing. */
export function installServices() {
	if (areThere()) return undefined;
	const asRoot = process.getuid?.() === 0;
	if (!asRoot || !isThere('apt-get')) return missing('');
	console.error(`Installing ${PACKAGES.join(' and ')}, this takes a minute …`);
	const isOurs = !existsSync(POLICY);
	if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
	try {
		for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...PACKAGES]]) {
			const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
			const result = spawnSync('apt-get', ['-q', ...args], { env, encoding: 'utf8' });
			if (result.status !== 0) {
				return missing(`\napt-get ${args[0]} failed:\n${result.stdout}${result.stderr}`);
			}
		}
	} finally {
		if (isOurs) rmSync(POLICY, { force: true });
	}
	return areThere() ? undefined : missing('');
}

const missing = (why) =>
	`The end-to-end tests need ${PACKAGES.join(' and ')}. Install these packages first.${why}`;

const areThere = () =>
	isThere('redis-server') && ['initdb', 'postgres', 'psql'].every((name) => isThere(name));

function isThere(name) {
	const debians = existsSync(DEBIANS) ? readdirSync(DEBIANS) : [];
	const folders = [
		...debians.map((version) => join(DEBIANS, version, 'bin')),
		...(process.env.PATH?.split(delimiter) ?? []),
	];
	return folders.some((folder) => existsSync(join(folder, name)));
}
