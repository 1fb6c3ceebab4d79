import { RETRY } from './retry';
import type { SendLog } from './sendLog';

const BACK_OFF = {
	/** A refusal slows down to this part of the pace at which calls were let in. */
	slower: 0.7,
	/** Each answer raises it by so many calls a second. */
	faster: 1 / 60,
	leastPace: 0.1,
	/** So many times the last minute's average: at most after any refusal, and never less. */
	most: 8,
	least: 1.2,
	/** A refusal for longer than this is a minute's limit that is used up: its end is enough. */
	maxBurstMs: 2_000,
	maxDelayMs: 15_000,
	/** Before the first test of a very long Retry-After; doubles. */
	firstTestMs: 10_000,
	maxTestMs: 120_000,
};

/**
 * What follows from refusals: how long nothing may leave, and how many calls a second may leave
 * after that, as nobody says who else uses the key.
 */
export class BackOff {
	heldUntil = -Infinity;
	/** Calls a second at most; may be a fraction. */
	pace = Infinity;
	/** Refusals since the last answer, those of calls that left together counted as one. */
	refusals = 0;
	private refusedAt = -Infinity;
	private isDoubtful = false;
	/** Most answers within a second. */
	private peak = 1;

	/** Only one call may be under way, to find out whether the API takes calls again. */
	get isTesting(): boolean {
		return this.refusals > 1 || this.isDoubtful;
	}

	/**
	 * @param answers When answers came.
	 * @returns Whether this refusal says something new: refusals come in groups.
	 */
	refused(
		sentAt: number,
		now: number,
		retryAfterMs: number | undefined,
		answers: SendLog,
		random: number,
	): boolean {
		const isNew = sentAt > this.refusedAt;
		const isLong = (retryAfterMs ?? 0) > RETRY.maxRetryAfterMs;
		if (isNew) {
			this.refusals += 1;
			this.refusedAt = now;
			this.slowDown(now, (retryAfterMs ?? 0) <= BACK_OFF.maxBurstMs, answers);
			if ((globalThis as any).TRACE)
				console.log(
					'refused',
					Math.round(now / 1000) % 10000,
					retryAfterMs,
					this.refusals,
					'pace',
					this.pace.toFixed(2),
					'avg',
					answers.between(now - 60_000, now),
				);
		}
		if (isLong) this.isDoubtful = true;
		if (!isNew && (isLong || retryAfterMs === undefined)) return false;
		this.heldUntil = Math.max(this.heldUntil, now + this.holdMs(retryAfterMs, isLong, random));
		return isNew;
	}

	/** An answer came. */
	answered(sentAt: number, lastSecond: number): void {
		this.peak = Math.max(this.peak, lastSecond);
		this.pace += BACK_OFF.faster;
		if (sentAt <= this.refusedAt) return;
		this.refusals = 0;
		this.isDoubtful = false;
	}

	private slowDown(now: number, isShort: boolean, answers: SendLog): void {
		const average = answers.between(now - 60_000, now) / 60;
		this.pace = isShort
			? Math.max(
					Math.min(this.pace, this.peak) * BACK_OFF.slower,
					average * BACK_OFF.least,
					BACK_OFF.leastPace,
				)
			: Math.min(this.pace, average > 0 ? Math.max(1, average * BACK_OFF.most) : Infinity);
	}

	private holdMs(retryAfterMs: number | undefined, isLong: boolean, random: number): number {
		const jitter = 0.5 + random / 2;
		const doubled = 2 ** Math.min(20, this.refusals - 1);
		if (retryAfterMs !== undefined && isLong) {
			const testMs = Math.min(BACK_OFF.maxTestMs, BACK_OFF.firstTestMs * doubled) * jitter;
			return Math.min(retryAfterMs, testMs);
		}
		const backOffMs = Math.min(BACK_OFF.maxDelayMs, RETRY.firstDelayMs * doubled) * jitter;
		// What the API asks for is enough the first time; where it did not help, a little more.
		return Math.max(retryAfterMs ?? 0, 0) + (retryAfterMs && this.refusals < 2 ? 0 : backOffMs);
	}
}
