// Installs what is missing, from the lockfiles. Needs nothing but Node 20 and npm; silent when all is there.
// Usage: node scripts/setup.mjs [zapier] [e2e]
//   e2e: a whole n8n; N8N_E2E_DIR names one that is installed already.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Not `npm ci`: it refuses a lockfile that lacks optional packages of other platforms. `--no-save` leaves the lockfile alone.
const INSTALL = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];

if (Number(process.versions.node.split('.')[0]) < 20) {
	fail(`Node 20 or newer is needed, this is ${process.version}.`);
}
// Only `node` needs its install script: it fetches Node 24, on which all other npm scripts then run.
install(
	'root',
	root,
	[INSTALL, ['rebuild', 'node', '--foreground-scripts']],
	'node_modules/.bin/node',
);
if (process.argv.includes('zapier')) install('zapier', join(root, 'zapier'), [INSTALL]);
if (process.argv.includes('e2e') && !process.env.N8N_E2E_DIR) {
	install(
		'n8n, 2.4 GB',
		join(root, 'test', 'e2e'),
		// n8n's packages disagree on peers, and not all of their install scripts work everywhere; it needs none but these two.
		[
			[...INSTALL, '--legacy-peer-deps'],
			['rebuild', 'sqlite3', 'node'],
		],
		'node_modules/n8n/bin/n8n',
		'some minutes',
	);
}

function install(name, cwd, commands, proof = 'node_modules', duration = 'a minute') {
	const lock = createHash('sha256').update(readFileSync(join(cwd, 'package-lock.json')));
	const hash = lock.digest('hex');
	const stamp = join(cwd, 'node_modules', '.setup-stamp');
	const isCurrent = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
	if (isCurrent && existsSync(join(cwd, proof))) return;

	// On stderr, so that a script's own output stays pure.
	console.error(`Installing the locked dependencies (${name}), this takes ${duration} …`);
	for (const args of commands) npm(args, cwd);
	if (!existsSync(join(cwd, proof))) fail(`npm finished, but ${proof} is missing in ${name}.`);
	writeFileSync(stamp, hash);
}

function npm(args, cwd) {
	const env = { ...process.env };
	// Keep npm off the Node inside node_modules, which it is about to replace.
	const isOwn = (entry) => /node_modules[\\/]\.bin[\\/]?$/.test(entry);
	env.PATH = env.PATH.split(delimiter)
		.filter((entry) => !isOwn(entry))
		.join(delimiter);
	const options = { cwd, env, encoding: 'utf8', shell: process.platform === 'win32' };
	// The level is given here because `npm run --silent` would silence the reason of a failure too.
	const result = spawnSync('npm', [...args, '--loglevel=error'], options);
	if (result.status === 0) return;
	const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
	fail(`npm ${args.join(' ')} failed:\n${output}`);
}

function fail(message) {
	console.error(message);
	process.exit(1);
}
