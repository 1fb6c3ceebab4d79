import type { Batch } from '../contract/batch';
import type { Charge, Success } from '../contract/provider';
import { type ConnectorError, toConnectorError } from '../errors/ConnectorError';
import type { ErrorKind } from '../errors/errorTable';
import { counted } from '../errors/wording';
import type { Client } from '../http/client';
import type { Lookup } from '../rows/lookup';
import { callOnce, type IdempotencyStore, type StoredCall } from '../rows/idempotency';
import { fitsCredits, judge, type Part } from './evidence';
import { examine, findBatch, type BatchCharge, type SearchOptions } from './findBatch';
import { hashOf } from './hash';
import { KnownBatches } from './knownBatches';
import { fetchProgress } from './progress';
import { timeText } from './time';

/**
 * A batch of the same rows is reused when it was started no longer ago: longer than somebody builds
 * a workflow or needs to notice a crash, and shorter than from one half-daily run to the next.
 */
export const REUSE_WITHIN_MS = 8 * 3_600_000;
/** A submit whose answer was lost is looked for so long; it may take a while to be booked. */
const FIND_LOST_WITHIN_MS = 45_000;
const FIRST_SEARCH_AFTER_MS = 2_000;
/** Clocks differ, and a charge may be dated to the start of its minute. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** Where nobody waits for the batch, nobody waits for longer to see whose another one is. */
const PROOF_WITHOUT_WAITING_MS = 15_000;
/** Of a start that has to end in time, what is spent before the submit: the rest is for its answer. */
const SEARCH_SHARE = 0.5;
const PROOF_SHARE = 0.125;

/** A batch that has been submitted, or found again. */
export interface Submitted {
	batchId: string;
	/** Credits set aside; null: not reported. */
	creditsReserved: number | null;
	/** When it was submitted, in milliseconds since the epoch; null: not reported. */
	at: number | null;
	/** Nothing was sent now. */
	isReused?: true;
	/** An earlier run has started it, so that its credits are not this run's. */
	isEarlier?: true;
	/** Only its size says that it holds these rows. */
	isUnproven?: true;
	/** Batches of the same size that were not waited for, as they did not show whose they are. */
	unproven?: string[];
}

export interface SubmitOptions {
	client: Client;
	store: IdempotencyStore;
	/** Where the API is to send its callbacks; default: nowhere. */
	webhookUrl?: string;
	/**
	 * Milliseconds: a batch of the same rows is reused when it was started no longer ago. 0: always
	 * a new one. Default: 8 hours.
	 */
	reuseWithinMs?: number;
	/** Milliseconds to look for a submit whose answer was lost; default: 45,000. */
	findLostWithinMs?: number;
	/**
	 * Milliseconds to wait until a batch of the same size shows whose rows it holds; default: 15,000.
	 */
	maxProofMs?: number;
	/** Shared by all runs of one account; default: nothing is known. */
	known?: KnownBatches;
	/**
	 * Milliseconds that the start may take in all. The wallet is then read to the end only where an
	 * earlier submit is unclear, and the submit leaves in the first half or not at all. Default: no
	 * limit.
	 */
	maxMs?: number;
	/** Credits that a submit may cost as documented; default: any number. */
	creditsLeft?: number;
	/** Whether only results prove whose a batch is, as nobody is going to read them here. */
	isProofNeeded?: boolean;
	/** Batches that this run has read to their end already. */
	left?: Set<string>;
}

/** Whether a batch of these rows was started that is to be reused; free. */
export async function isStarted(
	batch: Batch,
	part: Part,
	{ client, known, left, reuseWithinMs = REUSE_WITHIN_MS }: SubmitOptions,
): Promise<boolean> {
	if (reuseWithinMs <= 0 || !known || !left) return false;
	const rows = fingerprint(batch, part);
	const since = client.now() - reuseWithinMs;
	if (known.startOf(rows, since, left)) return true;
	try {
		const charges = (await chargesSince(client, since)) ?? [];
		const recent = charges.filter(({ at }) => !(at < since));
		const noWait = { maxProofMs: 0, searchUntil: Infinity };
		const search = { client, known, left, ...noWait, isProofNeeded: false };
		return (await findBatch(batch, part, rows, recent, search)).charge !== undefined;
	} catch {
		return false;
	}
}

