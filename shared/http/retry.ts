import type { Billing } from '../contract/operation';
import type { Execution } from '../errors/ConnectorError';

/** May a call be sent again by itself? A paid call never, unless it provably did not run. */
export const RETRY_POLICY: Record<Billing, Record<Execution, boolean>> = {
	freeRead: { no: true, maybe: true },
	freeWrite: { no: true, maybe: false },
	chargedOnceThenCached: { no: true, maybe: false },
	chargedEachTime: { no: true, maybe: false },
	reservesAtSubmit: { no: true, maybe: false },
};

export const RETRY = {
	/** Attempts in all, for what may be sent again; those that a rate limit refused do not count. */
	maxAttempts: 4,
	/** How long a call waits at most, where the platform does not say: a rate limit ends by itself. */
	maxWaitMs: 3_600_000,
	firstDelayMs: 500,
	maxDelayMs: 30_000,
	/** A longer Retry-After holds for the call that met it; another call finds out whether for all. */
	maxRetryAfterMs: 120_000,
};

/** Seconds or an HTTP date, as milliseconds from now; anything else says nothing. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
	const text = header?.trim() ?? '';
	if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
	const date = / GMT$/i.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Exponential with jitter, or what the API asked for. Milliseconds. */
export function delayBefore(
	attempt: number,
	retryAfterMs: number | undefined,
	random: number,
): number {
	// "Now" is what it asked for when it knows no better: do not hammer it.
	if (retryAfterMs) return retryAfterMs;
	const delayMs = Math.min(RETRY.maxDelayMs, RETRY.firstDelayMs * 2 ** (attempt - 1));
	return delayMs * (0.5 + random / 2);
}
