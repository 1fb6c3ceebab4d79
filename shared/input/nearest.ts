/** Which of the known values somebody may have meant. */
import { quote } from './text';

const MAX_NEAREST = 3;
/** Less alike are taken for no misspelling. */
const LEAST_ALIKE = 0.35;

/** Values that differ in this alone are the same. */
export const plain = (text: string): string =>
	text
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[\p{M}\s\-–_.,;:'’"/\\]+/gu, '');

/** The known values that look most like this one, best first. */
export function nearest(value: string, known: readonly string[]): string[] {
	const asked = plain(value);
	return known
		.map((one) => ({ one, score: likeness(asked, plain(one)) }))
		.filter(({ score }) => score >= LEAST_ALIKE)
		.sort((a, b) => b.score - a.score)
		.slice(0, MAX_NEAREST)
		.map(({ one }) => one);
}

/** To be put behind a message; empty where there are none. */
export const nearestText = (values: readonly string[]): string =>
	values.length > 0 ? `; nearest: ${values.map(quote).join(', ')}` : '';

/** From 0 to 1: the share of letter pairs in common, and more where one begins like the other. */
function likeness(a: string, b: string): number {
	if (a === b) return 1;
	const [pairsOfA, pairsOfB] = [pairsOf(a), pairsOf(b)];
	const rest = [...pairsOfB];
	let common = 0;
	for (const pair of pairsOfA) {
		const at = rest.indexOf(pair);
		if (at >= 0) common += rest.splice(at, 1).length;
	}
	const share = (2 * common) / (pairsOfA.length + pairsOfB.length || 1);
	const begins = a.length > 1 && (b.startsWith(a) || a.startsWith(b));
	return begins ? Math.max(share, 0.6) : share;
}

const pairsOf = (text: string): string[] =>
	Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2));
