import fc from 'fast-check';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import type { ClientOptions } from '../../shared/http/client';
import { enrich } from '../../shared/providers/enrich';
import type { IdempotencyStore } from '../../shared/rows/idempotency';
import { lookUpRows, type Row } from '../../shared/rows/lookUpRows';
import type { RowResult } from '../../shared/rows/result';
import { errorOf } from '../../testkit/errorOf';
import { fakeClient } from '../../testkit/fakeClient';
import { FakeClock, seededRandom } from '../../testkit/fakeClock';
import { FakeEnrich, type Knobs, type Trouble, NEWEST_ENTRY_MS } from '../../testkit/fakeEnrich';
import { fakeStore } from '../../testkit/fakeStore';
import { json, problem, scripted, success } from '../../testkit/fakeTransport';

const {
	findEmail,
	getWalletTransactions,
	ipToCompany,
	phoneLookup,
	reverseLookup,
	searchLeads,
	validateEmail,
} = enrich.operations;

const emails = (...addresses: unknown[]): Row[] =>
	addresses.map((email) => ({ values: { email } }));
const many = (count: number) => emails(...Array.from({ length: count }, (_, i) => `a${i}@b.co`));

interface Settings extends Partial<Knobs> {
	maxCredits?: number;
	store?: IdempotencyStore;
	client?: Partial<ClientOptions>;
}

async function run(
	operation: Operation,
	rows: Row[],
	{ maxCredits, store, client = {}, ...knobs }: Settings = {},
) {
	const clock = new FakeClock(seededRandom(1));
	const api = new FakeEnrich({ clock, latencyMs: () => 25, ...knobs });
	const { results, summary } = await lookUpRows(operation, rows, {
		client: fakeClient(api.transport, { clock, ...client }),
		maxCredits,
		store,
	});
	return { api, sent: api.sent, results, summary };
}

const outcomes = (results: RowResult[]) => results.map(({ outcome }) => outcome);

describe('what becomes of each row', () => {
	test('every kind of row ends in its own outcome, at its own place', async () => {
		const rows: Row[] = [
			...emails('emily@figma.com', 'broken', '', 'EMILY@figma.com'),
			{ values: { email: 'x@y.co' }, skip: 'Already filled' },
			...emails('miss@figma.com'),
		];
		const { results, summary, sent } = await run(reverseLookup, rows);
		expect(outcomes(results)).toEqual([
			'found',
			'failed',
			'skipped',
			'found',
			'skipped',
			'notFound',
		]);
		expect(results[1]?.error).toMatchObject({ kind: 'badInput', field: 'Email' });
		expect(results[3]).toMatchObject({ sameAs: 0, creditsUsed: 0, data: results[0]?.data });
		expect(results[4]?.reason).toBe('Already filled');
		expect(sent).toHaveLength(2);
		expect(summary).toEqual({
			rows: 6,
			found: 2,
			notFound: 1,
			skipped: 2,
			failed: 1,
			creditsUsed: 10,
			creditsUnclear: 0,
			unclear: 0,
			unreported: 0,
			unreportedBatches: [],
			creditsRemaining: 999_990,
		});
	});

	test('no rows: nothing is sent', async () => {
		const { results, summary, sent } = await run(validateEmail, []);
		expect([results, sent]).toEqual([[], []]);
		expect(summary).toMatchObject({ rows: 0, creditsUsed: 0, creditsRemaining: null });
	});

	test.each([
		['missing fields', {}],
		[
			'other types',
			{
				result: 7,
				message: { toString: 1 },
				found: 'yes',
				phones: 'none',
				results: {},
				pagination: 3,
				count: 'many',
				balance: null,
				transactions: 4,
			},
		],
		['extra fields', { ...validateEmail.example.data, other: { more: [1] } }],
	])('an answer with %s still ends in an outcome, in words', async (_, data) => {
		for (const operation of [
			findEmail,
			validateEmail,
			phoneLookup,
			reverseLookup,
			ipToCompany,
			searchLeads,
			getWalletTransactions,
		]) {
			const client = fakeClient(scripted(success(data, { creditsUsed: 3 })));
			const { results } = await lookUpRows(operation, [{ values: operation.example.input }], {
				client,
			});
			expect(results[0]?.outcome).toMatch(/^(found|notFound)$/);
			expect(results[0]?.reason).not.toMatch(/undefined|NaN|null|object/);
			expect(results[0]?.creditsUsed).toBe(3);
		}
	});

	test('an empty answer is no hit', async () => {
		for (const operation of [findEmail, validateEmail, phoneLookup, reverseLookup, ipToCompany]) {
			const client = fakeClient(scripted(success({}, { creditsUsed: 3 })));
			const { results } = await lookUpRows(operation, [{ values: operation.example.input }], {
				client,
			});
			expect(results[0]).toMatchObject({ outcome: 'notFound', creditsUsed: 3 });
		}
	});

	test('a wrong base path is noticed once, not once for every row', async () => {
		const { results, sent } = await run(validateEmail, many(1000), {
			trouble: () => ({ fault: 'status', when: 'before', status: 404 }),
		});
		expect(sent.length).toBeLessThan(100);
		expect(results.at(-1)?.reason).toContain('is not set up correctly');
		expect(JSON.stringify(results)).not.toContain('organization');
	});

	test('what may have been charged is summed apart, and never stands as 0', async () => {
		const rows = emails('a@b.co', 'c@d.co', 'C@d.co');
		const { results, summary } = await run(reverseLookup, rows, {
			trouble: (n) => (n === 1 ? { fault: 'timeout', when: 'after' } : undefined),
		});
		expect(summary).toMatchObject({ creditsUsed: 10, creditsUnclear: 10, unclear: 1 });
		expect(results.slice(1).map(({ creditsUsed }) => creditsUsed)).toEqual([null, null]);
	});

	test('credits that an answer does not tell are unknown, not free', async () => {
		const client = fakeClient(
			scripted(json(200, { success: true, data: validateEmail.example.data })),
		);
		const { results, summary } = await lookUpRows(validateEmail, many(1), { client });
		expect(summary).toMatchObject({ creditsUsed: 0, unreported: 1 });
		expect(results[0]).toMatchObject({
			outcome: 'found',
			creditsUsed: null,
			creditsRemaining: null,
		});
	});

	test('100,000 rows', async () => {
		const rows = emails(
			...Array.from({ length: 100_000 }, (_, i) => (i % 100 ? 'same@b.co' : `a${i}@b.co`)),
		);
		const { results, sent } = await run(validateEmail, rows);
		expect(sent).toHaveLength(1001);
		expect(results.every(({ outcome }) => outcome === 'found')).toBe(true);
	});
});