interface Run extends Omit<SubmitOptions, keyof SearchOptions>, SearchOptions {
	batch: Batch;
	part: Part;
	/** The fingerprint of the rows. */
	rows: string;
	/** When all has to be over; milliseconds since the epoch. */
	endsAt: number;
}

/**
 * Starts the batch of these rows, once: one that was started before is reused, be it that the
 * process or the step remembers it, or that the wallet's charges (free) lead to it.
 * @throws ConnectorError; of kind `lostSubmit` where it can't be told whether a batch runs.
 */
export async function startBatch(
	batch: Batch,
	part: Part,
	options: SubmitOptions,
): Promise<Submitted> {
	const { client, maxMs = Infinity } = options;
	const run: Run = {
		...options,
		known: options.known ?? new KnownBatches(),
		isProofNeeded: options.isProofNeeded ?? false,
		maxProofMs: options.maxProofMs ?? Math.min(PROOF_WITHOUT_WAITING_MS, maxMs * PROOF_SHARE),
		searchUntil: client.now() + maxMs * SEARCH_SHARE,
		left: options.left ?? new Set(),
		...{ batch, part, rows: fingerprint(batch, part), endsAt: client.now() + maxMs },
	};
	return await run.known.inTurn(run.rows, () => startInTurn(run));
}

async function startInTurn(run: Run): Promise<Submitted> {
	const { batch, client, store, known, rows, left } = run;
	const { reuseWithinMs = REUSE_WITHIN_MS } = run;
	const before = await store.get(rows);
	if (before?.state === 'answered') return { ...fromAnswer(before.answer), isReused: true };
	const reusedSince = client.now() - reuseWithinMs;
	const isReuseWanted = reuseWithinMs > 0;
	const rememberedSince = Math.min(reusedSince, client.now() - REUSE_WITHIN_MS);
	const remembered = known.startOf(rows, rememberedSince, left);
	if (remembered?.batchId !== undefined) {
		const { batchId, at, creditsReserved } = remembered;
		if (at >= reusedSince && isReuseWanted && !before) {
			if (!(await isGone(run, batchId, at)))
				return { batchId, at, creditsReserved, isReused: true, isEarlier: true };
			known.forget(rows, batchId);
		}
	}
	const unclear = remembered?.batchId === undefined ? remembered : undefined;
	const unclearSince = sentAtOf(before) ?? unclear?.at;
	const isBrief = run.maxMs !== undefined;
	const since = Math.min(
		isBrief && before ? Infinity : reusedSince,
		(unclearSince ?? client.now()) - CLOCK_SKEW_MS,
	);
	/** What keeps an unclear submit from being found does not hide it. */
	const look = async <T>(read: () => Promise<T>): Promise<T> => {
		try {
			return await read();
		} catch (thrown) {
			if (unclearSince === undefined) throw thrown;
			throw lostSubmit(run, unclearSince, [], toConnectorError(thrown));
		}
	};
	const charges =
		isBrief && !before ? undefined : await look(() => chargesSince(client, since, run.searchUntil));
	// Nothing is submitted beside an unclear submit, so there is time to look closer.
	const search = before ? { ...run, searchUntil: run.endsAt } : run;
	let unproven: BatchCharge[] = [];
	const reuse = async (booked: readonly Charge[]): Promise<Submitted | undefined> => {
		const recent = booked.filter(({ at }) => !(at < since));
		const found = await findBatch(batch, run.part, rows, recent, search);
		unproven = [...unproven, ...found.unproven];
		return (
			found.charge && {
				...fromCharge(found.charge),
				...(!before && { isEarlier: true }),
				...(found.isUnproven && { isUnproven: true }),
			}
		);
	};
	if (isReuseWanted || before) {
		const found = charges && (await look(() => reuse(charges)));
		if (found) {
			await store.set(rows, { state: 'answered', answer: toAnswer(found) });
			return found;
		}
		if (unclear) throw lostSubmit(run, unclear.at);
		if (!before && isCutOff(charges, since, client)) throw tooManyCharges(client, charges);
	}
	const answer = await callOnce(store, rows, client, async () => {
		const balance = await checkBalance(run);
		// Another process may have started the same rows a moment ago.
		const latest = isReuseWanted ? await chargesSince(client, Infinity) : undefined;
		const listed = new Set(charges?.map(({ id }) => id));
		const added = latest?.filter(({ id }) => !listed.has(id)) ?? [];
		const twin = await reuse(added);
		if (!twin && client.now() >= run.searchUntil) throw outOfTime(client);
		return toAnswer(
			twin ??
				(await submit(run, {
					balance,
					charges: (charges ?? latest) && [...added, ...(charges ?? [])],
					unclearSince,
				})),
		);
	});
	return {
		...fromAnswer(answer),
		...(unproven.length > 0 && { unproven: unproven.map(({ batchId }) => batchId) }),
	};
}

