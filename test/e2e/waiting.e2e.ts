/** Waiting for batches. All of it at once, as n8n looks only once a minute for executions whose rest is over. */
import overnight from '../../examples/overnight-cleaning.json';
import { addresses } from '../../testkit/enrichWorkflow';
import { endOf } from '../../testkit/triggerWorkflow';
import { activateMany, expectAll, SLOW, submitsOf } from './support/manyRows';
import { itemsOf, taskOf } from './support/n8nApi';
import { N8nServer } from './support/n8nServer';
import { setUp } from './support/setUp';
import { until } from './support/until';

const e2e = setUp(() => N8nServer.create());

describe('a batch', () => {
	test.concurrent(
		'in the background puts the execution to rest, ignores the calls per result, and resumes with every row',
		async () => {
			const workflow = await activateMany(e2e, { waiting: 'background' });
			const { sandbox } = workflow;
			const rows = addresses(60);
			const id = await workflow.start(rows);
			await e2e.api.rests(id);
			await until('results are called back', () => sandbox.callbacks.length > 40);
			expect(await e2e.api.isResting(id)).toBe(true);
			expectAll(await e2e.api.ended(id), rows, workflow);
			expect(submitsOf(workflow)).toHaveLength(1);
		},
	);

	test.concurrent(
		'in the background takes no notice of forged, repeated and late callbacks, nor of those for another batch',
		async () => {
			const workflow = await activateMany(e2e, { waiting: 'background' });
			const { sandbox } = workflow;
			sandbox.setCallbacks({ forged: 0.5, duplicates: 1, order: 'random' });
			const rows = addresses(70);
			const id = await workflow.start(rows);
			await e2e.api.rests(id);
			const url = String((submitsOf(workflow)[0]!.input as { webhookUrl: string }).webhookUrl);
			const end = endOf(sandbox.batches[0]!.batchId);
			const post = async (address: string, body: object) =>
				(await e2e.api.fetch('POST', address.slice(e2e.n8n.url.length), body)).status;
			const elsewhere = new URL(url);
			elsewhere.searchParams.set('enrich', 'another-batch');
			expect(await post(elsewhere.href, end)).toBe(200);
			expect(await post(url, { event: 'validation.completed', data: 'nonsense' })).toBe(200);
			expect(await e2e.api.isResting(id)).toBe(true);
			expectAll(await e2e.api.ended(id), rows, workflow);
			expect(await post(url, end)).toBe(409);
			expectAll(await e2e.api.execution(id), rows, workflow);
		},
	);

	test.concurrent(
		'in the background goes on when the callback came before n8n had stored the wait',
		async () => {
			const workflow = await activateMany(e2e, { waiting: 'background' });
			// None is delivered at all, and the batch ends two seconds after the step has gone to rest.
			workflow.sandbox.setCallbacks({ loss: 1 });
			const rows = addresses(32);
			const execution = await workflow.run(rows);
			expectAll(execution, rows, workflow);
			// A step that has rested shows its address.
			expect(taskOf(execution, 'Enrich').metadata?.resumeUrl).toBeDefined();
		},
	);

	test.concurrent(
		'in the background does not rest when it has ended by the time of its answer',
		async () => {
			const workflow = await activateMany(e2e, { waiting: 'background' });
			const rows = addresses(12);
			const execution = await workflow.run(rows);
			expectAll(execution, rows, workflow);
			expect(taskOf(execution, 'Enrich').metadata?.resumeUrl).toBeUndefined();
		},
	);

	test.concurrent(
		'in the background is found to have ended within minutes when no callback comes',
		async () => {
			const workflow = await activateMany(e2e, { waiting: 'background' });
			workflow.sandbox.setCallbacks({ loss: 1 });
			const rows = addresses(90);
			const execution = await workflow.run(rows);
			expectAll(execution, rows, workflow);
			const { batchId } = workflow.sandbox.batches[0]!;
			const { hints } = taskOf(execution, 'Enrich');
			expect(hints?.[0]?.message).toContain(
				`Batch ${batchId} is complete, and its callback did not come.`,
			);
			expect(execution.data.resultData.runData.Enrich).toHaveLength(1);
		},
	);

	test.concurrent('in the background answers every call, whatever it holds', async () => {
		const workflow = await activateMany(e2e, { waiting: 'background' });
		const rows = addresses(70);
		const id = await workflow.start(rows);
		await e2e.api.rests(id);
		const url = String((submitsOf(workflow)[0]!.input as { webhookUrl: string }).webhookUrl);
		const send = async (body: string, type: string) =>
			(await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })).status;
		expect(await send('', 'application/json')).toBe(400);
		expect(await send('done', 'text/plain')).toBe(400);
		expect(await send('[1]', 'application/json')).toBe(400);
		expect(await send('<html></html>', 'text/html')).toBe(400);
		const end = JSON.stringify(endOf(workflow.sandbox.batches[0]!.batchId));
		expect(await send(end, 'text/plain')).toBe(200);
		expect(await send(end, 'application/octet-stream')).toBe(200);
		expectAll(await e2e.api.ended(id), rows, workflow);
	});

	test.concurrent(
		'in the background ends with its name when no callback comes, and a new run takes it over',
		async () => {
			const options = { maxWait: 0.1 };
			// Longer than n8n takes to notice that the time is over, which is up to a minute.
			const pace = { batchItemsPerSecond: 2 };
			const workflow = await activateMany(e2e, { waiting: 'background', ...options }, pace);
			const { sandbox } = workflow;
			sandbox.setCallbacks({ loss: 1 });
			const rows = addresses(200);
			const failed = await workflow.run(rows);
			expect(failed.status).toBe('error');
			const { batchId } = sandbox.batches[0]!;
			expect(taskOf(failed, 'Enrich').error?.message).toContain(batchId);
			await until('the batch ends', () => sandbox.batches[0]!.status === 'completed');
			expectAll(await workflow.run(rows), rows, workflow);
		},
	);

	test.concurrent(
		'that the step stays for ends with what to do next when the time is over',
		async () => {
			const workflow = await activateMany(e2e, { maxWait: 0.1 });
			const failed = await workflow.run(addresses(90));
			const { error } = taskOf(failed, 'Enrich');
			expect(error?.message).toContain(workflow.sandbox.batches[0]!.batchId);
			expect((error as { description?: string }).description).toContain('not charged twice');
		},
	);

	test.concurrent(
		'of the shipped workflow cleans a list overnight and has a file to mail',
		async () => {
			// Nobody's mail is sent.
			const pinData = { ...overnight.pinData, 'Mail the Result': [{ json: {} }] };
			const { id } = await e2e.save({ ...overnight, pinData }, await e2e.connect(SLOW));
			const execution = await e2e.api.runManually(id, 'Every Night');
			expect(execution.status).toBe('success');
			const [result, ...refused] = itemsOf(execution, 'Get Results');
			expect(refused.map(({ json }) => json.outcome)).toEqual(['skipped', 'failed']);
			expect(result?.json).toMatchObject({ status: 'completed', results: 12 });
			expect(result?.binary?.data?.fileName).toContain('.csv');
			expect(itemsOf(execution, 'Only the File')).toHaveLength(1);
		},
	);
});