describe('what stops a run', () => {
	test.each([401, 402, 403])(
		'after a %i the rows that are left are not sent, and say why',
		async (status) => {
			const trouble = (n: number): Trouble | undefined =>
				n === 3 ? { fault: 'status', when: 'before', status } : undefined;
			const { results, sent, api } = await run(validateEmail, many(200), { trouble });
			expect(sent.length).toBeLessThan(16);
			expect(results.filter(({ outcome }) => outcome === 'found')).toHaveLength(api.spent);
			const stopped = results.filter(({ error }) => error?.kind === 'stopped');
			expect(stopped).toHaveLength(200 - sent.length);
			for (const { outcome, creditsUsed, reason } of stopped) {
				expect([outcome, creditsUsed]).toEqual(['failed', 0]);
				expect(reason).toMatch(/^Not sent: \w/);
			}
		},
	);

	test.each(['timeout', 'reset', 'html', 'truncated'] as const)(
		'five calls in a row that end in a %s',
		async (fault) => {
			const { sent, results, api } = await run(validateEmail, many(200), {
				trouble: () => ({ fault, when: 'after' }),
			});
			// Those that were under way by then cannot be called back.
			expect(sent.length).toBeLessThanOrEqual(10);
			expect(api.spent).toBe(sent.length);
			expect(results.filter(({ error }) => error?.mayHaveBeenCharged)).toHaveLength(sent.length);
			expect(results[199]?.reason).toContain('calls in a row brought no answer');
		},
	);

	test('not four of them', async () => {
		const { results } = await run(validateEmail, many(50), {
			trouble: (n) => (n % 5 < 4 ? { fault: 'timeout', when: 'after' } : undefined),
		});
		expect(results.filter(({ error }) => error?.kind === 'stopped')).toEqual([]);
		expect(results.filter(({ outcome }) => outcome === 'found')).toHaveLength(10);
	});

	test('an API that cannot be reached', async () => {
		const { results, sent } = await run(validateEmail, many(500), {
			trouble: () => ({ fault: 'unreachable', when: 'before' }),
		});
		expect(sent.length).toBeLessThan(4 * 64);
		expect(
			results.every(({ outcome, creditsUsed }) => outcome === 'failed' && creditsUsed === 0),
		).toBe(true);
	});

	test('a rate limit that lasts for hours', async () => {
		const clock = new FakeClock();
		const startedAt = clock.now();
		const transport = scripted(json(429, {}, { 'retry-after': '36000' }));
		const { results } = await lookUpRows(validateEmail, many(500), {
			client: fakeClient(transport, { clock }),
		});
		expect(clock.now() - startedAt).toBeLessThan(240_000);
		expect(transport.requests.length).toBeLessThan(10);
		expect(results.every(({ outcome }) => outcome === 'failed')).toBe(true);
	});

	test('cancelling: what is under way ends, the rest is not sent', async () => {
		const clock = new FakeClock();
		const controller = new AbortController();
		const { transport, sent } = new FakeEnrich({ clock, latencyMs: () => 500 });
		clock.at(clock.now() + 1500, () => controller.abort());
		const client = fakeClient(transport, { clock, signal: controller.signal });
		const { results } = await lookUpRows(validateEmail, many(100), { client });
		expect(results).toHaveLength(100);
		const flagged = results.filter(({ error }) => error?.mayHaveBeenCharged).length;
		const found = results.filter(({ outcome }) => outcome === 'found').length;
		expect(found + flagged).toBe(sent.length);
		expect(results[99]?.error?.message).toContain('Cancelled');
	});
});