/** Whether a batch of this process cannot be read any more; one just submitted cannot be read yet. */
async function isGone({ batch, client, known }: Run, batchId: string, at: number) {
	try {
		await fetchProgress(batch, batchId, client);
		known.wasRead(batchId);
		return false;
	} catch (thrown) {
		const { kind } = toConnectorError(thrown);
		if (kind !== 'notFound' || !known.hasBeenRead(batchId)) return false;
	}
	const charges = await chargesSince(client, at - CLOCK_SKEW_MS);
	return charges?.some((charge) => charge.batchId === batchId) === false;
}

const sentAtOf = (before: StoredCall | undefined): number | undefined =>
	before?.state === 'sent'
		? before.at
		: before?.state === 'unanswered'
			? before.facts.sentAt
			: undefined;

export const chargesSince = async (
	client: Client,
	since: number,
	until?: number,
): Promise<Charge[] | undefined> => await client.provider.wallet?.charges(client, since, until);

/** Whether the list ends before that time, as it is too long. */
function isCutOff(charges: Charge[] | undefined, since: number, { provider }: Client): boolean {
	const oldest = charges?.findLast(({ at }) => !Number.isNaN(at));
	const isFull = (charges?.length ?? 0) >= (provider.wallet?.maxCharges ?? Infinity);
	return isFull && !(oldest !== undefined && oldest.at < since);
}

function tooManyCharges(client: Client, charges: Charge[] = []): ConnectorError {
	const oldest = charges.findLast(({ at }) => !Number.isNaN(at))?.at;
	const from = oldest === undefined ? '' : ` since ${timeText(oldest)}`;
	const detail = `more than ${charges.length - 1} charges were booked${from}, so a batch of the same rows may stand behind them. To start them anyway, set 'Reuse Results (Hours)' to a shorter time, or to 0`;
	return client.error({ kind: 'stopped', detail });
}

const outOfTime = (client: Client) =>
	client.error({ kind: 'stopped', detail: 'the API answered too slowly to start a batch in time' });

/** So that rows for which a batch brought nothing are not sent to it again. */
export async function leaveBatch(
	batch: Batch,
	part: Part,
	batchId: string,
	{ store, left }: SubmitOptions,
): Promise<void> {
	left?.add(batchId);
	const rows = fingerprint(batch, part);
	const kept = await store.get(rows);
	// What is remembered of another batch, or of an unclear submit, must not be forgotten.
	if (kept?.state === 'answered' && kept.answer.data.batchId === batchId) await store.delete(rows);
}

const fromAnswer = ({ data: { at, ...data }, receipt }: Success): Submitted => ({
	// An earlier round of the execution has paid for it.
	...(receipt.creditsUsed === 0 && { isEarlier: true }),
	...(data as Pick<Submitted, 'batchId' | 'isReused' | 'isEarlier' | 'isUnproven'>),
	at: typeof at === 'number' ? at : null,
	creditsReserved: receipt.creditsReserved ?? null,
});
const toAnswer = ({ creditsReserved, ...data }: Submitted): Success => ({
	data,
	receipt: {
		creditsUsed: null,
		creditsRemaining: null,
		...(creditsReserved !== null && { creditsReserved }),
	},
});
const fromCharge = ({ batchId, credits, at }: BatchCharge): Submitted => ({
	batchId,
	creditsReserved: credits,
	at: Number.isNaN(at) ? null : at,
	isReused: true,
});

