import type { Operation } from '../contract/operation';
import type { Plan } from '../contract/plan';
import { BackOff } from './backOff';
import { type LimitReport, RateWindow, type Sending } from './rateWindow';
import { SendLog } from './sendLog';
import type { Clock } from './transport';

export const RATE_LIMITS = {
	/**
	 * Calls in flight at most. Before the first answer: the smallest plan's burst; where nobody
	 * names limits: a polite number; else enough for a large plan at seconds of latency, as the
	 * learned limits rule below that.
	 */
	maxInFlight: { unknown: 5, none: 10, known: 256 },
	burstUnknown: 5,
	/** From the first answer on, bursts double in so many milliseconds: others may start as well. */
	burstDoublesMs: 800,
	/** So many tests of a very long Retry-After in a row show that it is meant for everybody. */
	maxTests: 5,
};

/** Calls that share a limit: enrichment POSTs and submits have each their own. */
export type Bucket = 'read' | 'write' | 'submit';

export const bucketOf = ({ method, billing }: Pick<Operation, 'method' | 'billing'>): Bucket =>
	method === 'GET' ? 'read' : billing === 'reservesAtSubmit' ? 'submit' : 'write';

export interface Ticket extends Sending {
	bucket: Bucket;
}

export interface Released {
	headers?: Record<string, string | undefined>;
	/** The call was not sent after all. */
	isUnsent?: boolean;
	/** A usable answer came. */
	isGood?: boolean;
	/** A 429 came, and when it said that calls are taken again, in milliseconds. */
	refused?: { retryAfterMs?: number };
}

export interface AcquireOptions {
	signal?: AbortSignal;
	/** When to give up, milliseconds since the epoch; default: never. */
	until?: number;
	/** The call was sent before: it goes first. */
	isRetry?: boolean;
}

/** A call that waits for its turn. */
interface Waiter {
	until: number;
	settle: (ticket?: Ticket) => void;
}

/** The longest window that is remembered, and some more. */
const KEPT_MS = 600_000;

class BucketState {
	readonly sends = new SendLog(KEPT_MS);
	/** By limit. */
	readonly windows = new Map<number, RateWindow>();
	readonly backOff = new BackOff();
	/** When good answers came. */
	readonly answers = new SendLog(KEPT_MS);
	waiters: Waiter[] = [];
	/** Calls that go on only when another one gets through. */
	readonly doubters = new Set<(isOpen: boolean) => void>();
	inFlight = 0;
	wakesAt = Infinity;

	constructor(readonly name: Bucket) {}
}

/**
 * Decides when the next call may leave. It is never told the plan: it learns limits from
 * `X-RateLimit-*` or, where there are none, from refusals. It uses up a limit as soon as it can,
 * leaves other programs with the same key their part, and stands still for as long as a 429 says.
 * One limiter serves all calls of a process that share an API key.
 */
export class RateLimiter {
	private readonly buckets: Record<Bucket, BucketState> = {
		read: new BucketState('read'),
		write: new BucketState('write'),
		submit: new BucketState('submit'),
	};
	/** All buckets' calls: bursts are counted over all of them. */
	private readonly sends = new SendLog(10_000);
	private burst: number = RATE_LIMITS.burstUnknown;
	private isBurstReported = false;
	private inFlight = 0;
	private maxInFlight: number = RATE_LIMITS.maxInFlight.unknown;
	private firstAnswerAt = Infinity;
	/** What the answers so far have said of limits. */
	private limits: 'unknown' | 'none' | 'known' = 'unknown';
	/** Exchanges of late: how long the quickest and the slowest took. */
	private readonly tookMs = { least: Infinity, most: 0 };
	/** Of all good answers. */
	private quickestMs = Infinity;

	/** @param plans Documented limits; one of them is recognised by a limit that an answer reports. */
	constructor(
		private readonly clock: Clock,
		private readonly plans: readonly Plan[] = [],
	) {}

