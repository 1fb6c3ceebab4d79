import { RETRY } from './retry';

const BACK_OFF = {
	/** Each refusal slows down by this factor, each answer speeds up again. */
	slower: 1.25,
	faster: 0.985,
	/** A first refusal slows down to so many times the pace of the last minute. */
	aboveAverage: 8,
	/** Fewer calls in a minute say nothing of a pace. */
	fewCalls: 5,
	/** Below this, calls are not kept apart. */
	leastSpacingMs: 5,
	/** Before the first test of a very long Retry-After; doubles. */
	firstTestMs: 10_000,
	maxTestMs: 120_000,
};

/**
 * What follows from refusals: how long nothing may leave, and how far apart calls are kept where
 * the API does not name its limits.
 */
export class BackOff {
	heldUntil = -Infinity;
	/** Milliseconds between calls at least. */
	spacingMs = 0;
	/** Refusals since the last answer, those of calls that left together counted as one. */
	refusals = 0;
	private refusedAt = -Infinity;
	private isDoubtful = false;

	/** Only one call may be under way, to find out whether the API takes calls again. */
	get isTesting(): boolean {
		return this.refusals > 1 || this.isDoubtful;
	}

	/**
	 * @param perMinute Calls sent in the last minute.
	 * @returns Whether this refusal says something new: refusals come in groups.
	 */
	refused(
		sentAt: number,
		now: number,
		retryAfterMs: number | undefined,
		perMinute: number,
		random: number,
	): boolean {
		const isNew = sentAt >= this.refusedAt;
		const isLong = (retryAfterMs ?? 0) > RETRY.maxRetryAfterMs;
		if (isNew) {
			this.refusals += 1;
			this.refusedAt = now;
			const pace = perMinute < BACK_OFF.fewCalls ? 0 : 60_000 / perMinute / BACK_OFF.aboveAverage;
			this.spacingMs = Math.min(RETRY.maxDelayMs, Math.max(this.spacingMs * BACK_OFF.slower, pace));
		}
		if (isLong) this.isDoubtful = true;
		if (!isNew && (isLong || retryAfterMs === undefined)) return false;
		this.heldUntil = Math.max(this.heldUntil, now + this.holdMs(retryAfterMs, isLong, random));
		return isNew;
	}

	/** An answer came. */
	answered(sentAt: number): void {
		this.spacingMs *= BACK_OFF.faster;
		if (this.spacingMs < BACK_OFF.leastSpacingMs) this.spacingMs = 0;
		if (sentAt < this.refusedAt) return;
		this.refusals = 0;
		this.isDoubtful = false;
	}

	private holdMs(retryAfterMs: number | undefined, isLong: boolean, random: number): number {
		const jitter = 0.5 + random / 2;
		const doubled = 2 ** Math.min(20, this.refusals - 1);
		if (retryAfterMs !== undefined && isLong) {
			const testMs = Math.min(BACK_OFF.maxTestMs, BACK_OFF.firstTestMs * doubled) * jitter;
			return Math.min(retryAfterMs, testMs);
		}
		const backOffMs = Math.min(RETRY.maxDelayMs, RETRY.firstDelayMs * doubled) * jitter;
		// What the API asks for is enough the first time; where it did not help, a little more.
		return Math.max(retryAfterMs ?? 0, 0) + (retryAfterMs && this.refusals < 2 ? 0 : backOffMs);
	}
}
