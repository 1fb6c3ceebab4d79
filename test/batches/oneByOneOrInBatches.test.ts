import * as fc from 'fast-check';
import { KnownBatches } from '../../shared/batches/knownBatches';
import { lookUpMany, type ManyOptions } from '../../shared/batches/lookUpMany';
import type { Batch } from '../../shared/contract/batch';
import type { Plan } from '../../shared/contract/plan';
import { emailFinderBatch, phonesBatch } from '../../shared/providers/enrich/batches';
import { plans } from '../../shared/providers/enrich/plans';
import { BalanceFloor } from '../../shared/rows/balanceFloor';
import { FakeEnrich, validation } from '../../testkit/fakeEnrich';
import { fakeStore } from '../../testkit/fakeStore';

const emails = (count: number, from = 0) =>
	Array.from({ length: count }, (_, i) => ({ email: `p${from + i}@x.com` }));
const run = (
	api: FakeEnrich,
	rows: object[],
	more: Partial<ManyOptions> & { batch?: Batch } = {},
) => {
	const { batch = validation, ...options } = more;
	const values = rows.map((row) => ({ values: { ...row } }));
	return lookUpMany(batch, values, { client: api.client, maxWaitMs: 3_600_000, ...options });
};
const singles = (api: FakeEnrich, { single }: Batch = validation) =>
	api.sentTo(single.operationId).length;
const planOf = (name: string) => plans.find((plan) => plan.name === name) as Plan;

describe('rows are looked up', () => {
	test('one by one while the rate limit lets all of them through at once, else in a batch', async () => {
		const api = new FakeEnrich();
		await run(api, [...emails(10), ...emails(10), { email: 'broken' }, { email: '' }]);
		expect([singles(api), api.submits]).toEqual([10, 0]);
		await run(api, emails(11));
		expect([singles(api), api.submits]).toEqual([10, 1]);
	});

	test.each([
		['Free', 10],
		['Growth', 100],
		['Scale', 500],
	])('by the limit of the plan, once an answer has shown it: %s', async (name, limit) => {
		const api = new FakeEnrich({ plan: planOf(name) });
		await run(api, emails(1));
		await run(api, emails(limit, 10));
		expect([singles(api), api.submits]).toEqual([1 + limit, 0]);
		await run(api, emails(limit + 1, 1000));
		expect([singles(api), api.submits]).toEqual([1 + limit, 1]);
	});

	test('as the user wants', async () => {
		const api = new FakeEnrich();
		await run(api, emails(30), { mode: 'single' });
		expect([singles(api), api.submits]).toEqual([30, 0]);
		await run(api, emails(2, 100), { mode: 'batch' });
		expect([singles(api), api.submits]).toEqual([30, 1]);
	});

	test('one by one only when they are alone, where a batch may cost less', async () => {
		const api = new FakeEnrich();
		await run(api, emails(1), { batch: phonesBatch });
		expect([singles(api, phonesBatch), api.submits]).toEqual([1, 0]);
		await run(api, emails(2, 5), { batch: phonesBatch });
		expect([singles(api, phonesBatch), api.submits]).toEqual([1, 1]);
	});

	test('not again when the execution has their answers, and only the others count', async () => {
		const api = new FakeEnrich();
		const store = fakeStore();
		await run(api, emails(8), { store });
		const { summary } = await run(api, emails(18), { store });
		expect(summary.found).toBe(18);
		expect([singles(api), api.submits]).toEqual([18, 0]);
	});
});