	/**
	 * Paid lookups that one window lets through, as answers report it or the plan that they show
	 * documents it; undefined: nothing is known of it yet.
	 */
	get lookupsPerWindow(): number | undefined {
		const reported = Object.values(this.buckets).flatMap(({ windows }) => [...windows.keys()]);
		const documented = reported.map((limit) => this.planWith(limit)?.enrichmentPerMinute);
		const own = [...this.buckets.write.windows.keys()];
		const limits = [...own, ...documented].filter((limit) => limit !== undefined);
		return limits.length > 0 ? Math.min(...limits) : undefined;
	}

	/**
	 * Waits for this call's turn, first come first served. Undefined: the signal fired before, or
	 * the turn cannot come before `until`.
	 */
	acquire(
		name: Bucket,
		{ signal, until = Infinity, isRetry = false }: AcquireOptions = {},
	): Promise<Ticket | undefined> {
		const bucket = this.buckets[name];
		return new Promise((resolve) => {
			if (signal?.aborted) return resolve(undefined);
			const waiter: Waiter = {
				until,
				settle(ticket) {
					signal?.removeEventListener('abort', abort);
					resolve(ticket);
				},
			};
			const abort = () => {
				bucket.waiters = bucket.waiters.filter((other) => other !== waiter);
				waiter.settle();
				this.advance(bucket);
			};
			signal?.addEventListener('abort', abort);
			if (isRetry) bucket.waiters.unshift(waiter);
			else bucket.waiters.push(waiter);
			this.advance(bucket);
		});
	}

	/** Every ticket comes back, with what came of it. */
	release(
		ticket: Ticket,
		{ headers = {}, isUnsent = false, isGood = false, refused }: Released = {},
	): void {
		const bucket = this.buckets[ticket.bucket];
		const now = this.clock.now();
		this.inFlight -= 1;
		bucket.inFlight -= 1;
		if (isUnsent) for (const sends of [bucket.sends, this.sends]) sends.undo(ticket.sentAt);
		const report = toReport(headers);
		for (const window of bucket.windows.values()) {
			if (!isUnsent && window.limit !== report?.limit) window.miss(now);
		}
		this.learn(ticket, bucket, report, isGood, now);
		if (isGood) {
			this.maxInFlight += 1;
			bucket.answers.add(now);
			bucket.backOff.answered(ticket.sentAt, bucket.answers.between(now - 1000, now));
			this.settleDoubters(bucket, true);
		}
		if (refused) this.slowDown(ticket, bucket, refused.retryAfterMs, now);
		this.maxInFlight = Math.min(this.inFlightBound(), this.maxInFlight);
		this.advanceAll();
	}

	/** A call that backs off keeps its place, so that not all others meet the same trouble. */
	occupy(): () => void {
		this.inFlight += 1;
		return () => {
			this.inFlight -= 1;
			// The call itself comes first.
			void Promise.resolve().then(() => this.advanceAll());
		};
	}

	/**
	 * For a call that was refused for longer than it may wait: whether another one gets through
	 * before `until`. False as soon as nobody is left to try.
	 */
	async othersGetThrough(
		name: Bucket,
		{ signal, until = Infinity }: AcquireOptions = {},
	): Promise<boolean> {
		const bucket = this.buckets[name];
		const end = new AbortController();
		let isOpen = false;
		const doubter = (answer: boolean) => {
			isOpen = answer;
			end.abort();
		};
		const cancel = () => doubter(false);
		signal?.addEventListener('abort', cancel);
		bucket.doubters.add(doubter);
		this.giveUpDoubting(bucket);
		const { signal: ended } = end;
		if (!ended.aborted) await this.clock.sleep(until - this.clock.now(), ended);
		bucket.doubters.delete(doubter);
		signal?.removeEventListener('abort', cancel);
		return isOpen;
	}

	/** Milliseconds for which nothing leaves because of a refusal. */
	heldMs(name: Bucket): number {
		return Math.max(0, this.buckets[name].backOff.heldUntil - this.clock.now());
	}

