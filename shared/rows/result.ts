import type { Data } from '../contract/data';
import type { ConnectorError } from '../errors/ConnectorError';
import type { ErrorKind } from '../errors/errorTable';

export type Outcome = 'found' | 'notFound' | 'skipped' | 'failed';

/** What became of one row. Every row of a run ends in exactly one of these. */
export interface RowResult {
	outcome: Outcome;
	/** Plain words, without the row's number. */
	reason: string;
	/** The answer's `data`; of a list its first page's. */
	data?: Data;
	/** The entries of a list, from all its pages. */
	entries?: Data[];
	/** Credits charged for this row. 0 for rows that share another row's answer; null: not reported. */
	creditsUsed: number | null;
	/** What the pages of a list named, where others named nothing and so `creditsUsed` is null. */
	creditsReported?: number;
	creditsRemaining: number | null;
	requestId?: string;
	/** The batch that answered it. */
	batchId?: string;
	/** It was answered by a batch of an earlier run; `at`: when that was started, null: not reported. */
	reusedFrom?: { batchId: string; at: number | null };
	/** Skipped, because it has what would be looked up. */
	isFilled?: boolean;
	/** Found, and not good enough: the key that says so, beside which nothing is to be used. */
	withheld?: string;
	/** Index of the row whose lookup answered this one too. */
	sameAs?: number;
	/** An earlier try of this step got the answer; `creditsUsed` is what was charged then. */
	isReused?: boolean;
	/** More match than the API pages through. */
	isCut?: boolean;
	/** What of a list was left out because it is not free, as a sentence. */
	unpaid?: string;
	/** The answer was lost; an entry of the wallet says what it held. */
	isRecovered?: boolean;
	/** Set when the row failed, and when a list broke off after its first pages. */
	error?: ConnectorError;
}

export interface Summary {
	rows: number;
	found: number;
	notFound: number;
	skipped: number;
	failed: number;
	/** All that answers named. */
	creditsUsed: number;
	/** Charges that are unclear, at most, as documented. */
	creditsUnclear: number;
	/** Lookups that may have been charged although no answer came. */
	unclear: number;
	/** Lookups that were answered without a word on their cost. */
	unreported: number;
	/** Batches whose cost is not known yet. */
	unreportedBatches: string[];
	/** The lowest that was reported: answers overtake each other. */
	creditsRemaining: number | null;
}

/** The provider has said what it knows of this row. */
export const isAnswered = ({ outcome }: RowResult): boolean =>
	outcome === 'found' || outcome === 'notFound';

export const withoutCharge = (outcome: Outcome, reason: string): RowResult => ({
	outcome,
	reason,
	creditsUsed: 0,
	creditsRemaining: null,
});

/** Nothing can be said of the charge where a call may have run. */
export const toFailedRow = (error: ConnectorError): RowResult => ({
	...withoutCharge(error.kind === 'spendingLimit' ? 'skipped' : 'failed', error.message),
	creditsUsed: error.mayHaveBeenCharged ? null : (error.facts.creditsUsed ?? 0),
	requestId: error.requestId,
	error,
});

/** A batch ends later, or its results name what it cost. */
const OPEN_BATCH: ReadonlySet<ErrorKind> = new Set([
	'stillRunning',
	'resultsUnread',
	'startedLate',
	'startedUnread',
]);

/** How many rows ended in which way. */
export function countOutcomes(results: readonly RowResult[]): Record<Outcome, number> {
	const counts: Record<Outcome, number> = { found: 0, notFound: 0, skipped: 0, failed: 0 };
	for (const { outcome } of results) counts[outcome] += 1;
	return counts;
}

export function summarize(results: readonly RowResult[], creditsRemaining: number | null): Summary {
	const summary: Summary = {
		rows: results.length,
		...countOutcomes(results),
		creditsUsed: 0,
		creditsUnclear: 0,
		unclear: 0,
		unreported: 0,
		unreportedBatches: [],
		creditsRemaining,
	};
	const unreported = new Set<string>();
	for (const result of results) {
		const { creditsUsed, creditsReported = 0, error, sameAs, batchId } = result;
		if (sameAs !== undefined) continue;
		summary.creditsUsed += creditsUsed ?? creditsReported;
		if (error?.facts.batchId && OPEN_BATCH.has(error.kind)) unreported.add(error.facts.batchId);
		if (error?.mayHaveBeenCharged) {
			summary.unclear += 1;
			summary.creditsUnclear += error.facts.documentedCost ?? 0;
		} else if (creditsUsed === null && batchId === undefined) summary.unreported += 1;
	}
	return { ...summary, unreportedBatches: [...unreported] };
}
