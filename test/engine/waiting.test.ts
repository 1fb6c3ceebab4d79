/** Executions that wait for a batch, up to the time when n8n goes on with them by itself. */
import { addresses, bench, enrichNode, jsonOf, outcomesOf } from '../../testkit/enrichWorkflow';
import type { EngineResult } from '../../testkit/n8nEngine';
import { ADDS_RESULTS, LOSES_ANSWERS, TAKES_LONG, without } from '../../testkit/oddities';

const ROWS = addresses(15);
/** The batch takes three seconds. */
const odd = without(...LOSES_ANSWERS, ...ADDS_RESULTS, ...TAKES_LONG);
const b = bench({ ...odd, balance: 1_000_000, batchItemsPerSecond: 5 });
const endless = bench({ ...odd, balance: 1_000_000, batchItemsPerSecond: 0 });
/** An account whose hour passes at once: what is known of it lies in the future. */
const hour = bench({ ...odd, balance: 1_000_000, batchItemsPerSecond: 0 });

const inBackground = (maxWait: number, more: object = {}) => ({
	resource: 'email',
	operation: 'validate',
	email: '={{ $json.email }}',
	options: { waiting: 'background', lookUp: 'batch', maxWait, ...more },
});
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const hasEnded = async (batchId: unknown) => {
	const isEnded = () =>
		b.sandbox.batches.some((one) => one.batchId === batchId && one.status === 'completed');
	while (!isEnded()) await pause(50);
};
const dueIn = ({ raw }: EngineResult) => raw.waitTill!.getTime() - Date.now();

describe('a step that waits in the background', () => {
	test('looks for itself after a minute, and goes on when no callback came', async () => {
		const parameters = inBackground(0.02);
		const resting = await b.run(parameters, ROWS);
		expect(resting.status).toBe('waiting');
		expect(dueIn(resting)).toBeLessThan(60_000);
		await hasEnded(b.sandbox.batches[0]?.batchId);
		const looked = await b.run(parameters, [], { waited: resting });
		expect(looked.error?.message).toBeUndefined();
		expect(looked.status).toBe('success');
		expect(looked.runs('Enrich')).toHaveLength(1);
		expect(outcomesOf(looked.node('Enrich'))).toEqual(ROWS.map(() => 'found'));
		expect(looked.node('Enrich').outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			ROWS.map((_, item) => ({ item })),
		);
		const [{ batchId } = { batchId: '' }] = b.sandbox.batches;
		expect(looked.node('Enrich').hints[0]?.message).toContain(
			`Batch ${batchId} is complete, and its callback did not come.`,
		);
		expect(b.sandbox.batches).toHaveLength(1);
		expect(b.sandbox.ledger.charged()).toBe(ROWS.length);
	}, 20_000);

	test('looks only a few times in an hour', async () => {
		const parameters = inBackground(60);
		let waiting = await hour.run(parameters, ROWS);
		const looks: number[] = [];
		const now = jest.spyOn(Date, 'now');
		const startedAt = Date.now();
		const reads = () =>
			hour.sandbox.requests.filter(({ operationId }) => operationId.endsWith('BatchStatus')).length;
		const before = reads();
		while (waiting.status === 'waiting') {
			const due = waiting.raw.waitTill!.getTime();
			looks.push(due - startedAt);
			now.mockImplementation(() => due);
			waiting = await hour.run(parameters, [], { waited: waiting });
		}
		now.mockRestore();
		expect(waiting.status).toBe('error');
		expect(looks[0]).toBeLessThanOrEqual(60_000);
		expect(looks.length).toBeGreaterThan(5);
		expect(looks.length).toBeLessThan(16);
		expect(Math.max(...looks)).toBeLessThanOrEqual(3_601_000);
		expect(reads() - before).toBeLessThanOrEqual(looks.length + 1);
	}, 40_000);

	test.each([
		['continueRegularOutput', 0],
		['continueErrorOutput', 1],
	] as const)('for too long gives every row its outcome: %s', async (onError, output) => {
		const shape = { settings: { onError }, outputs: ['Out', 'Failed'] };
		const parameters = inBackground(0.01);
		const resting = await endless.run(parameters, ROWS, shape);
		expect(resting.status).toBe('waiting');
		await pause(700);
		const late = await endless.run(parameters, [], { ...shape, waited: resting });
		expect(late.status).toBe('success');
		const items = jsonOf(late.node('Enrich'), output);
		expect(items.map(({ email }) => email)).toEqual(ROWS.map(({ email }) => email));
		const [{ batchId } = { batchId: '' }] = endless.sandbox.batches;
		for (const { error } of items) expect(error).toContain(batchId);
	});

	test('for too long ends with the name of the batch', async () => {
		const parameters = inBackground(0.01);
		const resting = await endless.run(parameters, ROWS);
		await pause(700);
		const late = await endless.run(parameters, [], { waited: resting });
		expect(late.status).toBe('error');
		expect(late.error?.message).toContain(endless.sandbox.batches[0]!.batchId);
	});
});