	private advanceAll(): void {
		for (const bucket of Object.values(this.buckets)) this.advance(bucket);
	}

	/** Gives tickets to all whose turn it is. */
	private advance(bucket: BucketState): void {
		for (;;) {
			const now = this.clock.now();
			if (bucket.waiters.length === 0) break;
			const waitMs = this.isFull(bucket) ? Infinity : this.waitMs(bucket, now);
			// Whose turn it is need not wait: nobody is too late, not even with no time to wait at all.
			if (waitMs <= 0) {
				bucket.waiters.shift()?.settle(this.send(bucket, now));
				continue;
			}
			// Without an end, the next release decides.
			const isKnown = waitMs < Infinity;
			this.dropLate(bucket, isKnown ? now + waitMs : now);
			if (isKnown && bucket.waiters.length > 0) this.wakeIn(bucket, waitMs, now);
			break;
		}
		this.giveUpDoubting(bucket);
	}

	private inFlightBound(): number {
		const { [this.limits]: bound, known } = RATE_LIMITS.maxInFlight;
		if (this.limits !== 'none') return bound;
		// The answers do not name limits, but the documentation may: enough for the largest plan.
		const perMs = Math.max(0, ...this.plans.map(({ perMinute }) => perMinute)) / 60_000;
		// The quickest of all answers counts: a machine that is busy itself must not send even more.
		return Math.min(known, Math.max(bound, Math.ceil(perMs * this.quickestMs)));
	}

	private isFull(bucket: BucketState): boolean {
		return this.inFlight >= this.maxInFlight || (bucket.backOff.isTesting && bucket.inFlight > 0);
	}

	/** Those whose time is over before `time`. */
	private dropLate(bucket: BucketState, time: number): void {
		const late = bucket.waiters.filter(({ until }) => until < time);
		if (late.length === 0) return;
		bucket.waiters = bucket.waiters.filter(({ until }) => until >= time);
		for (const { settle } of late) settle();
	}

	private wakeIn(bucket: BucketState, waitMs: number, now: number): void {
		const at = now + waitMs;
		if (bucket.wakesAt <= at && bucket.wakesAt > now) return;
		bucket.wakesAt = at;
		void this.clock.sleep(waitMs).then(() => {
			if (bucket.wakesAt === at) bucket.wakesAt = Infinity;
			this.advance(bucket);
		});
	}

	private send(bucket: BucketState, now: number): Ticket {
		for (const window of bucket.windows.values()) window.take(now);
		bucket.sends.add(now);
		this.sends.add(now);
		this.inFlight += 1;
		const underWay = bucket.inFlight++;
		return { bucket: bucket.name, number: bucket.sends.count, sentAt: now, underWay };
	}

	private waitMs(bucket: BucketState, now: number): number {
		const { backOff, sends, inFlight } = bucket;
		const marginMs = this.overtakenMs;
		const windows = [...bucket.windows.values()];
		return Math.max(
			backOff.heldUntil - now,
			sends.paceWaitMs(backOff.pace, now),
			this.burstWaitMs(bucket, now),
			...windows.map((window) => window.waitMs(now, marginMs, inFlight)),
		);
	}

	/** At most `burst` calls within any second. */
	private burstWaitMs(bucket: BucketState, now: number): number {
		if (this.limits === 'none') return 0;
		const doublings = Math.max(0, now - this.firstAnswerAt) / RATE_LIMITS.burstDoublesMs;
		const cautious = RATE_LIMITS.burstUnknown * 2 ** Math.min(20, doublings);
		const burst = Math.max(1, Math.floor(Math.min(this.burst, cautious)));
		const first = this.sends.last(burst);
		if (first === undefined) return 0;
		// A second's calls must not be overtaken by the next second's, where there is time for that.
		const windows = [...bucket.windows.values()];
		const spareMs = Math.max(0, ...windows.map(({ evenMs }) => this.burst * evenMs)) - 1000;
		const apartMs = Math.max(0, Math.min(this.overtakenMs, spareMs));
		return first + 1000 + apartMs - now;
	}

