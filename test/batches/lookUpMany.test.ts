import * as fc from 'fast-check';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { lookUpMany, type ManyOptions, startMany } from '../../shared/batches/lookUpMany';
import { KnownBatches } from '../../shared/batches/knownBatches';
import { BATCHES } from '../../shared/errors/errorTable';
import type { RowResult } from '../../shared/rows/lookUpRows';
import { batchOf, FakeApi, Kept, told, validation } from '../../testkit/fakeJobsApi';

const emails = (count: number, from = 0) =>
	Array.from({ length: count }, (_, i) => `p${from + i}@x.com`);
const run = (api: FakeApi, addresses: string[], more: Partial<ManyOptions> = {}) =>
	lookUpMany(
		validation,
		addresses.map((email) => ({ values: { email } })),
		{ client: api.client, maxWaitMs: 3_600_000, batchFrom: 1, ...more },
	);
const spent = (api: FakeApi) => 1_000 - api.balance;

describe('a batch of the same rows that was started before', () => {
	it('is taken over by a run that knows nothing of it, in whatever order its rows come', async () => {
		const api = new FakeApi();
		await run(api, emails(20), { patienceMs: () => 0 });
		const { summary } = await run(api, emails(20).reverse());
		expect(summary.found).toBe(20);
		expect([api.submits, spent(api)]).toEqual([1, 20]);
	});

	it('is taken over when its results have been read already', async () => {
		const api = new FakeApi();
		await run(api, emails(20));
		expect((await run(api, emails(20))).summary.found).toBe(20);
		expect([api.submits, spent(api)]).toEqual([1, 20]);
	});

	it('is not taken over when one row differs, and that row is not lost', async () => {
		const api = new FakeApi();
		await run(api, emails(20));
		const { summary } = await run(api, [...emails(19), 'other@x.com']);
		expect(summary.found).toBe(20);
		expect(api.submits).toBe(2);
	});

	it('is not taken over where the user does not want it, nor after a day', async () => {
		const api = new FakeApi();
		await run(api, emails(5));
		await run(api, emails(5), { reusesBatch: false });
		expect(api.submits).toBe(2);
		api.now += BATCHES.takeOverWithinMs + 1;
		await run(api, emails(5));
		expect(api.submits).toBe(3);
	});

	it('gives what it has when it failed, and only the rest is sent again', async () => {
		const api = new FakeApi();
		api.failsAfter = 12;
		const first = await run(api, emails(20));
		expect(first.summary).toMatchObject({ found: 12, failed: 8 });
		expect(first.results[15]?.error?.kind).toBe('jobFailed');
		api.failsAfter = undefined;
		expect((await run(api, emails(20))).summary.found).toBe(20);
		expect([api.submits, spent(api)]).toEqual([2, 20]);
	});

	it('that failed is taken over time and again, and what it brought is never paid for again', async () => {
		const api = new FakeApi();
		const known = new KnownBatches();
		api.failsAfter = 12;
		await run(api, emails(20), { known });
		api.failsAfter = undefined;
		for (let again = 0; again < 3; again++)
			expect((await run(api, emails(20), { known })).summary.found).toBe(20);
		expect([api.submits, spent(api)]).toEqual([2, 20]);
	});

	it('stays known as its own rows’, however often it was looked at for others', async () => {
		const api = new FakeApi();
		await run(api, emails(20));
		const known = new KnownBatches();
		await run(api, emails(20, 100), { known });
		await run(api, emails(20), { known });
		expect([api.submits, spent(api)]).toEqual([2, 40]);
	});

	it('by another run at the same moment is not started twice', async () => {
		const api = new FakeApi();
		const known = new KnownBatches();
		const all = await Promise.all([1, 2, 3].map(() => run(api, emails(20), { known })));
		expect(all.map(({ summary }) => summary.found)).toEqual([20, 20, 20]);
		expect([api.submits, spent(api)]).toEqual([1, 20]);
	});

	it('is named, and not started again, where it runs on and nobody waits for it', async () => {
		const api = new FakeApi();
		const rows = emails(20).map((email) => ({ values: { email } }));
		const options = { client: api.client, batchFrom: 1 };
		const [first] = (await startMany(validation, rows, options)).started;
		const again = await startMany(validation, rows, options);
		expect(again.started).toEqual([]);
		expect(again.results[0]?.error?.message).toContain(first?.batchId);
		expect(api.submits).toBe(1);
	});
});

it('a lost submit that cannot be looked for is said to be perhaps charged, and found by the next run', async () => {
	const api = new FakeApi();
	const kept = new Kept();
	api.fates = ['lostAfter'];
	api.disturb = () => {
		if (api.submits > 0) throw new ConnectorError({ kind: 'cancelled' });
	};
	const { results } = await run(api, emails(20), { store: kept });
	expect(results[0]?.error).toMatchObject({ kind: 'interrupted', mayHaveBeenCharged: true });
	api.disturb = () => {};
	expect((await run(api, emails(20), { store: kept })).summary.found).toBe(20);
	expect([api.submits, spent(api)]).toEqual([1, 20]);
});

it('a submit that may have been charged is not repeated by a retry that finds no trace of it', async () => {
	const api = new FakeApi();
	const kept = new Kept();
	api.fates = ['lostAfter'];
	const { call } = api.client;
	api.client.call = async (operation, input) => {
		if (api.submits > 0 && operation.operationId === 'getWalletTransactions')
			return told({ transactions: [{ id: 'x', amount: -20, description: 'Reservation' }] });
		return await call(operation, input);
	};
	await run(api, emails(20), { store: kept });
	const { results } = await run(api, emails(20), { store: kept });
	expect(results[0]?.error?.kind).toBe('notRepeated');
	expect(api.submits).toBe(1);
});