/** The same for the same rows, in whatever order. */
export function fingerprint(batch: Batch, part: readonly Pick<Lookup, 'input'>[]): string {
	let low = 0;
	let high = 0;
	for (const { input } of part) {
		const hash = hashOf(String(batch.keyOfInput(input)));
		// Sums of 32 bits each, as beyond 53 bits a sum would depend on the order.
		low = (low + (hash >>> 0)) >>> 0;
		high = (high + (Math.floor(hash / 2 ** 21) >>> 0)) >>> 0;
	}
	return `${batch.submit.operationId} ${part.length} ${low} ${high}`;
}

/**
 * The balance before the submit; undefined: not reported.
 * @throws ConnectorError that says exactly how many credits are missing.
 */
async function checkBalance(run: Run): Promise<number | undefined> {
	const { batch, part, client, creditsLeft = Infinity } = run;
	const required = documentedCost(batch, part);
	// Put so that a limit that is no number lets nothing through.
	if (!(required <= creditsLeft)) {
		const facts = { creditsRequired: required, creditsAvailable: creditsLeft };
		throw client.error({ kind: 'spendingLimit', ...facts });
	}
	const balance = await client.provider.wallet?.balance(client);
	// Where the documented prices disagree, the API refuses what the balance does not cover.
	if (balance === undefined || balance >= required || batch.mayCostLess) return balance;
	throw client.error({
		kind: 'insufficientCredits',
		creditsRequired: required,
		creditsAvailable: balance,
		rows: part.length,
	});
}

const documentedCost = ({ submit }: Batch, part: Part): number =>
	part.length * (submit.price?.credits ?? 0);

/** Answers that may be the second one to a submit: the first one may have run. */
const CONTRADICTED: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'conflict',
	'insufficientCredits',
]);

/** What is known before a submit. */
interface Before {
	/** Undefined: not reported. */
	balance: number | undefined;
	charges: readonly Charge[] | undefined;
	/** When an earlier submit of these rows was sent whose answer is not known. */
	unclearSince: number | undefined;
}

/**
 * Sent once, whatever happens: when the answer is lost, the batch is looked for among what was
 * charged since.
 */
async function submit(run: Run, before: Before): Promise<Submitted> {
	const { batch, part, client, webhookUrl, known, rows } = run;
	const body = {
		...batch.toBody(part.map(({ input }) => input)),
		...(webhookUrl !== undefined && { webhookUrl }),
	};
	const at = client.now();
	known.sent(rows, at);
	try {
		const { data, receipt } = await client.call(batch.submit, body);
		const batchId = batch.idOf(data);
		if (batchId === undefined) throw withoutId(batch, client);
		const started = { batchId, at, creditsReserved: receipt.creditsReserved ?? null };
		known.holds(rows, started);
		return started;
	} catch (thrown) {
		const error = ofPart(toConnectorError(thrown), run, at);
		const isUnclear = error.mayHaveBeenCharged || (await isContradicted(error, run, before));
		if (!isUnclear) {
			known.refused(rows, at);
			throw error;
		}
		const { found, candidates, isCancelled } = await findLost(run, before.charges);
		if (found) {
			const { batchId, creditsReserved, isUnproven } = found;
			if (!isUnproven) known.holds(rows, { batchId, at, creditsReserved });
			return found;
		}
		throw isCancelled && error.mayHaveBeenCharged
			? error
			: lostSubmit(run, before.unclearSince ?? at, candidates, error);
	}
}

/**
 * Whether a refusal may be the second answer to a submit of which the first one was lost: then it
 * does not say that nothing was charged.
 */
async function isContradicted(
	{ kind }: ConnectorError,
	{ batch, part, client }: Run,
	{ balance, unclearSince }: Before,
): Promise<boolean> {
	if (!CONTRADICTED.has(kind)) return false;
	if (unclearSince !== undefined) return true;
	try {
		const now = await client.provider.wallet?.balance(client);
		if (balance === undefined || now === undefined) return false;
		return balance - now >= documentedCost(batch, part);
	} catch {
		return true;
	}
}

const withoutId = ({ submit: { billing } }: Batch, client: Client) =>
	client.error({
		kind: 'unreadable',
		detail: 'it names no batch',
		execution: 'maybe',
		billing,
	});

/** Each row of the batch ends with it, so that it names the price of one. */
const ofPart = (
	{ facts }: ConnectorError,
	{ batch, part, client }: Run,
	sentAt: number,
): ConnectorError =>
	client.error({
		...facts,
		documentedCost: documentedCost(batch, part) / part.length,
		rows: part.length,
		sentAt,
	});

