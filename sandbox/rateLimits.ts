import { PLANS } from '../shared/errors/errorTable';

export type Plan = 'free' | 'growth' | 'scale' | 'pro' | 'enterprise' | 'unlimited';
export const PLAN_NAMES: readonly Plan[] = [
	'free',
	'growth',
	'scale',
	'pro',
	'enterprise',
	'unlimited',
];

/** Which window the headers describe: the API's documentation does not say. */
export type HeaderStyle = 'tightest' | 'burst' | 'none';
export const HEADER_STYLES: readonly HeaderStyle[] = ['tightest', 'burst', 'none'];

/** Batches that may be submitted per second and per minute; Enterprise has no limits of its own. */
const BULK: Partial<Record<Plan, [perSecond: number, perMinute: number]>> = {
	free: [1, 2],
	growth: [3, 10],
	scale: [5, 20],
	pro: [10, 50],
};

export type CallKind = 'other' | 'enrichment' | 'bulk';

/** A fixed window: it begins with the first call in it and takes `limit` calls. */
class Window {
	private count = 0;
	private endsAt = 0;

	constructor(
		readonly limit: number,
		private readonly lengthMs: number,
	) {}

	/** Counts a call; false: it is one too many. */
	take(now: number): boolean {
		if (now >= this.endsAt) {
			this.count = 0;
			this.endsAt = now + this.lengthMs;
		}
		this.count++;
		return this.count <= this.limit;
	}

	get remaining(): number {
		return Math.max(0, this.limit - this.count);
	}

	msLeft(now: number): number {
		return this.endsAt - now;
	}
}

export interface Admission {
	headers: Record<string, string>;
	/** Set when the call is refused: seconds as they stand in `Retry-After`. */
	retryAfter?: string;
}

/** The limits of one organization, all keys together. Calls count on arrival, refused ones too. */
export class RateLimits {
	private readonly burst: Window | undefined;
	private readonly windows: Record<CallKind, Window[]> = { other: [], enrichment: [], bulk: [] };

	constructor(
		plan: Plan,
		private readonly speed: number,
		private readonly style: HeaderStyle,
	) {
		const limits = PLANS.find(({ name }) => name.toLowerCase() === plan);
		if (!limits) return;
		this.burst = new Window(limits.burstPerSecond, 1000 / speed);
		const other = [this.burst, new Window(limits.perMinute, 60_000 / speed)];
		const enrichment = [...other];
		if (limits.enrichmentPerMinute) {
			enrichment.push(new Window(limits.enrichmentPerMinute, 60_000 / speed));
		}
		const [perSecond, perMinute] = BULK[plan] ?? [];
		const bulk = [...other];
		if (perSecond && perMinute) {
			bulk.push(new Window(perSecond, 1000 / speed), new Window(perMinute, 60_000 / speed));
		}
		this.windows = { other, enrichment, bulk };
	}

	/** Counts a call; `enrichment`: it is a paid POST, `bulk`: it submits a batch. */
	admit(kind: CallKind, now = performance.now()): Admission {
		const windows = this.windows[kind];
		let refusing: Window | undefined;
		for (const window of windows) {
			if (window.take(now)) continue;
			if (!refusing || window.msLeft(now) > refusing.msLeft(now)) refusing = window;
		}
		const headers = this.headers(windows, now);
		if (!refusing) return { headers };
		const retryAfter = this.seconds(refusing.msLeft(now));
		return { headers: { ...headers, 'retry-after': retryAfter }, retryAfter };
	}

	private headers(windows: readonly Window[], now: number): Record<string, string> {
		const shown = this.style === 'tightest' ? slowest(windows, now) : this.burst;
		if (!shown || this.style === 'none') return {};
		return {
			'x-ratelimit-limit': String(shown.limit),
			'x-ratelimit-remaining': String(shown.remaining),
			'x-ratelimit-reset': this.seconds(shown.msLeft(now)),
		};
	}

	/** Whole seconds as the API says them; shortened windows need fractions. */
	private seconds(ms: number): string {
		if (this.speed <= 1) return String(Math.max(1, Math.ceil(ms / 1000)));
		return (Math.max(1, Math.ceil(ms)) / 1000).toFixed(3);
	}
}

/** The window that leaves the caller the slowest pace; of several used up, the longest. */
function slowest(windows: readonly Window[], now: number): Window | undefined {
	const pace = (window: Window) => window.remaining / Math.max(1, window.msLeft(now));
	return windows.reduce<Window | undefined>((slowest, window) => {
		if (!slowest) return window;
		const difference = pace(window) - pace(slowest);
		const isSlower = difference === 0 ? window.msLeft(now) > slowest.msLeft(now) : difference < 0;
		return isSlower ? window : slowest;
	}, undefined);
}
