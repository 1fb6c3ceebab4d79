import { type Billing, isPaid } from '../contract/operation';
import type { ProviderWords } from '../contract/providerWords';
import { CHARGES, type ErrorKind, ERRORS } from './errorTable';

/** Whether the API has carried out a call that brought no usable answer. */
export type Execution = 'no' | 'maybe';

export interface ErrorFacts {
	kind: ErrorKind;
	/** Whose API it was; default: none in particular. */
	provider?: ProviderWords;
	/** HTTP status, if one arrived. */
	status?: number;
	requestId?: string;
	/** The batch or job that it concerns. */
	batchId?: string;
	/** The title of the field at fault. */
	field?: string;
	/** What the API or the network said, in its own words; never holds a key. */
	detail?: string;
	creditsRequired?: number;
	creditsAvailable?: number;
	/** Default: the difference of the two. */
	creditsMissing?: number;
	/** Charged for the call all the same, as its answer says. */
	creditsUsed?: number;
	/** Rows that it concerns together, as those of a batch; default: one. */
	rows?: number;
	/** Milliseconds until the API said it takes calls again. */
	retryAfterMs?: number;
	timeoutMs?: number;
	/** When an earlier try was sent; milliseconds since the epoch. */
	sentAt?: number;
	/** Whether the call may have run although no usable answer came; default: no. */
	execution?: Execution;
	billing?: Billing;
	/** Credits that the call costs as documented. */
	documentedCost?: number;
}

type Words = Record<string, string | number | undefined>;

/** Kinds after which only this row is known not to have been charged. */
const OF_ONE_ROW: ReadonlySet<ErrorKind> = new Set(['rateLimited', 'spendingLimit', 'stopped']);

/**
 * Everything that can go wrong ends in this one type. `message` says what happened, `nextStep`
 * what to do; both are plain sentences for people who do not program.
 */
export class ConnectorError extends Error {
	override readonly name = 'ConnectorError';
	readonly kind: ErrorKind;
	readonly status?: number;
	readonly requestId?: string;
	readonly field?: string;
	readonly nextStep: string;
	/** The next step in a platform's own words: a template as in `ERRORS`, and what it calls a row. */
	readonly nextStepIn: (template: string, unit?: string) => string;
	/** Credits that have to be bought before the call can succeed. */
	readonly creditsMissing?: number;
	readonly retryAfterMs?: number;
	/** True when credits may have been spent and no answer came for them. */
	readonly mayHaveBeenCharged: boolean;
	readonly facts: ErrorFacts;

	constructor(facts: ErrorFacts) {
		const isUnclear =
			facts.execution === 'maybe' && facts.billing !== undefined && isPaid(facts.billing);
		const words = wordsOf(facts);
		const message = fill(ERRORS[facts.kind].message, words) || fill(ERRORS.refused.message, words);
		super(message.charAt(0).toUpperCase() + message.slice(1));
		const note = isUnclear ? fill(CHARGES.unclear, words) : undefined;
		this.nextStepIn = (template, unit = 'row') => {
			const charge = isUnclear ? undefined : fill(chargeOf(facts), { ...words, unit });
			return [note, fill(template, { ...words, charge })].filter(Boolean).join(' ');
		};
		this.nextStep = this.nextStepIn(ERRORS[facts.kind].nextStep);
		this.kind = facts.kind;
		this.status = facts.status;
		this.requestId = facts.requestId;
		this.field = facts.field;
		this.creditsMissing = words.missing as number | undefined;
		this.retryAfterMs = facts.retryAfterMs;
		this.mayHaveBeenCharged = isUnclear;
		this.facts = facts;
	}
}

/** A surprise in one row must not take the others with it. */
export const toConnectorError = (thrown: unknown): ConnectorError =>
	thrown instanceof ConnectorError
		? thrown
		: new ConnectorError({ kind: 'unreadable', detail: wordsFrom(thrown) });

const MAX_DETAIL = 200;

function wordsFrom(thrown: unknown): string {
	try {
		return String(thrown).slice(0, MAX_DETAIL);
	} catch {
		return typeof thrown;
	}
}

function chargeOf({ kind, creditsUsed }: ErrorFacts): string {
	if (creditsUsed !== undefined && creditsUsed > 0) return CHARGES.some;
	return OF_ONE_ROW.has(kind) ? CHARGES.noneForRow : CHARGES.none;
}

function wordsOf(facts: ErrorFacts): Words {
	const { provider, creditsRequired, creditsAvailable, billing } = facts;
	const missing =
		facts.creditsMissing ??
		(creditsRequired !== undefined && creditsAvailable !== undefined
			? Math.max(0, creditsRequired - creditsAvailable)
			: undefined);
	return {
		provider: provider?.name ?? 'the service',
		topUpAt: provider?.topUpAt ?? 'your account',
		checkCharge: provider?.checkCharge,
		repeatIsFree: billing === 'chargedOnceThenCached' ? provider?.repeatIsFree : undefined,
		field: facts.field,
		detail: facts.detail,
		status: facts.status,
		batchId: facts.batchId,
		required: creditsRequired,
		available: creditsAvailable,
		missing,
		charged: facts.creditsUsed,
		// "0 credits as documented" would sound as if it could not be charged.
		credits: facts.documentedCost || undefined,
		seconds: toSeconds(facts.retryAfterMs ?? facts.timeoutMs),
	};
}

const toSeconds = (ms?: number) => (ms === undefined ? undefined : Math.ceil(ms / 1000));

/**
 * Fills `{name}`; a `[part]` whose value is unknown is left out rather than guessed, and of
 * `[part||other]` the first one whose values are known is taken.
 */
function fill(template: string, words: Words): string {
	const isKnown = (part: string) =>
		[...part.matchAll(/\{(\w+)\}/g)].every(([, name]) => words[name as string] !== undefined);
	return template
		.replace(/\[([^\]]*)\]/g, (_, parts: string) => parts.split('||').find(isKnown) ?? '')
		.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''));
}
