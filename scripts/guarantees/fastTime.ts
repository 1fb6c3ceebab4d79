/** Makes waiting short: timers fire soon, and the clock then shows the time they were set for. */
import { ClientRequest } from 'node:http';

/** Shorter waits are left alone. */
const FROM_MS = 20;
const waitFor = (ms: number) => Math.min(200, Math.max(1, ms / 200));
/** Long enough for any answer on this machine. */
const ANSWER_MS = 300;
const answerWithin = (ms: number) => (ms >= 1000 ? ANSWER_MS : ms);

/** From now on; returns what sets time back to normal. */
export function startFastTime(): () => void {
	const real = { setTimeout, now: Date.now, within: AbortSignal.timeout };
	const requestTimeout = ClientRequest.prototype.setTimeout;
	let ahead = 0;
	Date.now = () => real.now() + Math.round(ahead);
	const fast = (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
		if (ms < FROM_MS || !Number.isFinite(ms)) return real.setTimeout(work, ms, ...args);
		const due = Date.now() + ms;
		const fire = () => {
			ahead = Math.max(ahead, due - real.now());
			work(...args);
		};
		return real.setTimeout(fire, waitFor(ms));
	};
	globalThis.setTimeout = Object.assign(fast, real.setTimeout) as unknown as typeof setTimeout;
	AbortSignal.timeout = (ms) => real.within.call(AbortSignal, answerWithin(ms));
	ClientRequest.prototype.setTimeout = function (ms, ...rest) {
		return requestTimeout.call(this, answerWithin(ms), ...rest);
	};
	return () => {
		globalThis.setTimeout = real.setTimeout;
		Date.now = real.now;
		AbortSignal.timeout = real.within;
		ClientRequest.prototype.setTimeout = requestTimeout;
	};
}
