import * as fc from 'fast-check';
import { KnownBatches } from '../../shared/batches/knownBatches';
import { lookUpMany, type ManyOptions, startMany } from '../../shared/batches/lookUpMany';
import { REUSE_WITHIN_MS } from '../../shared/batches/startBatch';
import { TransportError } from '../../shared/http/transport';
import { RETRY } from '../../shared/http/retry';
import { phonesBatch, reverseLookupBatch } from '../../shared/providers/enrich/batches';
import type { RowResult } from '../../shared/rows/result';
import { type Fate, FakeEnrich, validation } from '../../testkit/fakeEnrich';
import { fakeStore } from '../../testkit/fakeStore';
import { problem } from '../../testkit/fakeTransport';

/** A platform that suspends a run while its batch goes on waits for so long itself. */
const SUSPENDS_AFTER_MS = 15_000;

const emails = (count: number, from = 0) =>
	Array.from({ length: count }, (_, i) => `p${from + i}@x.com`);
const rowsOf = (addresses: string[]) => addresses.map((email) => ({ values: { email } }));
const run = (api: FakeEnrich, addresses: string[], more: Partial<ManyOptions> = {}) =>
	lookUpMany(validation, rowsOf(addresses), {
		client: api.client,
		maxWaitMs: 3_600_000,
		mode: 'batch',
		...more,
	});

describe('many rows in one batch', () => {
	test('gives each row its own result, whatever the order in which they come', async () => {
		const api = new FakeEnrich();
		const { results, summary } = await run(api, ['a@x.com', 'b@x.com', 'A@X.com ', 'broken', '']);
		expect(results.map(({ outcome }) => outcome)).toEqual([
			'found',
			'found',
			'found',
			'failed',
			'skipped',
		]);
		expect(results.map(({ data }) => data?.email)).toEqual([
			'A@X.COM',
			'B@X.COM',
			'A@X.COM',
			undefined,
			undefined,
		]);
		expect(results[2]).toMatchObject({ sameAs: 0 });
		expect(api.submits).toBe(1);
		expect(summary).toMatchObject({ rows: 5, creditsUsed: 2, creditsRemaining: 999_998 });
	});

	test('says of a row without a result that it brought none', async () => {
		const api = new FakeEnrich();
		api.has = (email) => email !== 'b@x.com';
		const { results } = await run(api, ['a@x.com', 'b@x.com']);
		expect(results[1]).toMatchObject({ outcome: 'failed', error: { kind: 'noResult' } });
	});

	test('reads on when the API gives smaller pages than were asked for', async () => {
		const api = new FakeEnrich();
		api.perPage = 7;
		const emails = Array.from({ length: 30 }, (_, i) => `p${i}@x.com`);
		expect((await run(api, emails)).summary.found).toBe(30);
	});

	test('puts no more rows into a batch than the spending limit allows', async () => {
		const api = new FakeEnrich();
		const { summary } = await run(api, ['a@x.com', 'b@x.com', 'c@x.com'], { maxCredits: 2 });
		expect(summary).toMatchObject({ found: 2, skipped: 1 });
	});

	test('looks up one by one where results do not say whose they are', async () => {
		const api = new FakeEnrich();
		api.alter('reverseLookup', (data, { email }) => void (data.id = email));
		const { results } = await lookUpMany(reverseLookupBatch, rowsOf(['a@x.com', 'b@x.com']), {
			client: api.client,
			maxWaitMs: 1,
		});
		expect(api.sent.map(({ operation }) => operation.operationId)).toEqual([
			'reverseLookup',
			'reverseLookup',
		]);
		expect(results.map(({ data }) => data?.id)).toEqual(['a@x.com', 'b@x.com']);
	});
});

