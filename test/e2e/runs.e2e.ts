import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import example from '../../examples/enrich-leads.json';
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
import { type Execution, jsonOf, taskOf } from './support/n8nApi';
import { N8nServer } from './support/n8nServer';
import { setUp } from './support/setUp';
import { until } from './support/until';
import { linkedField, to } from './support/workflows';

const KEY = 'sk_e2e_4c1d9a7f3b';
const WRONG_KEY = 'sk_e2e_wrong_8e2f6d';
const e2e = setUp(() => N8nServer.create(), { apiKey: KEY });

/** Rows → Enrich, as a production workflow. */
const activateEnrich = (parameters: object, settings: object = {}) =>
	e2e.activate([enrichNode(parameters, settings)]);

const outcomesOf = (execution: Execution) =>
	jsonOf(execution, 'Enrich').map(({ outcome }) => outcome);
const sends = (rows: object[]) =>
	rows.map(
		(row) =>
			e2e.sandbox.requests.filter(({ input }) =>
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
			credentials: { enrichApi: { apiKey: KEY, baseUrl: e2e.sandbox.url } },
		});
		const alone = await engine.run(example);
		const charged = e2e.sandbox.ledger.charged();
		e2e.sandbox.reset();

		const workflow: WorkflowJson = {
			...example,
			nodes: [...example.nodes, check],
			connections: { ...example.connections, 'Find Phone': to('Check') },
		};
		const { id } = await e2e.save(workflow);
		const execution = await e2e.api.runManually(id, 'Leads');
		expectLinkedRows(execution);
		for (const step of steps) {
			const json = alone.node(step).outputs[0]?.map((item) => item.json);
			expect(comparable(jsonOf(execution, step))).toEqual(comparable(json));
		}
		expect(e2e.sandbox.ledger.charged()).toBe(charged);
		expect(steps.map((step) => taskOf(execution, step).hints)).toEqual([
			[
				expect.objectContaining({
					message: expect.stringContaining(
						'30 rows: 10 found, 9 not found, 7 skipped, 4 failed. 90 credits used, 24,910 left.',
					),
				}),
			],
			[
				expect.objectContaining({
					message: expect.stringContaining(
						'30 rows: 12 valid, 2 risky, 1 invalid, 14 skipped, 1 failed.',
					),
				}),
			],
			[expect.objectContaining({ message: expect.stringContaining('3,500 credits used') })],
		]);
	});

	test('runs the same in production', async () => {
		const nodes = [...example.nodes.filter(({ name }) => name !== 'Leads'), check];
		const connections = { ...example.connections, 'Find Phone': to('Check') };
		const workflow = await e2e.activate(nodes, { connections, rows: 'Leads' });
		const execution = await workflow.run(leads);
		expect(execution.mode).toBe('webhook');
		expectLinkedRows(execution);
		expect(e2e.sandbox.ledger.charged()).toBe(90 + 12 + 3500);
	});
});

