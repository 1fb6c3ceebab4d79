import { parse } from 'csv-parse/sync';
import overnight from '../../examples/overnight-cleaning.json';
import { type Sandbox, startSandbox } from '../../sandbox/server';
import { addresses, enrichNode } from '../../testkit/enrichWorkflow';
import { type Execution, itemsOf, taskOf } from './n8nApi';
import { N8nServer } from './n8nServer';
import { until } from './until';
import { complete, linkedField, to, webhookRows } from './workflows';

let n8n: N8nServer;
let sandbox: Sandbox;
let credentialId: string;

beforeAll(async () => {
	sandbox = await startSandbox({
		plan: 'unlimited',
		balance: 10_000_000,
		batchItemsPerSecond: 3,
	});
	n8n = await N8nServer.create();
	await n8n.api.setUp();
	credentialId = await n8n.api.connect(sandbox);
});
afterAll(async () => {
	await n8n?.remove();
	await sandbox?.close();
});
beforeEach(() => sandbox.reset());

let workflows = 0;

/** Rows → Enrich → Linked, which asks for the row that each result belongs to. */
async function activateMany(parameters: object = {}, settings: object = {}) {
	const path = `many-${++workflows}`;
	const start = webhookRows(path);
	const many = { resource: 'email', operation: 'validateMany', email: '={{ $json.email }}' };
	const workflow = complete(
		{
			nodes: [
				...start.nodes,
				enrichNode({ ...many, ...parameters }, settings),
				linkedField('Linked', "={{ $('Rows').item.json.row }}"),
			],
			connections: { ...start.connections, Rows: to('Enrich'), Enrich: to('Linked') },
		},
		credentialId,
	);
	const saved = await n8n.api.createWorkflow(workflow);
	await n8n.api.activate(saved);
	return {
		id: saved.id,
		start: (rows: object[]) => n8n.api.startByWebhook(saved.id, path, { rows }),
	};
}

const isWaiting = async (id: string) => (await n8n.api.execution(id)).status === 'waiting';
const rests = (id: string) => until(`execution ${id} rests`, () => isWaiting(id));
const reservations = () =>
	sandbox.requests.filter(({ operationId }) => operationId === 'batchValidateEmails');

/** Every row has its own result, and is linked with it. */
function expectAll(execution: Execution, rows: object[]) {
	expect(execution.status).toBe('success');
	const results = itemsOf(execution, 'Linked').map(({ json }) => json);
	expect(results.map(({ email }) => email)).toEqual(
		rows.map((row) => (row as { email: string }).email),
	);
	expect(results.map(({ linked }) => Number(linked))).toEqual(
		rows.map((row) => (row as { row: number }).row),
	);
	expect(results.every(({ outcome }) => outcome === 'found')).toBe(true);
	expect(sandbox.batches).toHaveLength(1);
}

describe('a batch that is waited for in the background', () => {
	it('puts the execution to rest, ignores the calls per result, and resumes with every row', async () => {
		const workflow = await activateMany({ waiting: 'background' });
		const rows = addresses(60);
		const id = await workflow.start(rows);
		await rests(id);
		await until('results are called back', () => sandbox.callbacks.length > 40);
		expect(await isWaiting(id)).toBe(true);
		expectAll(await n8n.api.ended(id), rows);
		expect(reservations()).toHaveLength(1);
	});

	it('survives that n8n is killed and started again', async () => {
		const workflow = await activateMany({ waiting: 'background' });
		const rows = addresses(80);
		const id = await workflow.start(rows);
		await rests(id);
		await n8n.kill();
		await n8n.start();
		expectAll(await n8n.api.ended(id), rows);
	});

	it('takes no notice of forged, repeated and late callbacks, nor of those for another batch', async () => {
		sandbox.setCallbacks({ forged: 0.5, duplicates: 1, order: 'random' });
		const workflow = await activateMany({ waiting: 'background' });
		const rows = addresses(70);
		const id = await workflow.start(rows);
		await rests(id);
		const url = String((reservations()[0]!.input as { webhookUrl: string }).webhookUrl);
		const { batchId } = sandbox.batches[0]!;
		const end = { event: 'validation.completed', data: { job_id: batchId, status: 'completed' } };
		const post = async (address: string, body: object) =>
			(await n8n.api.fetch('POST', address.slice(n8n.url.length), body)).status;
		const elsewhere = new URL(url);
		elsewhere.searchParams.set('enrich', 'another-batch');
		expect(await post(elsewhere.href, end)).toBe(200);
		expect(await post(url, { event: 'validation.completed', data: 'nonsense' })).toBe(200);
		expect(await isWaiting(id)).toBe(true);
		expectAll(await n8n.api.ended(id), rows);
		expect(await post(url, end)).toBe(409);
		expectAll(await n8n.api.execution(id), rows);
	});

	it('goes on when the callback came before n8n had stored the wait', async () => {
		// None is delivered at all, and the batch ends a second after the step has gone to rest.
		sandbox.setCallbacks({ loss: 1 });
		const workflow = await activateMany({ waiting: 'background' });
		const rows = addresses(30);
		expectAll(await n8n.api.ended(await workflow.start(rows)), rows);
	});

	it('does not rest for a batch that has ended by the time of its answer', async () => {
		const workflow = await activateMany({ waiting: 'background' });
		const rows = addresses(12);
		const execution = await n8n.api.ended(await workflow.start(rows));
		expectAll(execution, rows);
		// A step that has rested shows its address.
		expect(taskOf(execution, 'Enrich').metadata?.resumeUrl).toBeUndefined();
	});

	it('ends with the name of the batch when no callback comes, and a new run takes it over', async () => {
		sandbox.setCallbacks({ loss: 1 });
		const workflow = await activateMany({ waiting: 'background', options: { mostWait: 0.1 } });
		const rows = addresses(120);
		const id = await workflow.start(rows);
		const failed = await n8n.api.ended(id);
		expect(failed.status).toBe('error');
		const { batchId } = sandbox.batches[0]!;
		expect(taskOf(failed, 'Enrich').error?.message).toContain(batchId);
		await until('the batch ends', () => sandbox.batches[0]!.status === 'completed');
		expectAll(await n8n.api.ended(await workflow.start(rows)), rows);
	});
});

