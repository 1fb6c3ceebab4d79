/**
 * Makes waiting short: timers fire soon, and the clock then shows the time they were set for. What
 * limits an answer's time fires when the sandbox gives none, and not by the clock: a slow machine
 * changes nothing.
 */
import { ClientRequest } from 'node:http';
import type { RecordedRequest } from '../../sandbox/requests';
import type { Sandbox } from '../../sandbox/server';

/** Shorter waits are left alone. */
const FROM_MS = 20;
const waitFor = (ms: number) => Math.min(10, Math.max(1, ms / 2000));
const LOOK_EVERY_MS = 5;
/** Some HTTP libraries wait for the rest of a body that was cut off. */
const CUT_OFF_MS = 50;
/** The time that an answer may take; nothing else is waited for that long. */
export const ANSWER_SECONDS = 3599;

export interface FastTime {
	/** Nothing waits for an answer any more. */
	forget(): void;
	/** Time is as usual again. */
	stop(): void;
}

/** From now on. */
export function startFastTime({ requests }: Sandbox): FastTime {
	const real = { setTimeout, now: Date.now, within: AbortSignal.timeout };
	const requestTimeout = ClientRequest.prototype.setTimeout;
	let ahead = 0;
	const waiting = new Set<NodeJS.Timeout>();
	Date.now = () => real.now() + Math.round(ahead);
	/** Calls back once a request from now on gets no answer. */
	const onSilence = (call: () => void): NodeJS.Timeout => {
		const before = requests.length;
		const timer = setInterval(() => {
			const isSilent = ({ fault, at }: RecordedRequest) =>
				fault === 'timeout' || (fault === 'truncate' && real.now() - at + ahead > CUT_OFF_MS);
			if (!requests.slice(before).some(isSilent)) return;
			clearInterval(timer);
			call();
		}, LOOK_EVERY_MS);
		waiting.add(timer);
		return timer.unref();
	};
	const fast = (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
		if (ms < FROM_MS || !Number.isFinite(ms)) return real.setTimeout(work, ms, ...args);
		if (ms >= ANSWER_SECONDS * 1000) return onSilence(() => work(...args));
		const due = Date.now() + ms;
		const fire = () => {
			ahead = Math.max(ahead, due - real.now());
			work(...args);
		};
		return real.setTimeout(fire, waitFor(ms));
	};
	globalThis.setTimeout = Object.assign(fast, real.setTimeout) as unknown as typeof setTimeout;

	AbortSignal.timeout = () => {
		const controller = new AbortController();
		onSilence(() => controller.abort(new DOMException('Timed out', 'TimeoutError')));
		return controller.signal;
	};
	ClientRequest.prototype.setTimeout = function (ms, onTimeout) {
		if (onTimeout) this.once('timeout', onTimeout);
		if (ms > 0) {
			const timer = onSilence(() => this.emit('timeout'));
			this.once('close', () => clearInterval(timer));
		}
		return this;
	};
	const forget = () => {
		for (const timer of waiting) clearInterval(timer);
		waiting.clear();
	};
	return {
		forget,
		stop() {
			forget();
			globalThis.setTimeout = real.setTimeout;
			Date.now = real.now;
			AbortSignal.timeout = real.within;
			ClientRequest.prototype.setTimeout = requestTimeout;
		},
	};
}
