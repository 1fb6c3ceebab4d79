import type { ZObject } from 'zapier-platform-core';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { type ErrorKind, ERRORS } from '../../shared/errors/errorTable';
import { isDevelopment } from './build';
import { STORED_HOURS } from './idempotencyStore';
import { snakeCase } from './snakeCase';

/**
 * What Zapier does with a step:
 * - error: shows it, counts it, and turns off a Zap in which almost every run ends so;
 * - halt: stops this run, without counting it;
 * - throttle: runs the step again by itself a little later;
 * - expire: holds all runs until the user has reconnected.
 */
type Ending = 'error' | 'halt' | 'throttle' | 'expire';

interface Reaction {
	ending: Ending;
	/** In Zapier's words; default: those of `ERRORS`, or that the step runs again by itself. */
	nextStep?: string;
}

const BY_ITSELF = 'Zapier runs this step again by itself';
/** Follows on the note that a call may have been charged. */
const NOT_AGAIN = `Your wallet is at https://{topUpAt}. The same lookup is not sent again for ${STORED_HOURS} hours, also when you replay this run.`;

/** Only a development build has a base URL to check. */
const CONNECTION = isDevelopment
	? 'base URL and the API key of the connection'
	: 'API key of the connection';
const ADDRESS = isDevelopment ? 'the base URL of the connection, and ' : '';

/** How a step ends by each kind of error. Where a call may have been charged, it halts. */
const REACTIONS: Record<ErrorKind, Reaction> = {
	// Somebody has to correct the step, so it counts; Zapier asks for an error that names the field.
	badInput: {
		ending: 'error',
		nextStep: "Correct ['{field}' in ]this step or the data that goes into it.[ {charge}]",
	},
	badSettings: { ending: 'error', nextStep: `Check the ${CONNECTION}.[ {charge}]` },
	unauthorized: {
		ending: 'expire',
		nextStep:
			'Reconnect {provider} with a valid key; this one may be mistyped, disabled or revoked.[ {charge}][ {provider} says: {detail}]',
	},
	insufficientCredits: {
		ending: 'halt',
		nextStep: 'Top up [at least {missing} ]at https://{topUpAt}, then replay the run.[ {charge}]',
	},
	forbidden: { ending: 'halt' },
	notFound: {
		ending: 'error',
		nextStep: `Check ${ADDRESS}what this step looks for.[ {charge}][ {provider} says: {detail}]`,
	},
	conflict: { ending: 'error', nextStep: 'Run it again later.[ {provider} says: {detail}]' },
	expired: { ending: 'error' },
	refused: { ending: 'error', nextStep: 'Check the values of this step.[ {charge}]' },
	rateLimited: { ending: 'throttle' },
	unavailable: { ending: 'throttle' },
	serverSide: { ending: 'throttle' },
	// Its seconds are those that it waited for an answer.
	timedOut: { ending: 'throttle', nextStep: `${BY_ITSELF}.[ {charge}]` },
	unreachable: { ending: 'throttle' },
	interrupted: { ending: 'throttle' },
	// Something else than the API answered, which waiting does not cure.
	unreadable: {
		ending: 'error',
		nextStep: `${isDevelopment ? 'Check the base URL of the connection; a' : 'A'} proxy may have answered instead of {provider}.[ {charge}]`,
	},
	notRepeated: { ending: 'halt', nextStep: NOT_AGAIN },
	jobFailed: { ending: 'halt' },
	stillRunning: { ending: 'throttle', nextStep: `${BY_ITSELF}. Nothing is lost.` },
	startedLate: { ending: 'throttle', nextStep: `${BY_ITSELF}. Nothing is lost.` },
	startedFailed: { ending: 'halt' },
	startedUnread: { ending: 'throttle', nextStep: `${BY_ITSELF}. Nothing is lost.` },
	noResult: {
		ending: 'halt',
		nextStep: 'Read the results of the batch (free) before you look it up again.',
	},
	resultsUnread: {
		ending: 'throttle',
		nextStep: `The results stay at {provider}. ${BY_ITSELF}.`,
	},
	lostSubmit: { ending: 'halt' },
	spendingLimit: { ending: 'halt' },
	belowMinimum: { ending: 'halt' },
	stopped: { ending: 'throttle' },
	cancelled: { ending: 'throttle' },
};

