import type { Sandbox } from '../../sandbox/server';

/** Waits from so many milliseconds on pass at once. */
const SHORTENED_FROM_MS = 1_000;
const LOOK_EVERY_MS = 2;

const real = { now: Date.now, setTimeout };

/** Measures what a step would take. */
export interface SlowClock {
	/** From now on. */
	restart(): void;
	elapsedMs(): number;
}

/**
 * Until the end of the test, the clock shows what it would if each call of the API took so long: it
 * goes on with each request, with each wait, and with each answer that does not come.
 */
export function slowApi({ requests }: Sandbox, latencyMs = 900): SlowClock {
	const [before, begunAt] = [requests.length, real.now()];
	let waited = 0;
	const answered = () => requests.slice(before).filter(({ fault }) => fault !== 'timeout').length;
	const now = () => begunAt + waited + answered() * latencyMs;
	jest.spyOn(Date, 'now').mockImplementation(now);
	// The sandbox's batches go on by the same clock.
	const begunPerformance = performance.now();
	const sinceBegin = () => begunPerformance + now() - begunAt;
	jest.spyOn(performance, 'now').mockImplementation(sinceBegin);
	const wait = ((work: () => void, ms = 0, ...rest: []) => {
		if (ms < SHORTENED_FROM_MS) return real.setTimeout(work, ms, ...rest);
		waited += ms;
		return real.setTimeout(work, 1);
	}) as typeof setTimeout;
	jest.spyOn(globalThis, 'setTimeout').mockImplementation(wait);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const controller = new AbortController();
		const seen = requests.length;
		const timer = setInterval(() => {
			// The request that this limit is for.
			const { fault, status } = requests[seen] ?? {};
			if (fault === 'timeout' || status !== undefined) clearInterval(timer);
			if (fault !== 'timeout') return;
			waited += ms;
			controller.abort();
		}, LOOK_EVERY_MS);
		timer.unref();
		return controller.signal;
	});
	let startedAt = now();
	return { restart: () => void (startedAt = now()), elapsedMs: () => now() - startedAt };
}
