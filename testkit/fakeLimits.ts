import type { Plan } from '../shared/contract/plan';
import type { Clock } from '../shared/http/transport';

export type PlanLimits = Omit<Plan, 'name'>;
/** Which of the limits the headers report: the one that is used up first, the burst's, or none. */
export type LimitHeaders = 'tightest' | 'burst' | 'none';
/**
 * When a window begins: with the first call in it, or with each minute of the clock; or it is the
 * last minute at any time.
 */
export type WindowKind = 'fixed' | 'aligned' | 'sliding';

/** What the documentation does not say; default: what is usual. */
export interface LimitOddities {
	/** Default: fixed. */
	window?: WindowKind;
	/** Whether a refused call counts as well; default: it does, but in sliding windows. */
	countsRefused?: boolean;
	/** What a refusal says in place of the truth, in seconds; undefined: nothing. */
	retryAfter?: (seconds: number, refusals: number) => number | undefined;
}

/** So many calls in so much time. */
interface Limit {
	readonly limit: number;
	/** Whether one more call fits in. */
	hasRoom(now: number): boolean;
	take(now: number): void;
	remaining(now: number): number;
	/** Until a call fits in again, or the window ends. */
	msLeft(now: number): number;
}

class FixedWindow implements Limit {
	private used = 0;
	private endsAt = -Infinity;

	constructor(
		readonly limit: number,
		private readonly lengthMs: number,
		private readonly isAligned: boolean,
	) {}

	hasRoom(now: number): boolean {
		this.begin(now);
		return this.used < this.limit;
	}

	take(now: number): void {
		this.begin(now);
		this.used += 1;
	}

	remaining = () => Math.max(0, this.limit - this.used);
	msLeft = (now: number) => Math.max(1, this.endsAt - now);

	private begin(now: number): void {
		if (now < this.endsAt) return;
		this.used = 0;
		// Not at a round time of the tests' clock.
		const offset = Math.round(this.lengthMs * 0.37);
		const since = this.isAligned ? (now - offset) % this.lengthMs : 0;
		this.endsAt = now - since + this.lengthMs;
	}
}

class SlidingWindow implements Limit {
	private times: number[] = [];

	constructor(
		readonly limit: number,
		private readonly lengthMs: number,
	) {}

	hasRoom(now: number): boolean {
		this.forget(now);
		return this.times.length < this.limit;
	}

	take(now: number): void {
		this.forget(now);
		this.times.push(now);
	}

	remaining = () => Math.max(0, this.limit - this.times.length);
	msLeft(now: number): number {
		const deciding = this.times[Math.max(0, this.times.length - this.limit)];
		return Math.max(1, (deciding ?? now) + this.lengthMs - now);
	}

	private forget(now: number): void {
		let gone = 0;
		while (gone < this.times.length && (this.times[gone] as number) <= now - this.lengthMs) gone++;
		if (gone > 0) this.times.splice(0, gone);
	}
}

function limitsOf(plan: PlanLimits, method: string, kind: WindowKind): Limit[] {
	const limit = (calls: number, ms: number): Limit =>
		kind === 'sliding'
			? new SlidingWindow(calls, ms)
			: new FixedWindow(calls, ms, kind === 'aligned');
	return [
		limit(plan.burstPerSecond, 1000),
		limit(plan.perMinute, 60_000),
		...(method === 'POST' && plan.enrichmentPerMinute
			? [limit(plan.enrichmentPerMinute, 60_000)]
			: []),
	];
}

export interface Admission {
	headers: Record<string, string>;
	isRefused: boolean;
}

/** The rate limits of one organization, with headers of any of the styles that the API may have. */
export function fakeLimits(
	plan: PlanLimits,
	style: LimitHeaders,
	clock: Clock,
	{
		window: kind = 'fixed',
		countsRefused = kind !== 'sliding',
		retryAfter = (seconds) => seconds,
	}: LimitOddities = {},
) {
	const forPosts = limitsOf(plan, 'POST', kind);
	const forAll = forPosts.slice(0, 2);
	let refusals = 0;
	const seconds = (ms: number) => Math.ceil(ms / 1000);
	return function admit(method: string): Admission {
		const now = clock.now();
		const limits = method === 'POST' ? forPosts : forAll;
		const full = limits.filter((limit) => !limit.hasRoom(now));
		const isRefused = full.length > 0;
		if (!isRefused || countsRefused) for (const limit of limits) limit.take(now);
		const pace = (limit: Limit) => limit.remaining(now) / limit.msLeft(now);
		const tightest = limits.reduce((slowest, limit) =>
			pace(limit) < pace(slowest) ? limit : slowest,
		);
		const shown = style === 'burst' ? (limits[0] as Limit) : tightest;
		const reported = {
			'x-ratelimit-limit': String(shown.limit),
			'x-ratelimit-remaining': String(shown.remaining(now)),
			'x-ratelimit-reset': String(seconds(shown.msLeft(now))),
		};
		const waitMs = Math.max(0, ...full.map((limit) => limit.msLeft(now)));
		const wait = isRefused ? retryAfter(seconds(waitMs), ++refusals) : undefined;
		return {
			headers: {
				...(style === 'none' ? {} : reported),
				...(wait !== undefined && { 'retry-after': String(wait) }),
			},
			isRefused,
		};
	};
}

/**
 * The least milliseconds in which the limits let so many calls in, found by an oracle that sees
 * into them. `others`: calls a minute, evenly spread, that other programs make.
 */
export function quickest(
	plan: PlanLimits,
	method: string,
	calls: number,
	{ window: kind = 'fixed' }: LimitOddities,
	startsAt: number,
	others = 0,
): number {
	const limits = limitsOf(plan, method, kind);
	const fits = (now: number) => limits.every((limit) => limit.hasRoom(now));
	let left = calls;
	let nextOther = others > 0 ? startsAt : Infinity;
	for (let now = startsAt; ; now++) {
		if (now >= nextOther) {
			for (const limit of limits) if (fits(now)) limit.take(now);
			nextOther += 60_000 / others;
		}
		for (; left > 0 && fits(now); left--) for (const limit of limits) limit.take(now);
		if (left <= 0) return now - startsAt;
	}
}
