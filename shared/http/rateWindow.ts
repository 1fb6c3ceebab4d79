import type { SendLog } from './sendLog';

/** What an answer's `X-RateLimit-*` say of one window. */
export interface LimitReport {
	limit: number;
	remaining: number;
	/** Milliseconds until the window ends. */
	resetMs: number;
}

/** Which call an answer belongs to: calls are numbered as they are sent. */
export interface Sending {
	number: number;
	sentAt: number;
	/** Calls that were under way when it left, and may have been counted after it. */
	underWay: number;
}

const USUAL_LENGTH_MS = 60_000;
/** Difference to what was expected, as a part of the limit, that shows how a window refills. */
const SURPRISE = 0.25;

/**
 * One rate-limit window: what the API last reported of it, brought forward by what was sent since.
 * It learns whether the limit comes back all at once or call by call.
 */
export class RateWindow {
	private left: number;
	/** Least that any answer has reported of this window. */
	private least: number;
	/** Calls that came back without a word of this window, which may have counted them. */
	private missed = { calls: 0, lastAt: -Infinity };
	/** The last call that `left` includes. */
	private base: Sending;
	private endsAt: number;
	/** No answer has told this window's end yet. */
	private isGuess = false;
	private lengthMs = USUAL_LENGTH_MS;
	private refills: 'unknown' | 'atOnce' | 'gradually' = 'unknown';

	constructor(
		private readonly sends: SendLog,
		report: LimitReport,
		sending: Sending,
		now: number,
	) {
		this.limit = report.limit;
		this.left = report.remaining - sending.underWay;
		this.least = report.remaining;
		this.base = sending;
		this.endsAt = now + report.resetMs;
		this.lengthMs = Math.max(this.lengthMs, report.resetMs);
	}

	readonly limit: number;

	/** Milliseconds from call to call that use up the limit evenly. */
	get evenMs(): number {
		return this.lengthMs / this.limit;
	}

	learn({ remaining, resetMs }: LimitReport, sending: Sending, now: number): void {
		// The latest end possible, as resets count from somewhere before `now` and are rounded up.
		const endsAt = now + resetMs;
		// Not of the window before.
		if (endsAt > this.endsAt - this.lengthMs / 2) this.least = Math.min(this.least, remaining);
		if (sending.sentAt >= this.missed.lastAt) this.missed.calls = 0;
		// An answer to an earlier call says nothing else that is new.
		if (sending.number <= this.base.number) return;
		const own = sending.number - this.base.number;
		const expected = this.left - own + this.cameBack(sending.sentAt, 0);
		const surprise = Math.max(2, this.limit * SURPRISE);
		const isFirstOfGuess = this.isGuess;
		const isRefilled = remaining > expected + surprise + sending.underWay;
		if (isRefilled) this.refills = 'atOnce';
		else if (isFirstOfGuess && remaining < expected - surprise) this.refills = 'gradually';
		const isSame =
			!this.isGuess && sending.sentAt < this.endsAt && endsAt <= this.endsAt + this.lengthMs / 2;
		if (!isSame && !isFirstOfGuess) this.least = remaining;
		this.endsAt = isSame ? Math.min(this.endsAt, endsAt) : endsAt;
		this.isGuess = false;
		this.lengthMs = Math.max(this.lengthMs, resetMs);
		this.left = Math.min(
			remaining,
			Math.max(isRefilled ? 0 : expected, remaining - sending.underWay),
		);
		this.base = sending;
	}

	/** A call came back without a word of this window. */
	miss(now: number): void {
		this.missed = { calls: this.missed.calls + 1, lastAt: now };
	}

	/** A call leaves: a window that is over begins again. */
	take(now: number): void {
		if (now < this.endsAt || this.refills !== 'atOnce') return;
		this.left = this.limit;
		this.least = this.limit;
		this.base = { number: this.sends.count, sentAt: now, underWay: 0 };
		this.endsAt = now + this.lengthMs;
		this.isGuess = true;
	}

	/** Calls that may be sent now, other programs' included. */
	room(now: number, marginMs: number, inFlight: number): number {
		if (now >= this.endsAt && this.refills === 'atOnce') return this.limit;
		const sent = this.sends.count - this.base.number;
		const expected = Math.min(this.limit, this.left - sent + this.cameBack(now, marginMs));
		// Right as soon as no call is under way, while calls that overtake each other blur the other.
		return Math.max(expected, this.least - this.missed.calls - inFlight);
	}

	/**
	 * Milliseconds until the next call may be sent; Infinity: an answer that is under way decides.
	 * @param marginMs How much later a call may arrive than another one.
	 */
	waitMs(now: number, marginMs: number, inFlight: number): number {
		if (this.room(now, marginMs, inFlight) >= 1) return 0;
		if (now >= this.endsAt) return inFlight === 0 ? 0 : Infinity;
		const nextBack = this.sends.firstAfter(now - this.lengthMs - marginMs);
		const backAt = this.refills === 'atOnce' ? Infinity : nextBack + this.lengthMs + marginMs;
		return Math.max(1, Math.min(this.endsAt, backAt) - now);
	}

	/** Own calls that a sliding window no longer counts, since the last report. */
	private cameBack(now: number, marginMs: number): number {
		if (this.refills === 'atOnce') return 0;
		const from = this.base.sentAt - this.lengthMs;
		return this.sends.between(from, now - this.lengthMs - marginMs);
	}
}
