import type { Answer } from './client';
import { EnrichError, type ErrorFacts } from './errors';

/**
 * What is remembered of paid calls, so that running a step again never pays again. Plain data:
 * n8n keeps it with the execution, Zapier in its cache.
 */
export type Remembered =
	| { state: 'sent'; at: number }
	| { state: 'answered'; answer: Answer }
	| { state: 'unanswered'; facts: ErrorFacts };

export interface Memory {
	get(key: string): Remembered | undefined | Promise<Remembered | undefined>;
	set(key: string, value: Remembered): void | Promise<void>;
	delete(key: string): void | Promise<void>;
}

/** Remembers nothing. */
export const NO_MEMORY: Memory = { get: () => undefined, set: () => {}, delete: () => {} };

/**
 * Carries out a paid call at most once per key. The mark "sent" goes in before the call leaves,
 * so that a step which dies half way is not paid for again by whoever runs it next.
 * @throws EnrichError of kind `notRepeated` where an earlier try may have been charged.
 */
export async function payOnce(
	memory: Memory,
	key: string,
	now: number,
	call: () => Promise<Answer>,
	isFree = false,
): Promise<Answer> {
	const before = await noted(isFree, () => memory.get(key));
	if (before?.state === 'answered') return { ...before.answer, isReused: true };
	if (before?.state === 'unanswered')
		throw new EnrichError({ ...before.facts, kind: 'notRepeated' });
	if (before?.state === 'sent') {
		// What the call cost is not noted, but only paid calls come here.
		const billing = 'chargedEachTime';
		throw new EnrichError({ kind: 'notRepeated', sentAt: before.at, ran: 'maybe', billing });
	}

	await noted(isFree, () => memory.set(key, { state: 'sent', at: now }));
	let answer: Answer;
	try {
		answer = await call();
	} catch (error) {
		const isUnclear = error instanceof EnrichError && error.mayHaveBeenCharged;
		await quietly(() =>
			isUnclear ? memory.set(key, { state: 'unanswered', facts: error.facts }) : memory.delete(key),
		);
		throw error;
	}
	await quietly(() => memory.set(key, { state: 'answered', answer }));
	return answer;
}

/** A call that is documented as free goes on where the memory fails; a paid one must be noted down. */
async function noted<T>(isFree: boolean, note: () => T | Promise<T>): Promise<T | undefined> {
	try {
		return await note();
	} catch (error) {
		const isUnderWay = error instanceof EnrichError && error.kind === 'notRepeated';
		if (!isFree || isUnderWay) throw error;
		return undefined;
	}
}

/** What was paid for goes on even where it cannot be noted down; "sent" stands there by then. */
async function quietly(note: () => void | Promise<void>): Promise<void> {
	try {
		await note();
	} catch {
		// Nothing is lost but the note.
	}
}