describe('the spending limit', () => {
	test('is used up, but never exceeded, also by many calls at once', async () => {
		const { api, results } = await run(
			findEmail,
			Array.from({ length: 40 }, (_, i) => ({
				values: {
					fullName: `A${i} Bell`.replace(/\d/g, (d) => 'abcdefghij'[+d] as string),
					domain: 'b.co',
				},
			})),
			{ maxCredits: 105 },
		);
		expect(api.spent).toBe(100);
		expect(results.filter(({ outcome }) => outcome === 'found')).toHaveLength(10);
		expect(results.filter(({ outcome }) => outcome === 'skipped')).toHaveLength(30);
		expect(results[39]?.reason).toContain('spending limit');
	});

	test('is not touched by misses', async () => {
		const { results } = await run(
			reverseLookup,
			emails(...Array.from({ length: 30 }, (_, i) => `miss${i}@b.co`), 'hit@b.co'),
			{ maxCredits: 10 },
		);
		expect(results[30]?.outcome).toBe('found');
	});

	test.each([0, -1, 9.99])('of %d lets no paid call out', async (maxCredits) => {
		const { sent, results } = await run(reverseLookup, many(5), { maxCredits });
		expect(sent).toEqual([]);
		expect(new Set(outcomes(results))).toEqual(new Set(['skipped']));
	});

	test('counts calls that may have been charged', async () => {
		const { api } = await run(reverseLookup, many(10), {
			maxCredits: 30,
			trouble: (n) => (n < 3 ? { fault: 'timeout', when: 'after' } : undefined),
		});
		expect(api.spent).toBe(30);
	});

	test('holds for all tries of a step together', async () => {
		const store = fakeStore();
		let charged = 0;
		for (let i = 0; i < 3; i++)
			charged += (await run(reverseLookup, many(20), { maxCredits: 50, store })).api.spent;
		expect(charged).toBe(50);
	});

	test('learns that calls are dearer than documented', async () => {
		const { api } = await run(validateEmail, many(200), {
			maxCredits: 100,
			charge: () => 5,
			latencyMs: () => 25,
		});
		expect(api.spent).toBeLessThanOrEqual(100);
	});
});

