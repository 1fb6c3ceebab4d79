import { type Sandbox, startSandbox } from '../../sandbox/server';
import { addresses, enrichNode } from '../../testkit/enrichWorkflow';
import { decoded, itemsOf } from './n8nApi';
import { QueueMode } from './queueMode';
import { until } from './until';
import { complete, to, webhookRows } from './workflows';

/** The Enrich node, as it starts a batch and rests until it is called back. */
const VALIDATE_MANY = {
	resource: 'email',
	operation: 'validateMany',
	email: '={{ $json.email }}',
	waiting: 'background',
};
const TRIGGER = {
	name: 'Enrich Trigger',
	type: 'n8n-nodes-enrich.enrichTrigger',
	typeVersion: 1.1,
	webhookId: 'results',
	parameters: { event: 'resultReceived' },
	credentials: { enrichApi: {} },
};
const TRIGGER_PATH = 'results/enrich';

let n8n: QueueMode;
let sandbox: Sandbox;

beforeAll(async () => {
	n8n = await QueueMode.create();
});
afterAll(async () => n8n?.remove());
afterEach(async () => sandbox?.close());

/** Starts a sandbox of that pace, and names n8n's credential for it. */
async function startAt(batchItemsPerSecond: number): Promise<string> {
	sandbox = await startSandbox({ plan: 'unlimited', batchItemsPerSecond });
	return await n8n.api.connect(sandbox);
}

test('a batch that one worker has submitted is given back by the other', async () => {
	const credential = await startAt(3);
	const rows = addresses(100);
	const start = webhookRows('batch');
	const workflow = {
		nodes: [...start.nodes, enrichNode(VALIDATE_MANY)],
		connections: { ...start.connections, Rows: to('Enrich') },
	};
	const saved = await n8n.api.createWorkflow(complete(workflow, credential));
	await n8n.api.activate(saved);
	const id = await n8n.api.startByWebhook(saved.id, 'batch', { rows });
	await until('the execution waits', async () => {
		return (await n8n.api.executions(saved.id))[0]?.status === 'waiting';
	});
	const [first] = n8n.workersOf(id);
	await first?.stop();
	expect(sandbox.batches).toMatchObject([{ status: expect.not.stringMatching('completed') }]);

	const execution = await n8n.api.ended(id);
	await first?.start();
	expect(execution.status).toBe('success');
	const workers = n8n.workersOf(id);
	expect(workers).toHaveLength(2);
	expect(workers[1]).not.toBe(first);
	expect(itemsOf(execution, 'Enrich').map(({ json }) => json)).toMatchObject(
		rows.map((row) => ({ ...row, outcome: 'found' })),
	);
	expect(sandbox.batches).toHaveLength(1);
	expect(sandbox.ledger.charged()).toBe(rows.length);
});

test('2,000 callbacks start the workflow once each, however often they come', async () => {
	const credential = await startAt(Infinity);
	const nodes = [TRIGGER, { name: 'Nothing', type: 'n8n-nodes-base.noOp' }];
	const connections = { [TRIGGER.name]: to('Nothing') };
	const saved = await n8n.api.createWorkflow(complete({ nodes, connections }, credential));
	await n8n.api.activate(saved);
	await until('the trigger is registered', async () => {
		return (await n8n.api.callWebhook(TRIGGER_PATH, {})).status !== 404;
	});

	sandbox.setCallbacks({ concurrency: 10, duplicates: 0.1, retries: 3 });
	const emails = addresses(2000).map(({ email }) => email);
	const response = await fetch(`${sandbox.url}/email-validation/batch`, {
		method: 'POST',
		headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
		body: JSON.stringify({ emails, webhookUrl: `${n8n.webhook.url}/webhook/${TRIGGER_PATH}` }),
	});
	expect(response.status).toBeLessThan(300);
	const patient = { withinMs: 8 * 60_000, everyMs: 1000 };
	await until(
		'all callbacks were answered',
		() => {
			const { callbacks } = sandbox;
			return callbacks.some(({ resultId }) => !resultId) && callbacks.every(({ status }) => status);
		},
		patient,
	);
	// What they were answered: taken, or known already.
	expect(new Set(sandbox.callbacks.map(({ status }) => status))).toEqual(new Set([200]));
	expect(sandbox.callbacks.length).toBeGreaterThan(2100);

	const where = `FROM execution_entity WHERE "workflowId" = '${saved.id}'`;
	await until(
		'all executions have ended',
		async () => (await n8n.services.query(`SELECT count(*) ${where} AND NOT finished`))[0] === '0',
		patient,
	);
	expect(await n8n.services.query(`SELECT DISTINCT status ${where}`)).toEqual(['success']);
	// Results that come at the same moment may start one execution together.
	const stored = await n8n.services.query(
		`SELECT data FROM execution_data WHERE "executionId" IN (SELECT id ${where})`,
	);
	const items = stored.flatMap((text) => itemsOf({ data: decoded(text) }, TRIGGER.name));
	expect(items.map(({ json }) => json.resultId).sort()).toEqual(emails.sort());
	// Both workers had their share.
	for (const { log } of n8n.workers) expect(log).toContain('Worker started execution');
}, 1_200_000);
