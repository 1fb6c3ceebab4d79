// Runs the end-to-end tests. Usage: npm run test:e2e -- [--install-services] [names of suites, and what else jest takes]
//   --install-services: installs Redis, PostgreSQL and Chromium where they are missing; else nothing is installed on the system.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HOW_TO_INSTALL, installServices, missingServices } from './services.mjs';

const INSTALL = '--install-services';
const root = fileURLToPath(new URL('..', import.meta.url));
const jestArguments = process.argv.slice(2).filter((argument) => argument !== INSTALL);

if (missingServices().length > 0 && process.argv.includes(INSTALL)) {
	const failure = installServices();
	if (failure) stop(failure);
}
const missing = missingServices();
if (missing.length > 0) {
	console.error(
		`Not installed: ${missing.join(', ')}. Without Redis and PostgreSQL the tests of n8n's queue mode fail; without Chromium those in a browser are skipped.\n${HOW_TO_INSTALL}\n`,
	);
}
run('scripts/build.mjs', 'n8n');
run('node_modules/jest/bin/jest.js', '-c', 'jest.e2e.config.js', ...jestArguments);

function run(...command) {
	const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
	if (status !== 0) process.exit(status ?? 1);
}

function stop(message) {
	console.error(message);
	process.exit(1);
}
