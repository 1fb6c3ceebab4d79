import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import manifest from '../../zapier/package.json';

interface Zip {
	extractAllTo(folder: string): void;
	getEntries(): { entryName: string }[];
}
const AdmZip: new (file: string) => Zip = jest.requireActual('../../zapier/node_modules/adm-zip');

const root = resolve(__dirname, '../..');
const temp = mkdtempSync(join(tmpdir(), 'enrich-zapier-test-'));
const unpacked = join(temp, 'app');
const zipFile = join(temp, 'build.zip');

beforeAll(() => {
	if (!existsSync(join(root, 'zapier/dist'))) throw new Error('Build first: npm run build');
	execFileSync(process.execPath, [join(root, 'zapier/pack.mjs'), temp], { stdio: 'pipe' });
	new AdmZip(zipFile).extractAllTo(unpacked);
}, 120_000);

afterAll(() => rmSync(temp, { recursive: true, force: true }));

/** What a fresh process prints that has only the unpacked app. */
function run<T>(script: string): T {
	const env = { PATH: process.env.PATH };
	const output = execFileSync(process.execPath, ['-e', script], { cwd: unpacked, env });
	return JSON.parse(output.toString().split('\n').at(-1) ?? '') as T;
}

test('the zip is smaller than a megabyte and holds all that the build made, not the sources', () => {
	expect(statSync(zipFile).size).toBeLessThan(1_000_000);
	const own = new AdmZip(zipFile)
		.getEntries()
		.map(({ entryName }) => entryName)
		.filter((name) => !name.startsWith('node_modules/'));
	const built = readdirSync(join(root, 'zapier/dist')).map((name) => `dist/${name}`);
	expect(built).toContain('dist/index.js');
	expect(own.sort()).toEqual([
		'definition.json',
		...built.sort(),
		'index.js',
		'package.json',
		'zapierwrapper.js',
	]);
});

test('the unpacked app answers as it will at Zapier', () => {
	const ask = (command: string) => `
		require('./zapierwrapper.js').handler({ command: '${command}' })
			.then(({ results }) => process.stdout.write('\\n' + JSON.stringify(results)));`;
	expect(run(ask('validate'))).toEqual([]);
	const definition = run<Record<string, unknown>>(ask('definition'));
	expect(definition).toMatchObject({
		version: manifest.version,
		platformVersion: manifest.dependencies['zapier-platform-core'],
		authentication: { type: 'custom' },
		searches: { find_email: { key: 'find_email' } },
	});
});

test('the built app asks for the key alone: it talks to Enrich and to nobody else', () => {
	const script = `
		const { authentication } = require('./index.js');
		process.stdout.write(JSON.stringify(authentication.fields.map(({ key }) => key)));`;
	expect(run<string[]>(script)).toEqual(['apiKey', 'accountName']);
});

test('the app is loaded within 150 ms of the processor', () => {
	const script = `
		require('zapier-platform-core');
		const start = process.cpuUsage();
		require('./index.js');
		const { user, system } = process.cpuUsage(start);
		process.stdout.write(String((user + system) / 1000));`;
	// The best of three: what else runs slows the processor down.
	expect(Math.min(...[1, 2, 3].map(() => run<number>(script)))).toBeLessThan(150);
});
