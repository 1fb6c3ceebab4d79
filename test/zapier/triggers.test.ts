import type { Data } from '../../shared/contract/data';
import { sandboxes } from '../sandbox/support';
import {
	App,
	bundleFor,
	createAppTester,
	failureOf,
	type Field,
	withoutJitter,
	zapierRunner,
} from './support';
import { ADDS_RESULTS, LOSES_ANSWERS, TAKES_LONG, without } from '../../testkit/oddities';

// What is not booked yet triggers nothing.
const start = sandboxes(without(...LOSES_ANSWERS, ...ADDS_RESULTS, ...TAKES_LONG, 'lateBookings'));
withoutJitter();
type Sandbox = Awaited<ReturnType<typeof start>>;

const DAY = 86_400_000;
const emails = (count: number) => Array.from({ length: count }, (_, i) => `person${i}@figma.com`);
const keysOf = (from: Data | readonly Field[]): string[] =>
	(Array.isArray(from) ? from.map(({ key }) => String(key)) : Object.keys(from)).sort();

/** A zap that is turned on: what it sees first is old, and each item triggers it once. */
async function zapOn(sandbox: Sandbox, key: string, inputData: Data = {}, runner = zapierRunner()) {
	const seen = new Set<unknown>();
	const poll = async (meta = {}) => {
		const rows = await runner.trigger(key, bundleFor(sandbox, inputData, { meta }));
		const news = rows.filter(({ id }) => !seen.has(id));
		for (const { id } of rows) seen.add(id);
		return news;
	};
	await poll({ isPopulatingDedupe: true });
	return { poll, runner };
}

interface Case {
	input?: Data;
	/** Brings about an item. */
	happens(sandbox: Sandbox): unknown;
}

const submit = async (sandbox: Sandbox) =>
	zapierRunner().create('start_email_validation_batch', bundleFor(sandbox, { emails: emails(5) }));

const CASES: Record<string, Case> = {
	batch_completed: { happens: submit },
	lead_reveal_finished: { happens: (sandbox) => sandbox.addLeadJob({ kind: 'reveal' }) },
	lead_export_finished: { happens: (sandbox) => sandbox.addLeadJob({ kind: 'export' }) },
	new_credit_transaction: {
		happens: (sandbox) => sandbox.ledger.book('deduction', -10, 'Email finder'),
	},
	low_credit_balance: {
		input: { threshold: 1000 },
		happens: (sandbox) => sandbox.ledger.book('deduction', -24_500, 'Email finder'),
	},
};

const visible = Object.entries(App.triggers ?? {}).filter(([, { display }]) => !display.hidden);

test('every trigger of the app is tried here', () => {
	expect(Object.keys(CASES).sort()).toEqual(visible.map(([key]) => key).sort());
});

describe.each(visible)('%s', (key, { operation }) => {
	const { input = {}, happens } = CASES[key] as Case;
	const outputFields = operation.outputFields as Field[];

	test('triggers once for what has happened, and for nothing that was there before', async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity });
		const { poll } = await zapOn(sandbox, key, input);
		expect(await poll()).toEqual([]);
		await happens(sandbox);
		expect(await poll()).toHaveLength(1);
		expect(await poll()).toEqual([]);
	});

	test('gives every declared key with its type, and the sample holds nothing else', async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity });
		const { poll } = await zapOn(sandbox, key, input);
		await happens(sandbox);
		const [row = {}] = await poll();
		expect(keysOf(row)).toEqual(keysOf(outputFields));
		expect(keysOf(row)).toEqual(expect.arrayContaining(keysOf(operation.sample as Data)));
		expect(row.id).toEqual(expect.any(String));
		for (const { key, type } of outputFields) {
			if (row[key] === null) continue;
			if (type === 'datetime') expect(row[key]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
			if (type === 'number') expect(row[key]).toEqual(expect.any(Number));
		}
	});

	test('shows at most three samples in the editor, at no charge', async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity });
		for (let i = 0; i < (key === 'low_credit_balance' ? 1 : 5); i++) await happens(sandbox);
		const charged = sandbox.ledger.charged();
		const meta = { isLoadingSample: true };
		const bundle = bundleFor(sandbox, input, { meta });
		const rows = await zapierRunner().trigger(key, bundle);
		expect(rows.length).toBeGreaterThan(0);
		expect(rows.length).toBeLessThanOrEqual(3);
		expect(sandbox.ledger.charged()).toBe(charged);
	});

	test("works in Zapier's own tester", async () => {
		const sandbox = await start();
		const { perform } = operation as unknown as { perform: unknown };
		const rows = await createAppTester(App)(perform as never, bundleFor(sandbox, input));
		expect(Array.isArray(rows)).toBe(true);
	});

	test('a key that was revoked holds the zap', async () => {
		const sandbox = await start();
		sandbox.fault({ when: 'before', kind: 'status', status: 401 });
		const failure = await failureOf(zapierRunner().trigger(key, bundleFor(sandbox, input)));
		expect(failure.name).toBe('ExpiredAuthError');
	});
});

