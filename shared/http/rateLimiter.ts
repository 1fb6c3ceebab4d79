import type { Operation } from '../contract/operation';
import type { Plan } from '../contract/plan';
import type { Clock } from './transport';

export const RATE_LIMITS = {
	/**
	 * Calls in flight at most. Before the first answer: the smallest plan's burst; where the API
	 * names no limits: a polite number; else enough for a large plan at a second's latency, as the
	 * learned pace rules below that.
	 */
	maxInFlight: { unknown: 5, none: 10, known: 64 },
	burstUnknown: 5,
	/** Share of a window left unused, for clocks that differ and calls that overtake each other. */
	reserve: 0.02,
};

/** Calls that share a limit: enrichment POSTs and submits have each their own. */
export type Bucket = 'read' | 'write' | 'submit';

export const bucketOf = ({ method, billing }: Pick<Operation, 'method' | 'billing'>): Bucket =>
	method === 'GET' ? 'read' : billing === 'reservesAtSubmit' ? 'submit' : 'write';

export interface Ticket {
	bucket: Bucket;
	number: number;
	sentAt: number;
}

export interface Released {
	headers?: Record<string, string | undefined>;
	/** A usable answer came. */
	isGood?: boolean;
	/** A 429 came: no call may leave for so many milliseconds. */
	heldMs?: number;
}

/** One rate-limit window as the API last described it, brought forward by what was sent since. */
interface Window {
	limit: number;
	left: number;
	startsAt: number;
	endsAt: number;
	/** No answer has told this window's end yet. */
	isGuess: boolean;
	lengthMs: number;
}

class BucketState {
	readonly windows = new Map<number, Window>();
	/** How many calls each run still has open. */
	readonly runs = new Set<() => number>();
	sent = 0;
	inFlight = 0;
	lastSentAt = -Infinity;
	heldUntil = 0;
	/** Resolves when it is the next call's turn. */
	queue: Promise<void> = Promise.resolve();

	/** Calls that are still to be sent. */
	get backlog(): number {
		return Math.max(1, [...this.runs].reduce((sum, open) => sum + open(), 0) - this.inFlight);
	}
}

/**
 * Decides when the next call may leave. It is never told the plan: it learns limits from
 * `X-RateLimit-*`, spreads a long run over the window, sends a short one at once, and stands
 * still for as long as a 429 says. One pacer serves all calls that share an API key.
 */
export class RateLimiter {
	private readonly buckets: Record<Bucket, BucketState> = {
		read: new BucketState(),
		write: new BucketState(),
		submit: new BucketState(),
	};
	/** When the last calls left, up to a burst of them. */
	private recent: number[] = [];
	private burst: number = RATE_LIMITS.burstUnknown;
	private isBurstReported = false;
	private inFlight = 0;
	private maxInFlight: number = RATE_LIMITS.maxInFlight.unknown;
	private slowedAt = -Infinity;
	private readonly waiting = new Set<() => void>();
	/** What the answers so far have said of limits. */
	private limits: 'unknown' | 'none' | 'known' = 'unknown';
	/** Exchanges of late: how long the quickest and the slowest took. */
	private readonly tookMs = { least: Infinity, most: 0 };

	/** @param plans Documented limits; one of them is recognised by a limit that an answer reports. */
	constructor(
		private readonly clock: Clock,
		private readonly plans: readonly Plan[] = [],
	) {}

	/**
	 * A run tells how many calls it has open, so that the pacer knows whether they fit into what
	 * is left. Call the answer when the run is over.
	 */
	announce(bucket: Bucket, open: () => number): () => void {
		this.buckets[bucket].runs.add(open);
		return () => this.buckets[bucket].runs.delete(open);
	}

	/** Waits for this call's turn, first come first served. Undefined: the signal fired before. */
	async acquire(name: Bucket, signal?: AbortSignal): Promise<Ticket | undefined> {
		const bucket = this.buckets[name];
		const before = bucket.queue;
		let release: () => void = () => {};
		bucket.queue = new Promise((resolve) => (release = resolve));
		await before;
		try {
			while (!signal?.aborted) {
				if (this.inFlight >= this.maxInFlight) {
					await this.nextSettled(signal);
					continue;
				}
				const waitMs = this.waitMs(bucket, this.clock.now());
				if (waitMs <= 0) return this.send(name, bucket);
				await this.clock.sleep(waitMs, signal);
			}
			return undefined;
		} finally {
			release();
		}
	}

	/** Every ticket comes back, with what came of it. */
	release(ticket: Ticket, { headers = {}, isGood = false, heldMs }: Released = {}): void {
		const bucket = this.buckets[ticket.bucket];
		const now = this.clock.now();
		this.inFlight -= 1;
		bucket.inFlight -= 1;
		if (this.learn(ticket, bucket, headers, now)) {
			// From here on the limits themselves say how much may be under way.
			if (this.limits !== 'known') this.maxInFlight = Math.max(this.maxInFlight, this.burst);
			this.limits = 'known';
		} else if (this.limits === 'unknown' && isGood) this.limits = 'none';
		if (isGood) this.maxInFlight += 1;
		if (heldMs !== undefined) {
			bucket.heldUntil = Math.max(bucket.heldUntil, now + heldMs);
			// Refusals come in groups: only calls that left since the last slowing down count again.
			if (ticket.sentAt >= this.slowedAt) {
				this.maxInFlight = Math.max(1, Math.floor(this.maxInFlight / 2));
				this.slowedAt = now;
			}
		}
		this.maxInFlight = Math.min(RATE_LIMITS.maxInFlight[this.limits], this.maxInFlight);
		for (const wake of this.waiting) wake();
	}

