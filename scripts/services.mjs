// What the end-to-end tests need beside npm packages: Redis and PostgreSQL for n8n's queue mode, and a browser.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Debian's packages, and whether what they bring is there. */
const PACKAGES = {
	'redis-server': () => isThere('redis-server'),
	postgresql: () => ['initdb', 'postgres', 'psql'].every(isThere),
	chromium: () => BROWSERS.some(isThere),
};
const DEBIANS = '/usr/lib/postgresql';
/** While it is there, Debian starts no service that it installs: the tests start their own. */
const POLICY = '/usr/sbin/policy-rc.d';

export const HOW_TO_INSTALL = `Install Redis, PostgreSQL and Chromium (Debian and Ubuntu: the packages ${Object.keys(PACKAGES).join(', ')}), or let this do it, as root on Debian or Ubuntu: npm run test:e2e -- --install-services`;

/** The packages of what is not there. */
export const missingServices = () => Object.keys(PACKAGES).filter((name) => !PACKAGES[name]());

/** Installs Debian's packages; returns why that failed, as a text; undefined: it did not. */
export function installServices() {
	if (process.getuid?.() !== 0 || !isThere('apt-get')) {
		return `Redis, PostgreSQL and Chromium are installed only by root, on Debian or Ubuntu.\n${HOW_TO_INSTALL}`;
	}
	const wanted = missingServices();
	console.error(`Installing ${wanted.join(', ')}, this takes a minute …`);
	const isOurs = !existsSync(POLICY);
	if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
	try {
		for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...wanted]]) {
			const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
			const result = spawnSync('apt-get', ['-q', ...args], { env, encoding: 'utf8' });
			if (result.status !== 0) {
				return `apt-get ${args[0]} failed:\n${result.stdout}${result.stderr}`;
			}
		}
	} finally {
		if (isOurs) rmSync(POLICY, { force: true });
	}
	const missing = missingServices();
	return missing.length > 0 ? `Still not there: ${missing.join(', ')}` : undefined;
}

function isThere(name) {
	const debians = existsSync(DEBIANS) ? readdirSync(DEBIANS) : [];
	const folders = [
		...debians.map((version) => join(DEBIANS, version, 'bin')),
		...(process.env.PATH?.split(delimiter) ?? []),
	];
	return folders.some((folder) => existsSync(join(folder, name)));
}
