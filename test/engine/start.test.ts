import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { parse } from 'csv-parse/sync';
import { type Sandbox, startSandbox } from '../../sandbox/server';
import { ROOT } from '../../testkit/enrichWorkflow';

const rows = parse(readFileSync(join(ROOT, 'examples/leads.csv')), { columns: true }) as object[];

interface Ran {
	code: number;
	text: string;
}

/** `npm start` without its set-up, as a process of its own and without a terminal. */
const start = (args: string[] = [], env: Record<string, string> = {}): Promise<Ran> =>
	new Promise((resolve) => {
		const child = execFile(
			process.execPath,
			[join(ROOT, 'node_modules/tsx/dist/cli.mjs'), 'scripts/start.ts', ...args],
			{ cwd: ROOT, env: { ...process.env, ENRICH_API_KEY: '', ...env } },
			(error, stdout, stderr) =>
				resolve({
					code: error ? Number(error.code ?? 1) : 0,
					text: stripVTControlCharacters(stdout + stderr),
				}),
		);
		child.stdin?.end();
	});

const cellsOf = (text: string) =>
	text
		.split('\n')
		.filter((line) => line.startsWith('│'))
		.map((line) =>
			line
				.split('│')
				.slice(1, -1)
				.map((cell) => cell.trim()),
		);

test('runs the example on the sandbox, and tells of every row', async () => {
	const { code, text } = await start();
	expect(text).not.toMatch(/undefined|NaN|\[object/);
	expect(code).toBe(0);
	const people = cellsOf(text).filter(([number]) => /^\d+$/.test(number ?? ''));
	expect(people.map(([number]) => Number(number))).toEqual(rows.map((_, i) => i + 1));
	for (const cells of people) expect(cells[5]).toMatch(/^(?:found|not found|skipped|failed)$/);
}, 60_000);

describe('with a key', () => {
	const apiKey = 'sk_canary_start_77';
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await startSandbox({ apiKey, plan: 'unlimited' });
	});
	beforeEach(() => sandbox.reset());
	afterAll(async () => sandbox.close());
	const env = () => ({ ENRICH_API_KEY: apiKey, ENRICH_BASE_URL: sandbox.url });

	test('shows the most it can cost, and sends nothing before somebody agrees', async () => {
		const { code, text } = await start([], env());
		expect(code).toBe(1);
		expect(text).toMatch(/Together: at most [\d,]+ credits/);
		expect(text).toContain('--yes');
		expect(sandbox.requests).toHaveLength(0);
		expect(text).not.toContain(apiKey);
	}, 60_000);

	test('runs with --yes; the credits it tells of are those that are gone', async () => {
		const { code, text } = await start(['--yes'], env());
		expect(code).toBe(0);
		expect(text).not.toContain(apiKey);
		const [, used, left] = cellsOf(text).find(([first]) => first === 'Together')!;
		expect(Number(used!.replace(/,/g, ''))).toBe(sandbox.ledger.charged());
		expect(Number(left!.replace(/,/g, ''))).toBe(sandbox.ledger.balance);
		expect(sandbox.ledger.charged()).toBeGreaterThan(0);
		const most = /Together: at most ([\d,]+) credits/.exec(text)![1]!;
		expect(sandbox.ledger.charged()).toBeLessThanOrEqual(Number(most.replace(/,/g, '')));
	}, 60_000);

	test('a wrong key ends in plain words and exit code 1', async () => {
		const { code, text } = await start(['--yes'], { ...env(), ENRICH_API_KEY: 'sk_wrong_1' });
		expect(code).toBe(1);
		expect(text).toContain('Enrich refused the API key');
		expect(text).not.toContain('sk_wrong_1');
		expect(text).not.toMatch(/^\s+at /m);
	}, 60_000);
});