describe('no row is paid for twice', () => {
	test('when a batch has answered it in an earlier round of the execution', async () => {
		const api = new FakeEnrich();
		const store = fakeStore();
		await run(api, emails(20), { store });
		await run(api, emails(20, 10), { store });
		await run(api, emails(5), { store });
		expect(api.spent).toBe(30);
	});

	test('when the limit has turned out higher since its batch was started', async () => {
		const api = new FakeEnrich({ plan: planOf('Growth') });
		const known = new KnownBatches();
		await run(api, emails(50), { known });
		expect([singles(api), api.submits]).toEqual([0, 1]);
		await run(api, emails(1, 500));
		for (const process of [known, new KnownBatches()]) {
			const { summary } = await run(api, emails(50), { known: process });
			expect(summary).toMatchObject({ found: 50, creditsUsed: 0 });
		}
		expect(api.spent).toBe(51);
	});

	test('when its batch was smaller than the list, and the balance is another one by then', async () => {
		const api = new FakeEnrich({ balance: 25 });
		const store = fakeStore();
		await run(api, emails(40), { store, reuseWithinMs: 0 });
		expect(api.spent).toBe(25);
		api.balance = 1_000;
		const { summary } = await run(api, emails(40), { store, reuseWithinMs: 0 });
		expect(summary.found).toBe(40);
		expect(api.spent).toBe(40);
	});

	test('when the user runs the step again while the smaller batch runs, and has topped up', async () => {
		const api = new FakeEnrich({ balance: 15 });
		const known = new KnownBatches();
		const { results } = await run(api, emails(40), { known, maxWaitMs: 10_000 });
		expect(results[0]?.error?.kind).toBe('stillRunning');
		api.balance = 1_000;
		expect((await run(api, emails(40), { known })).summary.found).toBe(40);
		expect(api.spent).toBe(40);
	});

	test('whatever the balance, the limits and the tries', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 60 }),
				fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 4 }),
				fc.option(fc.integer({ min: 0, max: 70 }), { nil: undefined }),
				fc.constantFrom('', '0', '135', '0123456'),
				fc.constantFrom(0, undefined),
				fc.constantFrom<'automatic' | 'batch'>('automatic', 'batch'),
				async (count, balances, maxCredits, missing, reuseWithinMs, mode) => {
					const api = new FakeEnrich({ plan: planOf('Growth'), runsMs: 20_000 });
					api.has = (email) => !missing.includes(email.charAt(email.indexOf('@') - 1));
					const store = fakeStore();
					const known = new KnownBatches();
					const options = { store, known, maxCredits, reuseWithinMs, mode };
					for (const balance of balances) {
						api.balance = balance;
						const before = api.spent;
						const { results, summary, creditsUnclear } = await run(api, emails(count), options);
						expect(results.every((result) => result !== undefined)).toBe(true);
						expect(summary.creditsUsed + creditsUnclear).toBeGreaterThanOrEqual(api.spent - before);
						expect(api.spent - before).toBeLessThanOrEqual(balance);
					}
					expect(api.spent).toBeLessThanOrEqual(count);
					if (maxCredits !== undefined) expect(api.spent).toBeLessThanOrEqual(maxCredits);
					api.balance = 1_000;
					await run(api, emails(count), { ...options, maxCredits: undefined });
					expect(api.spent).toBeLessThanOrEqual(count);
				},
			),
			{ numRuns: 100 },
		);
	});
});

describe('where the credits do not cover all rows of a batch', () => {
	const people = (count: number, missEvery: number) =>
		Array.from({ length: count }, (_, i) => ({
			firstName: i % missEvery === 0 ? 'Anna' : 'Miss',
			lastName: `Person${String.fromCharCode(97 + (i % 26))}${i}x`,
			domain: `x${i}.com`,
		}));
	/** Finds as many as single lookups do. */
	const withMisses = (balance: number) => {
		const api = new FakeEnrich({ balance });
		api.has = (row) => !row.includes('Miss');
		return api;
	};

	test('a smaller one goes out, and what it gives back pays for the others', async () => {
		const api = withMisses(200);
		// Only every third one is found and charged.
		const rows = people(45, 3);
		const { summary, notes } = await run(api, rows, { batch: emailFinderBatch });
		expect(summary).toMatchObject({ rows: 45, found: 15, creditsUsed: 150 });
		expect(api.spent).toBe(150);
		expect(notes.join(' ')).toContain(
			'The balance of 200 credits does not cover the full price of all rows',
		);
	});

	test('the last ones go out one by one, until nothing is left', async () => {
		const api = new FakeEnrich({ balance: 25 });
		const { summary, results } = await run(api, emails(40));
		expect(summary).toMatchObject({ found: 25, failed: 15 });
		expect(results[25]?.error).toMatchObject({ kind: 'insufficientCredits' });
		expect([api.submits, api.balance]).toEqual([1, 0]);
	});

	test('all go out one by one where it covers only few', async () => {
		const api = new FakeEnrich({ balance: 4 });
		const { summary } = await run(api, emails(40));
		expect(summary.found).toBe(4);
		expect(api.submits).toBe(0);
	});

	test('the spending limit is used up, and the rows beyond it are skipped', async () => {
		const api = new FakeEnrich();
		const { summary, notes } = await run(api, emails(40), { maxCredits: 25 });
		expect(summary).toMatchObject({ found: 25, skipped: 15, failed: 0 });
		expect(notes.join(' ')).toContain('The credits that this run may spend do not cover');
	});

	test('so do misses under a spending limit', async () => {
		const api = withMisses(10_000);
		const rows = people(45, 3);
		const { summary } = await run(api, rows, { batch: emailFinderBatch, maxCredits: 200 });
		expect(summary).toMatchObject({ found: 15, skipped: 0, creditsUsed: 150 });
	});

	test('nothing leaves that would take the balance below its floor', async () => {
		const api = new FakeEnrich({ balance: 50 });
		const client = new BalanceFloor().guard(api.client, 20);
		const { summary } = await run(api, emails(40), { client });
		expect(summary.found).toBe(30);
		expect(api.balance).toBe(20);
	});

	test('the refusal of Enrich itself counts where the balance is not known', async () => {
		const api = new FakeEnrich({ balance: 25 });
		api.alter('getWalletBalance', (data) => void delete data.balance);
		const { summary } = await run(api, emails(40));
		expect(summary.found).toBe(25);
		expect(api.sentTo('batchValidateEmails').map(({ charged }) => charged)).toEqual([0, 25]);
	});
});