	/** How much later one call may arrive than another. */
	private get overtakenMs(): number {
		return Math.max(0, this.tookMs.most - this.tookMs.least);
	}

	private learn(
		ticket: Ticket,
		bucket: BucketState,
		report: LimitReport | undefined,
		isGood: boolean,
		now: number,
	): void {
		if (report ?? isGood) {
			this.firstAnswerAt = Math.min(this.firstAnswerAt, now);
			this.time(now - ticket.sentAt);
		}
		if (!report) {
			if (this.limits === 'unknown' && isGood) this.limits = 'none';
			return;
		}
		this.learnWindow(ticket, bucket, report, now);
		// From here on the limits themselves say how much may be under way.
		if (this.limits !== 'known') this.maxInFlight = Math.max(this.maxInFlight, this.burst);
		this.limits = 'known';
	}

	private learnWindow(ticket: Ticket, bucket: BucketState, report: LimitReport, now: number): void {
		const { limit } = report;
		const known = bucket.windows.get(limit);
		if (!known && report.resetMs <= 1000) {
			// Seconds are over before their answer is here: only the limit is of use.
			this.burst = limit;
			this.isBurstReported = true;
			return;
		}
		if (!this.isBurstReported || this.burst === limit) this.burst = this.burstOf(limit);
		if (known) known.learn(report, ticket, now);
		else bucket.windows.set(limit, new RateWindow(bucket.sends, report, ticket, now));
	}

	private slowDown(
		ticket: Ticket,
		bucket: BucketState,
		retryAfterMs: number | undefined,
		now: number,
	): void {
		const { answers, backOff } = bucket;
		const random = this.clock.random();
		const isNew = backOff.refused(ticket.sentAt, now, retryAfterMs, answers, random);
		if (isNew) this.maxInFlight = Math.max(1, Math.floor(this.maxInFlight / 2));
	}

	private giveUpDoubting(bucket: BucketState): void {
		const isAlone = bucket.waiters.length === 0 && bucket.inFlight === 0;
		if (isAlone || bucket.backOff.refusals >= RATE_LIMITS.maxTests)
			this.settleDoubters(bucket, false);
	}

	private settleDoubters(bucket: BucketState, isOpen: boolean): void {
		for (const settle of bucket.doubters) settle(isOpen);
		bucket.doubters.clear();
	}

	/** The burst of the documented plan with this limit; elsewhere a tenth of a limit is safe. */
	private burstOf(limit: number): number {
		return this.planWith(limit)?.burstPerSecond ?? Math.max(1, Math.floor(limit / 10));
	}

	private planWith(limit: number): Plan | undefined {
		return this.plans.find(
			({ perMinute, enrichmentPerMinute }) => perMinute === limit || enrichmentPerMinute === limit,
		);
	}

	private time(ms: number): void {
		this.quickestMs = Math.min(this.quickestMs, ms);
		const { least, most } = this.tookMs;
		this.tookMs.least = Math.min(ms, least === Infinity ? ms : least + (ms - least) / 100);
		this.tookMs.most = Math.max(ms, most + (ms - most) / 100);
	}
}

/** Undefined: the headers are missing, or say nothing of use. */
function toReport(headers: Record<string, string | undefined>): LimitReport | undefined {
	const [limit, remaining, resetSeconds] = ['limit', 'remaining', 'reset'].map((name) =>
		toNumber(headers[`x-ratelimit-${name}`]),
	);
	if (!limit || limit < 1 || remaining === undefined || resetSeconds === undefined)
		return undefined;
	// A time of day, for instance.
	if (resetSeconds > 86_400) return undefined;
	return { limit, remaining, resetMs: resetSeconds * 1000 };
}

function toNumber(text: string | undefined): number | undefined {
	const number = text === undefined || text.trim() === '' ? NaN : Number(text);
	return Number.isFinite(number) && number >= 0 ? number : undefined;
}