describe('lists', () => {
	const leads = (most?: number): Row[] => [
		{ values: { filters: { city: 'Berlin' } }, limit: most },
	];

	test('all pages are joined', async () => {
		const { results, sent } = await run(getWalletTransactions, [{ values: {} }], {
			listLength: 250,
		});
		expect(results[0]?.entries?.map(({ id }) => id)).toEqual(
			Array.from({ length: 250 }, (_, i) => `entry ${i}`),
		);
		expect(sent.map(({ input }) => input)).toEqual(
			[1, 2, 3].map((page) => ({ page: String(page), limit: '100' })),
		);
	});

	describe('a period of a list that comes newest first', () => {
		const within = (from?: number, to?: number, more: Partial<Row> = {}): Row[] => {
			const at = (entry?: number) =>
				entry === undefined ? undefined : NEWEST_ENTRY_MS - entry * 60_000;
			return [{ values: {}, period: { from: at(from), to: at(to) }, ...more }];
		};
		const read = async (rows: Row[]) => {
			const { results, sent } = await run(getWalletTransactions, rows, { listLength: 1000 });
			const ids = results[0]?.entries?.map(({ id }) => Number(String(id).split(' ')[1])) ?? [];
			return { first: ids[0], last: ids.at(-1), count: ids.length, pages: sent.length };
		};

		test('is read from its end on, and no page beyond its beginning', async () => {
			expect(await read(within(149))).toEqual({ first: 0, last: 149, count: 150, pages: 2 });
			expect(await read(within(249, 120))).toEqual({
				...{ first: 120, last: 249, count: 130, pages: 3 },
			});
		});

		test('a limit counts what lies within', async () => {
			expect(await read(within(900, 120, { limit: 10 }))).toEqual({
				...{ first: 120, last: 129, count: 10, pages: 2 },
			});
		});

		test('without an end or a beginning, it is open there', async () => {
			expect(await read(within(undefined, 990))).toMatchObject({ first: 990, last: 999 });
		});
	});

	test.each([[1], [50], [75], [100], [101], [130]])(
		'a limit of %i entries is kept, and little more is asked for',
		async (most) => {
			const { results, sent } = await run(searchLeads, leads(most), { listLength: 1000 });
			expect(results[0]?.entries).toHaveLength(most);
			const asked = sent.reduce((sum, { input }) => sum + Number(input.pageSize), 0);
			expect(asked).toBeLessThan(most + sent.length);
		},
	);

	test('what was charged for the pages adds up', async () => {
		const { results, api } = await run(searchLeads, leads(200), { listLength: 1000 });
		expect(results[0]?.creditsUsed).toBe(api.spent);
		expect(api.spent).toBe(125);
	});

	test('no page beyond the last one that the API gives is asked for', async () => {
		const { sent } = await run(searchLeads, leads(), { listLength: 100_000 });
		expect(sent).toHaveLength(40);
	});

	test.each([undefined, 4_001, 9_000])(
		'a list of 10,000 with a limit of %p ends with 4,000, a note and what to do',
		async (limit) => {
			const { results } = await run(searchLeads, leads(limit), { listLength: 10_000 });
			expect(results[0]).toMatchObject({
				isCut: true,
				reason:
					'10000 leads match; only the first 4,000 can be paged through. Narrow the filters, or export the leads instead.',
			});
			expect(results[0]?.entries).toHaveLength(4_000);
		},
	);

	test.each([
		[4_000, 10_000],
		[undefined, 4_000],
	])('a limit of %p of %p matches is complete', async (limit, listLength) => {
		const { results } = await run(searchLeads, leads(limit), { listLength });
		expect(results[0]?.isCut).toBeUndefined();
	});

	test('a list that breaks off keeps what it has, and says so', async () => {
		const { results } = await run(searchLeads, leads(500), {
			listLength: 1000,
			trouble: (n) => (n === 2 ? { fault: 'timeout', when: 'after' } : undefined),
		});
		expect(results[0]).toMatchObject({
			outcome: 'found',
			creditsUsed: 125,
			error: { kind: 'timedOut', mayHaveBeenCharged: true },
		});
		expect(results[0]?.entries).toHaveLength(200);
		expect(results[0]?.reason).toMatch(/^Incomplete after 200 entries\. /);
	});

	const page = (more: boolean, meta: object) =>
		json(200, {
			success: true,
			data: { results: [{ id: String(more) }], pagination: { hasMore: more, totalResults: 2 } },
			meta,
		});

	test('the cost of a page that names none is unknown', async () => {
		const client = fakeClient(
			scripted(page(true, { creditsUsed: 25 }), page(false, { requestId: 'req_2' })),
		);
		const { results, summary } = await lookUpRows(searchLeads, leads(200), { client });
		expect(results[0]?.creditsUsed).toBeNull();
		expect(summary).toMatchObject({ creditsUsed: 25, unreported: 1 });
	});

	test.each([
		[{ creditsUsed: 25 }, /25 credits were charged\./],
		[{}, /^Top up at enrich\.so and run again\. Enrich says: Detail$/],
		[{ creditsUsed: 0 }, /Nothing was charged/],
	])('what is said where a list breaks off after a page with %j', async (meta, words) => {
		const client = fakeClient(scripted(page(true, meta), problem(402)));
		const { results } = await lookUpRows(searchLeads, leads(200), { client });
		expect(results[0]?.error?.nextStep).toMatch(words);
	});

	test('a free page before one that may have been charged does not make the list free', async () => {
		const client = fakeClient(scripted(page(true, { creditsUsed: 0 }), json(500, {})));
		const { results } = await lookUpRows(searchLeads, leads(200), { client });
		expect(results[0]).toMatchObject({ creditsUsed: null, error: { mayHaveBeenCharged: true } });
	});

	test('no page is asked for again that may have run: even free ones are so only for a while', async () => {
		const trouble = (n: number): Trouble | undefined =>
			n === 0 ? { fault: 'timeout', when: 'after' } : undefined;
		const first = await run(searchLeads, leads(150), { listLength: 1000, trouble });
		expect(first.sent.map(({ input }) => input.page)).toEqual([1]);
		expect(first.results[0]).toMatchObject({
			outcome: 'failed',
			error: { mayHaveBeenCharged: true },
		});
		const second = await run(searchLeads, leads(150), {
			listLength: 1000,
			trouble: (n) => (n === 1 ? { fault: 'timeout', when: 'after' } : undefined),
		});
		expect(second.sent.map(({ input }) => input.page)).toEqual([1, 2]);
	});

	test('a first page that may have been charged is not sent again by the next try either', async () => {
		const store = fakeStore();
		const trouble = (): Trouble => ({ fault: 'timeout', when: 'after' });
		await run(searchLeads, leads(75), { listLength: 100, store, trouble });
		const again = await run(searchLeads, leads(75), { listLength: 100, store });
		expect(again.sent).toEqual([]);
		expect(again.results[0]).toMatchObject({ outcome: 'failed', error: { kind: 'notRepeated' } });
	});

	test('pages that turn out to be charged count against the spending limit', async () => {
		const clock = new FakeClock(seededRandom(1));
		let sends = 0;
		const client = fakeClient(
			async () => {
				sends += 1;
				const pagination = {
					page: 1,
					pageSize: 25,
					totalResults: 25,
					totalPages: 1,
					hasMore: false,
				};
				return success({ results: [{ id: `lead ${sends}` }], pagination }, { creditsUsed: 25 });
			},
			{ clock },
		);
		const rows = ['Berlin', 'Bonn', 'Bern', 'Basel'].map((city) => ({
			values: { filters: { city } },
			limit: 25,
		}));
		const { summary } = await lookUpRows(searchLeads, rows.slice(0, 1), { client, maxCredits: 30 });
		expect(summary.creditsUsed).toBe(25);
		const serial = await lookUpRows(searchLeads, rows, { client, maxCredits: 0 });
		expect(
			serial.results.every(({ outcome }) => outcome === 'found' || outcome === 'skipped'),
		).toBe(true);
	});

	test('the spending limit ends a list before the page that could exceed it', async () => {
		const { results, api } = await run(searchLeads, leads(1000), {
			listLength: 1000,
			maxCredits: 130,
		});
		expect(api.spent).toBe(125);
		expect(results[0]).toMatchObject({ outcome: 'found', error: { kind: 'spendingLimit' } });
	});

	test('a list that ends in a wrong key stops the run', async () => {
		const rows = Array.from({ length: 30 }, (_, i) => ({
			values: { filters: { city: `City ${i}` } },
			limit: 300,
		}));
		const { sent } = await run(searchLeads, rows, {
			listLength: 1000,
			trouble: (n) => (n >= 7 ? { fault: 'status', when: 'before', status: 401 } : undefined),
		});
		expect(sent.length).toBeLessThan(20);
	});
});

