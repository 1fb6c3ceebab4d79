import * as fc from 'fast-check';
import { KnownBatches } from '../../shared/batches/knownBatches';
import { lookUpMany, type ManyResults } from '../../shared/batches/lookUpMany';
import type { Data } from '../../shared/contract/data';
import { TransportError } from '../../shared/http/transport';
import { FakeEnrich, validation } from '../../testkit/fakeEnrich';
import { type FakeStore, fakeStore } from '../../testkit/fakeStore';
import { problem } from '../../testkit/fakeTransport';

/** 10,000 in a release: `HISTORIES=10000 npx jest test/batches/histories`. */
const NUM_RUNS = Number(process.env.HISTORIES ?? 2_000);

const SUBMIT = 'batchValidateEmails';
const STATUS = 'getEmailValidationBatchStatus';
const RESULTS = 'getEmailValidationBatchResults';
const WALLET = 'getWalletTransactions';

/** How results are odd; each changes the entries of a page. */
const ECHOES = {
	asSent: (results: Data[]) => results,
	withoutTag: (results: Data[]) =>
		results.map((one) => ({ ...one, email: String(one.email).replace(/\+\w+/, '') })),
	oneWithoutAddress: ([first, ...others]: Data[]) =>
		first ? [{ ...first, email: undefined }, ...others] : [],
	oneIsAnError: ([, ...others]: Data[]) => [{ error: 'Internal error' }, ...others],
	oneIsNull: ([, ...others]: Data[]) => [null, ...others],
	oneIsStray: (results: Data[]) => [...results, { email: 'stray@elsewhere.org', result: 'valid' }],
	doubled: (results: Data[]) => results.flatMap((one) => [one, one]),
	oneIsDropped: ([, ...others]: Data[]) => others,
} satisfies Record<string, (results: Data[]) => unknown[]>;

interface Oddities {
	echo: keyof typeof ECHOES;
	perPage: number;
	/** What `totalItems` is off by. */
	totalOff: number;
	/** So long after the end there are no results, or they are refused with this status. */
	lagMs: number;
	lagStatus: 200 | 400 | 404 | 409;
	/** So long after the submit the status is unknown. */
	unknownMs: number;
	/** So long after they were made, bookings are not listed. */
	walletLagMs: number;
	/** The n-th page of results cannot be read, so many times. */
	badPage: number;
	badReads: number;
}

const oddities = fc.record<Oddities>({
	echo: fc.constantFrom(...(Object.keys(ECHOES) as (keyof typeof ECHOES)[])),
	perPage: fc.constantFrom(3, 7, 1000),
	totalOff: fc.constantFrom(0, 0, 0, -1, 1),
	lagMs: fc.constantFrom(0, 0, 4_000, 30_000, 120_000),
	lagStatus: fc.constantFrom<Oddities['lagStatus']>(200, 400, 404, 409),
	unknownMs: fc.constantFrom(0, 3_000, 30_000),
	walletLagMs: fc.constantFrom(0, 5_000, 20_000),
	badPage: fc.constantFrom(1, 2, 3),
	badReads: fc.constantFrom(0, 0, 4, 40),
});

function oddApi(odd: Oddities): FakeEnrich {
	const api = new FakeEnrich({ perPage: odd.perPage });
	const startedAt = new Map<string, number>();
	let badReads = odd.badReads;
	api.intercept(({ operation: { operationId }, input }, next) => {
		const batchId = String(input.batchId);
		const batch = api.batches.get(batchId);
		const now = api.clock.now();
		if (batch && !startedAt.has(batchId)) startedAt.set(batchId, batch.endsAt - api.runsMs);
		if (operationId === STATUS && now < (startedAt.get(batchId) ?? 0) + odd.unknownMs)
			return problem(404);
		const isLate = batch && now < batch.endsAt + odd.lagMs;
		if (operationId === RESULTS && isLate && odd.lagStatus !== 200) return problem(odd.lagStatus);
		if (operationId === RESULTS && Number(input.page) === odd.badPage && badReads-- > 0)
			return problem(500);
		const response = next();
		if (response.status !== 200) return response;
		const body = JSON.parse(response.body) as { data: Data };
		const { data } = body;
		if ((operationId === STATUS || operationId === RESULTS) && odd.totalOff !== 0)
			data.totalItems = Number(data.totalItems) + odd.totalOff;
		if (operationId === RESULTS)
			data.results = isLate ? [] : ECHOES[odd.echo](data.results as Data[]);
		if (operationId === WALLET)
			data.transactions = (data.transactions as Data[]).filter(
				({ createdAt }) => Date.parse(String(createdAt)) <= now - odd.walletLagMs,
			);
		return { ...response, body: JSON.stringify(body) };
	});
	return api;
}

