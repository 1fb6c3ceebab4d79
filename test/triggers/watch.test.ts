import * as fc from 'fast-check';
import type { Data } from '../../shared/contract/data';
import type { Transport } from '../../shared/http/transport';
import { enrich } from '../../shared/providers/enrich';
import { listJobs } from '../../shared/triggers/listJobs';
import {
	type BalanceSeen,
	endedJobs,
	type JobsSeen,
	watchBalance,
	watchJobs,
} from '../../shared/triggers/watch';
import { fakeClient } from '../../testkit/fakeClient';
import { seededRandom } from '../../testkit/fakeClock';
import { problem, success } from '../../testkit/fakeTransport';

const { listRevealJobs } = enrich.operations;

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

	/** The list as it stands now, in any order; pages may be smaller than was asked for. */
	transport(order: Order, perPage: number): Transport {
		const random = seededRandom(this.jobs.length);
		const listed = this.listed();
		if (order === 'newest') listed.reverse();
		if (order === 'shuffled')
			for (let i = listed.length - 1; i > 0; i--) {
				const j = Math.floor(random() * (i + 1));
				[listed[i], listed[j]] = [listed[j] as Job, listed[i] as Job];
			}
		this.calls = 0;
		return async ({ url }) => {
			if (this.calls++ === this.failsAfter) return problem(403);
			const page = Number(new URL(url).searchParams.get('page'));
			const first = (page - 1) * perPage;
			const jobs = listed.slice(first, first + perPage);
			return success({ jobs, total: listed.length, page, limit: perPage });
		};
	}

	list = (order: Order, perPage: number): Promise<Data[]> =>
		listJobs(fakeClient(this.transport(order, perPage)), listRevealJobs);
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
		/** What is remembered is saved only when something has started; then there is a restart. */
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
					listed = await account.list(one.order, one.perPage);
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

	describe.each([
		['dated 2099', '2099-01-01T00:00:00.000Z'],
		['dated before there were any', '0001-01-01T00:00:00Z'],
		['with an odd date', '13/2026'],
		['without a date', undefined],
	])('a job %s', (_what, createdAt) => {
		const odd = { ...job('odd'), createdAt };
		const from = (day: number, listed: Data[], seen?: JobsSeen) => {
			const news = watchJobs(seen, listed, START + day * DAY_MS);
			const stored = JSON.parse(JSON.stringify(news.seen)) as JobsSeen;
			return { seen: stored, ids: news.ended.map(({ jobId }) => jobId) };
		};

		test('starts once, for as long as it is listed, and keeps no other from starting', () => {
			let { seen } = from(0, [job('first')]);
			const starts: unknown[] = [];
			for (let day = 1; day < 200; day++) {
				const daily = job(`day ${day}`, { createdAt: at(START + day * DAY_MS) });
				const news = from(day, day > 2 ? [odd, daily] : [daily], seen);
				seen = news.seen;
				starts.push(...news.ids);
			}
			const days = Array.from({ length: 199 }, (_, i) => `day ${i + 1}`);
			expect(starts.sort()).toEqual([...days, 'odd'].sort());
			expect(Object.keys(seen.ended).length).toBeLessThan(35);
		});

		test('that was there at first does not start', () => {
			const { seen } = from(0, [odd]);
			const next = from(1, [odd, job('new', { createdAt: at(START + DAY_MS) })], seen);
			expect(next.ids).toEqual(['new']);
			expect(from(60, [odd], next.seen).ids).toEqual([]);
		});
	});

	test('a date in the future that is stored already keeps nothing from starting', () => {
		const seen = { ended: { odd: Date.parse('2099-01-01') / DAY_MS } };
		const { ended, seen: next } = watchJobs(seen, [job('new')], START);
		expect(ended.map(({ jobId }) => jobId)).toEqual(['new']);
		expect(Math.max(...Object.values(next.ended))).toBeLessThanOrEqual(START / DAY_MS + 1);
	});

	test('entries that are no jobs, or name no time, do no harm', () => {
		const { seen } = watchJobs(undefined, []);
		const odd = [{}, { jobId: 7, status: 'completed' }, { jobId: 'x', status: 'completed' }];
		const next = watchJobs(seen, [...odd, job('__proto__')]);
		expect(next.ended.map(({ jobId }) => jobId)).toEqual(['x', '__proto__']);
		expect(watchJobs(JSON.parse(JSON.stringify(next.seen)), odd).ended).toEqual([]);
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
