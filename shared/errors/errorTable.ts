/**
 * The one policy of the connector: what may be sent again, how fast, and how each answer reads.
 * Sources: the Enrich API reference (prices, rate limits) and its error catalogue.
 */

/** What sending a call twice would cost; the HTTP verb says nothing about it. */
export type Billing =
	| 'freeRead'
	| 'freeWrite'
	| 'chargedOnceThenCached'
	| 'chargedEachTime'
	| 'reservesAtSubmit';

/** Whether Enrich has carried out a call that brought no usable answer. */
export type Execution = 'no' | 'maybe';

/** May a call be sent again by itself? A paid call never, unless it provably did not run. */
export const RETRY_POLICY: Record<Billing, Record<Execution, boolean>> = {
	freeRead: { no: true, maybe: true },
	freeWrite: { no: true, maybe: false },
	chargedOnceThenCached: { no: true, maybe: false },
	chargedEachTime: { no: true, maybe: false },
	reservesAtSubmit: { no: true, maybe: false },
};

export const isPaid = (billing: Billing): boolean =>
	billing !== 'freeRead' && billing !== 'freeWrite';

export type ErrorKind =
	| 'badInput'
	| 'badSettings'
	| 'unauthorized'
	| 'insufficientCredits'
	| 'forbidden'
	| 'notFound'
	| 'conflict'
	| 'expired'
	| 'refused'
	| 'rateLimited'
	| 'unavailable'
	| 'serverSide'
	| 'timedOut'
	| 'unreachable'
	| 'interrupted'
	| 'unreadable'
	| 'notRepeated'
	| 'jobFailed'
	| 'stillRunning'
	| 'noResult'
	| 'resultsUnread'
	| 'lostSubmit'
	| 'spendingLimit'
	| 'stopped'
	| 'cancelled';

/** What a status means: did the call run, and is it of any use to send it again? */
export interface StatusRule {
	kind: ErrorKind;
	execution: Execution;
	retryable: boolean;
}

const rule = (kind: ErrorKind, ran: Execution, again: boolean): StatusRule => ({
	kind,
	execution: ran,
	retryable: again,
});

const STATUS_RULES: Record<number, StatusRule> = {
	400: rule('badInput', 'no', false),
	401: rule('unauthorized', 'no', false),
	402: rule('insufficientCredits', 'no', false),
	403: rule('forbidden', 'no', false),
	404: rule('notFound', 'no', false),
	405: rule('badSettings', 'no', false),
	409: rule('conflict', 'no', false),
	410: rule('expired', 'no', false),
	413: rule('badInput', 'no', false),
	422: rule('refused', 'no', false),
	429: rule('rateLimited', 'no', true),
	503: rule('unavailable', 'maybe', true),
};

export function statusRule(status: number, saysWhenToRetry: boolean): StatusRule {
	if (status === 503 && saysWhenToRetry) return rule('unavailable', 'no', true);
	const known = STATUS_RULES[status];
	if (known) return known;
	if (status >= 300 && status < 400) return rule('badSettings', 'no', false);
	if (status >= 400 && status < 500 && status !== 408) return rule('refused', 'no', false);
	return rule('serverSide', 'maybe', true);
}

/**
 * Codes of connections that were never made, so that nothing was sent. Any other broken
 * connection counts as "may have run".
 */
export const NEVER_SENT = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EAI_NODATA',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENETDOWN',
	'EADDRNOTAVAIL',
	'UND_ERR_CONNECT_TIMEOUT',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** How each kind reads: what happened, and what to do next. `{…}` is filled in; a `[…]` with an unknown value is left out. */
