import type { Data } from '../contract/data';
import type { ConnectorError } from '../errors/ConnectorError';

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
	creditsRemaining: number | null;
	requestId?: string;
	/** The batch that answered it. */
	batchId?: string;
	/** It was answered by a batch of an earlier run; `at`: when that was started, null: not reported. */
	reusedFrom?: { batchId: string; at: number | null };
	/** Index of the row whose lookup answered this one too. */
	sameAs?: number;
	/** An earlier try of this step got the answer; `creditsUsed` is what was charged then. */
	isReused?: boolean;
	/** Set when the row failed, and when a list broke off after its first pages. */
	error?: ConnectorError;
}

export interface Summary {
	rows: number;
	found: number;
	notFound: number;
	skipped: number;
	failed: number;
	creditsUsed: number;
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

export function summarize(results: readonly RowResult[], creditsRemaining: number | null): Summary {
	const summary: Summary = {
		rows: results.length,
		found: 0,
		notFound: 0,
		skipped: 0,
		failed: 0,
		creditsUsed: 0,
		creditsRemaining,
	};
	for (const { outcome, creditsUsed } of results) {
		summary[outcome] += 1;
		summary.creditsUsed += creditsUsed ?? 0;
	}
	return summary;
}
