import { type Billing, isPaid } from '../contract/operation';
import type { ProviderWords } from '../contract/providerWords';
import { AGAIN, CHARGES, type ErrorKind, ERRORS } from './errorTable';
import { counted, durationText, timeText } from './wording';

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
	/** Who alone may do it, where not everybody may. */
	access?: string;
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
	/** When the wallet says that it was charged; milliseconds since the epoch. */
	chargedAt?: number;
	/** What earlier pages of the same list were charged; null: not reported. */
	creditsBefore?: number | null;
	/** Credits below which the balance must not fall. */
	minimum?: number;
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
	/** It was charged, or may have been: nobody sends it again by itself. */
	readonly mustNotRepeat: boolean;
	readonly facts: ErrorFacts;

	constructor(facts: ErrorFacts) {
		// An answer that names a charge leaves nothing unclear.
		const isUnclear =
			facts.execution === 'maybe' &&
			facts.billing !== undefined &&
			isPaid(facts.billing) &&
			!facts.creditsUsed;
		const words = wordsOf(facts, isUnclear);
		const { message: template, nextStep } = ERRORS[facts.kind];
		const message = fill(template, words) || fill(ERRORS.refused.message, words);
		super(message.charAt(0).toUpperCase() + message.slice(1));
		const note = isUnclear ? fill(CHARGES.unclear, words) : undefined;
		this.nextStepIn = (template, unit = facts.rows === undefined ? 'row' : 'batch') => {
			const charge = chargeOf(facts, isUnclear);
			const next = fill(template, {
				...words,
				charge: charge && fill(charge, { ...words, unit }),
			});
			const said = `${this.message} ${next}`.toLowerCase();
			const isSaid = said.includes((facts.detail ?? '').toLowerCase());
			const detail = isSaid ? undefined : fill(detailOf(facts), words);
			return [note, next, detail].filter(Boolean).join(' ');
		};
		this.nextStep = this.nextStepIn(nextStep);
		this.kind = facts.kind;
		this.status = facts.status;
		this.requestId = facts.requestId;
		this.field = facts.field;
		this.creditsMissing = missingOf(facts);
		this.retryAfterMs = facts.retryAfterMs;
		this.mayHaveBeenCharged = isUnclear;
		this.mustNotRepeat = isUnclear || (facts.creditsUsed ?? 0) > 0;
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

/** What can be said of a charge; undefined: nothing is known, or `CHARGES.unclear` says it. */
function chargeOf(facts: ErrorFacts, isUnclear: boolean): string | undefined {
	const { creditsUsed = 0, creditsBefore = 0, billing, kind } = facts;
	if (creditsUsed > 0 || (creditsBefore ?? 0) > 0) return CHARGES.some;
	if (kind === 'notRepeated') return undefined;
	const isFree = billing !== undefined && !isPaid(billing);
	return isFree || isUnclear || creditsBefore === null ? undefined : CHARGES.none;
}

/** The words of the API, or of the network. */
const detailOf = ({ status }: ErrorFacts) =>
	status === undefined ? '[Details: {detail}]' : '[{provider} says: {detail}]';

function missingOf({ creditsMissing, creditsRequired, creditsAvailable }: ErrorFacts) {
	if (creditsMissing !== undefined) return creditsMissing;
	if (creditsRequired === undefined || creditsAvailable === undefined) return undefined;
	return Math.max(0, creditsRequired - creditsAvailable);
}

function wordsOf(facts: ErrorFacts, isUnclear: boolean): Words {
	const { provider, creditsRequired, creditsAvailable, billing, status } = facts;
	const charged = (facts.creditsUsed ?? 0) + (facts.creditsBefore ?? 0);
	const repeatIsFree = billing === 'chargedOnceThenCached' ? provider?.repeatIsFree : undefined;
	return {
		provider: provider?.name ?? 'the service',
		topUpAt: provider?.topUpAt ?? 'your account',
		checkCharge: provider?.checkCharge,
		repeatIsFree,
		again: isUnclear && !repeatIsFree ? AGAIN.unclear : AGAIN.later,
		field: facts.field,
		access: facts.access,
		detail: facts.detail,
		// "Could not complete it (status 200)" would puzzle.
		status: status !== undefined && status >= 300 ? status : undefined,
		batchId: facts.batchId,
		rows: facts.rows === undefined ? undefined : counted(facts.rows),
		required: counted(creditsRequired),
		available: counted(creditsAvailable),
		minimum: counted(facts.minimum, 'credit') ?? 'the credential',
		missing: counted(missingOf(facts), 'credit'),
		charged: counted(charged, 'credit'),
		wasCharged: charged === 1 ? 'was' : 'were',
		chargedAt: facts.chargedAt === undefined ? undefined : timeText(facts.chargedAt),
		// "0 credits as documented" would sound as if it could not be charged.
		credits: counted(facts.documentedCost || undefined, 'credit'),
		wait: durationText(facts.retryAfterMs),
		timeout: durationText(facts.timeoutMs),
	};
}

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
