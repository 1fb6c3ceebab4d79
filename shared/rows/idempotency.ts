import type { Success } from '../contract/provider';
import { ConnectorError, type ErrorFacts } from '../errors/ConnectorError';
import type { Client } from '../http/client';

/** What is stored of paid calls, so that running a step again never pays again. Plain data. */
export type StoredCall =
	| { state: 'sent'; at: number }
	| { state: 'answered'; answer: Success }
	| { state: 'unanswered'; facts: ErrorFacts };

export interface IdempotencyStore {
	get(key: string): StoredCall | undefined | Promise<StoredCall | undefined>;
	/** False: somebody else has marked the call "sent" a moment before, and `get` waits for its end. */
	set(key: string, value: StoredCall): void | boolean | Promise<void | boolean>;
	delete(key: string): void | Promise<void>;
}

/** Stores nothing. */
export const NO_STORE: IdempotencyStore = { get: () => undefined, set: () => {}, delete: () => {} };

/**
 * Carries out a paid call at most once per key. The mark "sent" goes in before the call leaves,
 * so that a step which dies half way is not paid for again by whoever runs it next.
 * @throws ConnectorError of kind `notRepeated` where an earlier try may have been charged.
 */
export async function callOnce(
	store: IdempotencyStore,
	key: string,
	client: Pick<Client, 'now' | 'error'>,
	call: () => Promise<Success>,
	isFree = false,
): Promise<Success> {
	for (;;) {
		const before = await noted(isFree, () => store.get(key));
		if (before?.state === 'answered') return { ...before.answer, isReused: true };
		if (before?.state === 'unanswered')
			throw client.error({ ...before.facts, kind: 'notRepeated' });
		if (before?.state === 'sent') {
			// What the call cost is not noted, but only paid calls come here.
			const billing = 'chargedEachTime';
			throw client.error({ kind: 'notRepeated', sentAt: before.at, execution: 'maybe', billing });
		}
		const mark = { state: 'sent', at: client.now() } as const;
		if ((await noted(isFree, () => store.set(key, mark))) !== false) break;
	}
	let answer: Success;
	try {
		answer = await call();
	} catch (error) {
		const isPaid = error instanceof ConnectorError && error.mustNotRepeat;
		await quietly(() =>
			isPaid ? store.set(key, { state: 'unanswered', facts: error.facts }) : store.delete(key),
		);
		throw error;
	}
	await quietly(() => store.set(key, { state: 'answered', answer }));
	return answer;
}

/** A call that is documented as free goes on where the store fails; a paid one must be noted down. */
async function noted<T>(isFree: boolean, note: () => T | Promise<T>): Promise<T | undefined> {
	try {
		return await note();
	} catch (error) {
		const isUnderWay = error instanceof ConnectorError && error.kind === 'notRepeated';
		if (!isFree || isUnderWay) throw error;
		return undefined;
	}
}

/** What was paid for goes on even where it cannot be noted down; "sent" stands there by then. */
export async function quietly(note: () => unknown): Promise<void> {
	try {
		await note();
	} catch {
		// Nothing is lost but the note.
	}
}