describe('a batch that the step stays for', () => {
	it('is taken over by the next run when n8n dies meanwhile', async () => {
		const workflow = await activateMany();
		const rows = addresses(90);
		const id = await workflow.start(rows);
		await until('the batch runs', () => sandbox.batches.length === 1);
		await n8n.kill();
		await n8n.start();
		expect((await n8n.api.execution(id)).status).not.toBe('success');
		const again = await n8n.api.ended(await workflow.start(rows));
		expectAll(again, rows);
	});

	it('ends with what to do next when the time is over', async () => {
		const workflow = await activateMany({ options: { mostWait: 0.1 } });
		const failed = await n8n.api.ended(await workflow.start(addresses(90)));
		const { error } = taskOf(failed, 'Enrich');
		expect(error?.message).toContain(sandbox.batches[0]!.batchId);
		expect((error as { description?: string }).description).toContain('not charged twice');
	});
});

describe('a batch that is only started', () => {
	it('is waited for by a loop that outlives a restart, and read as a file and as items', async () => {
		const path = `loop-${++workflows}`;
		const start = webhookRows(path);
		const batch = (name: string, parameters: object) =>
			enrichNode({ resource: 'batch', ...parameters }, {}, name);
		const many = { resource: 'email', operation: 'validateMany', email: '={{ $json.email }}' };
		const workflow = complete(
			{
				nodes: [
					...start.nodes,
					enrichNode({ ...many, waiting: 'none' }),
					batch('Wait', { operation: 'wait', checkEvery: 0.1 }),
					batch('Items', { operation: 'getResults' }),
					batch('File', { operation: 'getResults', format: 'csv' }),
				],
				connections: {
					...start.connections,
					Rows: to('Enrich'),
					Enrich: to('Wait'),
					Wait: {
						main: [
							[{ node: 'Wait', type: 'main', index: 0 }],
							[
								{ node: 'Items', type: 'main', index: 0 },
								{ node: 'File', type: 'main', index: 0 },
							],
						],
					},
				},
			},
			credentialId,
		);
		const saved = await n8n.api.createWorkflow(workflow);
		await n8n.api.activate(saved);
		const rows = addresses(60);
		const id = await n8n.api.startByWebhook(saved.id, path, { rows });
		await rests(id);
		await n8n.kill();
		await n8n.start();
		const execution = await n8n.api.ended(id);
		expect(execution.status).toBe('success');
		const emails = rows.map(({ email }) => email).sort();
		const file = itemsOf(execution, 'File')[0]!.binary!.data!;
		const query = new URLSearchParams({
			id: file.id ?? '',
			action: 'view',
			mimeType: file.mimeType,
		});
		const answer = await n8n.api.fetch('GET', `/rest/binary-data?${query}`);
		const lines = parse<Record<string, unknown>>(await answer.text(), { columns: true, bom: true });
		for (const results of [itemsOf(execution, 'Items').map(({ json }) => json), lines]) {
			expect(results.map(({ email }) => email).sort()).toEqual(emails);
			expect(results.every(({ outcome }) => outcome === 'found')).toBe(true);
		}
		expect(sandbox.batches).toHaveLength(1);
	});
});

test('the shipped workflow cleans a list overnight and has a file to mail', async () => {
	const nodes = overnight.nodes.map((node) => ({
		...node,
		parameters: { ...node.parameters, ...(node.name === 'Wait for Batch' && { checkEvery: 0.1 }) },
	}));
	// Nobody's mail is sent.
	const pinData = { ...overnight.pinData, 'Mail the Result': [{ json: {} }] };
	const workflow = complete({ ...overnight, nodes, pinData }, credentialId);
	const { id } = await n8n.api.createWorkflow(workflow);
	const execution = await n8n.api.runManually(id, 'Every Night');
	expect(execution.status).toBe('success');
	const [result, ...refused] = itemsOf(execution, 'Get Results');
	expect(refused.map(({ json }) => json.outcome)).toEqual(['skipped', 'failed']);
	expect(result?.json).toMatchObject({ status: 'completed', results: 12 });
	expect(result?.binary?.data?.fileName).toContain('.csv');
	expect(itemsOf(execution, 'Only the File')).toHaveLength(1);
});
