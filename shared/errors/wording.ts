/** Numbers as sentences hold them. */

/** Where nothing is to be grouped, the host's locale data, slow to load, is left alone. */
const digits = (number: number): string =>
	Number.isInteger(number) && Math.abs(number) < 1_000
		? String(number)
		: number.toLocaleString('en-US');

/** "1 row", "2,000 rows"; "2 batches". */
export function counted(number: number, noun?: string, plural?: string): string;
export function counted(
	number: number | undefined,
	noun?: string,
	plural?: string,
): string | undefined;
export function counted(
	number: number | undefined,
	noun?: string,
	plural = `${noun}s`,
): string | undefined {
	if (number === undefined) return undefined;
	return `${digits(number)}${noun ? ` ${number === 1 ? noun : plural}` : ''}`;
}

const UNITS = [
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
	['second', 1],
] as const;
/** Nobody means a longer time than this. */
const MAX_SECONDS = 31 * 86_400;

/** Milliseconds as "90 seconds", "10 minutes", "2 days"; undefined: too long to be meant. */
export function durationText(ms: number | undefined): string | undefined {
	if (ms === undefined) return undefined;
	const seconds = Math.ceil(ms / 1000);
	if (!(seconds <= MAX_SECONDS)) return undefined;
	// "90 minutes" says more than "2 hours".
	const [unit, size] = UNITS.find(([, size]) => size === 1 || seconds >= 2 * size) ?? ['second', 1];
	return counted(Math.ceil(seconds / size), unit);
}

/** "15:12 UTC", from milliseconds since the epoch. */
export const timeText = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`;
