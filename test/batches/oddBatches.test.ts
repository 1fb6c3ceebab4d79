import { KnownBatches } from '../../shared/batches/knownBatches';
import { lookUpMany, type ManyOptions, startMany } from '../../shared/batches/lookUpMany';
import type { Batch } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { TransportError } from '../../shared/http/transport';
import {
	emailFinderBatch,
	ipToCompanyBatch,
	phonesBatch,
} from '../../shared/providers/enrich/batches';
import { FakeEnrich, validation } from '../../testkit/fakeEnrich';
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
const start = (api: FakeEnrich, addresses: string[], known = new KnownBatches()) =>
	startMany(validation, rowsOf(addresses), { client: api.client, known });

const STATUS = 'getEmailValidationBatchStatus';
const RESULTS = 'getEmailValidationBatchResults';
const SUBMIT = 'batchValidateEmails';
describe('an execution that is suspended for its batch', () => {
	test.each([
		['fails', (api: FakeEnrich) => (api.failsAfter = 0)],
		['leaves rows out', (api: FakeEnrich) => (api.has = (email) => !/p[0-7]@/.test(email))],
	])('buys no other one at its resume when it %s', async (_, spoil) => {
		const api = new FakeEnrich();
		const store = fakeStore();
		spoil(api);
		let suspendedFor: string | undefined;
		for (let turn = 0; turn < 6; turn++) {
			await run(api, emails(20), {
				store,
				patienceMs: ({ batchId }) => ((suspendedFor = batchId), SUSPENDS_AFTER_MS),
				isOwn: (batchId) => batchId === suspendedFor && turn > 0,
			});
			api.clock.advance(60_000);
		}
		expect(api.submits).toBe(1);
	});
});

describe('the rest of a failed batch', () => {
	test('whose submit is unclear is not sent again by a retry', async () => {
		const api = new FakeEnrich();
		const store = fakeStore();
		api.failsAfter = 12;
		await run(api, emails(20), { store });
		api.failsAfter = undefined;
		api.fates = ['lostAfter'];
		const book = api.book.bind(api);
		api.book = (_, credits) => book(undefined, credits);
		await run(api, emails(20), { store });
		await run(api, emails(20), { store });
		expect(api.submits).toBe(2);
	});

	test('that is still running is not sent again by a retry, even where nothing is reused', async () => {
		const api = new FakeEnrich();
		const more = { store: fakeStore(), reuseWithinMs: 0 };
		api.failsAfter = 12;
		await run(api, emails(20), more);
		api.failsAfter = undefined;
		const patienceMs: ManyOptions['patienceMs'] = ({ isReused }) => (isReused ? 3_600_000 : 0);
		await run(api, emails(20), { ...more, patienceMs });
		await run(api, emails(20), more);
		expect(api.submits).toBe(2);
	});
});

test('the order of the rows makes no difference to whether they are known', async () => {
	for (let list = 0; list < 50; list++) {
		const api = new FakeEnrich();
		const known = new KnownBatches();
		const rows = emails(20, list * 100);
		await run(api, rows, { known });
		for (let i = 1; i < 5; i++)
			await run(api, [...rows.slice(i * 3), ...rows.slice(0, i * 3)].reverse(), { known });
		expect(api.submits).toBe(1);
	}
});

