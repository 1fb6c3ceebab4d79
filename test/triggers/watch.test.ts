import * as fc from 'fast-check';
import type { Client } from '../../shared/http/client';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { readJobs } from '../../shared/triggers/readJobs';
import type { Data } from '../../shared/contract/operation';
import { listRevealJobs } from '../../shared/providers/enrich/operations';
import { RateLimiter } from '../../shared/http/rateLimiter';
import {
	type BalanceSeen,
	endedJobs,
	type JobsSeen,
	watchBalance,
	watchJobs,
} from '../../shared/triggers/watch';
import {
	errorOf,
	fakeClient,
	networkError,
	scripted,
	seededRandom,
	success,
} from '../../testkit/fakes';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.parse('2026-06-01T10:00:00.000Z');
const at = (ms: number) => new Date(ms).toISOString();

interface Job {
	jobId: string;
	status: string;
	createdAt: string;
	completedAt?: string | null;
}

type Order = 'newest' | 'oldest' | 'shuffled';
const ORDERS: Order[] = ['newest', 'oldest', 'shuffled'];

/** Jobs that come and end, and the list of those of the last 30 days. */
class Account {
	now = START;
	jobs: Job[] = [];
	/** Calls of the next reading that are answered before one fails; undefined: none fails. */
	failsAfter?: number;
	calls = 0;

	create(): Job {
		const jobId = `rj_${this.jobs.length + 1}`;
		const job = { jobId, status: 'pending', createdAt: at(this.now) };
		this.jobs.push(job);
		return job;
	}

	end(job: Job | undefined, status: 'completed' | 'failed'): void {
		if (job?.status === 'pending')
			Object.assign(job, { status, completedAt: status === 'failed' ? null : at(this.now) });
	}

	listed(): Job[] {
		return this.jobs.filter((job) => Date.parse(job.createdAt) >= this.now - 30 * DAY_MS);
	}

	client(order: Order, perPage: number): Client {
		const random = seededRandom(this.jobs.length);
		const listed = this.listed();
		if (order === 'newest') listed.reverse();
		if (order === 'shuffled')
			for (let i = listed.length - 1; i > 0; i--) {
				const j = Math.floor(random() * (i + 1));
				[listed[i], listed[j]] = [listed[j] as Job, listed[i] as Job];
			}
		this.calls = 0;
		return {
			rateLimiter: new RateLimiter({ now: () => this.now, random: () => 0, sleep: async () => {} }),
			now: () => this.now,
			sleep: async () => {},
			call: async (_operation, input, stopped) => {
				await Promise.resolve();
				const early = stopped?.();
				if (early) throw early;
				if (this.calls++ === this.failsAfter)
					throw new ConnectorError({ kind: 'rateLimited', status: 429 });
				const first = (Number(input.page) - 1) * perPage;
				const jobs = listed.slice(first, first + perPage).map((job) => ({ ...job }));
				const data = { jobs, total: listed.length, page: input.page, limit: perPage };
				return { data, receipt: { creditsUsed: null, creditsRemaining: null } };
			},
		};
	}
}

const step = fc.oneof(
	fc.record({ do: fc.constant('create' as const), isOver: fc.boolean() }),
	fc.record({
		do: fc.constant('end' as const),
		which: fc.nat(40),
		status: fc.constantFrom('completed' as const, 'failed' as const),
	}),
	fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 0, max: 20 }) }),
	fc.record({
		do: fc.constant('poll' as const),
		order: fc.constantFrom(...ORDERS),
		perPage: fc.integer({ min: 1, max: 5 }),
		failsAfter: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
		/** n8n saves what is remembered only when something has started; then it is restarted. */
		restarts: fc.boolean(),
	}),
);

test('every job that ends starts exactly once, whatever happens in between', async () => {
	const run = async (steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
		const account = new Account();
		let seen: JobsSeen | undefined;
		let saved: JobsSeen | undefined;
		const started: string[] = [];
		const expected = new Set<string>();
		const old = new Set<string>();

		for (const one of steps) {
			account.now += 1000;
			if (one.do === 'create') {
				const job = account.create();
				if (one.isOver) account.end(job, 'completed');
			} else if (one.do === 'end') {
				account.end(account.jobs[one.which], one.status);
			} else if (one.do === 'wait') {
				account.now += one.days * DAY_MS;
			} else {
				if (one.restarts) seen = structuredClone(saved);
				account.failsAfter = one.failsAfter;
				let listed: Data[];
				try {
					listed = await readJobs(account.client(one.order, one.perPage), listRevealJobs);
				} catch {
					continue;
				}
				for (const { jobId, status } of account.listed())
					if (status !== 'pending' && !old.has(jobId)) (seen ? expected : old).add(jobId);
				const before = JSON.stringify(seen);
				const news = watchJobs(seen, listed);
				expect(JSON.stringify(seen)).toBe(before);
				started.push(...news.ended.map(({ jobId }) => String(jobId)));
				const isSaved = !seen || news.ended.length > 0;
				seen = JSON.parse(JSON.stringify(news.seen)) as JobsSeen;
				if (isSaved) saved = structuredClone(seen);
				// Bounded: all that is remembered is about as young as a list can hold.
				const held = account.jobs.filter(({ jobId }) => jobId in (seen as JobsSeen).ended);
				const times = [...held, ...account.listed()].map(({ createdAt }) => Date.parse(createdAt));
				expect(Math.max(...times) - Math.min(...times)).toBeLessThan(32 * DAY_MS);
			}
		}
		expect([...started].sort()).toEqual([...expected].sort());
	};
	await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), run), {
		numRuns: 300,
	});
});