test('every row has one outcome, and the account is charged once per distinct row that was found', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'A', '', 'not an email@'), {
				maxLength: 20,
			}),
			fc.array(fc.constantFrom<Fate>('answered', 'lostAfter', 'lostBefore'), { maxLength: 1 }),
			fc.constantFrom('', 'ab', 'abcde'),
			fc.integer({ min: 1, max: 5 }),
			async (names, fates, missing, perPage) => {
				const api = new FakeEnrich();
				api.fates = [...fates];
				api.perPage = perPage;
				api.has = (email) => !missing.includes(email.charAt(0));
				const emails = names.map((name) => (name.length === 1 ? `${name}@x.com` : name));
				const { results } = await run(api, emails);
				const found = new Set(
					names
						.filter((name) => name.length === 1)
						.map((name) => name.toLowerCase())
						.filter((name) => !missing.includes(name)),
				);
				expect(results).toHaveLength(names.length);
				expect(results.every((result) => result !== undefined)).toBe(true);
				expect(api.submits).toBeLessThanOrEqual(1);
				const isLost = fates[0] === 'lostBefore' && api.submits > 0;
				expect(results.some(({ error }) => error?.kind === 'lostSubmit')).toBe(isLost);
				expect(api.spent).toBe(isLost ? 0 : found.size);
			},
		),
		{ numRuns: 300 },
	);
});

describe('a batch of the same rows that was started before', () => {
	test('is reused by a run that knows nothing of it, in whatever order its rows come', async () => {
		const api = new FakeEnrich();
		await run(api, emails(20), { patienceMs: () => 0 });
		const { summary } = await run(api, emails(20).reverse());
		expect(summary.found).toBe(20);
		expect([api.submits, api.spent]).toEqual([1, 20]);
	});

	test('is reused when its results have been read already', async () => {
		const api = new FakeEnrich();
		await run(api, emails(20));
		expect((await run(api, emails(20))).summary.found).toBe(20);
		expect([api.submits, api.spent]).toEqual([1, 20]);
	});

	test('is not reused when one row differs, and that row is not lost', async () => {
		const api = new FakeEnrich();
		await run(api, emails(20));
		const { summary } = await run(api, [...emails(19), 'other@x.com']);
		expect(summary.found).toBe(20);
		expect(api.submits).toBe(2);
	});

	test('is not reused where the user does not want it, nor when it is too old', async () => {
		const api = new FakeEnrich();
		await run(api, emails(5));
		await run(api, emails(5), { reuseWithinMs: 0 });
		expect(api.submits).toBe(2);
		api.clock.advance(REUSE_WITHIN_MS + 1);
		await run(api, emails(5));
		expect(api.submits).toBe(3);
	});

	test('gives what it has when it failed, and only the rest is sent again', async () => {
		const api = new FakeEnrich();
		api.failsAfter = 12;
		const first = await run(api, emails(20));
		expect(first.summary).toMatchObject({ found: 12, failed: 8 });
		expect(first.results[15]?.error?.kind).toBe('jobFailed');
		api.failsAfter = undefined;
		expect((await run(api, emails(20))).summary.found).toBe(20);
		expect([api.submits, api.spent]).toEqual([2, 20]);
	});

	test('that failed is reused time and again, and what it brought is never paid for again', async () => {
		const api = new FakeEnrich();
		const known = new KnownBatches();
		api.failsAfter = 12;
		await run(api, emails(20), { known });
		api.failsAfter = undefined;
		for (let again = 0; again < 3; again++)
			expect((await run(api, emails(20), { known })).summary.found).toBe(20);
		expect([api.submits, api.spent]).toEqual([2, 20]);
	});

	test('stays known as its own rows’, however often it was looked at for others', async () => {
		const api = new FakeEnrich();
		await run(api, emails(20));
		const known = new KnownBatches();
		await run(api, emails(20, 100), { known });
		await run(api, emails(20), { known });
		expect([api.submits, api.spent]).toEqual([2, 40]);
	});

	test('by another run at the same moment is not started twice', async () => {
		const api = new FakeEnrich();
		const known = new KnownBatches();
		const all = await Promise.all([1, 2, 3].map(() => run(api, emails(20), { known })));
		expect(all.map(({ summary }) => summary.found)).toEqual([20, 20, 20]);
		expect([api.submits, api.spent]).toEqual([1, 20]);
	});

	test('is named, and not started again, where it runs on and nobody waits for it', async () => {
		const api = new FakeEnrich();
		const rows = rowsOf(emails(20));
		const options = { client: api.client };
		const [first] = (await startMany(validation, rows, options)).started;
		const again = await startMany(validation, rows, options);
		expect(again.started).toEqual([]);
		expect(again.results[0]?.error?.message).toContain(first?.batchId);
		expect(api.submits).toBe(1);
	});
});

