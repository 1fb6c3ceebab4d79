import { setTimeout as pause } from 'node:timers/promises';
import {
	addressesFor,
	callBack,
	endOf,
	resultOf,
	submit,
	triggerNode,
	triggerWorkflow,
} from '../../testkit/triggerWorkflow';
import { type Execution, jsonOf } from './support/n8nApi';
import { N8nServer } from './support/n8nServer';
import { setUp } from './support/setUp';
import { until } from './support/until';

const e2e = setUp(() => N8nServer.create({ env: { N8N_LOG_LEVEL: 'warn' } }), {
	batchItemsPerSecond: 20_000,
	balance: 10_000_000,
	remember: 100_000,
});

/** An active workflow that the trigger starts, and its Production URL. */
async function activate(parameters: object, options: { isChecked?: boolean } = {}) {
	const trigger = triggerNode(parameters, options);
	const saved = await e2e.save(triggerWorkflow(trigger));
	await e2e.api.activate(saved);
	const url = `${e2e.n8n.url}/webhook/${trigger.webhookId}/enrich`;
	await until('the address is registered', async () => (await callBack(url, '{}')).status !== 404);
	const runs = () => e2e.api.executions(saved.id);
	return {
		id: saved.id,
		url,
		runs,
		/** All that have started so far, to their end. */
		ended: async (count: number) => {
			await until(`${count} runs`, async () => (await runs()).length >= count);
			return await Promise.all((await runs()).map(({ id }) => e2e.api.ended(id)));
		},
	};
}

const outOf = (execution: Execution) => jsonOf(execution, 'Out');
const statuses = () =>
	e2e.sandbox.callbacks.map(({ event, kind, status }) => ({ event, kind, status }));
const allAnswered = (count: number) =>
	until('all are answered', () => statuses().filter(({ status }) => status).length >= count);

test('a batch that is complete starts the workflow once, however often Enrich says so', async () => {
	const { url, ended, runs } = await activate({ event: 'batchCompleted' });
	e2e.sandbox.setCallbacks({ duplicates: 1 });
	const batchId = await submit(e2e.sandbox, 'emailValidation', {
		emails: addressesFor(3),
		webhookUrl: url,
	});
	await allAnswered(8);
	const [run] = await ended(1);
	expect(run?.mode).toBe('webhook');
	expect(outOf(run!)).toEqual([
		{
			event: 'batchCompleted',
			product: 'emailValidation',
			batchId,
			status: 'completed',
			totalItems: 3,
			isVerified: true,
			receivedAt: expect.any(String),
			reported: expect.objectContaining({ valid: expect.any(Number) }),
		},
	]);
	expect(statuses().every(({ status }) => status === 200)).toBe(true);

	// n8n saves what a workflow stores in another way once it has stored something.
	const others = [2, 3, 4].map((count) =>
		submit(e2e.sandbox, 'emailValidation', { emails: addressesFor(count), webhookUrl: url }),
	);
	const batchIds = [batchId, ...(await Promise.all(others))];
	await ended(4);
	await e2e.n8n.stop();
	await e2e.n8n.start();
	await until('the address is there again', async () => (await callBack(url, '{}')).status !== 404);
	for (const id of batchIds) expect((await callBack(url, endOf(id))).status).toBe(200);
	await pause(1000);
	expect(await runs()).toHaveLength(4);
});

test('results start the workflow one by one', async () => {
	const { url, ended } = await activate({ event: 'resultReceived', products: ['emailFinder'] });
	const leads = [
		{ firstName: 'Emily', lastName: 'Zhang', domain: 'figma.com' },
		{ firstName: 'Thomas', lastName: 'Nobody', domain: 'acme.com' },
	];
	const batchId = await submit(e2e.sandbox, 'emailFinder', { leads, webhookUrl: url });
	const items = (await ended(2)).flatMap(outOf);
	const found = items.find(({ outcome }) => outcome === 'found');
	expect(found).toMatchObject({
		event: 'resultReceived',
		product: 'emailFinder',
		batchId,
		resultId: 'emily.zhang@figma.com',
		email: 'emily.zhang@figma.com',
		result: 'found',
		isCatchAll: expect.any(Boolean),
		isVerified: true,
	});
	expect(items.find(({ outcome }) => outcome === 'notFound')).toMatchObject({
		result: 'not_found',
	});
});

