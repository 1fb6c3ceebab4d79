import type { IExecuteFunctions } from 'n8n-workflow';
import type { IdempotencyStore, StoredCall } from '../../shared/rows/idempotency';

const KEPT_UNDER = 'enrichPaidCalls';

export interface NodeIdempotencyStore extends IdempotencyStore {
	/** Whether 'Retry On Fail' still runs the step again when it fails. */
	readonly hasTriesLeft: boolean;
	/** The step failed: keep all for the next try, or for a retry by hand, which counts anew. */
	fail(): void;
	/** The step rests and will run again: that is no try. */
	suspend(): void;
	/** The step is done: keep only what must not be sent again. */
	finish(): void;
}

interface Kept {
	tries: number;
	calls: Record<string, StoredCall>;
}

/**
 * Kept with the execution, where it outlives both n8n's 'Retry On Fail' and a retry of the failed
 * execution by hand.
 */
export function nodeIdempotencyStore(context: IExecuteFunctions): NodeIdempotencyStore {
	const place = context.getContext('node');
	const kept = (place[KEPT_UNDER] ??= { tries: 0, calls: {} }) as Kept;
	const { calls } = kept;
	kept.tries += 1;
	const hasTriesLeft = kept.tries < mostTries(context);
	return {
		hasTriesLeft,
		get: (key) => (Object.hasOwn(calls, key) ? calls[key] : undefined),
		set: (key, value) => void (calls[key] = value),
		delete: (key) => void delete calls[key],
		suspend() {
			kept.tries -= 1;
		},
		fail() {
			if (!hasTriesLeft) kept.tries = 0;
		},
		finish() {
			const unclear = Object.entries(calls).filter(([, { state }]) => state !== 'answered');
			if (unclear.length === 0) delete place[KEPT_UNDER];
			else place[KEPT_UNDER] = { tries: 0, calls: Object.fromEntries(unclear) } satisfies Kept;
		},
	};
}

/** As n8n counts them. */
function mostTries(context: IExecuteFunctions): number {
	const { retryOnFail, maxTries } = context.getNode();
	return retryOnFail === true ? Math.min(5, Math.max(2, maxTries || 3)) : 1;
}