describe('a lost submit is not sent again', () => {
	const lost = () => {
		const api = new FakeEnrich();
		api.fates = ['lostAfter'];
		return api;
	};

	test('when the server made the batch smaller', async () => {
		const api = lost();
		api.alter(STATUS, (data) => (data.totalItems = Number(data.totalItems) - 1));
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	test('when its items are not counted yet', async () => {
		const api = lost();
		api.alter(STATUS, (data) => {
			if (api.elapsedMs < 60_000) Object.assign(data, { totalItems: 0, status: 'queued' });
		});
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	test('when the batch cannot be read yet', async () => {
		const api = lost();
		api.alter(STATUS, () => {
			return api.elapsedMs < 60_000 ? problem(404) : undefined;
		});
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	test.each([
		[
			'amounts without a sign',
			(entry: Data): Data => ({ ...entry, amount: -Number(entry.amount) }),
		],
		['no ids', (entry: Data): Data => ({ ...entry, id: undefined })],
	])('when transactions have %s', async (_, change) => {
		const api = lost();
		api.book('c'.repeat(24), 7);
		api.alter('getWalletTransactions', (data) => {
			data.transactions = (data.transactions as Data[]).map(change);
		});
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	test('when nobody waits any longer for its answer, as it may be booked at any time', async () => {
		const api = new FakeEnrich();
		api.intercept(({ operation }, next) => {
			if (operation.operationId === SUBMIT) throw new TransportError('timedOut');
			return next();
		});
		const { results } = await run(api, emails(20));
		expect(api.sentTo(SUBMIT)).toHaveLength(1);
		expect(results[0]?.error).toMatchObject({ mayHaveBeenCharged: true });
	});

	test('when its answer names no batch; one that calls its ID otherwise is understood', async () => {
		const nameless = new FakeEnrich();
		nameless.alter(SUBMIT, (data) => delete data.batchId);
		await run(nameless, emails(20));
		expect(nameless.submits).toBe(1);

		const other = new FakeEnrich();
		other.alter(SUBMIT, (data) => {
			data.jobId = data.batchId;
			delete data.batchId;
		});
		expect((await run(other, emails(20))).summary.found).toBe(20);
	});
});

describe('batches that nobody waits for', () => {
	test('are not those that failed, nor those that show no results', async () => {
		const failed = new FakeEnrich();
		failed.failsAfter = 0;
		await run(failed, emails(20));
		failed.failsAfter = undefined;
		expect((await start(failed, emails(20))).started[0]?.isReused).toBeUndefined();

		const empty = new FakeEnrich();
		empty.has = () => false;
		await run(empty, emails(20));
		expect((await start(empty, emails(20, 500))).started[0]?.isReused).toBeUndefined();
	});

	test("are not somebody else's that was started while the answer got lost", async () => {
		const api = new FakeEnrich();
		api.fates = ['lostBefore'];
		let isOther = false;
		api.intercept(({ operation }, next) => {
			if (api.submits === 1 && !isOther && operation.operationId === 'getWalletTransactions') {
				isOther = true;
				api.start(
					validation,
					emails(20, 900).map((email) => ({ email })),
				);
			}
			return next();
		});
		const { started, results } = await start(api, emails(20));
		expect(started).toEqual([]);
		expect(results[0]?.error?.kind).toBe('lostSubmit');
	});

	test('can be started one after the other, each list of the same length', async () => {
		const api = new FakeEnrich();
		const known = new KnownBatches();
		await start(api, emails(20), known);
		expect((await start(api, emails(20, 500), known)).started).toHaveLength(1);
	});
});

test('a batch of today is found behind hundreds of later charges', async () => {
	const api = new FakeEnrich();
	await run(api, emails(20));
	for (let i = 0; i < 250; i++) api.book(undefined, 1, `single ${i}`);
	await run(api, emails(20));
	expect(api.submits).toBe(1);
});

test('a batch whose size is not reported is reused when its results prove it', async () => {
	const api = new FakeEnrich();
	api.alter(STATUS, (data) => delete data.totalItems);
	await run(api, emails(20));
	await run(api, emails(20));
	expect(api.submits).toBe(1);
});

describe('results that are spelled otherwise than what was asked for', () => {
	const answered = async (batch: Batch, values: Data, result: Data) => {
		const api = new FakeEnrich();
		api.alter(batch.results.operationId, (data) => void (data.results = [result]));
		const options = { client: api.client, maxWaitMs: 3_600_000, mode: 'batch' as const };
		const { results } = await lookUpMany(batch, [{ values }], options);
		return results[0]?.outcome;
	};
	const at = 'https://www.linkedin.com/in/';

	test.each([
		[`${at}a/`, { linkedin: `${at}a/` }],
		['https://linkedin.com/in/a', { linkedin: `${at}a` }],
		['https://de.linkedin.com/in/a', { linkedin: `${at}a` }],
		[`${at}Ann`, { linkedin: `${at}ann` }],
		[`${at}a`, { linkedin: `${at}a`, email: '' }],
		[`${at}a`, { linkedin: `${at}a`, email: 'a@x.com' }],
		[`${at}josé`, { linkedin: `${at}jos%C3%A9` }],
	])('profile %s, answered as %o', async (linkedin, result) => {
		const phones = ['+14155550101'];
		const outcome = await answered(phonesBatch, { linkedin }, { ...result, phones });
		expect(outcome).toBe('found');
	});

	test('an IPv6 address, a decomposed name, a domain beyond ASCII', async () => {
		const ip = { searchIp: '2606:4700:4700::1111', ipDomain: 'cloudflare.com' };
		expect(await answered(ipToCompanyBatch, { ip: '2606:4700:4700:0:0:0:0:1111' }, ip)).toBe(
			'found',
		);
		const asked = { firstName: 'José', lastName: 'Xi', domain: 'müller.de' };
		const lead = { firstName: 'Jose\u0301', lastName: 'xi', domain: 'xn--mller-kva.de' };
		const found = { ...lead, found: true, email: 'j@xn--mller-kva.de' };
		expect(await answered(emailFinderBatch, asked, found)).toBe('found');
	});
});

describe('around the end of a batch', () => {
	test('pages shorter than asked for are read on, also where no total is reported', async () => {
		const api = new FakeEnrich();
		api.perPage = 10;
		api.alter(RESULTS, (data) => delete data.totalItems);
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});

	test('one that cannot be read for a moment after its submit is waited for', async () => {
		const api = new FakeEnrich();
		api.alter(STATUS, () => {
			return api.elapsedMs < 3_000 ? problem(404) : undefined;
		});
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});

	test('results that lag behind the status are read once more', async () => {
		const api = new FakeEnrich();
		let endedAt: number | undefined;
		api.alter(RESULTS, (data) => {
			if (api.elapsedMs < 60_000) return;
			endedAt ??= api.elapsedMs;
			if (api.elapsedMs === endedAt) data.results = [];
		});
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});

	/** For a while after the end, there are none. */
	const lagging = (api: FakeEnrich, forMs: number) => {
		let endedAt: number | undefined;
		api.alter(RESULTS, (data) => {
			if (api.elapsedMs < 60_000) return;
			endedAt ??= api.elapsedMs;
			if (api.elapsedMs < endedAt + forMs) data.results = [];
		});
	};

	test('results of a found batch that lag behind do not make it bought again', async () => {
		const lost = new FakeEnrich();
		lost.fates = ['lostAfter'];
		lagging(lost, 1);
		expect((await run(lost, emails(20))).summary.found).toBe(20);
		expect(lost.submits).toBe(1);

		const crashed = new FakeEnrich();
		await run(crashed, emails(20), { patienceMs: () => 0 });
		lagging(crashed, 1);
		expect((await run(crashed, emails(20))).summary.found).toBe(20);
		expect(crashed.submits).toBe(1);
	});

	test('results that have expired are said to be expired', async () => {
		const api = new FakeEnrich();
		api.alter(RESULTS, () => {
			return api.elapsedMs >= 60_000 ? problem(410) : undefined;
		});
		const { results } = await run(api, emails(20));
		expect(results[0]?.error?.kind).toBe('expired');
	});
});

describe('more than one batch', () => {
	const small = { ...validation, maxRows: 10 };
	const options = { maxWaitMs: 1e7, mode: 'batch' as const };

	test('keeps the results of the first when the second is refused', async () => {
		const api = new FakeEnrich();
		api.intercept(({ operation }, next) =>
			operation.operationId === SUBMIT && api.sentTo(SUBMIT).length === 2 ? problem(403) : next(),
		);
		const { summary } = await lookUpMany(small, rowsOf(emails(25)), {
			client: api.client,
			...options,
		});
		expect(summary).toMatchObject({ rows: 25, found: 10, failed: 15 });
	});

	test('of the same size are not taken for each other', async () => {
		const api = new FakeEnrich();
		const { summary } = await lookUpMany(small, rowsOf(emails(20)), {
			client: api.client,
			...options,
		});
		expect([summary.found, api.submits]).toEqual([20, 2]);
	});
});

const elsewhere = (api: FakeEnrich, count: number, runsMs: number) =>
	api.start(
		validation,
		emails(count, 900).map((email) => ({ email })),
		runsMs,
	);

describe("somebody else's batch of the same size", () => {
	test('that runs for days and shows nothing holds nobody up for long', async () => {
		const api = new FakeEnrich();
		elsewhere(api, 20, 1e9);
		const { summary, notes } = await run(api, emails(20));
		expect(summary.found).toBe(20);
		expect(api.elapsedMs).toBeLessThan(15 * 60_000);
		expect(notes.join(' ')).toContain('Not waited for: batch aaaaaaaaaaaaaaaaaaaaaaa1');
	});

	test('whose size is no accident is waited for longer, and holds nobody up for good', async () => {
		const api = new FakeEnrich();
		elsewhere(api, 37, 1e9);
		const { summary, notes } = await run(api, emails(37));
		expect(summary.found).toBe(37);
		expect(api.elapsedMs).toBeLessThan(35 * 60_000);
		expect(notes.join(' ')).toContain('Not waited for: batch aaaaaaaaaaaaaaaaaaaaaaa1');
	});

	test('that shows what it holds is not waited for at all', async () => {
		const api = new FakeEnrich();
		elsewhere(api, 20, 0);
		api.runsMs = 1_000;
		const { summary, notes } = await run(api, emails(20));
		expect([summary.found, notes.length]).toEqual([20, 0]);
		expect(api.elapsedMs).toBeLessThan(10_000);
	});
});

describe('a batch of another process that shows nothing for 25 minutes is not bought again', () => {
	const slow = async (rows: number, telling: (status: Data) => void) => {
		const api = new FakeEnrich({ runsMs: 25 * 60_000 });
		api.start(
			validation,
			emails(rows).map((email) => ({ email })),
			api.runsMs,
		);
		api.alter(validation.status.operationId, (data) => telling(data));
		const { summary } = await run(api, emails(rows));
		expect([summary.found, api.submits]).toEqual([rows, 0]);
	};

	test('where its progress says when it ends', () => slow(20, () => {}));

	test('where it says no progress, and its size is no accident', () =>
		slow(37, (status) => void delete status.progress));
});

describe('a wallet with many other charges', () => {
	test('is searched behind thousands of them', async () => {
		const api = new FakeEnrich();
		await run(api, emails(20));
		for (let i = 0; i < 2_500; i++) api.book(undefined, 1, `single ${i}`);
		expect((await run(api, emails(20))).summary).toMatchObject({ found: 20, creditsUsed: 0 });
		expect(api.submits).toBe(1);
	});

	test('that cannot be searched to its end: nothing is sent, and the message says how to go on', async () => {
		const api = new FakeEnrich();
		for (let i = 0; i < 20_001; i++) api.book(undefined, 1, `single ${i}`);
		const { results } = await run(api, emails(20));
		expect(results[0]?.error?.kind).toBe('stopped');
		expect(results[0]?.error?.message).toContain("set 'Reuse Results (Hours)' to a shorter time");
		expect(api.submits).toBe(0);
		expect((await run(api, emails(20), { reuseWithinMs: 0 })).summary.found).toBe(20);
	});
});

test('a wallet that lists nothing yet does not matter to the process that has started the batch', async () => {
	const api = new FakeEnrich();
	const known = new KnownBatches();
	api.alter('getWalletTransactions', (data) => void (data.transactions = []));
	await run(api, emails(20), { known, patienceMs: () => 0 });
	expect((await run(api, emails(20), { known })).summary).toMatchObject({
		found: 20,
		creditsUsed: 0,
	});
	expect(api.submits).toBe(1);
});

describe('pages of results', () => {
	const paged = () => new FakeEnrich({ perPage: 5 });
	const badPage = (api: FakeEnrich, bad: number, isBad: () => boolean) =>
		api.alter(RESULTS, (_, { page }) =>
			Number(page) === bad && isBad() ? problem(500) : undefined,
		);

	test('behind one that cannot be read are read, and that one is read again later', async () => {
		const api = paged();
		let reads = 0;
		badPage(api, 7, () => ++reads <= 8);
		expect((await run(api, emails(100))).summary.found).toBe(100);
	});

	test('that a rate limit keeps back are waited for once, not again and again', async () => {
		const api = paged();
		const startedAt = api.clock.now();
		api.alter(RESULTS, () => problem(429));
		const { results } = await run(api, emails(3));
		expect(results[0]?.error?.kind).toBe('resultsUnread');
		expect(api.clock.now() - startedAt).toBeLessThan(2 * 3_600_000);
	});

	test('one that can never be read fails its own rows only, and they can be read again for free', async () => {
		const api = paged();
		const known = new KnownBatches();
		let isBad = true;
		badPage(api, 7, () => isBad);
		const { results, summary } = await run(api, emails(100), { known });
		expect(summary).toMatchObject({ found: 95, failed: 5 });
		const kinds = new Set(results.flatMap(({ error }) => error?.kind ?? []));
		expect([...kinds]).toEqual(['resultsUnread']);
		isBad = false;
		const again = await run(api, emails(100), { known });
		expect(again.summary).toMatchObject({ found: 100, creditsUsed: 0 });
		expect(api.submits).toBe(1);
	});

	test('that repeat the last one for ever come to an end', async () => {
		const api = paged();
		api.alter(RESULTS, (data, { page }) => {
			delete data.totalItems;
			if (Number(page) > 4) data.results = [{ email: 'P0@X.COM', result: 'valid' }];
		});
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});

	test('beyond a total that is too low are read', async () => {
		const api = paged();
		api.alter(RESULTS, (data) => void (data.totalItems = 5));
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});
});

test.each([
	[3, 60],
	[10, 200],
])('Maximum Credits holds when a row costs %i times what is documented', async (times, max) => {
	const api = new FakeEnrich();
	const book = api.book.bind(api);
	api.book = (batchId, credits, what) => book(batchId, credits * times, what);
	api.intercept(({ operation }, next) => {
		const response = next();
		if (operation.operationId !== SUBMIT && operation.operationId !== RESULTS) return response;
		const body = JSON.parse(response.body) as { meta: Record<string, number> };
		for (const key of ['creditsReserved', 'creditsUsed'])
			if (body.meta[key] !== undefined) body.meta[key] *= times;
		return { ...response, body: JSON.stringify(body) };
	});
	const { summary } = await run(api, emails(100), { maxCredits: max });
	expect(api.spent).toBeLessThanOrEqual(max);
	expect(summary.found).toBeGreaterThanOrEqual(18);
	expect(summary.found + summary.skipped).toBe(100);
});

test('rows that a list has in common with an earlier one are not paid for again, and the others are looked up', async () => {
	const api = new FakeEnrich();
	await run(api, emails(20));
	const { summary, results } = await run(api, emails(20, 10));
	expect(summary).toMatchObject({ found: 20, creditsUsed: 10 });
	expect(results[0]?.reusedFrom?.batchId).not.toBe(results[19]?.batchId);
	expect(api.spent).toBe(30);
});

describe('the age of what is reused', () => {
	const HOUR_MS = 3_600_000;

	test('serves somebody who runs a step again and again, and somebody whose list is due every 12 hours', async () => {
		const api = new FakeEnrich();
		const known = new KnownBatches();
		for (let click = 0; click < 5; click++) await run(api, emails(20), { known });
		expect(api.submits).toBe(1);
		api.clock.advance(11.9 * HOUR_MS);
		await run(api, emails(20), { known });
		expect(api.submits).toBe(2);
	});

	test('stands in each row, and the run counts no credits for it', async () => {
		const api = new FakeEnrich();
		const first = await run(api, emails(20));
		expect(first.results[0]?.reusedFrom).toBeUndefined();
		const { results, summary, creditsUnclear } = await run(api, emails(20));
		const [batchId] = api.batches.keys();
		expect(results[0]).toMatchObject({ creditsUsed: 0, reusedFrom: { batchId } });
		expect(results[0]?.reusedFrom?.at).toBeLessThan(api.clock.now());
		expect([summary.creditsUsed, creditsUnclear]).toEqual([0, 0]);
	});
});
