import type { ZObject } from 'zapier-platform-core';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { ErrorKind } from '../../shared/errors/errorTable';
import { snakeCase } from './names';
import { REMEMBERED_HOURS } from './idempotencyStore';

/**
 * What Zapier does with a step:
 * - error: shows it, counts it, and turns off a Zap in which almost every run ends so;
 * - halt: stops this run, without counting it;
 * - throttle: runs the step again by itself a little later;
 * - expire: holds all runs until the user has reconnected.
 */
type Ending = 'error' | 'halt' | 'throttle' | 'expire';

const ENDINGS: Record<ErrorKind, Ending> = {
	// Somebody has to correct the step, so it counts; Zapier asks for an error that names the field.
	badInput: 'error',
	badSettings: 'error',
	unauthorized: 'expire',
	insufficientCredits: 'halt',
	forbidden: 'halt',
	notFound: 'error',
	conflict: 'error',
	expired: 'error',
	refused: 'error',
	// These pass by themselves. Where a charge is possible they halt instead: see below.
	rateLimited: 'throttle',
	unavailable: 'throttle',
	serverSide: 'throttle',
	timedOut: 'throttle',
	unreachable: 'throttle',
	interrupted: 'throttle',
	// Something else than Enrich answered, which waiting does not cure.
	unreadable: 'error',
	notRepeated: 'halt',
	jobFailed: 'halt',
	stillRunning: 'throttle',
	noResult: 'halt',
	resultsUnread: 'throttle',
	lostSubmit: 'halt',
	spendingLimit: 'halt',
	stopped: 'throttle',
	cancelled: 'throttle',
};

const BY_ITSELF = 'Zapier runs this step again by itself. Nothing was charged.';
const BY_ITSELF_IN = BY_ITSELF.replace('itself', 'itself[ in {seconds} seconds]');
const WALLET = 'https://enrich.so';

/** Next steps in Zapier's words; the core speaks of rows and credentials. */
const NEXT: Record<ErrorKind, string> = {
	badInput: "Correct ['{field}' in ]this step or the data that goes into it. Nothing was charged.",
	badSettings: 'Check the API key and the base URL of the connection. Nothing was charged.',
	unauthorized:
		'Reconnect Enrich with a valid key; this one may be mistyped, disabled or revoked. Nothing was charged.[ Enrich says: {detail}]',
	insufficientCredits: `Top up [at least {missing} credits ]at ${WALLET}, then replay the run. Nothing was charged.`,
	forbidden:
		'Contact Enrich about the access of your account. Nothing was charged.[ Enrich says: {detail}]',
	notFound: 'Check the base URL of the connection. Nothing was charged.[ Enrich says: {detail}]',
	conflict: 'Run it again later.[ Enrich says: {detail}]',
	expired: 'Submit it again.[ Enrich says: {detail}]',
	refused: 'Check the values of this step. Nothing was charged.',
	rateLimited: BY_ITSELF_IN,
	unavailable: BY_ITSELF_IN,
	serverSide: BY_ITSELF,
	timedOut: BY_ITSELF,
	unreachable: BY_ITSELF,
	interrupted: BY_ITSELF,
	unreadable:
		'Check the base URL of the connection; a proxy may have answered instead of Enrich. Nothing was charged.',
	notRepeated: '',
	jobFailed: `What was reserved for it is refunded once its results are read. Your wallet is at ${WALLET}.`,
	stillRunning: 'Zapier looks again by itself. Nothing is lost.',
	noResult: 'Nothing was charged for it.',
	resultsUnread: `The results stay at Enrich. ${BY_ITSELF}`,
	lostSubmit: '',
	spendingLimit: 'Nothing was charged.',
	stopped: BY_ITSELF,
	cancelled: BY_ITSELF,
};

/** Follows on the note that a call may have been charged. */
const NOT_AGAIN = `Your wallet is at ${WALLET}. The same lookup is not sent again for ${REMEMBERED_HOURS} hours, also when you replay this run.`;

/** A run that was sent less than this ago may still get its answer, and pass it on. */
const UNDER_WAY_MS = 60_000;
const DELAY_SECONDS = { underWay: 30, unknown: 60, most: 3600 };

/** The error by which Zapier does the right thing next. */
export function toZapierError(z: ZObject, error: unknown): unknown {
	if (!(error instanceof ConnectorError)) return error;
	const { kind, status, mayHaveBeenCharged, retryAfterMs, facts } = error;
	if (kind === 'notRepeated' && facts.sentAt && Date.now() - facts.sentAt < UNDER_WAY_MS) {
		const message =
			'Another run is looking up the same right now; its answer will do for this one too.';
		return new z.errors.ThrottledError(message, DELAY_SECONDS.underWay);
	}
	const text = textOf(error, mayHaveBeenCharged ? NOT_AGAIN : NEXT[kind]);
	switch (mayHaveBeenCharged ? 'halt' : ENDINGS[kind]) {
		case 'expire':
			return new z.errors.ExpiredAuthError(text);
		case 'halt':
			return new z.errors.HaltedError(text);
		case 'throttle':
			return new z.errors.ThrottledError(text, delaySeconds(retryAfterMs));
		case 'error':
			return kind === 'badInput'
				? new z.errors.Error(text, 'invalid_input', status ?? 400)
				: new z.errors.Error(text, snakeCase(kind), status);
	}
}

/** While somebody connects there is no run to hold or to repeat: they only need to know. */
export function toConnectionError(z: ZObject, error: unknown): unknown {
	if (!(error instanceof ConnectorError)) return error;
	const { kind, status, nextStep } = error;
	const next = ENDINGS[kind] === 'throttle' ? 'Try again in a minute.' : NEXT[kind] || nextStep;
	return new z.errors.Error(textOf(error, next), snakeCase(kind), status);
}

const textOf = (error: ConnectorError, next: string): string =>
	[error.message, error.nextStepIn(next), error.requestId && `Request ID: ${error.requestId}`]
		.filter((part) => part !== undefined && part !== '')
		.map((part) => (/[.!?…]$/.test(part as string) ? part : `${part}.`))
		.join(' ');

const delaySeconds = (ms: number | undefined): number =>
	ms === undefined
		? DELAY_SECONDS.unknown
		: Math.min(DELAY_SECONDS.most, Math.max(1, Math.ceil(ms / 1000)));
