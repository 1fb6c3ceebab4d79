import { InvalidValue } from '../../shared/input/text';

/** What a normalizer makes of a value: what it returns, or the reason for which it refuses. */
export function outcomeOf<T>(normalize: (value: never) => T, value: unknown): T | string {
	try {
		return normalize(value as never);
	} catch (error) {
		if (error instanceof InvalidValue) return `refused: ${error.message}`;
		throw error;
	}
}

/** The reason for which a value is refused. */
export function refusalOf(normalize: (value: never) => unknown, value: unknown): string {
	const outcome = outcomeOf(normalize, value);
	if (typeof outcome === 'string' && outcome.startsWith('refused: ')) return outcome.slice(9);
	throw new Error(`It was accepted as ${JSON.stringify(outcome)}`);
}

/** Words of which each is one value; line breaks stand between values too. */
export const values = (text: string): string[] =>
	text
		.split('\n')
		.map((line) => line.trim())
		.filter(Boolean);