interface LostSearch {
	found?: Submitted;
	/** Charges that may be the one. */
	candidates: Charge[];
	/** The search was cut short. */
	isCancelled: boolean;
}

/** Looks for the batch that a submit without an answer may have started. */
async function findLost(run: Run, before: readonly Charge[] | undefined): Promise<LostSearch> {
	const { batch, part, client, known, rows, isProofNeeded } = run;
	const listed = new Set(before?.map(({ id }) => id));
	const startedAt = client.now();
	const endsAt = Math.min(startedAt + (run.findLostWithinMs ?? FIND_LOST_WITHIN_MS), run.endsAt);
	let candidates: Charge[] = [];
	let waitMs = Math.min(FIRST_SEARCH_AFTER_MS, Math.max(0, endsAt - startedAt));
	for (;;) {
		try {
			await client.sleep(waitMs);
			const now = await chargesSince(client, startedAt - CLOCK_SKEW_MS, endsAt);
			const added = before ? (now ?? []).filter(({ id }) => !listed.has(id)) : [];
			candidates = [];
			for (const charge of added) {
				if (!fitsCredits(batch, part.length, charge.credits)) continue;
				if (!isBatchCharge(charge)) {
					candidates.push(charge);
					continue;
				}
				if (!known.mayHold(charge.batchId, rows)) continue;
				const verdict = judge(await examine(batch, part, charge, client));
				if (verdict === 'ours')
					return { found: sentNow(charge), candidates: [], isCancelled: false };
				if (verdict === 'others') known.holdsOthersThan(charge.batchId, rows);
				else candidates.push(charge);
			}
		} catch (thrown) {
			// The next search may succeed; only one that was cancelled or stopped has no next.
			const { kind } = toConnectorError(thrown);
			if (kind === 'cancelled') return { candidates, isCancelled: true };
			if (kind === 'stopped') return { candidates, isCancelled: false };
		}
		const leftMs = endsAt - client.now();
		const [only, ...more] = candidates;
		const isLikely = only?.credits === documentedCost(batch, part) || leftMs <= 0;
		if (only && isLikely && more.length === 0 && !isProofNeeded && isBatchCharge(only))
			return { found: { ...sentNow(only), isUnproven: true }, candidates, isCancelled: false };
		if (leftMs <= 0) return { candidates, isCancelled: false };
		waitMs = Math.min(waitMs * 2, leftMs);
	}
}

const isBatchCharge = (charge: Charge): charge is BatchCharge => charge.batchId !== undefined;

/** This very run has started it. */
const sentNow = (charge: BatchCharge): Submitted => {
	const { batchId, creditsReserved, at } = fromCharge(charge);
	return { batchId, creditsReserved, at };
};

/** A busy account may have hundreds of charges of that size: so many are named, batches first. */
const MAX_NAMED = 5;

/** What to look for, as a batch may run and nothing says which one. */
export function lostSubmit(
	{ batch, part, client }: Pick<Run, 'batch' | 'part' | 'client'>,
	sentAt: number,
	candidates: readonly Charge[] = [],
	cause?: ConnectorError,
): ConnectorError {
	const cost = documentedCost(batch, part);
	const named = candidates.filter(isBatchCharge);
	const shown = (named.length > 0 ? named : candidates).slice(0, MAX_NAMED);
	const ids = shown.map(({ batchId, id }) => batchId ?? `charge ${id}`);
	const others = candidates.length - ids.length;
	if (others > 0) ids.push(counted(others, 'other charge'));
	const what = `sent at ${timeText(sentAt)} with ${counted(part.length, 'row')}, ${cost === null ? 'at a price that is not documented' : `${counted(cost, 'credit')} as documented`}`;
	const which = ids.length > 0 ? `; this may be it: ${ids.join(', ')}` : '';
	return client.error({
		...(cause && { status: cause.status, requestId: cause.requestId }),
		kind: 'lostSubmit',
		detail: `${what}${which}`,
		execution: 'maybe',
		billing: batch.submit.billing,
		documentedCost: cost / part.length,
		rows: part.length,
		sentAt,
	});
}