test("failed rows go to n8n's error branch with their columns, the others go on", async () => {
	const workflow = await e2e.activate(
		[
			enrichNode(find(), { onError: 'continueErrorOutput' }),
			linkedField('Done', "={{ $('Rows').item.json.id }}"),
			linkedField('Failed', "={{ $('Rows').item.json.id }}"),
		],
		{ connections: { Enrich: to('Done', 'Failed') } },
	);
	const broken = { first: 'Cut', last: 'Off', domain: 'example.com' };
	// Nothing is booked, so that the wallet cannot tell what became of it.
	e2e.sandbox.fault({ when: 'before', kind: 'reset', match: 'Cut' });
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

test('every row leaves once, through the output that its outcome and the settings say', async () => {
	const branches = ['Found', 'Not Found', 'Failed'];
	const rows = [UNUSABLE, FOUND, NOT_FOUND].map((row, id) => ({ ...row, id }));
	const leave = async (onError: string) => {
		const nodes = branches.map((name) => linkedField(name, "={{ $('Rows').item.json.id }}"));
		const { run } = await e2e.activate(
			[enrichNode(find({ notFound: 'output' }), { onError }), ...nodes],
			{ connections: { Enrich: to(...branches) } },
		);
		const execution = await run(rows);
		expect(execution.status).toBe('success');
		const { runData } = execution.data.resultData;
		return branches.map((name) =>
			runData[name] ? jsonOf(execution, name).map(({ linked }) => Number(linked)) : [],
		);
	};
	expect(await leave('stopWorkflow')).toEqual([[1], [0, 2], []]);
	expect(await leave('continueErrorOutput')).toEqual([[1], [2], [0]]);
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
		e2e.sandbox.fault({ ...notNow, match: rows[1]?.email });
		e2e.sandbox.fault({ when: 'after', kind: 'reset', match: rows[2]?.email });
		const execution = await run(rows);
		expect(outcomesOf(execution)).toEqual(['found', 'found', 'failed', 'found']);
		expect(sends(rows)).toEqual([1, 2, 1, 1]);
		expect(e2e.sandbox.ledger.charged()).toBe(4);
	});

	test.each([
		['the currently saved workflow', true],
		['the original workflow', false],
	])('by a retry by hand with %s, even after a restart', async (_what, loadWorkflow) => {
		const { run } = await activateEnrich(stopping);
		e2e.sandbox.fault({ when: 'before', kind: 'status', status: 400, match: rows[1]?.email });
		e2e.sandbox.fault({ when: 'after', kind: 'reset', match: rows[2]?.email });
		const failed = await run(rows);
		expect(failed.status).toBe('error');
		expect(failed.data.resultData.error?.description).toContain('does not pay for them again');
		expect(sends(rows)).toEqual([1, 1, 1, 1]);

		await e2e.n8n.stop();
		await e2e.n8n.start();
		const again = await e2e.api.retry(failed.id, loadWorkflow);
		expect(again.data.resultData.error?.message).toContain('Row 3');
		expect(sends(rows)).toEqual([1, 2, 1, 1]);
		// Row 3 was charged, but its answer was lost.
		expect(e2e.sandbox.ledger.charged()).toBe(4);

		const third = await e2e.api.retry(again.id, loadWorkflow);
		expect(third.status).toBe('error');
		expect(sends(rows)).toEqual([1, 2, 1, 1]);
	});

	test('by n8n itself, killed in the middle of a run and started again', async () => {
		const account = await e2e.connect({ latencyMs: 200 });
		const slow = account.sandbox;
		const many = addresses(200);
		const singly = validate({ options: { lookUp: 'single' } });
		const workflow = await e2e.activate([enrichNode(singly)], { account });
		const id = await workflow.start(many);
		await until('some rows are paid', () => slow.ledger.charged() >= 20, { everyMs: 10 });
		await e2e.n8n.kill();
		// The calls that were on their way are still carried out.
		await pause(500);
		const sent = slow.requests.length;
		expect(sent).toBeLessThan(many.length);

		await e2e.n8n.start();
		expect((await e2e.api.ended(id)).status).toBe('crashed');
		await pause(5000);
		expect(slow.requests).toHaveLength(sent);
		expect(await e2e.api.executions(workflow.id)).toHaveLength(1);
		// What the run has cost stands in the wallet, call by call.
		const paid = slow.ledger.transactions.filter(({ type }) => type === 'deduction');
		expect(paid).toHaveLength(slow.ledger.charged());
		expect(paid).toHaveLength(slow.requests.filter(({ charged }) => charged === 1).length);
	});
});

// Comes last, so that it sees what all other tests have left behind.
test("the key is in none of n8n's files and logs", async () => {
	const { sandbox } = e2e;
	const credentialId = await e2e.api.connect({ url: sandbox.url, apiKey: WRONG_KEY });
	const account = { sandbox, credentialId };
	const { run } = await e2e.activate([enrichNode(validate())], { account });
	const refused = await run([{ email: 'someone@example.com' }]);
	expect(refused.data.resultData.error?.message).toBe('Enrich refused the API key');

	await e2e.n8n.stop();
	const files = filesIn(join(e2e.n8n.folder, '.n8n')).filter(
		(file) => !file.includes('node_modules'),
	);
	const stored = Buffer.concat(files.map((file) => readFileSync(file)));
	// That this is where it would be.
	expect(stored.includes('someone@example.com')).toBe(true);
	expect(stored.includes('Enrich refused the API key')).toBe(true);
	expect(e2e.n8n.log).toContain('debug');
	for (const key of [KEY, WRONG_KEY]) {
		expect(stored.includes(key)).toBe(false);
		expect(e2e.n8n.log.includes(key)).toBe(false);
	}
});

const filesIn = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