/** How a submit ends. */
type SubmitEnd = 'answered' | 'lostAfter' | 'lostBefore' | 500 | 503 | 408 | 409 | 402;
const submitEnds = fc.constantFrom<SubmitEnd>(
	...(['answered', 'answered', 'lostAfter', 'lostBefore', 500, 503, 408, 409, 402] as const),
);

type Step =
	| { do: 'run'; list: 0 | 1; staysMs: number; end: SubmitEnd; isRetry: boolean }
	| { do: 'wait'; ms: number }
	| { do: 'foreign'; runsMs: number };
const step = fc.oneof<fc.Arbitrary<Step>[]>(
	fc.record({
		do: fc.constant('run' as const),
		list: fc.constantFrom(0 as const, 1 as const),
		staysMs: fc.constantFrom(0, 15_000, 3_600_000),
		end: submitEnds,
		isRetry: fc.boolean(),
	}),
	fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 60_000, 1_800_000) }),
	fc.record({ do: fc.constant('foreign' as const), runsMs: fc.constantFrom(0, 60_000, 1e9) }),
);

const LIST_LENGTH = 12;
const listOf = (list: string) =>
	Array.from({ length: LIST_LENGTH }, (_, i) => `p${i}+tag@list${list}.com`);

/** The submits' ends are in the wire, behind the API: what was carried out is so all the same. */
function endSubmits(api: FakeEnrich, ends: () => SubmitEnd): void {
	api.intercept(({ operation }, next) => {
		if (operation.operationId !== SUBMIT) return next();
		const end = ends();
		if (end === 'lostBefore') throw new TransportError('interrupted');
		const response = next();
		if (end === 'answered') return response;
		if (end === 'lostAfter') throw new TransportError('interrupted');
		return problem(end);
	});
}

interface Process {
	known: KnownBatches;
	stores: FakeStore[];
}
const newProcess = (): Process => ({
	known: new KnownBatches(),
	stores: [fakeStore(), fakeStore()],
});

async function run(
	api: FakeEnrich,
	{ known, stores }: Process,
	{ list, staysMs, isRetry }: Extract<Step, { do: 'run' }>,
): Promise<ManyResults> {
	if (!isRetry) stores[list]?.forget();
	const done = await lookUpMany(
		validation,
		listOf(String(list)).map((email) => ({ values: { email } })),
		{
			...{ client: api.client, known, store: stores[list], mode: 'batch', maxWaitMs: 3_600_000 },
			patienceMs: () => staysMs,
		},
	);
	expect(done.results).toHaveLength(LIST_LENGTH);
	expect(done.results.every(({ outcome }) => ['found', 'failed'].includes(outcome))).toBe(true);
	return done;
}

/** How often each row left in a submit. */
const maxSubmitsOfARow = (api: FakeEnrich): number => {
	const counts = new Map<string, number>();
	for (const { input } of api.sentTo(SUBMIT))
		for (const email of input.emails as string[]) counts.set(email, (counts.get(email) ?? 0) + 1);
	return Math.max(0, ...counts.values());
};

