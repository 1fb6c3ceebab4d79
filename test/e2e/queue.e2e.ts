import { type Sandbox, startSandbox } from '../../sandbox/server';
import { addresses, enrichNode, validate } from '../../testkit/enrichWorkflow';
import { itemsOf } from './n8nApi';
import { QueueMode } from './queueMode';
import { complete, to, webhookRows } from './workflows';

let n8n: QueueMode;
let sandbox: Sandbox;
let credentialId: string;

beforeAll(async () => {
	sandbox = await startSandbox({ plan: 'unlimited' });
	n8n = await QueueMode.create();
	const { apiKey, url: baseUrl } = sandbox;
	const data = { apiKey, baseUrl, headerStyle: 'x-api-key' };
	({ id: credentialId } = await n8n.api.createCredential('enrichApi', 'Enrich account', data));
});
afterAll(async () => {
	await n8n?.remove();
	await sandbox?.close();
});
beforeEach(() => sandbox.reset());

describe('in queue mode', () => {
	const rows = addresses(5);
	let run: () => ReturnType<QueueMode['api']['runByWebhook']>;

	beforeAll(async () => {
		const start = webhookRows('queue');
		const workflow = {
			nodes: [...start.nodes, enrichNode(validate())],
			connections: { ...start.connections, Rows: to('Enrich') },
		};
		const saved = await n8n.api.createWorkflow(complete(workflow, credentialId));
		await n8n.api.activate(saved);
		run = () => n8n.api.runByWebhook(saved.id, 'queue', { rows });
	});

	test('a call to the webhook process runs on a worker', async () => {
		const execution = await run();
		expect(execution.status).toBe('success');
		expect(itemsOf(execution, 'Enrich').map(({ json }) => json)).toMatchObject(
			rows.map((row) => ({ ...row, outcome: 'found', creditsUsed: 1 })),
		);
		expect(n8n.workersOf(execution.id)).toHaveLength(1);
		expect(sandbox.ledger.charged()).toBe(rows.length);
		// Main serves no webhooks, so it was not the one that was called.
		expect((await n8n.main.api.fetch('POST', '/webhook/queue', { rows })).status).toBe(404);
	});

	test('the other worker takes over when one has died', async () => {
		const [first] = n8n.workersOf((await run()).id);
		await first?.kill();
		const execution = await run();
		const [second] = n8n.workersOf(execution.id);
		expect(execution.status).toBe('success');
		expect(second).toBeDefined();
		expect(second).not.toBe(first);
		await first?.start();
	});
});
