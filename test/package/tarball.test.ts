import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { publishing } from '../../scripts/publishing';

const root = resolve(__dirname, '../..');

function runHelper(helper: string, ...args: string[]): Record<string, unknown> {
	const env: NodeJS.ProcessEnv = { ...process.env, NODE_PATH: join(root, 'node_modules') };
	// Jest's NODE_ENV=test makes n8n's rules take every file for a trigger and a credential.
	delete env.NODE_ENV;
	const output = execFileSync(process.execPath, [join(__dirname, helper), ...args], { env });
	return JSON.parse(output.toString()) as Record<string, unknown>;
}

describe.each(Object.entries(publishing.packages))('the published package %s', (_word, path) => {
	const folder = join(root, path);
	const { n8n } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const temp = mkdtempSync(join(tmpdir(), 'enrich-tarball-'));
	const unpacked = join(temp, 'package');
	let tarball = '';

	beforeAll(() => {
		if (!existsSync(join(folder, 'dist'))) throw new Error('Build first: npm run build');
		const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', temp];
		execFileSync('npm', pack, { cwd: folder, stdio: 'pipe' });
		tarball = join(temp, readdirSync(temp).find((name) => name.endsWith('.tgz')) ?? '');
		execFileSync('tar', ['-xzf', tarball, '-C', temp]);
	}, 60_000);

	afterAll(() => rmSync(temp, { recursive: true, force: true }));

	function packedFiles(): string[] {
		const entries = readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
		return entries.filter((entry) => statSync(join(unpacked, entry)).isFile());
	}

	// The sources are scanned where they are, as n8n does with a checkout of the attested commit.
	test.each([
		['source', folder],
		['tarball', unpacked],
	])(
		"n8n's scanner finds nothing in the %s",
		(leg, scanned) => {
			expect(runHelper('scan.mjs', leg, scanned)).toEqual({ passed: true });
		},
		120_000,
	);

	test('is small and holds nothing but the build, README, LICENSE and package.json', () => {
		const others = packedFiles().filter((file) => !file.startsWith('dist/'));
		expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
		expect(packedFiles().filter((file) => file.endsWith('.map'))).toEqual([]);
		expect(statSync(tarball).size).toBeLessThan(300_000);
	});

	test('has no run-time dependencies and no install scripts', () => {
		const packed = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
		expect(packed.dependencies).toBeUndefined();
		expect(packed.optionalDependencies).toBeUndefined();
		expect(packed.overrides).toBeUndefined();
		expect(packed.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		const banned = /^(prepare|(pre|post)?install|prepublish|(pre|post)(pack|prepare))$/;
		expect(Object.keys(packed.scripts).filter((script) => banned.test(script))).toEqual([]);
	});

	test('uses no process, timers or global object', () => {
		const scripts = packedFiles().filter((file) => file.endsWith('.js'));
		expect(scripts).not.toEqual([]);
		for (const file of scripts) {
			const banned =
				/\bglobalThis\b|\bprocess\.(env|cwd|nextTick)|\b(set|clear)(Timeout|Interval|Immediate)\(|\beval\(/g;
			expect({ file, banned: readFileSync(join(unpacked, file), 'utf8').match(banned) }).toEqual({
				file,
				banned: null,
			});
		}
	});

	test.each([...n8n.nodes, ...n8n.credentials])(
		'%s loads as the class of that name, with its icons',
		(file) => {
			const expected = basename(file).split('.')[0] ?? '';
			const path = join(unpacked, file);
			const loaded = runHelper('exports.mjs', path, expected);
			expect(loaded).toMatchObject({ className: expected, name: expect.any(String) });

			const icons =
				typeof loaded.icon === 'string' ? [loaded.icon] : Object.values(loaded.icon ?? {});
			expect(icons).not.toEqual([]);
			for (const icon of icons as string[]) {
				expect(existsSync(join(dirname(path), icon.replace(/^file:/, '')))).toBe(true);
			}
		},
	);

	test('comes with the licence of every library in it', () => {
		const licences = readFileSync(join(unpacked, 'dist/THIRD_PARTY_LICENSES.txt'), 'utf8');
		const bundle = readFileSync(join(unpacked, 'dist/bundle.js'), 'utf8');
		const libraries = [...bundle.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)];
		expect(libraries).not.toEqual([]);
		for (const [, name] of libraries) expect(licences).toContain(`${name} `);
	});
});
