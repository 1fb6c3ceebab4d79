/** How each kind of error reads, and what it means for the rest of a run. The one table of errors. */

export type ErrorKind = keyof typeof ERRORS;

interface ErrorRow {
	/** What happened. `{…}` is filled in; a `[…]` with an unknown value is left out. */
	message: string;
	/**
	 * What to do next. `{charge}` says what is known of a charge, `{again}` whether to run it again.
	 * What the API said itself is added where neither this nor the message holds it.
	 */
	nextStep: string;
	/** Nothing further is sent in the run: every other row would end the same way. */
	isFatal?: true;
	/** It may succeed when the same step is run again a little later. */
	isTransient?: true;
}

const rows = <K extends string>(table: Record<K, ErrorRow>): Record<K, ErrorRow> => table;

export const ERRORS = rows({
	badInput: {
		message: "['{field}' ][{detail}]",
		nextStep: "Correct ['{field}' in ]this row and run it again.[ {charge}]",
	},
	badSettings: {
		message: 'The connection to {provider} is not set up correctly[: {detail}]',
		nextStep: 'Check the base URL and the API key in the credential.[ {charge}]',
		isFatal: true,
	},
	unauthorized: {
		message: '{provider} refused the API key',
		nextStep:
			'Check the key in the credential; it may be mistyped, disabled or revoked.[ {charge}]',
		isFatal: true,
	},
	insufficientCredits: {
		message: 'Not enough credits[: {required} needed, {available} left||: {required} needed]',
		nextStep:
			'Top up at {topUpAt} and run again[; these {rows} rows lack {missing}||; this row alone lacks {missing}].[ {charge}]',
		isFatal: true,
	},
	forbidden: {
		message: 'Your {provider} account may not use this[: {access}]',
		nextStep: 'Contact {provider} about your access.[ {charge}]',
		isFatal: true,
	},
	notFound: {
		message: '{provider} does not know this address or ID',
		nextStep: 'Check the ID; it may belong to another organization.',
	},
	conflict: {
		message: '{provider} cannot do this in the present state',
		nextStep: 'Read the status first.',
	},
	expired: {
		message: 'What was asked for has expired',
		nextStep: 'Submit it again.',
	},
	refused: {
		message: '{provider} did not accept the request[: {detail}]',
		nextStep: 'Check the values of this row.[ {charge}]',
	},
	rateLimited: {
		message: 'The rate limit of your plan is still reached',
		nextStep: 'Run again [in {wait}, or ]with fewer rows at once.[ {charge}]',
		isFatal: true,
		isTransient: true,
	},
	unavailable: {
		message: '{provider} is not available right now',
		nextStep: '{again}[ {charge}]',
		isFatal: true,
		isTransient: true,
	},
	serverSide: {
		message: '{provider} could not complete the request[ (status {status})]',
		nextStep: '{again}[ {charge}]',
		isTransient: true,
	},
	timedOut: {
		message: '{provider} did not answer[ within {timeout}]',
		nextStep: '{again}[ {charge}]',
		isTransient: true,
	},
	unreachable: {
		message: '{provider} could not be reached',
		nextStep: 'Check the network and the base URL in the credential.[ {charge}]',
		isFatal: true,
		isTransient: true,
	},
	interrupted: {
		message: 'The connection to {provider} broke off before the answer was complete',
		nextStep: '{again}[ {charge}]',
		isTransient: true,
	},
	unreadable: {
		message: 'The answer could not be read[: {detail}]',
		nextStep:
			'Check the base URL in the credential; a proxy may have answered instead of {provider}.[ {charge}]',
		isTransient: true,
	},
	notRepeated: {
		message: 'An earlier try was sent and brought no answer, so it is not sent again',
		nextStep:
			'To look it up all the same, start a new run; it can be charged once more.[ {charge}]',
	},
	jobFailed: {
		message: '{provider} could not complete the batch[ {batchId}]',
		nextStep:
			"What it cost stands in your wallet's transactions (free). Run the same rows again: those that it answered are not charged again, and the others go into a new batch.",
	},
	stillRunning: {
		message: 'The batch[ {batchId}] is still running[ ({detail})]',
		nextStep:
			"It goes on without this step and nothing is lost. Read its results later with its ID, or run the same rows again: while 'Reuse Results (Hours)' lasts, they reuse it and are not charged twice.",
	},
	startedLate: {
		message: 'What was started[ as {batchId}] is not complete yet[ ({detail})]',
		nextStep:
			'It goes on without this step and nothing is lost. Read it later by this ID, which is free; starting it again can be charged once more.',
	},
	startedFailed: {
		message: '{provider} could not complete what was started[ as {batchId}][ ({detail})]',
		nextStep: "What it cost stands in your wallet's transactions (free).",
	},
	startedUnread: {
		message: 'What was started[ as {batchId}] could not be read[: {detail}]',
		nextStep:
			'It stays at {provider} and nothing is lost. Read it later by this ID, which is free; starting it again can be charged once more.',
		isTransient: true,
	},
	resultsUnread: {
		message: 'The results of the batch[ {batchId}] could not be read[: {detail}]',
		nextStep:
			"They stay at {provider} and nothing is lost. Run the same rows again: while 'Reuse Results (Hours)' lasts, they reuse the batch and are not charged twice.",
		isTransient: true,
	},
	noResult: {
		message: 'The batch[ {batchId}] brought no result for this row',
		nextStep:
			'Read the results of the batch (free) to see whether they name it otherwise, before you look the row up alone, which can be charged once more.',
	},
	lostSubmit: {
		message: 'The batch was sent, and no answer came back[: {detail}]',
		nextStep:
			"Look for a reservation at this time in your wallet's transactions (free). If there is one, read that batch by the ID that stands there, or run the same rows again, which looks for it. If there is none, run them with 'Reuse Results (Hours)' set to 0, which can be charged once more.",
	},
	spendingLimit: {
		message: 'Not sent, because it could exceed the spending limit[: {detail}]',
		nextStep:
			"[{charge} ][Clear 'Maximum Credits' to look it up, as {detail}||Raise 'Maximum Credits' to look it up].",
	},
	belowMinimum: {
		message:
			'Not sent, because it could take the balance below the minimum of {minimum}[: {available} left]',
		nextStep: "Top up at {topUpAt}, or lower 'Minimum Balance' in the credential.[ {charge}]",
		isFatal: true,
	},
	stopped: {
		message: 'Not sent[: {detail}]',
		nextStep: '[{charge} ]Run it again when the cause is settled.',
	},
	cancelled: {
		message: 'Cancelled',
		nextStep:
			'[The batch {batchId} goes on without this step and nothing is lost. ]{again}[ {charge}]',
		isFatal: true,
	},
});

const row = (kind: ErrorKind): ErrorRow => ERRORS[kind];
export const isFatal = (kind: ErrorKind): boolean => row(kind).isFatal === true;
export const isTransient = (kind: ErrorKind): boolean => row(kind).isTransient === true;

/** What is said of money; filled in from what is known of the call. */
export const CHARGES = {
	/** Only this row was turned away; others of the run may have been charged. */
	none: 'Nothing was charged for this {unit}.',
	some: '{charged} {wasCharged} charged[ at {chargedAt}].',
	unclear:
		'This call may have been charged[ ({credits} as documented)], so it was not sent again.[ {repeatIsFree}|| To check, {checkCharge}.]',
} as const;

/** Whether to run it again. */
export const AGAIN = {
	later: 'Run again later.',
	/** After a possible charge; where a repetition is documented as free, `later` holds. */
	unclear: 'Check before you run it again: a new run can be charged once more.',
} as const;
