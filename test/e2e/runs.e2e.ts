import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import example from '../../examples/enrich-leads.json';
import { type Sandbox, startSandbox } from '../../sandbox/server';
import { loadEngine, type WorkflowJson } from '../../testkit/n8nEngine';
import {
	addresses,
	enrichNode,
	find,
	FOUND,
	NOT_FOUND,
	UNUSABLE,
	validate,
} from '../../testkit/enrichWorkflow';
import { type Execution, itemsOf, taskOf } from './n8nApi';
import { N8nServer } from './n8nServer';
import { until } from './until';
import { complete, linkedField, to, webhookRows } from './workflows';

const KEY = 'sk_e2e_4c1d9a7f3b';
const WRONG_KEY = 'sk_e2e_wrong_8e2f6d';
let n8n: N8nServer;
let sandbox: Sandbox;
let credentialId: string;

beforeAll(async () => {
	sandbox = await startSandbox({ plan: 'unlimited', apiKey: KEY });
	n8n = await N8nServer.create();
	await n8n.api.setUp();
	credentialId = await n8n.api.connect(sandbox);
});
afterAll(async () => {
	await n8n?.remove();
	await sandbox?.close();
});
beforeEach(() => sandbox.reset());

let webhooks = 0;

/** Saves and activates Webhook → Rows → the nodes; the first of them follows the rows. */
async function activate(
	nodes: { name: string }[],
	connections: object,
	{ rows = 'Rows', credential = credentialId } = {},
) {
	const path = `rows-${++webhooks}`;
	const start = webhookRows(path, rows);
	const workflow = complete(
		{
			nodes: [...start.nodes, ...nodes],
			connections: { ...start.connections, [rows]: to(nodes[0]?.name ?? ''), ...connections },
		},
		credential,
	);
	const saved = await n8n.api.createWorkflow(workflow);
	await n8n.api.activate(saved);
	return {
		id: saved.id,
		start: (items: object[]) => n8n.api.startByWebhook(saved.id, path, { rows: items }),
		run: (items: object[]) => n8n.api.runByWebhook(saved.id, path, { rows: items }),
	};
}

/** Rows → Enrich, as a production workflow. */
const activateEnrich = (parameters: object, settings: object = {}) =>
	activate([enrichNode(parameters, settings)], {});

const jsonOf = (execution: Execution, node: string, output = 0) =>
	itemsOf(execution, node, output).map(({ json }) => json);
const outcomesOf = (execution: Execution) =>
	jsonOf(execution, 'Enrich').map(({ outcome }) => outcome);
const sends = (rows: object[]) =>
	rows.map(
		(row) =>
			sandbox.requests.filter(({ input }) =>
				JSON.stringify(input).includes((row as { email: string }).email),
			).length,
	);

describe('the shipped workflow', () => {
	const leads = example.pinData.Leads.map(({ json }) => json);
	const steps = ['Find Email', 'Validate Email', 'Find Phone'];
	const check = linkedField('Check', "={{ JSON.stringify($('Leads').item.json) }}");

	/** What a run of the same rows always brings; credits left depend on the order of the answers. */
	const comparable = (items: unknown) =>
		JSON.parse(
			JSON.stringify(items, (key, value: unknown) =>
				['requestId', 'creditsRemaining'].includes(key) ? undefined : value,
			),
		) as unknown;

	function expectLinkedRows(execution: Execution) {
		expect(execution.status).toBe('success');
		const items = jsonOf(execution, 'Check');
		expect(items.map(({ linked }) => JSON.parse(String(linked)))).toEqual(leads);
		expect(items).toMatchObject(leads);
	}

	test('gives every row what it gets in the engine alone, with the hints', async () => {
		const engine = await loadEngine({
			credentials: { enrichApi: { apiKey: KEY, baseUrl: sandbox.url } },
		});
		const alone = await engine.run(example);
		const charged = sandbox.ledger.charged();
		sandbox.reset();

		const workflow: WorkflowJson = {
			...example,
			nodes: [...example.nodes, check],
			connections: { ...example.connections, 'Find Phone': to('Check') },
		};
		const { id } = await n8n.api.createWorkflow(complete(workflow, credentialId));
		const execution = await n8n.api.runManually(id, 'Leads');
		expectLinkedRows(execution);
		for (const step of steps) {
			const json = alone.node(step).outputs[0]?.map((item) => item.json);
			expect(comparable(jsonOf(execution, step))).toEqual(comparable(json));
		}
		expect(sandbox.ledger.charged()).toBe(charged);
		expect(steps.map((step) => taskOf(execution, step).hints)).toEqual([
			[
				expect.objectContaining({
					message:
						'30 rows: 10 found, 9 not found, 7 skipped, 4 failed. 90 credits used, 24,910 left.',
				}),
			],
			[expect.objectContaining({ message: expect.stringContaining('30 rows: 15 checked') })],
			[expect.objectContaining({ message: expect.stringContaining('3,500 credits used') })],
		]);
	});

	test('runs the same in production', async () => {
		const nodes = [...example.nodes.slice(1), check];
		const connections = { ...example.connections, 'Find Phone': to('Check') };
		const workflow = await activate(nodes, connections, { rows: 'Leads' });
		const execution = await workflow.run(leads);
		expect(execution.mode).toBe('webhook');
		expectLinkedRows(execution);
		expect(sandbox.ledger.charged()).toBe(90 + 12 + 3500);
	});
});

