import type { Plan } from '../shared/contract/plan';
import type { Clock } from '../shared/http/transport';

export type PlanLimits = Omit<Plan, 'name'>;
/** Which of the limits the headers report: the one that is used up first, the burst's, or none. */
export type LimitHeaders = 'tightest' | 'burst' | 'none';

/** A window that begins with the first call in it; refused calls count too. */
class FixedWindow {
	private used = 0;
	private endsAt = -Infinity;

	constructor(
		readonly limit: number,
		private readonly lengthMs: number,
	) {}

	take(now: number): boolean {
		if (now >= this.endsAt) {
			this.used = 0;
			this.endsAt = now + this.lengthMs;
		}
		return ++this.used <= this.limit;
	}

	remaining = () => Math.max(0, this.limit - this.used);
	msLeft = (now: number) => Math.max(1, this.endsAt - now);
}

export interface Admission {
	headers: Record<string, string>;
	isRefused: boolean;
}

/** The rate limits of one organization, with headers of any of the styles that the API may have. */
export function fakeLimits(plan: PlanLimits, style: LimitHeaders, clock: Clock) {
	const burst = new FixedWindow(plan.burstPerSecond, 1000);
	const all = [burst, new FixedWindow(plan.perMinute, 60_000)];
	const enrichment = plan.enrichmentPerMinute
		? [new FixedWindow(plan.enrichmentPerMinute, 60_000)]
		: [];
	const seconds = (ms: number) => String(Math.ceil(ms / 1000));
	return function admit(method: string): Admission {
		const now = clock.now();
		const windows = method === 'POST' ? [...all, ...enrichment] : all;
		const full = windows.filter((window) => !window.take(now));
		const pace = (window: FixedWindow) => window.remaining() / window.msLeft(now);
		const tightest = windows.reduce((slowest, window) =>
			pace(window) < pace(slowest) ? window : slowest,
		);
		const shown = style === 'burst' ? burst : tightest;
		const limits = {
			'x-ratelimit-limit': String(shown.limit),
			'x-ratelimit-remaining': String(shown.remaining()),
			'x-ratelimit-reset': seconds(shown.msLeft(now)),
		};
		const waits = full.map((window) => window.msLeft(now));
		return {
			headers: {
				...(style === 'none' ? {} : limits),
				...(full.length > 0 && { 'retry-after': seconds(Math.max(...waits)) }),
			},
			isRefused: full.length > 0,
		};
	};
}
