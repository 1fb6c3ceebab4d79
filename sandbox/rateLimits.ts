/** Which window the headers describe: the API's documentation does not say. */
export type HeaderStyle = 'tightest' | 'burst' | 'none';
export const HEADER_STYLES: readonly HeaderStyle[] = ['tightest', 'burst', 'none'];

/** When a window begins: with the first call in it, or it is the last minute at any time. */
export type WindowKind = 'fixed' | 'sliding';
export const WINDOW_KINDS: readonly WindowKind[] = ['fixed', 'sliding'];
/** What a refusal says of when calls are taken again: the truth, too little, ten minutes, nothing. */
export type RetryAfterKind = 'true' | 'short' | 'long' | 'none';
export const RETRY_AFTER_KINDS: readonly RetryAfterKind[] = ['true', 'short', 'long', 'none'];

/** What the documentation leaves open. */
export interface RateLimitSettings {
	/** Default: fixed. */
	window?: WindowKind;
	/** Default: true. */
	retryAfter?: RetryAfterKind;
	/** Calls of any kind a minute that other programs make with the key, evenly spread; default: 0. */
	otherCallsPerMinute?: number;
}

interface Window {
	readonly limit: number;
	readonly remaining: number;
	/** Counts a call; false: it is one too many. */
	take(now: number): boolean;
	msLeft(now: number): number;
}

/** The last minute at any time: refused calls do not count. */
class SlidingWindow implements Window {
	private times: number[] = [];

	constructor(
		readonly limit: number,
		private readonly lengthMs: number,
	) {}

	take(now: number): boolean {
		this.times = this.times.filter((time) => time > now - this.lengthMs);
		if (this.times.length >= this.limit) return false;
		this.times.push(now);
		return true;
	}

	get remaining(): number {
		return this.limit - this.times.length;
	}

	msLeft(now: number): number {
		return (this.times[0] ?? now) + this.lengthMs - now;
	}
}

/** A fixed window: it begins with the first call in it and takes `limit` calls. */
class FixedWindow implements Window {
	private count = 0;
	private endsAt = 0;

	constructor(
		readonly limit: number,
		private readonly lengthMs: number,
	) {}

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

/** So many calls in so much time, of all operations or only of one kind. */
export interface RateLimit<K extends string = string> {
	calls: number;
	perMs: number;
	only?: K;
}

/** The limits of one organization, all keys together. Calls count on arrival, refused ones too. */
export class RateLimits<K extends string = string> {
	private readonly windows: (Window & { only?: K })[];
	private othersSince?: number;

	/** `burst` headers describe the first limit. A speed shortens the windows. */
	constructor(
		limits: readonly RateLimit<K>[],
		private readonly speed: number,
		private readonly style: HeaderStyle,
		private readonly settings: RateLimitSettings = {},
	) {
		const Kind = settings.window === 'sliding' ? SlidingWindow : FixedWindow;
		this.windows = limits.map(({ calls, perMs, only }) =>
			Object.assign(new Kind(calls, perMs / speed), { only }),
		);
	}

	/** Counts a call of that kind. */
	admit(kind: K, now = performance.now()): Admission {
		this.admitOthers(kind, now);
		const windows = this.windows.filter(({ only = kind }) => only === kind);
		let refusing: Window | undefined;
		for (const window of windows) {
			if (window.take(now)) continue;
			if (!refusing || window.msLeft(now) > refusing.msLeft(now)) refusing = window;
		}
		const headers = this.headers(windows, now);
		if (!refusing) return { headers };
		const retryAfter = this.retryAfter(refusing.msLeft(now));
		const { retryAfter: said } = this.settings;
		return {
			headers: said === 'none' ? headers : { ...headers, 'retry-after': retryAfter },
			retryAfter,
		};
	}

	/** Those that other programs have made since the last call, as if they came just now. */
	private admitOthers(kind: K, now: number): void {
		const everyMs = 60_000 / this.speed / (this.settings.otherCallsPerMinute ?? 0);
		this.othersSince ??= now;
		for (; this.othersSince + everyMs <= now; this.othersSince += everyMs)
			for (const window of this.windows) if ((window.only ?? kind) === kind) window.take(now);
	}

	private retryAfter(ms: number): string {
		if (this.settings.retryAfter === 'short') return this.seconds(ms / 10);
		return this.seconds(this.settings.retryAfter === 'long' ? 600_000 / this.speed : ms);
	}

	private headers(windows: readonly Window[], now: number): Record<string, string> {
		const shown = this.style === 'tightest' ? slowest(windows, now) : this.windows[0];
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