describe('running a step again', () => {
	test('pays for nothing twice and gives the same answers', async () => {
		const store = fakeStore();
		const first = await run(findEmail, [{ values: findEmail.example.input }], { store });
		const second = await run(findEmail, [{ values: findEmail.example.input }], { store });
		expect(second.sent).toEqual([]);
		expect(second.results[0]).toMatchObject({
			outcome: 'found',
			data: first.results[0]?.data,
			creditsUsed: 10,
			isReused: true,
		});
	});

	test('asks for rows that were stopped, past those that may have been charged', async () => {
		const store = fakeStore();
		await run(validateEmail, many(20), {
			store,
			trouble: () => ({ fault: 'timeout', when: 'after' }),
		});
		const { results, sent } = await run(validateEmail, many(20), { store });
		expect(sent).toHaveLength(15);
		expect(results.filter(({ error }) => error?.kind === 'notRepeated')).toHaveLength(5);
		expect(results.filter(({ outcome }) => outcome === 'found')).toHaveLength(15);
	});

	test('of which an answer could not be noted: the answer is kept', async () => {
		const store = {
			...fakeStore(),
			set: (_: string, { state }: { state: string }) => {
				if (state === 'answered') throw new Error('full');
			},
		};
		const { results } = await run(validateEmail, many(2), { store });
		expect(outcomes(results)).toEqual(['found', 'found']);
	});

	test('that cannot note what it sends sends nothing', async () => {
		const store = {
			...fakeStore(),
			set: () => {
				throw new Error('full');
			},
		};
		const { results, sent } = await run(validateEmail, many(2), { store });
		expect(sent).toEqual([]);
		expect(outcomes(results)).toEqual(['failed', 'failed']);
	});
});

