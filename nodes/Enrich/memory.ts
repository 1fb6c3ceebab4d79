import type { IExecuteFunctions } from 'n8n-workflow';
import type { Memory, Remembered } from '../../shared/memory';

const KEPT_UNDER = 'enrichPaidCalls';

export interface NodeMemory extends Memory {
	/** How often the step was tried before in this execution. */
	readonly triesBefore: number;
	/** The step will run again: keep all. */
	keepForNextTry(): void;
	/** The step is done: keep only what must not be sent again. */
	finish(): void;
}

interface Kept {
	triesBefore: number;
	calls: Record<string, Remembered>;
}

/**
 * Kept with the execution, where it outlives both n8n's 'Retry On Fail' and a retry of the failed
 * execution by hand.
 */
export function nodeMemory(context: IExecuteFunctions): NodeMemory {
	const place = context.getContext('node');
	const kept = (place[KEPT_UNDER] ??= { triesBefore: 0, calls: {} }) as Kept;
	const { triesBefore, calls } = kept;
	return {
		triesBefore,
		get: (key) => (Object.hasOwn(calls, key) ? calls[key] : undefined),
		set: (key, value) => void (calls[key] = value),
		delete: (key) => void delete calls[key],
		keepForNextTry: () => void (kept.triesBefore += 1),
		finish() {
			const unclear = Object.entries(calls).filter(([, { state }]) => state !== 'answered');
			if (unclear.length === 0) delete place[KEPT_UNDER];
			else
				place[KEPT_UNDER] = { triesBefore: 0, calls: Object.fromEntries(unclear) } satisfies Kept;
		},
	};
}
