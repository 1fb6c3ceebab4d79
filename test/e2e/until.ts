import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until there is an answer other than undefined and false; rejects when that takes too long. */
export async function until<T>(
	what: string,
	ask: () => T | Promise<T>,
	{ withinMs = 90_000, everyMs = 100 } = {},
): Promise<Exclude<T, undefined | false>> {
	const giveUpAt = Date.now() + withinMs;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
		if (Date.now() > giveUpAt) throw new Error(`Not within ${withinMs / 1000} s: ${what}`);
		await pause(everyMs);
	}
}
