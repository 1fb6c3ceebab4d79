import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1000;

/**
 * Asks again and again until there is an answer other than undefined and false; rejects when that
 * takes too long. By default the pauses grow: what is long in coming is asked for less often.
 */
export async function until<T>(
	what: string,
	ask: () => T | Promise<T>,
	{ withinMs = 120_000, everyMs }: { withinMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, undefined | false>> {
	const giveUpAt = Date.now() + withinMs;
	for (let pauseMs = everyMs ?? FIRST_PAUSE_MS; ; ) {
		const answer = await ask();
		if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
		if (Date.now() > giveUpAt) throw new Error(`Not within ${withinMs / 1000} s: ${what}`);
		await pause(pauseMs);
		pauseMs = everyMs ?? Math.min(MAX_PAUSE_MS, pauseMs * 1.2);
	}
}