describe('batch_completed', () => {
	const run = async (options: object) => {
		const sandbox = await start(options);
		const runner = zapierRunner();
		const begin = (key: string, inputData: Data) =>
			runner.create(key, bundleFor(sandbox, inputData));
		return { sandbox, runner, begin };
	};

	test('a batch that still runs triggers once it has ended, also when it has failed', async () => {
		const { sandbox, runner, begin } = await run({ batchItemsPerSecond: 0 });
		const { poll } = await zapOn(sandbox, 'batch_completed', {}, runner);
		const { batch, batch_id } = await begin('start_email_validation_batch', { emails: emails(5) });
		expect(await poll()).toEqual([]);
		sandbox.failBatch({ batchId: String(batch_id) });
		expect(await poll()).toEqual([
			expect.objectContaining({ id: batch_id, batch, status: 'failed', items: 5 }),
		]);
	});

	test('its batch leads to the results', async () => {
		const { sandbox, runner, begin } = await run({ batchItemsPerSecond: Infinity });
		await begin('start_ip_batch', { ips: ['8.8.8.8'] });
		const [row] = await runner.trigger('batch_completed', bundleFor(sandbox));
		const got = await begin('get_batch_results', { batch: row?.batch });
		expect(got).toMatchObject({ is_complete: true, found_count: 1 });
	});

	test('only batches of one product, when one is chosen', async () => {
		const { sandbox, runner, begin } = await run({ batchItemsPerSecond: Infinity });
		await begin('start_ip_batch', { ips: ['8.8.8.8'] });
		await begin('start_email_validation_batch', { emails: emails(3) });
		const rows = await runner.trigger(
			'batch_completed',
			bundleFor(sandbox, { product: 'ipToCompany' }),
		);
		expect(rows.map(({ product }) => product)).toEqual(['IP to Company']);
	});

	test('batches are found through the wallet when the cache was lost', async () => {
		const { sandbox, begin } = await run({ batchItemsPerSecond: Infinity });
		const { batch_id } = await begin('start_phone_batch', { emails: ['emily.zhang@figma.com'] });
		for (const options of [{}, { hasCache: false }]) {
			const rows = await zapierRunner(options).trigger('batch_completed', bundleFor(sandbox));
			expect(rows).toEqual([expect.objectContaining({ id: batch_id, product: 'Phones' })]);
		}
	});

	test('a batch that has ended is not read again', async () => {
		const { sandbox, runner, begin } = await run({ batchItemsPerSecond: Infinity });
		await begin('start_email_validation_batch', { emails: emails(2) });
		await runner.trigger('batch_completed', bundleFor(sandbox));
		const before = sandbox.requests.length;
		await runner.trigger('batch_completed', bundleFor(sandbox));
		const asked = sandbox.requests.slice(before).map(({ operationId }) => operationId);
		expect(asked).toEqual(['getWalletTransactions']);
	});

	test('the dropdown of Get Batch Results lists the batches by name', async () => {
		const { sandbox, runner, begin } = await run({ batchItemsPerSecond: 0 });
		const { batch } = await begin('start_email_validation_batch', { emails: emails(3) });
		const meta = { isFillingDynamicDropdown: true };
		const rows = await runner.trigger('batch_list', bundleFor(sandbox, {}, { meta }));
		expect(rows).toEqual([
			{ id: batch, name: expect.stringMatching(/^Email Validation, 3 rows, started 20.* UTC$/) },
		]);
	});
});

