import type { IExecuteFunctions } from 'n8n-workflow';
import type { IdempotencyStore, StoredCall } from '../../shared/rows/idempotency';

const STORED_UNDER = 'enrichPaidCalls';

export interface NodeIdempotencyStore extends IdempotencyStore {
	/** Whether 'Retry On Fail' still runs the step again when it fails. */
	readonly hasTriesLeft: boolean;
	/** The step failed: keep all for the next try, or for a retry by hand, which counts anew. */
	fail(): void;
	/** The step waits and will run again: that is no try. */
	suspend(): void;
	/** The step is done: keep only what must not be sent again. */
	finish(): void;
}

interface StoredState {
	tries: number;
	calls: Record<string, StoredCall>;
}

/**
 * Kept with the execution, where it outlives both n8n's 'Retry On Fail' and a retry of the failed
 * execution by hand.
 */
export function nodeIdempotencyStore(context: IExecuteFunctions): NodeIdempotencyStore {
	const store = context.getContext('node');
	const state = (store[STORED_UNDER] ??= { tries: 0, calls: {} }) as StoredState;
	const { calls } = state;
	state.tries += 1;
	const hasTriesLeft = state.tries < maxTries(context);
	return {
		hasTriesLeft,
		get: (key) => (Object.hasOwn(calls, key) ? calls[key] : undefined),
		set: (key, value) => void (calls[key] = value),
		delete: (key) => void delete calls[key],
		suspend() {
			state.tries -= 1;
		},
		fail() {
			if (!hasTriesLeft) state.tries = 0;
		},
		finish() {
			const unclear = Object.entries(calls).filter(([, { state }]) => state !== 'answered');
			if (unclear.length === 0) delete store[STORED_UNDER];
			else
				store[STORED_UNDER] = {
					tries: 0,
					calls: Object.fromEntries(unclear),
				} satisfies StoredState;
		},
	};
}

/** As n8n counts them. */
function maxTries(context: IExecuteFunctions): number {
	const { retryOnFail, maxTries: chosen } = context.getNode();
	return retryOnFail === true ? Math.min(5, Math.max(2, chosen || 3)) : 1;
}