describe('whatever the rows and whatever goes wrong', () => {
	const paid: Record<string, Operation> = {
		findEmail,
		validateEmail,
		phoneLookup,
		reverseLookup,
		ipToCompany,
	};
	const value = fc.oneof(
		{ weight: 6, arbitrary: fc.nat(12).map((n) => `hit${n}`) },
		{ weight: 2, arbitrary: fc.nat(3).map((n) => `miss${n}`) },
		{ weight: 1, arbitrary: fc.constant('') },
		{ weight: 1, arbitrary: fc.constant('=broken ') },
	);
	const row = fc.record({
		value,
		isSkipped: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
		isUpper: fc.boolean(),
	});
	const valuesFor = (operation: Operation, text: string) => {
		if (operation === findEmail)
			return text ? { firstName: text, lastName: 'Zhang', domain: 'figma.com' } : {};
		if (operation === ipToCompany)
			return { ip: text.replace(/^hit/, '8.8.8.').replace(/^miss/, '9.9.9.') };
		return { email: text && !text.startsWith('=') ? `${text}@figma.com` : text };
	};
	const trouble: fc.Arbitrary<Trouble | undefined> = fc.oneof(
		{ weight: 3, arbitrary: fc.constant(undefined) },
		{
			weight: 2,
			arbitrary: fc.record({
				fault: fc.constantFrom(
					'status',
					'reset',
					'timeout',
					'truncated',
					'html',
					'unreachable',
					'busy',
					'limited',
				) as fc.Arbitrary<Trouble['fault']>,
				when: fc.constantFrom('before', 'after') as fc.Arbitrary<Trouble['when']>,
				status: fc.constantFrom(500, 502, 503, 504),
			}),
		},
		// Refusals are honest: nothing ran.
		{
			weight: 1,
			arbitrary: fc.record({
				fault: fc.constant('status' as const),
				when: fc.constant('before' as const),
				status: fc.constantFrom(400, 401, 402, 403, 404, 409, 422, 429),
			}),
		},
	);

	test('nobody pays twice, nothing is lost, and every credit is accounted for', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...Object.keys(paid)),
				fc.array(row, { maxLength: 25 }),
				fc.array(trouble, { maxLength: 30 }),
				fc.option(fc.integer({ min: 0, max: 150 }), { nil: undefined }),
				fc.boolean(),
				fc.integer({ min: 1, max: 3 }),
				fc.nat(),
				async (name, entries, troubles, limit, remembers, tries, seed) => {
					const operation = paid[name] as Operation;
					const rows: Row[] = entries.map(({ value: text, isSkipped, isUpper }) => ({
						values: valuesFor(
							operation,
							isUpper
								? text.toUpperCase().replace(/^(HIT|MISS)/, (word) => word.toLowerCase())
								: text,
						),
						...(isSkipped && { skip: 'Filled' }),
					}));
					const cost = documentedCost(operation, {}) ?? 0;
					const maxCredits = limit === undefined ? undefined : limit * (cost / 10);
					const clock = new FakeClock(seededRandom(seed));
					const random = seededRandom(seed);
					const api = new FakeEnrich({
						clock,
						latencyMs: () => 10 + random() * 250,
						trouble: (n) => troubles[n],
					});
					const store = remembers ? fakeStore() : undefined;
					let reported = 0;
					let flagged = new Set<number>();
					for (let i = 0; i < (remembers ? tries : 1); i++) {
						const client = fakeClient(api.transport, { clock });
						const { results, summary } = await lookUpRows(operation, rows, {
							client,
							maxCredits,
							store,
						});

						expect(results).toHaveLength(rows.length);
						for (const [index, result] of results.entries()) {
							expect(['found', 'notFound', 'skipped', 'failed']).toContain(result.outcome);
							expect(result.outcome === 'failed').toBe(
								result.outcome !== 'skipped' && result.error !== undefined,
							);
							if (rows[index]?.skip)
								expect(result).toMatchObject({ outcome: 'skipped', reason: 'Filled' });
							expect(result.reason).not.toBe('');
						}
						expect(summary.found + summary.notFound + summary.skipped + summary.failed).toBe(
							rows.length,
						);
						// With a store the last run tells what all of them were charged.
						reported = store ? summary.creditsUsed : reported + summary.creditsUsed;
						flagged = new Set(
							results.flatMap(({ error, sameAs }, index) =>
								error?.mayHaveBeenCharged && sameAs === undefined ? [index] : [],
							),
						);
					}

					// A charge is either reported, or belongs to a row that is flagged.
					const answered = api.sent
						.filter((call) => call.answered)
						.reduce((sum, { charged }) => sum + charged, 0);
					const unanswered = api.sent.filter((call) => !call.answered && call.ran);
					expect(reported).toBe(answered);
					expect(unanswered.length).toBeLessThanOrEqual(flagged.size);

					// No call that may have run was sent again.
					const mayHaveRun = new Set<string>();
					for (const call of api.sent) {
						expect(mayHaveRun.has(call.text)).toBe(false);
						if (call.ran) mayHaveRun.add(call.text);
					}
					if (maxCredits !== undefined) expect(api.spent).toBeLessThanOrEqual(maxCredits);
				},
			),
			{ numRuns: 400 },
		);
	});

	test('lists of different lengths share their pages and pay for each once', async () => {
		const rows = [100, 200, 300].map((limit) => ({
			values: { filters: { city: 'Berlin' } },
			limit,
		}));
		const { results, summary, sent, api } = await run(searchLeads, rows, { listLength: 1000 });
		expect(results.map(({ entries }) => entries?.length)).toEqual([100, 200, 300]);
		expect(sent).toHaveLength(3);
		expect(summary.creditsUsed).toBe(api.spent);
	});

	test('lists never pay twice either', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(trouble, { maxLength: 20 }),
				fc.integer({ min: 1, max: 900 }),
				fc.integer({ min: 0, max: 900 }),
				fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
				async (troubles, most, listLength, maxCredits) => {
					const clock = new FakeClock();
					const api = new FakeEnrich({
						clock,
						listLength,
						trouble: (n) => troubles[n],
						latencyMs: () => 25,
					});
					const store = fakeStore();
					const rows: Row[] = [
						{ values: { filters: { city: 'Berlin' } }, limit: most },
						{ values: { filters: { city: 'Bonn' } }, limit: most },
					];
					let reported = 0;
					for (let i = 0; i < 2; i++) {
						const { results, summary } = await lookUpRows(searchLeads, rows, {
							client: fakeClient(api.transport, { clock }),
							store,
							maxCredits,
						});
						reported = summary.creditsUsed;
						for (const { entries = [], outcome } of results) {
							expect(entries.length).toBeLessThanOrEqual(Math.min(most, listLength));
							expect(entries.map(({ id }) => id)).toEqual(entries.map((_, n) => `entry ${n}`));
							if (listLength === 0) expect(outcome).not.toBe('found');
						}
					}
					const paidFor = api.sent.filter(
						({ operation, input }) => (documentedCost(operation, input) ?? 0) > 0,
					);
					const ran = paidFor.filter((call) => call.ran).map(({ text }) => text);
					expect(new Set(ran).size).toBe(ran.length);
					expect(reported).toBe(
						paidFor.filter((call) => call.answered).reduce((sum, { charged }) => sum + charged, 0),
					);
					if (maxCredits !== undefined) expect(api.spent).toBeLessThanOrEqual(maxCredits);
				},
			),
			{ numRuns: 200 },
		);
	});
});

test('the helpers of these tests notice what is no ConnectorError', async () => {
	await expect(errorOf(Promise.resolve())).rejects.toThrow('expected to end');
	expect(problem(500).status).toBe(500);
});
