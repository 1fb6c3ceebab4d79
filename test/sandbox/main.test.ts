import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const root = resolve(__dirname, '..', '..');

function sandbox(...args: string[]) {
	const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', ...args], {
		cwd: root,
		// Some environments ask for colors without a terminal.
		env: { ...process.env, NO_COLOR: '1' },
	});
	const said = { out: '', err: '' };
	child.stdout.on('data', (chunk) => (said.out += chunk));
	child.stderr.on('data', (chunk) => (said.err += chunk));
	return { child, said, exit: once(child, 'exit') };
}

test('says what to enter and how to try it, works as it says, and stops cleanly on Ctrl-C', async () => {
	const { child, said, exit } = sandbox('--port', '0', '--key', 'sk_mine', '--balance', '120');
	while (!said.out.includes('/__sandbox/faults')) await once(child.stdout, 'data');
	const [, key = ''] = /API Key +(\S+)/.exec(said.out) ?? [];
	const [, url = ''] = /Base URL +(\S+)/.exec(said.out) ?? [];
	expect([key, url]).toEqual([
		'sk_mine',
		expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api\/v3$/),
	]);
	expect(said.out).toContain(`curl ${url}/email-finder`);
	const response = await fetch(`${url}/wallets/balance`, { headers: { 'x-api-key': key } });
	expect(await response.json()).toMatchObject({ data: { balance: 120 } });
	child.kill('SIGINT');
	expect(await exit).toEqual([0, null]);
});

test.each([
	[['--plan', 'gold'], /growth/],
	[['--speed', 'fast'], /number/],
	[['--batch-rate', '-1'], /number/],
	[['--key', 'secret'], /sk_/],
	[['--odd', 'weather'], /lateResults/],
])('refuses %j with a reason', async (args, reason) => {
	const { said, exit } = sandbox(...args);
	expect(await exit).toEqual([1, null]);
	expect(said.err).toMatch(reason);
});
