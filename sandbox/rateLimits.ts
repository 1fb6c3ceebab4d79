/** Which window the headers describe: the API's documentation does not say. */
export type HeaderStyle = 'tightest' | 'burst' | 'none';
export const HEADER_STYLES: readonly HeaderStyle[] = ['tightest', 'burst', 'none'];

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

/** So many calls in so much time, of all operations or only of one kind. */
export interface RateLimit<K extends string = string> {
	calls: number;
	perMs: number;
	only?: K;
}

/** The limits of one organization, all keys together. Calls count on arrival, refused ones too. */
export class RateLimits<K extends string = string> {
	private readonly windows: (Window & { only?: K })[];

	/** `burst` headers describe the first limit. A speed shortens the windows. */
	constructor(
		limits: readonly RateLimit<K>[],
		private readonly speed: number,
		private readonly style: HeaderStyle,
	) {
		this.windows = limits.map(({ calls, perMs, only }) =>
			Object.assign(new Window(calls, perMs / speed), { only }),
		);
	}

	/** Counts a call of that kind. */
	admit(kind: K, now = performance.now()): Admission {
		const windows = this.windows.filter(({ only = kind }) => only === kind);
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