describe('few rows', () => {
	it('are looked up one by one, and from eleven different ones on in one batch', async () => {
		const api = new FakeApi();
		const asked: string[] = [];
		const { call } = api.client;
		api.client.call = async (operation, input) => {
			asked.push(operation.operationId);
			return operation.operationId === 'validateEmail'
				? told({ email: input.email, result: 'valid' }, { creditsUsed: 1 })
				: await call(operation, input);
		};
		await run(api, [...emails(10), ...emails(10)], { batchFrom: undefined });
		expect(asked).toEqual(Array.from({ length: 10 }, () => 'validateEmail'));
		await run(api, emails(11), { batchFrom: undefined });
		expect(api.submits).toBe(1);
	});

	it('are a batch where that may cost less', async () => {
		const api = new FakeApi();
		const asked: string[] = [];
		api.client.call = async ({ operationId }) => {
			asked.push(operationId);
			throw new ConnectorError({ kind: 'unauthorized' });
		};
		const rows = [{ values: { email: 'a@x.com' } }];
		await lookUpMany(batchOf('createPhoneBulkJob'), rows, { client: api.client, maxWaitMs: 1 });
		expect(asked).not.toContain('phoneLookup');
	});

	it('that ask a batch for the same share its answer, whatever else they hold', async () => {
		const api = new FakeApi();
		const sent: unknown[] = [];
		const data = { batchId: 'b'.repeat(24), status: 'completed', totalItems: 1 };
		api.client.call = async ({ operationId }, input) => {
			if (operationId === 'createPhoneBulkJob') sent.push(input);
			const results = [{ email: 'a@x.com', phones: ['+14155550101'] }];
			return told({ ...data, results, balance: 1_000_000, transactions: [] });
		};
		const rows = [
			{ values: { email: 'a@x.com', linkedin: 'https://www.linkedin.com/in/a' } },
			{ values: { email: 'a@x.com' } },
		];
		const batch = batchOf('createPhoneBulkJob');
		const { results } = await lookUpMany(batch, rows, { client: api.client, maxWaitMs: 1 });
		expect(results.map(({ outcome }) => outcome)).toEqual(['found', 'found']);
		expect(sent).toEqual([{ emails: ['a@x.com'] }]);
	});
});

it('a passing trouble while it waits does not end the waiting', async () => {
	const api = new FakeApi();
	let calls = 0;
	api.disturb = () => {
		if (++calls > 2 && calls < 6) throw new ConnectorError({ kind: 'unavailable', status: 503 });
	};
	expect((await run(api, emails(5))).summary.found).toBe(5);
});

it('results that cannot be read are not lost: the message names the batch, and the next run has them', async () => {
	const api = new FakeApi();
	let isDown = false;
	const { call } = api.client;
	api.client.call = async (operation, input) => {
		if (isDown && operation.operationId === 'getEmailValidationBatchResults')
			throw new ConnectorError({ kind: 'unavailable', status: 503 });
		return await call(operation, input);
	};
	isDown = true;
	const { results } = await run(api, emails(5));
	expect(results[0]?.error).toMatchObject({ kind: 'resultsUnread' });
	expect(results[0]?.error?.nextStep).toContain('not charged twice');
	isDown = false;
	expect((await run(api, emails(5))).summary.found).toBe(5);
	expect(api.submits).toBe(1);
});

/** What may happen to an execution that rests for its batch, or while it runs. */
type Turn = 'result' | 'end' | 'forgedEnd' | 'later' | 'crash' | 'trouble' | 'lostSubmit';
const turn = fc.constantFrom<Turn>(
	'result',
	'end',
	'forgedEnd',
	'later',
	'crash',
	'trouble',
	'lostSubmit',
);

it('whatever is called back, lost, repeated or breaks down: one outcome per row, charged once per distinct row', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat(14), { minLength: 1, maxLength: 30 }),
			fc.array(turn, { maxLength: 12 }),
			fc.integer({ min: 2, max: 5 }),
			async (people, turns, perPage) => {
				const api = new FakeApi();
				api.perPage = perPage;
				let troubles = 0;
				api.disturb = () => {
					if (troubles-- > 0) throw new ConnectorError({ kind: 'unavailable', status: 503 });
				};
				const addresses = people.map((i) => `p${i}@x.com`);
				const kept = new Kept();
				const told: string[] = [];
				const attempt = async (patienceMs: number): Promise<RowResult[]> => {
					const heard = new Array<string>(addresses.length);
					const { results } = await run(api, addresses, {
						store: kept,
						patienceMs: () => patienceMs,
						keep(result, rows) {
							for (const row of rows) {
								// No row is told of twice in one run.
								expect(heard[row]).toBeUndefined();
								heard[row] = result.outcome;
							}
							return result;
						},
					});
					expect(heard.every((outcome) => outcome !== undefined)).toBe(true);
					told.push(...heard);
					return results;
				};
				for (const what of turns) {
					if (what === 'crash') kept.forget();
					else if (what === 'later') api.now += 30_000;
					else if (what === 'trouble') troubles = 3;
					else if (what === 'lostSubmit' && api.submits === 0) api.fates = ['lostAfter'];
					// A callback is no more than a reason to look; the API decides.
					else if (what !== 'result') await attempt(BATCHES.restsAfterMs);
				}
				troubles = 0;
				const results = await attempt(3_600_000);
				expect(results.map(({ outcome }) => outcome)).toEqual(people.map(() => 'found'));
				expect(results.map(({ data }) => String(data?.email).toLowerCase())).toEqual(addresses);
				expect(api.submits).toBe(1);
				expect(spent(api)).toBe(new Set(people).size);
			},
		),
		{ numRuns: 300 },
	);
});