export const TEXTS: Record<ErrorKind, { what: string; next: string }> = {
	badInput: {
		what: "['{field}' ][{detail}]",
		next: "Correct ['{field}' in ]this row and run it again. Nothing was charged.",
	},
	badSettings: {
		what: 'The connection to Enrich is not set up correctly[: {detail}]',
		next: 'Check the base URL and the API key in the credential. Nothing was charged.',
	},
	unauthorized: {
		what: 'Enrich refused the API key',
		next: 'Check the key in the credential; it may be mistyped, disabled or revoked. Nothing was charged.[ Enrich says: {detail}]',
	},
	insufficientCredits: {
		what: 'Not enough credits[: {required} needed, {available} left]',
		next: 'Top up at enrich.so and run again[; this row alone lacks {missing} credits]. Nothing was charged for it.',
	},
	forbidden: {
		what: 'Your Enrich account may not use this',
		next: 'Contact Enrich about your access. Nothing was charged.[ Enrich says: {detail}]',
	},
	notFound: {
		what: 'Enrich does not know this address or ID',
		next: 'Check the ID; it may belong to another organization.[ Enrich says: {detail}]',
	},
	conflict: {
		what: 'Enrich cannot do this in the present state',
		next: 'Read the status first.[ Enrich says: {detail}]',
	},
	expired: {
		what: 'What was asked for has expired',
		next: 'Submit it again.[ Enrich says: {detail}]',
	},
	refused: {
		what: 'Enrich did not accept the request[: {detail}]',
		next: 'Check the values of this row. Nothing was charged.',
	},
	rateLimited: {
		what: 'The rate limit of your plan is still reached',
		next: 'Run again [in {seconds} seconds, or ]with fewer rows at once. Nothing was charged for this row.',
	},
	unavailable: {
		what: 'Enrich is not available right now',
		next: 'Run again later.',
	},
	serverSide: {
		what: 'Enrich could not complete the request[ (status {status})]',
		next: 'Run again later.[ Enrich says: {detail}]',
	},
	timedOut: {
		what: 'Enrich did not answer[ within {seconds} seconds]',
		next: 'Run again later.',
	},
	unreachable: {
		what: 'Enrich could not be reached',
		next: 'Check the network and the base URL in the credential. Nothing was sent or charged.[ Details: {detail}]',
	},
	interrupted: {
		what: 'The connection to Enrich broke off before the answer was complete',
		next: 'Run again later.[ Details: {detail}]',
	},
	unreadable: {
		what: 'The answer could not be read[: {detail}]',
		next: 'Check the base URL in the credential; a proxy may have answered instead of Enrich.',
	},
	notRepeated: {
		what: 'An earlier try was sent and brought no answer, so it is not sent again',
		next: 'To look it up all the same, start a new run.',
	},
	jobFailed: {
		what: 'Enrich could not complete the batch[ {batchId}]',
		next: "What was reserved for it is refunded once its results are read. Check your wallet's transactions (free).",
	},
	stillRunning: {
		what: 'The batch[ {batchId}] is still running[ ({detail})]',
		next: 'It goes on without this step and nothing is lost. Read its results later with its ID, or run the same rows again: they take it over and are not charged twice.',
	},
	resultsUnread: {
		what: 'The results of the batch[ {batchId}] could not be read[: {detail}]',
		next: 'They stay at Enrich and nothing is lost. Run the same rows again: they take the batch over and are not charged twice.',
	},
	noResult: {
		what: 'The batch[ {batchId}] brought no result for this row',
		next: 'Read the results of the batch (free) to see whether they name it otherwise, before you run the row again.',
	},
	lostSubmit: {
		what: 'The batch was sent, and no answer came back[: {detail}]',
		next: "Look for a reservation at this time in your wallet's transactions (free). If there is one, read that batch by the ID that stands there instead of starting another.",
	},
	spendingLimit: {
		what: 'Not sent, because it could exceed the spending limit',
		next: "Nothing was charged for this row. Raise 'Maximum Credits' to look it up.",
	},
	stopped: {
		what: 'Not sent[: {detail}]',
		next: 'Nothing was charged for this row. Run it again when the cause is settled.',
	},
	cancelled: {
		what: 'Cancelled',
		next: '[The batch {batchId} goes on without this step and nothing is lost. ]Run again to look this row up.',
	},
};

