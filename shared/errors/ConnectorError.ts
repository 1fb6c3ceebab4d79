import {
	type Billing,
	CHARGE_NOTES,
	type ErrorKind,
	isPaid,
	type Execution,
	TEXTS,
} from './errorTable';

export interface ErrorFacts {
	kind: ErrorKind;
	/** HTTP status, if one arrived. */
	status?: number;
	requestId?: string;
	/** The batch or job that it concerns. */
	batchId?: string;
	/** The title of the field at fault. */
	field?: string;
	/** What Enrich or the network said, in its own words; never holds a key. */
	detail?: string;
	creditsRequired?: number;
	creditsAvailable?: number;
	/** Default: the difference of the two. */
	creditsMissing?: number;
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

/**
 * Everything that can go wrong ends in this one type. `message` says what happened, `nextStep`
 * what to do; both are plain sentences for people who do not program.
 */
export class ConnectorError extends Error {
	override readonly name = 'EnrichError';
	readonly kind: ErrorKind;
	readonly status?: number;
	readonly requestId?: string;
	readonly field?: string;
	readonly nextStep: string;
	/** The next step in a platform's own words: a template as in `TEXTS`. */
	readonly nextStepIn: (template: string) => string;
	/** Credits that have to be bought before the call can succeed. */
	readonly creditsMissing?: number;
	readonly retryAfterMs?: number;
	/** True when credits may have been spent and no answer came for them. */
	readonly mayHaveBeenCharged: boolean;
	readonly facts: ErrorFacts;

	constructor(facts: ErrorFacts) {
		const { creditsRequired, creditsAvailable } = facts;
		const missing =
			facts.creditsMissing ??
			(creditsRequired !== undefined && creditsAvailable !== undefined
				? Math.max(0, creditsRequired - creditsAvailable)
				: undefined);
		const words: Record<string, string | number | undefined> = {
			field: facts.field,
			detail: facts.detail,
			status: facts.status,
			batchId: facts.batchId,
			required: creditsRequired,
			available: creditsAvailable,
			missing,
			// "0 credits as documented" would sound as if it could not be charged.
			credits: facts.documentedCost || undefined,
			seconds: toSeconds(facts.retryAfterMs ?? facts.timeoutMs),
		};
		super(fill(TEXTS[facts.kind].what, words) || fill(TEXTS.refused.what, words));
		const isUnclear =
			facts.execution === 'maybe' && facts.billing !== undefined && isPaid(facts.billing);
		const note =
			facts.billing === 'chargedOnceThenCached' ? CHARGE_NOTES.repeatFree : CHARGE_NOTES.repeatPaid;
		this.nextStepIn = (template) =>
			[isUnclear && fill(note, words), fill(template, words)].filter(Boolean).join(' ');
		this.nextStep = this.nextStepIn(TEXTS[facts.kind].next);
		this.kind = facts.kind;
		this.status = facts.status;
		this.requestId = facts.requestId;
		this.field = facts.field;
		this.creditsMissing = missing;
		this.retryAfterMs = facts.retryAfterMs;
		this.mayHaveBeenCharged = isUnclear;
		this.facts = facts;
	}
}

const toSeconds = (ms?: number) => (ms === undefined ? undefined : Math.ceil(ms / 1000));

/** Fills `{name}`; a `[part]` whose value is unknown is left out rather than guessed. */
function fill(template: string, words: Record<string, string | number | undefined>): string {
	const isKnown = (part: string) =>
		[...part.matchAll(/\{(\w+)\}/g)].every(([, name]) => words[name as string] !== undefined);
	return template
		.replace(/\[([^\]]*)\]/g, (_, part: string) => (isKnown(part) ? part : ''))
		.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''));
}