async function carryOut(steps: readonly Step[], odd: Oddities, process = newProcess()) {
	const api = oddApi(odd);
	let end: SubmitEnd = 'answered';
	endSubmits(api, () => end);
	let foreign = 0;
	let foreignCredits = 0;
	/** What each execution said last: a retry repeats what the tries before it cost. */
	const said: { list: number; used: number; unclear: number }[] = [];
	for (const one of steps) {
		if (one.do === 'wait') await api.clock.rest(one.ms);
		else if (one.do === 'foreign') {
			api.start(
				validation,
				listOf(`foreign${foreign++}`).map((email) => ({ email })),
				one.runsMs,
			);
			foreignCredits += LIST_LENGTH;
		} else {
			({ end } = one);
			const { summary, creditsUnclear } = await run(api, process, one);
			const last = said.findLast(({ list }) => list === one.list);
			if (one.isRetry && last) said.splice(said.indexOf(last), 1);
			said.push({ list: one.list, used: summary.creditsUsed, unclear: creditsUnclear });
		}
	}
	const sum = (key: 'used' | 'unclear') => said.reduce((total, one) => total + one[key], 0);
	return { api, used: sum('used'), unclear: sum('unclear'), ledger: api.spent - foreignCredits };
}

test(`in one process no row is submitted twice, and what is said of money is true (${NUM_RUNS} histories)`, async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { minLength: 1, maxLength: 6 }),
			oddities,
			async (steps, odd) => {
				const { api, used, unclear, ledger } = await carryOut(steps, odd);
				expect(maxSubmitsOfARow(api)).toBeLessThanOrEqual(1);
				expect(used).toBeLessThanOrEqual(ledger);
				expect(used + unclear).toBeGreaterThanOrEqual(ledger);
			},
		),
		{ numRuns: NUM_RUNS },
	);
}, 600_000);

const answered = {
	do: 'run',
	list: 0,
	staysMs: 3_600_000,
	end: 'answered',
	isRetry: false,
} as const;

test('results that can be told apart are given to all rows, however late, doubled or broken they come', async () => {
	const readable = oddities.filter(
		({ echo, badReads }) => ['asSent', 'doubled', 'oneIsStray'].includes(echo) && badReads <= 4,
	);
	await fc.assert(
		fc.asyncProperty(readable, async (odd) => {
			const api = oddApi(odd);
			const { summary } = await run(api, newProcess(), answered);
			expect([summary.found, summary.creditsUsed]).toEqual([LIST_LENGTH, LIST_LENGTH]);
			expect(api.submits).toBe(1);
		}),
		{ numRuns: 200 },
	);
});

test('another process reuses the batch, whatever is odd about a single result, and says which one', async () => {
	const known = oddities.filter(({ lagMs }) => lagMs <= 30_000);
	await fc.assert(
		fc.asyncProperty(
			known,
			fc.constantFrom(0, 15_000, 3_600_000),
			fc.constantFrom(30_000, 3_600_000),
			async (odd, staysMs, laterMs) => {
				const api = oddApi(odd);
				await run(api, newProcess(), { ...answered, staysMs });
				await api.clock.rest(laterMs);
				const startedAt = api.sentTo(SUBMIT).length;
				const { results, summary, notes } = await run(api, newProcess(), answered);
				expect([startedAt, api.submits]).toEqual([1, 1]);
				expect(summary.creditsUsed).toBe(0);
				const [batchId] = api.batches.keys();
				for (const { outcome, reusedFrom } of results)
					if (outcome === 'found') expect(reusedFrom).toMatchObject({ batchId });
				expect(notes.join(' ')).toMatch(/was reused: 0 credits used/);
			},
		),
		{ numRuns: 200 },
	);
});

test('two processes that start the same rows in the same moment: the receipt names the twin and its cost', async () => {
	const api = new FakeEnrich({ latencyMs: () => 100 });
	const both = await Promise.all([1, 2].map(() => run(api, newProcess(), answered)));
	expect(api.submits).toBe(2);
	const ids = [...api.batches.keys()];
	for (const { notes, results } of both) {
		expect(results.every(({ outcome }) => outcome === 'found')).toBe(true);
		expect(notes.join(' ')).toMatch(/by another process, with 12 credits set aside for it besides/);
		for (const id of ids) expect(notes.join(' ')).toContain(id);
	}
});

test('a process that starts the same rows a few seconds later waits for the batch of the other one', async () => {
	const api = new FakeEnrich();
	const first = run(api, newProcess(), answered);
	await api.clock.rest(2_000);
	const second = await run(api, newProcess(), answered);
	await first;
	expect(second.summary).toMatchObject({ found: LIST_LENGTH, creditsUsed: 0 });
	expect(api.submits).toBe(1);
});
