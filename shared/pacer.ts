import { PACE, PLANS } from './policy';
import type { Clock } from './transport';

/** Calls that share a limit: enrichment POSTs have one of their own on most plans. */
export type Lane = 'read' | 'write';

export interface Ticket {
	lane: Lane;
	number: number;
	sentAt: number;
}

/** One rate-limit window as the API last described it, brought forward by what was sent since. */
interface Window {
	limit: number;
	left: number;
	startsAt: number;
	endsAt: number;
	lengthMs: number;
}

/**
 * Decides when the next call may leave. It is never told the plan: it learns limits from
 * `X-RateLimit-*`, spreads a long run over the window, sends a short one at once, and stands
 * still for as long as a 429 says. One pacer serves all calls that share an API key.
 */
export class Pacer {
	private readonly windows: Record<Lane, Map<number, Window>> = {
		read: new Map(),
		write: new Map(),
	};
	private readonly sent: Record<Lane, number> = { read: 0, write: 0 };
	private readonly lastSentAt: Record<Lane, number> = { read: -Infinity, write: -Infinity };
	private readonly blockedUntil: Record<Lane, number> = { read: 0, write: 0 };
	private readonly queue: Record<Lane, Promise<void>> = {
		read: Promise.resolve(),
		write: Promise.resolve(),
	};
	/** When the last calls left, up to a burst of them. */
	private recent: number[] = [];
	private inFlight = 0;
	private inFlightMost: number = PACE.inFlightMost.unknown;
	private burst: number = PACE.burstUnknown;
	private waiting: (() => void)[] = [];
	/** What the answers so far have said of limits. */
	private limits: 'unknown' | 'none' | 'known' = 'unknown';
	private readonly runs = new Set<() => number>();

	constructor(private readonly clock: Clock) {}

	/**
	 * A run tells how many calls it still has to make, so that the pacer knows whether they fit
	 * into what is left. Call the answer when the run is over.
	 */
	announce(open: () => number): () => void {
		this.runs.add(open);
		return () => this.runs.delete(open);
	}

	private get backlog(): number {
		return [...this.runs].reduce((sum, open) => sum + open(), 0);
	}

	/** Waits for this call's turn, first come first served. Ends early when the signal fires. */
	async admit(lane: Lane, signal?: AbortSignal): Promise<Ticket> {
		const before = this.queue[lane];
		let release: () => void = () => {};
		this.queue[lane] = new Promise((resolve) => (release = resolve));
		await before;
		try {
			while (!signal?.aborted) {
				if (this.inFlight >= this.inFlightMost) {
					await new Promise<void>((resolve) => this.waiting.push(resolve));
					continue;
				}
				const waitMs = this.waitMs(lane, this.clock.now());
				if (waitMs <= 0) break;
				await this.clock.sleep(waitMs, signal);
			}
			return this.send(lane);
		} finally {
			release();
		}
	}

	private send(lane: Lane): Ticket {
		const now = this.clock.now();
		for (const window of this.windows[lane].values()) {
			if (now >= window.endsAt) renew(window, now);
			window.left -= 1;
		}
		this.inFlight += 1;
		this.sent[lane] += 1;
		this.lastSentAt[lane] = now;
		this.recent = [...this.recent.slice(1 - this.burst), now];
		return { lane, number: this.sent[lane], sentAt: now };
	}

	/** Every ticket comes back, with the answer's headers if there was one. */
	settle(
		ticket: Ticket,
		headers: Record<string, string | undefined> = {},
		refusedForMs?: number,
	): void {
		this.inFlight -= 1;
		if (this.learn(ticket, headers)) this.limits = 'known';
		else if (this.limits === 'unknown' && Object.keys(headers).length > 0) this.limits = 'none';
		if (refusedForMs !== undefined) {
			const now = this.clock.now();
			this.blockedUntil[ticket.lane] = Math.max(this.blockedUntil[ticket.lane], now + refusedForMs);
			this.inFlightMost = Math.max(1, Math.floor(this.inFlightMost / 2));
		} else {
			this.inFlightMost = Math.min(PACE.inFlightMost[this.limits], this.inFlightMost + 1);
		}
		for (const wake of this.waiting.splice(0)) wake();
	}

	private waitMs(lane: Lane, now: number): number {
		return Math.max(
			this.blockedUntil[lane] - now,
			this.burstWaitMs(now),
			...[...this.windows[lane].values()].map((window) =>
				this.windowWaitMs(window, this.lastSentAt[lane], now),
			),
		);
	}

	/** At most `burst` calls within any second. */
	private burstWaitMs(now: number): number {
		if (this.limits === 'none') return 0;
		const first = this.recent[this.recent.length - this.burst];
		return first === undefined ? 0 : first + 1000 - now;
	}

	private windowWaitMs(window: Window, lastSentAt: number, now: number): number {
		const isOver = now >= window.endsAt;
		const left = isOver ? window.limit : window.left;
		if (Math.max(1, this.backlog) <= left) return 0;
		const usable = left - Math.floor(window.limit * PACE.reserve);
		if (usable <= 0) return window.endsAt - now;
		const remainingMs = isOver ? window.lengthMs : window.endsAt - lastSentAt;
		return lastSentAt + remainingMs / (usable + (isOver ? 0 : 1)) - now;
	}

	private learn(ticket: Ticket, headers: Record<string, string | undefined>): boolean {
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

		const known = this.windows[ticket.lane].get(limit);
		// An answer to a call of the last window says nothing about this one.
		if (known && ticket.sentAt < known.startsAt) return true;
		const endsAt = ticket.sentAt + resetSeconds * 1000;
		const isSame = known !== undefined && endsAt <= known.endsAt + known.lengthMs / 2;
		this.windows[ticket.lane].set(limit, {
			limit,
			left: remaining - (this.sent[ticket.lane] - ticket.number),
			startsAt: isSame ? known.startsAt : ticket.sentAt,
			// Resets come rounded up: the earliest of several is the closest.
			endsAt: isSame ? Math.min(known.endsAt, endsAt) : endsAt,
			lengthMs: Math.max(known?.lengthMs ?? 0, resetSeconds * 1000),
		});
		this.burst = burstOf(limit) ?? this.burst;
		return true;
	}
}

function renew(window: Window, now: number): void {
	window.left = window.limit;
	window.startsAt = now;
	window.endsAt = now + window.lengthMs;
}

/** A documented plan is recognised by any of its limits; elsewhere a tenth of a limit is safe. */
function burstOf(limit: number): number | undefined {
	const plan = PLANS.find(
		(plan) =>
			plan.burstPerSecond === limit ||
			plan.perMinute === limit ||
			plan.enrichmentPerMinute === limit,
	);
	return plan?.burstPerSecond ?? Math.max(1, Math.floor(limit / 10));
}

function toNumber(text: string | undefined): number | undefined {
	const number = text === undefined || text.trim() === '' ? NaN : Number(text);
	return Number.isFinite(number) && number >= 0 ? number : undefined;
}