function nextStepFor(kind: ErrorKind): string {
	const { ending, nextStep } = REACTIONS[kind];
	const otherwise =
		ending === 'throttle' ? `${BY_ITSELF}[ in {wait}].[ {charge}]` : ERRORS[kind].nextStep;
	return nextStep ?? otherwise;
}

/** A run that was sent less than this ago may still get its answer, and pass it on. */
const UNDER_WAY_MS = 60_000;
const DELAY_SECONDS = { underWay: 30, unknown: 60, max: 3600 };

/**
 * The error by which Zapier does the right thing next.
 * @param maxDelaySeconds After which a throttled run comes back at the latest; default: 90 minutes.
 */
export function toZapierError(z: ZObject, error: unknown, maxDelaySeconds = Infinity): unknown {
	if (!(error instanceof ConnectorError)) return error;
	const { kind, status, mustNotRepeat, retryAfterMs, facts } = error;
	if (kind === 'notRepeated' && facts.sentAt && Date.now() - facts.sentAt < UNDER_WAY_MS) {
		const message =
			'Another run is looking up the same right now; its answer will do for this one too.';
		return new z.errors.ThrottledError(message, withJitter(DELAY_SECONDS.underWay));
	}
	if (isLostSubmit(error)) {
		const message = textOf(
			error,
			`${BY_ITSELF} and takes over the batch if your wallet shows one.`,
		);
		return new z.errors.ThrottledError(message, withJitter(DELAY_SECONDS.unknown));
	}
	const isFree = facts.documentedCost === 0;
	const again = isFree ? 'Replay the run to send it again.' : `[{charge} ]${NOT_AGAIN}`;
	const text = textOf(error, mustNotRepeat ? again : nextStepFor(kind));
	switch (mustNotRepeat ? 'halt' : REACTIONS[kind].ending) {
		case 'expire':
			return new z.errors.ExpiredAuthError(text);
		case 'halt':
			return new z.errors.HaltedError(text);
		case 'throttle':
			return new z.errors.ThrottledError(text, delaySeconds(retryAfterMs, maxDelaySeconds));
		case 'error':
			return kind === 'badInput'
				? new z.errors.Error(text, 'invalid_input', status ?? 400)
				: new z.errors.Error(text, snakeCase(kind), status);
	}
}

/** The next run of the step finds out whether it has started a batch; until then nobody knows. */
const isLostSubmit = ({ kind }: ConnectorError): boolean => kind === 'lostSubmit';

/** While somebody connects there is no run to hold or to repeat: they only need to know. */
export function toConnectionError(z: ZObject, error: unknown): unknown {
	if (!(error instanceof ConnectorError)) return error;
	const { kind, status } = error;
	const isThrottled = REACTIONS[kind].ending === 'throttle';
	const nextStep = isThrottled ? 'Try again in a minute.' : nextStepFor(kind);
	return new z.errors.Error(textOf(error, nextStep), snakeCase(kind), status);
}

const textOf = (error: ConnectorError, nextStep: string): string =>
	[
		error.message,
		error.nextStepIn(nextStep, 'step'),
		error.requestId && `Request ID: ${error.requestId}`,
	]
		.filter((part) => part !== undefined && part !== '')
		.map((part) => (/[.!?…]$/.test(part as string) ? part : `${part}.`))
		.join(' ');

const delaySeconds = (ms: number | undefined, max: number): number => {
	const seconds = ms === undefined ? DELAY_SECONDS.unknown : Math.max(1, Math.ceil(ms / 1000));
	return Math.min(withJitter(seconds), max);
};

/** Up to half of it more: runs that were turned away together must not come back together. */
export const withJitter = (seconds: number): number => {
	const most = Math.min(DELAY_SECONDS.max, seconds);
	return Math.ceil(most * (1 + Math.random() / 2));
};