describe('a watch on jobs', () => {
	const job = (jobId: string, more: Partial<Job> = {}): Data => ({
		jobId,
		status: 'completed',
		createdAt: at(START),
		...more,
	});

	test('several ends come in the order in which they happened', () => {
		const { seen } = watchJobs(undefined, []);
		const jobs = [
			job('late', { completedAt: at(START + 3000) }),
			job('failed', { status: 'failed', createdAt: at(START + 2000) }),
			job('early', { completedAt: at(START + 1000) }),
			job('open', { status: 'processing' }),
		];
		const { ended } = watchJobs(seen, jobs);
		expect(ended.map(({ jobId }) => jobId)).toEqual(['early', 'failed', 'late']);
	});

	test('a job that stands on two pages counts once, and as ended', () => {
		const jobs = [job('a'), job('a', { status: 'processing' }), job('a')];
		expect(endedJobs(jobs)).toEqual([jobs[2]]);
	});

	test('what is older than the list can be is forgotten', () => {
		const first = watchJobs(undefined, [job('old')]);
		const later = [job('new', { createdAt: at(START + 40 * DAY_MS) })];
		const { seen, ended } = watchJobs(first.seen, later);
		expect(Object.keys(seen.ended)).toEqual(['new']);
		expect(ended).toEqual(later);
		// Even if a list goes further back, it does not start again.
		expect(watchJobs(seen, [...later, job('old')]).ended).toEqual([]);
	});

	test('entries that are no jobs, or tell no time, do no harm', () => {
		const { seen } = watchJobs(undefined, []);
		const odd = [{}, { jobId: 7, status: 'completed' }, { jobId: 'x', status: 'completed' }];
		const next = watchJobs(seen, [...odd, job('__proto__')]);
		expect(next.ended.map(({ jobId }) => jobId)).toEqual(['x', '__proto__']);
		expect(watchJobs(JSON.parse(JSON.stringify(next.seen)), odd).ended).toEqual([]);
	});
});

describe('reading a list', () => {
	test('jobs that come in while it is read hide none', async () => {
		const account = new Account();
		for (let i = 0; i < 6; i++) account.create();
		const { call, ...rest } = account.client('newest', 2);
		let calls = 0;
		const growing: Client = {
			...rest,
			call: (...args) => {
				if (++calls === 2) account.create();
				return (calls < 2 ? call : account.client('newest', 2).call)(...args);
			},
		};
		const ids = new Set((await readJobs(growing, listRevealJobs)).map(({ jobId }) => jobId));
		for (let i = 1; i <= 6; i++) expect(ids).toContain(`rj_${i}`);
	});

	test.each([
		['no list', { total: 1, page: 1, limit: 100 }],
		['no total', { jobs: [], page: 1, limit: 100 }],
		['no page size', { jobs: [], total: 3, page: 1, limit: 0 }],
	])('an answer with %s is not taken for an empty list', async (_, data) => {
		const client = fakeClient(scripted(success(data)));
		expect((await errorOf(readJobs(client, listRevealJobs))).kind).toBe('unreadable');
	});

	test('a total that is never reached does not keep it reading', async () => {
		const empty = success({ jobs: [], total: 1_000_000, page: 1, limit: 100 });
		const transport = scripted(empty);
		expect(await readJobs(fakeClient(transport), listRevealJobs)).toEqual([]);
		expect(transport.requests.length).toBeLessThan(10);
	});

	test('is sent again when the network fails, as it is free', async () => {
		const jobs = [{ jobId: 'rj_1' }];
		const page = success({ jobs, total: 1, page: 1, limit: 100 });
		const transport = scripted(networkError('ECONNRESET'), page);
		expect(await readJobs(fakeClient(transport), listRevealJobs)).toEqual(jobs);
	});
});

test('a balance starts once each time it falls below the threshold', () => {
	const balances = fc.array(fc.nat(20), { minLength: 1 });
	fc.assert(
		fc.property(balances, fc.integer({ min: 1, max: 20 }), (looks, threshold) => {
			let seen: BalanceSeen | undefined;
			const fallen = looks.map((balance) => {
				const look = watchBalance(seen, balance, threshold);
				seen = look.seen;
				return look.hasFallen;
			});
			expect(fallen).toEqual(
				looks.map((balance, i) => balance < threshold && !((looks[i - 1] ?? Infinity) < threshold)),
			);
		}),
	);
});