test('a lost submit that cannot be looked for is said to be perhaps charged, and found by the next run', async () => {
	const api = new FakeEnrich();
	const kept = fakeStore();
	api.fates = ['lostAfter'];
	api.disturb = () => {
		if (api.submits > 0) throw new TransportError('cancelled');
	};
	const { results } = await run(api, emails(20), { store: kept });
	expect(results[0]?.error).toMatchObject({ kind: 'interrupted', mayHaveBeenCharged: true });
	api.disturb = () => {};
	expect((await run(api, emails(20), { store: kept })).summary.found).toBe(20);
	expect([api.submits, api.spent]).toEqual([1, 20]);
});

test('a submit that may have been charged is not repeated by a retry that finds no trace of it', async () => {
	const api = new FakeEnrich();
	const kept = fakeStore();
	api.fates = ['lostAfter'];
	api.alter('getWalletTransactions', (data) => {
		if (api.submits > 0) data.transactions = [{ id: 'x', amount: -20, description: 'Reservation' }];
	});
	await run(api, emails(20), { store: kept });
	const { results } = await run(api, emails(20), { store: kept });
	expect(results[0]?.error?.kind).toBe('notRepeated');
	expect(api.submits).toBe(1);
});

test('rows that ask a batch for the same share its answer, whatever else they hold', async () => {
	const api = new FakeEnrich();
	const rows = [
		{ values: { email: 'a@x.com', linkedin: 'https://www.linkedin.com/in/a' } },
		{ values: { email: 'a@x.com' } },
	];
	const { results } = await lookUpMany(phonesBatch, rows, {
		client: api.client,
		maxWaitMs: 3_600_000,
		mode: 'batch',
	});
	expect(results.map(({ outcome }) => outcome)).toEqual(['found', 'found']);
	expect(api.sentTo('createPhoneBulkJob').map(({ input }) => input)).toEqual([
		{ emails: ['a@x.com'] },
	]);
});

test('a passing trouble while it waits does not end the waiting', async () => {
	const api = new FakeEnrich();
	let requests = 0;
	api.disturb = () => {
		// More of them than the client sends again by itself.
		if (api.submits > 0 && ++requests <= 3 * RETRY.maxAttempts) return problem(503);
	};
	expect((await run(api, emails(5))).summary.found).toBe(5);
});

test('results that cannot be read are not lost: the message names the batch, and the next run has them', async () => {
	const api = new FakeEnrich();
	let isDown = false;
	api.alter('getEmailValidationBatchResults', () => (isDown ? problem(503) : undefined));
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

test('whatever is called back, lost, repeated or breaks down: one outcome per row, charged once per distinct row', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat(14), { minLength: 1, maxLength: 30 }),
			fc.array(turn, { maxLength: 12 }),
			fc.integer({ min: 2, max: 5 }),
			async (people, turns, perPage) => {
				const api = new FakeEnrich();
				api.perPage = perPage;
				let troubles = 0;
				api.disturb = () => {
					if (troubles-- > 0) return problem(503);
				};
				const addresses = people.map((i) => `p${i}@x.com`);
				const kept = fakeStore();
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
					return results;
				};
				for (const what of turns) {
					if (what === 'crash') kept.forget();
					else if (what === 'later') api.clock.advance(30_000);
					else if (what === 'trouble') troubles = 3 * RETRY.maxAttempts;
					else if (what === 'lostSubmit' && api.submits === 0) api.fates = ['lostAfter'];
					// A callback is no more than a reason to look; the API decides.
					else if (what !== 'result') await attempt(SUSPENDS_AFTER_MS);
				}
				troubles = 0;
				const results = await attempt(3_600_000);
				expect(results.map(({ outcome }) => outcome)).toEqual(people.map(() => 'found'));
				expect(results.map(({ data }) => String(data?.email).toLowerCase())).toEqual(addresses);
				expect(api.submits).toBe(1);
				expect(api.spent).toBe(new Set(people).size);
			},
		),
		{ numRuns: 300 },
	);
});