	private async nextSettled(signal?: AbortSignal): Promise<void> {
		let wake: () => void = () => {};
		const woken = new Promise<void>((resolve) => (wake = resolve));
		this.waiting.add(wake);
		signal?.addEventListener('abort', wake);
		await woken;
		this.waiting.delete(wake);
		signal?.removeEventListener('abort', wake);
	}

	private send(name: Bucket, bucket: BucketState): Ticket {
		const now = this.clock.now();
		for (const window of bucket.windows.values()) {
			if (now >= window.endsAt) {
				const endsAt = now + window.lengthMs;
				Object.assign(window, { left: window.limit, startsAt: now, endsAt, isGuess: true });
			}
			window.left -= 1;
		}
		this.inFlight += 1;
		bucket.inFlight += 1;
		bucket.sent += 1;
		bucket.lastSentAt = now;
		this.recent = [...this.recent.slice(1 - this.burst), now];
		return { bucket: name, number: bucket.sent, sentAt: now };
	}

	private waitMs(bucket: BucketState, now: number): number {
		const windows = [...bucket.windows.values()];
		const spacing = Math.max(0, ...windows.map((window) => spacingMs(bucket, window, now)));
		const fitsIn = windows.every((window) => bucket.backlog <= leftIn(window, now));
		const spreadMs = fitsIn ? 0 : bucket.lastSentAt + spacing - now;
		// A second's calls must not be overtaken by the next second's; what is spread cannot be.
		const overtakenMs = Math.max(0, this.tookMs.most - this.tookMs.least);
		const apartMs = Math.max(0, Math.min(overtakenMs, this.burst * spacing - 1000));
		return Math.max(bucket.heldUntil - now, this.burstWaitMs(now, apartMs), spreadMs);
	}

	/** At most `burst` calls within any second. */
	private burstWaitMs(now: number, apartMs: number): number {
		if (this.limits === 'none') return 0;
		const first = this.recent[this.recent.length - this.burst];
		return first === undefined ? 0 : first + 1000 + apartMs - now;
	}

	private learn(
		ticket: Ticket,
		bucket: BucketState,
		headers: Record<string, string | undefined>,
		now: number,
	): boolean {
		const [limit, remaining, resetSeconds] = ['limit', 'remaining', 'reset'].map((name) =>
			toNumber(headers[`x-ratelimit-${name}`]),
		);
		if (
			!limit ||
			limit < 1 ||
			remaining === undefined ||
			resetSeconds === undefined ||
			resetSeconds > 86_400
		)
			return false;
		this.time(now - ticket.sentAt);

		const known = bucket.windows.get(limit);
		if (!known && resetSeconds <= 1) {
			// Seconds are over before their answer is here: only the limit itself is of use.
			this.burst = limit;
			this.isBurstReported = true;
			return true;
		}
		if (!this.isBurstReported || this.burst === limit) this.burst = this.burstOf(limit);
		// An answer to a call of the last window says nothing about this one.
		if (known && ticket.sentAt < known.startsAt) return true;
		// The latest end possible, as resets count from somewhere before `now` and are rounded up.
		const endsAt = now + resetSeconds * 1000;
		const isSame = known !== undefined && endsAt <= known.endsAt + known.lengthMs / 2;
		bucket.windows.set(limit, {
			limit,
			left: remaining - (bucket.sent - ticket.number),
			startsAt: isSame ? known.startsAt : ticket.sentAt,
			endsAt: isSame && !known.isGuess ? Math.min(known.endsAt, endsAt) : endsAt,
			isGuess: false,
			lengthMs: Math.max(known?.lengthMs ?? 0, resetSeconds * 1000),
		});
		return true;
	}

	/** The burst of the documented plan with this limit; elsewhere a tenth of a limit is safe. */
	private burstOf(limit: number): number {
		const plan = this.plans.find(
			({ perMinute, enrichmentPerMinute }) => perMinute === limit || enrichmentPerMinute === limit,
		);
		return plan?.burstPerSecond ?? Math.max(1, Math.floor(limit / 10));
	}

	private time(ms: number): void {
		const { least, most } = this.tookMs;
		this.tookMs.least = Math.min(ms, least === Infinity ? ms : least + (ms - least) / 100);
		this.tookMs.most = Math.max(ms, most + (ms - most) / 100);
	}
}

const leftIn = (window: Window, now: number) => (now >= window.endsAt ? window.limit : window.left);

/** Milliseconds from call to call so that they spread evenly over what is left of the window. */
function spacingMs(bucket: BucketState, window: Window, now: number): number {
	const isOver = now >= window.endsAt;
	const usable = leftIn(window, now) - Math.floor(window.limit * RATE_LIMITS.reserve);
	const remainingMs = isOver ? window.lengthMs : window.endsAt - bucket.lastSentAt;
	return usable <= 0 ? remainingMs : remainingMs / (usable + (isOver ? 0 : 1));
}

function toNumber(text: string | undefined): number | undefined {
	const number = text === undefined || text.trim() === '' ? NaN : Number(text);
	return Number.isFinite(number) && number >= 0 ? number : undefined;
}
