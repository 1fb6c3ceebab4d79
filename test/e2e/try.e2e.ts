import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from '../../testkit/enrichWorkflow';
import { exampleOf, EXAMPLES, FIRST_EXAMPLE } from './support/examples';
import { jsonOf, N8nApi } from './support/n8nApi';
import { until } from './support/until';

/** What a new account at Enrich holds. */
const FRESH_ACCOUNT = 100;
const first = exampleOf(FIRST_EXAMPLE);

let child: ChildProcess;
let closed: Promise<unknown>;
let said = '';
let n8n: N8nApi;
let sandboxUrl = '';

const isRunning = () => child.exitCode === null && child.signalCode === null;
const find = (pattern: RegExp): string => pattern.exec(said)?.[1] ?? '';
const answers = (url: string) =>
	fetch(url).then(
		() => true,
		() => false,
	);

beforeAll(async () => {
	const args = ['run', 'try', '--', '--port', '0', '--sandbox-port', '0'];
	// A group of its own, so that it can be interrupted as a terminal does it.
	child = spawn('npm', args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
	closed = once(child, 'close');
	for (const stream of [child.stdout, child.stderr])
		stream
			?.setEncoding('utf8')
			.on('data', (text: string) => (said += stripVTControlCharacters(text)));
	await until('n8n and the sandbox are ready', () => {
		if (!isRunning()) throw new Error(`It has ended:\n${said}`);
		return said.includes('Execute workflow');
	});
	n8n = new N8nApi(find(/n8n +(http:\/\/[\d.:]+)/));
	sandboxUrl = find(/Sandbox +(http:\/\/[\d.:]+)/);
	await n8n.logIn({
		email: find(/Email +(\S+)/),
		password: find(/Password +(\S+)/),
	});
}, 180_000);
afterAll(() => {
	if (isRunning() && child.pid) process.kill(-child.pid, 'SIGKILL');
});

test('the printed login opens an n8n that has the credentials', async () => {
	const credentials = await n8n.call<{ name: string; type: string }[]>('GET', '/rest/credentials');
	expect(credentials.map(({ name, type }) => ({ name, type }))).toEqual(
		expect.arrayContaining([
			{ name: 'Enrich account', type: 'enrichApi' },
			{ name: 'CUFinder account', type: 'cufinderApi' },
		]),
	);
});

test('all examples are there, the first one on top; it runs and costs less than a new account holds', async () => {
	// As the editor lists them.
	const path = '/rest/workflows?sortBy=updatedAt:desc';
	const workflows = await n8n.call<{ id: string; name: string }[]>('GET', path);
	expect(workflows.map(({ name }) => name).sort()).toEqual(
		EXAMPLES.map((file) => exampleOf(file).name).sort(),
	);
	expect(workflows[0]?.name).toBe(first.name);

	const execution = await n8n.runManually(workflows[0]?.id ?? '', 'CRM Export');
	expect(execution.status).toBe('success');
	const emails = jsonOf(execution, 'Keep').map(({ Email, email }) => Email || email);
	expect(emails).toContain('emily.zhang@figma.com');
	const ledger = await fetch(`${sandboxUrl}/__sandbox/ledger`);
	const { charged } = (await ledger.json()) as { charged: number };
	expect(charged).toBeGreaterThan(0);
	expect(charged).toBeLessThan(FRESH_ACCOUNT);
});

test('Ctrl-C ends n8n and the sandbox', async () => {
	const url = find(/n8n +(http:\/\/[\d.:]+)/);
	expect(await answers(`${url}/healthz`)).toBe(true);
	process.kill(-(child.pid ?? 0), 'SIGINT');
	await closed;
	expect(said).not.toMatch(/^\s+at /m);
	expect(await answers(`${url}/healthz`)).toBe(false);
	expect(await answers(sandboxUrl)).toBe(false);
});