test("failed rows go to n8n's error branch with their columns, the others go on", async () => {
	const workflow = await activate(
		[
			enrichNode(find(), { onError: 'continueErrorOutput' }),
			linkedField('Done', "={{ $('Rows').item.json.id }}"),
			linkedField('Failed', "={{ $('Rows').item.json.id }}"),
		],
		{ Enrich: to('Done', 'Failed') },
	);
	const broken = { first: 'Cut', last: 'Off', domain: 'example.com' };
	sandbox.fault({ when: 'after', kind: 'reset', match: 'Cut' });
	const rows = [UNUSABLE, FOUND, broken, NOT_FOUND].map((row, i) => ({
		...row,
		id: `row ${i + 1}`,
	}));
	const execution = await workflow.run(rows);
	expect(execution.status).toBe('success');
	expect(jsonOf(execution, 'Done')).toMatchObject([
		{ ...rows[1], linked: 'row 2', outcome: 'found', email: 'emily.zhang@figma.com' },
		{ ...rows[3], linked: 'row 4', outcome: 'notFound' },
	]);
	expect(jsonOf(execution, 'Failed')).toMatchObject([
		{
			...rows[0],
			linked: 'row 1',
			error: expect.stringMatching(/^Row 1: /),
			details: { mayHaveBeenCharged: false },
		},
		{
			...rows[2],
			linked: 'row 3',
			error: expect.stringMatching(/^Row 3: /),
			details: { mayHaveBeenCharged: true },
		},
	]);
});

describe('a paid call is not sent again', () => {
	const rows = addresses(4);
	const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
	const stopping = validate({ options: { onFailedRows: 'stop' } });

	test("by n8n's 'Retry On Fail'", async () => {
		const { run } = await activateEnrich(validate(), RETRY);
		const notNow = {
			when: 'before',
			kind: 'status',
			status: 503,
			headers: { 'retry-after': '600' },
		} as const;
		sandbox.fault({ ...notNow, match: rows[1]?.email });
		sandbox.fault({ when: 'after', kind: 'reset', match: rows[2]?.email });
		const execution = await run(rows);
		expect(outcomesOf(execution)).toEqual(['found', 'found', 'failed', 'found']);
		expect(sends(rows)).toEqual([1, 2, 1, 1]);
		expect(sandbox.ledger.charged()).toBe(4);
	});

	test.each([
		['the currently saved workflow', true],
		['the original workflow', false],
	])('by a retry by hand with %s, even after a restart', async (_what, loadWorkflow) => {
		const { run } = await activateEnrich(stopping);
		sandbox.fault({ when: 'before', kind: 'status', status: 400, match: rows[1]?.email });
		sandbox.fault({ when: 'after', kind: 'reset', match: rows[2]?.email });
		const failed = await run(rows);
		expect(failed.status).toBe('error');
		expect(failed.data.resultData.error?.description).toContain('does not pay for them again');
		expect(sends(rows)).toEqual([1, 1, 1, 1]);

		await n8n.stop();
		await n8n.start();
		const again = await n8n.api.retry(failed.id, loadWorkflow);
		expect(again.data.resultData.error?.message).toContain('Row 3');
		expect(sends(rows)).toEqual([1, 2, 1, 1]);
		// Row 3 was charged, but its answer was lost.
		expect(sandbox.ledger.charged()).toBe(4);

		const third = await n8n.api.retry(again.id, loadWorkflow);
		expect(third.status).toBe('error');
		expect(sends(rows)).toEqual([1, 2, 1, 1]);
	});

	test('by n8n itself, killed in the middle of a run and started again', async () => {
		const slow = await startSandbox({ plan: 'unlimited', apiKey: KEY, latencyMs: 200 });
		try {
			const many = addresses(200);
			const credential = await n8n.api.connect({ url: slow.url, apiKey: KEY });
			const workflow = await activate([enrichNode(validate())], {}, { credential });
			const id = await workflow.start(many);
			await until('some rows are paid', () => slow.ledger.charged() >= 20, { everyMs: 10 });
			await n8n.kill();
			// The calls that were on their way are still carried out.
			await pause(500);
			const sent = slow.requests.length;
			expect(sent).toBeLessThan(many.length);

			await n8n.start();
			expect((await n8n.api.ended(id)).status).toBe('crashed');
			await pause(5000);
			expect(slow.requests).toHaveLength(sent);
			expect(await n8n.api.executions(workflow.id)).toHaveLength(1);
			// What the run has cost stands in the wallet, call by call.
			const paid = slow.ledger.transactions.filter(({ type }) => type === 'deduction');
			expect(paid).toHaveLength(slow.ledger.charged());
			expect(paid).toHaveLength(slow.requests.filter(({ charged }) => charged === 1).length);
		} finally {
			await slow.close();
		}
	});
});

// Comes last, so that it sees what all other tests have left behind.
test("the key is in none of n8n's files and logs", async () => {
	const credential = await n8n.api.connect({ url: sandbox.url, apiKey: WRONG_KEY });
	const { run } = await activate([enrichNode(validate())], {}, { credential });
	const refused = await run([{ email: 'someone@example.com' }]);
	expect(refused.data.resultData.error?.message).toBe('Enrich refused the API key');

	await n8n.stop();
	const files = filesIn(join(n8n.folder, '.n8n')).filter((file) => !file.includes('node_modules'));
	const stored = Buffer.concat(files.map((file) => readFileSync(file)));
	// That this is where it would be.
	expect(stored.includes('someone@example.com')).toBe(true);
	expect(stored.includes('Enrich refused the API key')).toBe(true);
	expect(n8n.log).toContain('debug');
	for (const key of [KEY, WRONG_KEY]) {
		expect(stored.includes(key)).toBe(false);
		expect(n8n.log.includes(key)).toBe(false);
	}
});

const filesIn = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