/** Added to the next step when money may have been spent for no answer. */
export const CHARGE_NOTES: Record<'repeatFree' | 'repeatPaid', string> = {
	repeatPaid:
		"This call may have been charged[ ({credits} credits as documented)], so it was not sent again. To check, look for a deduction at this time in the wallet's transactions (free).",
	repeatFree:
		'This call may have been charged[ ({credits} credits as documented)], so it was not sent again. Enrich documents that the same lookup is free for 7 days once it was charged.',
};

/** After these nothing further is sent in the run: every other row would end the same way. */
export const STOPS_RUN: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'unauthorized',
	'insufficientCredits',
	'forbidden',
	'badSettings',
	'rateLimited',
	'unavailable',
	'unreachable',
	'cancelled',
]);
/** What may succeed when the same step is run again a little later. */
export const MAY_PASS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'rateLimited',
	'unavailable',
	'serverSide',
	'timedOut',
	'unreachable',
	'interrupted',
	'unreadable',
	'resultsUnread',
]);
/** So many paid calls in a row without an answer: stop before more money is spent for nothing. */
export const STOP_AFTER_UNANSWERED = 5;

/** Documented plans; the pacer recognises one by a limit it is told. Calls, not credits. */
export const PLANS = [
	{ name: 'Free', burstPerSecond: 5, perMinute: 60, enrichmentPerMinute: 10 },
	{ name: 'Growth', burstPerSecond: 25, perMinute: 300, enrichmentPerMinute: 100 },
	{ name: 'Scale', burstPerSecond: 50, perMinute: 1000, enrichmentPerMinute: 500 },
	{ name: 'Pro', burstPerSecond: 100, perMinute: 5000, enrichmentPerMinute: 2000 },
	{ name: 'Enterprise', burstPerSecond: 200, perMinute: 10000, enrichmentPerMinute: undefined },
] as const;

export const RATE = {
	/**
	 * Calls in flight at most. Before the first answer: the smallest plan's burst; where the API
	 * names no limits: a polite number; else enough for the Pro plan at a second's latency, as the
	 * learned pace rules below that.
	 */
	inFlightMost: { unknown: 5, none: 10, known: 64 },
	burstUnknown: 5,
	/** Share of a window left unused, for clocks that differ and calls that overtake each other. */
	reserve: 0.02,
};

export const RETRY = {
	/** Sends in all, for what may be sent again. */
	mostSends: 4,
	/** Sends in all, for calls that a rate limit turned away: it ends by itself. */
	mostSendsWhenRateLimited: 12,
	firstDelayMs: 500,
	longestDelayMs: 30_000,
	/** A longer Retry-After is not waited out within a step. */
	longestRetryAfterMs: 120_000,
};

export const LIMITS = {
	timeoutMs: 60_000,
	longestTimeoutMs: 3_600_000,
	answerBytes: 20_000_000,
};

/** How batches are watched. The API asks for 5 to 10 seconds between two looks. */
export const BATCHES = {
	firstLookMs: 5_000,
	longestLookMs: 60_000,
	/** A look at least this often over the time that is left, so that the end is noticed early. */
	looksToTheEnd: 4,
	resultsPerPage: 1000,
	/** When to look for a submit whose answer was lost; it may take a while to be booked. */
	lostSubmitLooksMs: [2_000, 10_000, 30_000],
	transactionsPerPage: 100,
	/** So many pages are searched for a batch of the last day. */
	transactionPages: 20,
	/** A batch may be unknown for so long after its submit. */
	appearsWithinMs: 60_000,
	/** Results may lag behind the end; so long after it they are read once more. */
	settlesMs: 5_000,
	/** A batch of exactly the same rows is taken over when it is not older; less than from night to night. */
	takeOverWithinMs: 20 * 3_600_000,
	/** Fewer distinct rows are looked up one by one: that is quicker and costs the same. */
	batchFrom: 11,
	/**
	 * Rows of a batch that calls back a resting execution. One call comes per row, and n8n loads the
	 * whole execution for each.
	 */
	mostByCallback: 250,
	/** So long a step stays for a batch before its execution is put to rest. */
	restsAfterMs: 15_000,
	/** A batch that is said to have ended may take a moment to read so. */
	endLooksMs: [0, 2_000, 5_000, 10_000],
};
