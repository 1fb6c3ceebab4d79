import type { Operation } from '../contract/operation';
import { counted } from '../errors/wording';
import type { Outcome, RowResult } from './result';

const WORDS: Record<Outcome, string> = {
	found: 'found',
	notFound: 'not found',
	skipped: 'skipped',
	failed: 'failed',
};

const ARROW = ' → ';

/**
 * Who was asked for a row, what came of it, for how much and when: one text that people read, such as
 * "Find Email by Acme: not found, 0 credits, 2026-11-21 20:15 UTC". Who skips a row asks nobody.
 * @param before What the steps before have left. @param at Milliseconds since the epoch.
 */
export function addToTrail(
	before: unknown,
	{ title }: Pick<Operation, 'title'>,
	provider: string,
	{ outcome, creditsUsed, error }: RowResult,
	at: number,
): string | null {
	const earlier = typeof before === 'string' ? before.trim() : '';
	if (outcome === 'skipped') return earlier || null;
	const unknown = error?.mayHaveBeenCharged ? 'may have been charged' : 'cost not reported';
	const cost = counted(creditsUsed ?? undefined, 'credit') ?? unknown;
	const time = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
	const entry = `${title} by ${provider}: ${WORDS[outcome]}, ${cost}, ${time} UTC`;
	return earlier === '' ? entry : `${earlier}${ARROW}${entry}`;
}

/** Whether a text was made by `addToTrail`. */
export const isTrail = (value: unknown): boolean =>
	typeof value === 'string' && / by .+: (?:found|not found|failed), .+ UTC$/.test(value);
