import type { IExecuteFunctions } from 'n8n-workflow';
import type { Success } from '../../shared/contract/provider';
import type { IdempotencyStore, StoredCall } from '../../shared/rows/idempotency';
import type { Summary } from '../../shared/rows/result';
import type { RecentAnswers } from './recentAnswers';

const STORED_UNDER = 'enrichPaidCalls';
/** Characters of answers that stay with an execution; about 100,000 answers of the usual size. */
const MAX_KEPT = 50_000_000;
/** So much stays when that is exceeded, so that it is not made room for again and again. */
const KEPT_AFTERWARDS = 0.75 * MAX_KEPT;

export interface NodeIdempotencyStore extends IdempotencyStore {
	/**
	 * Whether 'Retry On Fail' certainly runs the step again when it throws. n8n also adds runs of its
	 * own, where the first item that it was handed holds an error.
	 */
	readonly hasTriesLeft: boolean;
	/** Credits that earlier rounds of this execution have spent, or may have spent. */
	readonly spent: number;
	/** The same, where answers of other executions do as well that are not older than that. */
	reusing(recent: RecentAnswers, maxAgeMs: number): IdempotencyStore;
	/** The step failed: keep all for the next try, or for a retry by hand, which counts anew. */
	fail(): void;
	/** The step waits and will run again: that is no try. */
	suspend(): void;
	/** The round is done; what it paid for is not paid again in the rest of the execution. */
	finish(summary?: Pick<Summary, 'creditsUsed' | 'unreported'>, price?: number): void;
}

interface StoredState {
	tries: number;
	/** The execution and round whose rows were handed on last; n8n may add a run to it. */
	doneIn?: string;
	/** Of this round, and what must not be sent again. */
	calls: Record<string, StoredCall>;
	/** Of earlier rounds, as JSON: that takes the least room. */
	answers?: Record<string, string>;
	/** Characters in `answers`. */
	kept?: number;
	/** Credits of earlier rounds. */
	spent?: number;
}

interface UnderWay {
	ended: Promise<void>;
	end: () => void;
}
/** Calls that this process is waiting for, as an agent calls a tool several times at once. */
const underWay = new WeakMap<StoredState, Map<string, UnderWay>>();

/**
 * Kept with the execution, where it outlives the rounds of a loop, an agent's calls, n8n's 'Retry
 * On Fail' and a retry of the failed execution by hand.
 */
export function nodeIdempotencyStore(context: IExecuteFunctions): NodeIdempotencyStore {
	const store = context.getContext('node');
	const state = (store[STORED_UNDER] ??= { tries: 0, calls: {} }) as StoredState;
	const { calls } = state;
	const waits = underWay.get(state) ?? new Map<string, UnderWay>();
	underWay.set(state, waits);
	state.tries += 1;
	const round = roundOf(context);
	const hasTriesLeft = state.doneIn !== round && state.tries < maxTries(context);

	function lookUp(key: string): StoredCall | undefined {
		if (Object.hasOwn(calls, key)) return calls[key];
		const kept = state.answers;
		if (!kept || !Object.hasOwn(kept, key)) return undefined;
		return { state: 'answered', answer: JSON.parse(kept[key] as string) as Success };
	}

	function settle(key: string): void {
		waits.get(key)?.end();
		waits.delete(key);
	}

	return {
		hasTriesLeft,
		get spent() {
			const unclear = Object.values(calls).map((call) =>
				call.state === 'unanswered' ? (call.facts.documentedCost ?? 0) : 0,
			);
			return unclear.reduce((sum, credits) => sum + credits, state.spent ?? 0);
		},
		reusing(recent, maxAgeMs) {
			return {
				get: async (key) => (await this.get(key)) ?? toAnswered(recent.get(key, maxAgeMs)),
				set: (key, value) => {
					if (value.state === 'answered') recent.set(key, withoutCharge(value.answer));
					return this.set(key, value);
				},
				delete: (key) => this.delete(key),
			};
		},
		async get(key) {
			await waits.get(key)?.ended;
			return lookUp(key);
		},
		set(key, value) {
			// Two calls that start in the same moment have both found nothing.
			if (value.state === 'sent' && waits.has(key)) return false;
			calls[key] = value;
			if (value.state === 'sent') waits.set(key, toWaitFor());
			else settle(key);
			return true;
		},
		delete(key) {
			delete calls[key];
			if (state.answers) delete state.answers[key];
			settle(key);
		},
		suspend() {
			state.tries -= 1;
		},
		fail() {
			if (!hasTriesLeft) state.tries = 0;
		},
		finish(summary, price = 0) {
			state.tries = 0;
			state.doneIn = round;
			if (summary)
				state.spent = (state.spent ?? 0) + summary.creditsUsed + summary.unreported * price;
			for (const [key, call] of Object.entries(calls)) {
				if (call.state !== 'answered') continue;
				const json = JSON.stringify(withoutCharge(call.answer));
				(state.answers ??= {})[key] = json;
				state.kept = (state.kept ?? 0) + key.length + json.length;
				delete calls[key];
			}
			makeRoom(state);
		},
	};
}

function toWaitFor(): UnderWay {
	let end = () => {};
	const ended = new Promise<void>((resolve) => (end = resolve));
	return { ended, end };
}

const toAnswered = (answer: Success | undefined): StoredCall | undefined =>
	answer && { state: 'answered', answer };

/** Whoever uses the answer later pays nothing for it. */
const withoutCharge = ({ receipt, ...answer }: Success): Success => ({
	...answer,
	receipt: { ...receipt, creditsUsed: 0 },
});

/** The oldest answers go first. */
function makeRoom(state: StoredState): void {
	const { answers = {}, kept = 0 } = state;
	if (kept <= MAX_KEPT) return;
	for (const [key, json] of Object.entries(answers)) {
		if ((state.kept ?? 0) <= KEPT_AFTERWARDS) return;
		state.kept = (state.kept ?? 0) - key.length - json.length;
		delete answers[key];
	}
}

/** A retry of a failed execution by hand is another execution. */
const roundOf = (context: IExecuteFunctions): string =>
	`${context.getExecutionId()} ${String(context.getWorkflowDataProxy(0).$runIndex)}`;

/** As n8n counts them. */
function maxTries(context: IExecuteFunctions): number {
	const { retryOnFail, maxTries: chosen } = context.getNode();
	return retryOnFail === true ? Math.min(5, Math.max(2, chosen || 3)) : 1;
}