describe.each([
	['lead_reveal_finished', 'reveal'],
	['lead_export_finished', 'export'],
] as const)('%s', (key, kind) => {
	test('a job that still runs triggers once it has ended, the newest end first', async () => {
		const sandbox = await start();
		const { poll } = await zapOn(sandbox, key);
		const slow = sandbox.addLeadJob({ kind, afterMs: DAY });
		const quick = sandbox.addLeadJob({ kind });
		expect((await poll()).map(({ id }) => id)).toEqual([quick]);
		sandbox.endLeadJob({ jobId: slow, status: 'failed' });
		expect(await poll()).toEqual([expect.objectContaining({ id: slow, status: 'failed' })]);
	});

	test('only jobs with one end, when one is chosen', async () => {
		const sandbox = await start();
		sandbox.addLeadJob({ kind, status: 'failed' });
		const good = sandbox.addLeadJob({ kind });
		const bundle = bundleFor(sandbox, { status: 'completed' });
		const rows = await zapierRunner().trigger(key, bundle);
		expect(rows.map(({ id }) => id)).toEqual([good]);
	});
});

test('new_credit_transaction gives only what is asked for, newest first', async () => {
	const sandbox = await start();
	for (const [type, amount] of [
		['deduction', -10],
		['refund', 5],
		['deduction', -20],
	] as const)
		sandbox.ledger.book(type, amount, 'Email finder');
	const bundle = bundleFor(sandbox, { type: 'deduction' });
	const rows = await zapierRunner().trigger('new_credit_transaction', bundle);
	expect(rows.map(({ amount }) => amount)).toEqual([-20, -10]);
	expect(sandbox.requests).toHaveLength(1);
});

describe('low_credit_balance', () => {
	test('triggers once for each top-up, however the balance goes up and down', async () => {
		const sandbox = await start({ balance: 1500 });
		const { ledger } = sandbox;
		const { poll } = await zapOn(sandbox, 'low_credit_balance', { threshold: '1000' });
		ledger.book('deduction', -600, 'Email finder');
		expect(await poll()).toEqual([expect.objectContaining({ balance: 900, threshold: 1000 })]);
		ledger.book('refund', 300, 'Refund');
		ledger.book('deduction', -400, 'Email finder');
		expect(await poll()).toEqual([]);
		ledger.book('topup', 5000, 'Credit purchase');
		expect(await poll()).toEqual([]);
		ledger.book('deduction', -5500, 'Email finder');
		expect(await poll()).toEqual([expect.objectContaining({ balance: 300 })]);
	});

	test('triggers for a balance that is low when the zap is turned on', async () => {
		const sandbox = await start({ balance: 10 });
		const { poll } = await zapOn(sandbox, 'low_credit_balance', { threshold: 1000 });
		expect(await poll()).toHaveLength(1);
	});

	test.each([[{}], [{ threshold: 'many' }], [{ threshold: -1 }]])(
		'refuses %j',
		async (inputData) => {
			const sandbox = await start();
			const work = zapierRunner().trigger('low_credit_balance', bundleFor(sandbox, inputData));
			expect(await failureOf(work)).toMatchObject({
				code: 'invalid_input',
				message: expect.stringMatching(/^'Threshold' /),
			});
			expect(sandbox.requests).toEqual([]);
		},
	);
});