describe('a batch of which nobody knows', () => {
	const ITEMS = [
		{ batchId: 'nobodys', list: 'May' },
		{ batchId: 'nobodys', list: 'June' },
	];

	test.each([
		['wait', 'continueRegularOutput', 0],
		['wait', 'continueErrorOutput', 1],
		['getResults', 'continueRegularOutput', 0],
		['getResults', 'continueErrorOutput', 1],
	] as const)(
		'%s, %s: each item keeps its columns and names it',
		async (operation, onError, output) => {
			const node = enrichNode({ resource: 'batch', operation }, { onError });
			const result = await b.runAll(
				{
					nodes: [{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' }, node],
					connections: { Trigger: { main: [[{ node: 'Enrich', type: 'main', index: 0 }]] } },
				},
				ITEMS,
			);
			const items = jsonOf(result.node('Enrich'), output);
			expect(items).toMatchObject(ITEMS);
			for (const { error } of items) expect(error).toContain('nobodys');
		},
	);

	test('does not hide one that has ended', async () => {
		const started = await b.run(inBackground(1, { waiting: 'none' }), addresses(1));
		const [item] = jsonOf(started.node('Enrich'));
		await hasEnded(item!.batchId);
		const node = enrichNode(
			{ resource: 'batch', operation: 'wait' },
			{ onError: 'continueRegularOutput' },
		);
		const result = await b.runAll(
			{
				nodes: [{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' }, node],
				connections: { Trigger: { main: [[{ node: 'Enrich', type: 'main', index: 0 }]] } },
			},
			[{ batchId: 'nobodys' }, item!],
		);
		expect(jsonOf(result.node('Enrich'))).toMatchObject([
			{ error: expect.stringContaining('nobodys') },
			{ status: 'completed' },
		]);
	});
});

test("'Batch: Wait' rests, and goes on by itself when the batch has ended", async () => {
	const rows = addresses(40).map(({ email }) => ({ email: email.replace('@', '@rest.') }));
	const parameters = inBackground(1, { waiting: 'none' });
	const [item] = jsonOf((await b.run(parameters, rows)).node('Enrich'));
	const step = { resource: 'batch', operation: 'wait' };

	const AHEAD_MS = 20_000;
	const { now: realNow } = Date;
	const isRead = () =>
		b.sandbox.requests.some(({ operationId }) => operationId.endsWith('BatchStatus'));
	const now = jest
		.spyOn(Date, 'now')
		.mockImplementation(() => realNow() + (isRead() ? AHEAD_MS : 0));
	const resting = await b.run(step, [{ ...item, list: 'May' }]);
	now.mockRestore();
	expect(resting.status).toBe('waiting');
	expect(dueIn(resting) - AHEAD_MS).toBeLessThanOrEqual(60_000);

	await hasEnded(item!.batchId);
	const looked = await b.run(step, [], { waited: resting });
	expect(looked.error?.message).toBeUndefined();
	expect(looked.status).toBe('success');
	expect(looked.runs('Enrich')).toHaveLength(1);
	expect(jsonOf(looked.node('Enrich'))).toEqual([
		expect.objectContaining({ ...item, list: 'May', status: 'completed', totalItems: 40 }),
	]);
	expect(looked.node('Enrich').outputs[0]?.[0]?.pairedItem).toEqual([{ item: 0 }]);
}, 20_000);

test('a wait that is over fails the batches that still run, and no other', async () => {
	const start = (rows: object[]) => b.run(inBackground(1, { waiting: 'none' }), rows);
	const mine = (rows: { email: string }[]) =>
		rows.map((row) => ({ ...row, email: row.email.replace('example.com', 'over.example.com') }));
	const quick = jsonOf((await start(mine(addresses(1)))).node('Enrich'))[0]!;
	const slow = jsonOf((await start(mine(addresses(60).slice(2)))).node('Enrich'))[0]!;
	await hasEnded(quick.batchId);
	const node = enrichNode(
		{ resource: 'batch', operation: 'wait', giveUpAfter: 0.0000001 },
		{ onError: 'continueErrorOutput' },
	);
	const result = await b.runAll(
		{
			nodes: [{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' }, node],
			connections: { Trigger: { main: [[{ node: 'Enrich', type: 'main', index: 0 }]] } },
		},
		[quick, slow],
	);
	const { outputs } = result.node('Enrich');
	expect(outputs[0]?.map(({ json }) => json)).toMatchObject([{ batchId: quick.batchId }]);
	expect(outputs[1]?.map(({ json }) => json)).toMatchObject([
		{ batchId: slow.batchId, error: expect.stringContaining(String(slow.batchId)) },
	]);
});