test('the end brings all results as items', async () => {
	const { url, ended } = await activate({ event: 'batchCompleted', results: 'items' });
	// Or the end would wait for thousands of results that nobody wants.
	e2e.sandbox.setCallbacks({ order: 'endFirst' });
	const batchId = await submit(e2e.sandbox, 'emailValidation', {
		emails: addressesFor(2_300),
		webhookUrl: url,
	});
	const [run] = await ended(1);
	const items = outOf(run!);
	expect(new Set(items.map(({ email }) => email)).size).toBe(2_300);
	expect(items[0]).toMatchObject({
		product: 'emailValidation',
		batchId,
		outcome: 'found',
		reason: expect.any(String),
		isVerified: true,
	});
});

test('what Enrich does not confirm starts nothing', async () => {
	const { url, runs } = await activate({ event: 'batchCompleted' });
	expect((await callBack(url, endOf('0123456789abcdef01234567'))).status).toBe(404);
	expect((await callBack(url, '{"event":"validation.completed"}')).status).toBe(400);
	expect((await callBack(url, '[1,2]')).status).toBe(400);
	expect((await callBack(url, '')).status).toBe(400);
	expect((await callBack(url, JSON.stringify({ x: 'y'.repeat(1_100_000) }))).status).toBe(413);
	expect((await callBack(url, resultOf('0123456789abcdef01234567', 'a@b.co'))).status).toBe(200);
	const broken = await callBack(url, '{"event":');
	// n8n itself answers what is no JSON at all.
	expect(broken.status).toBeGreaterThanOrEqual(400);
	expect(broken.status).toBeLessThan(500);
	await pause(500);
	expect(await runs()).toHaveLength(0);
});

test('a secret is asked for', async () => {
	const secret = 'quiet river 42';
	const { url, runs, ended } = await activate({ event: 'batchCompleted', secret });
	const batchId = await submit(e2e.sandbox, 'emailValidation', { emails: addressesFor(1) });
	for (const query of ['', '?secret=', '?secret=other', '?secret=a&secret=b'])
		expect((await callBack(url + query, endOf(batchId))).status).toBe(403);
	await pause(500);
	expect(await runs()).toHaveLength(0);
	const right = `${url}?secret=${encodeURIComponent(secret)}`;
	expect((await callBack(right, endOf(batchId))).status).toBe(200);
	await ended(1);
});

test('without a credential, callbacks are taken as they come', async () => {
	const { url, ended } = await activate({ event: 'resultReceived' }, { isChecked: false });
	expect((await callBack(url, resultOf('any-batch', 'a@b.co'))).status).toBe(200);
	const [run] = await ended(1);
	expect(outOf(run!)).toMatchObject([{ email: 'a@b.co', isVerified: false }]);
});

test('of a burst, none is lost or doubled', async () => {
	const { url, id } = await activate({ event: 'resultReceived' });
	const count = 300;
	e2e.sandbox.setCallbacks({ duplicates: 0.3, forged: 0, concurrency: 20, order: 'random' });
	const batchId = await submit(e2e.sandbox, 'emailValidation', {
		emails: addressesFor(count),
		webhookUrl: url,
	});
	const results = () => statuses().filter(({ event }) => event.startsWith('webhook:'));
	await until('all are answered', () => results().filter(({ status }) => status).length >= count);
	await until('the end is answered', () =>
		statuses().some(({ event, status }) => event === 'validation.completed' && status),
	);
	await pause(1000);
	const runs = await e2e.api.allExecutions(id);
	const items = (await Promise.all(runs.map((run) => e2e.api.ended(run.id)))).flatMap(outOf);
	expect(items.map(({ email }) => email).sort()).toEqual(addressesFor(count).sort());
	const reads = e2e.sandbox.requests.filter(
		({ operationId, input }) =>
			operationId === 'getEmailValidationBatchStatus' &&
			(input as { batchId?: string }).batchId === batchId,
	);
	expect(reads).toHaveLength(1);
});
