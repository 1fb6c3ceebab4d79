import type { Batch } from '../contract/batch';
import type { Data } from '../contract/data';
import type { Charge, Success } from '../contract/provider';
import { type ConnectorError, toConnectorError } from '../errors/ConnectorError';
import type { Client } from '../http/client';
import { callOnce, type IdempotencyStore } from '../rows/idempotency';
import type { Lookup } from '../rows/lookUpRows';
import { hashOf } from './hash';
import { KnownBatches } from './knownBatches';
import { fetchProgress, untilNextPoll } from './progress';
import { resultPages } from './results';

/** When to look for a submit whose answer was lost; it may take a while to be booked. */
const LOST_SUBMIT_POLLS_MS = [2_000, 10_000, 30_000];
/** A batch of exactly the same rows is reused when it is not older; less than from night to night. */
export const REUSED_WITHIN_MS = 20 * 3_600_000;
/** Results may lag behind the end; so long after it they are read once more. */
const SETTLES_MS = 5_000;

/** A batch that has been submitted, or found again. */
export interface Submitted {
	batchId: string;
	/** Credits set aside; null: not told. */
	creditsReserved: number | null;
	/** It was started before; nothing was sent now. */
	isReused?: true;
}

export interface SubmitOptions {
	client: Client;
	store: IdempotencyStore;
	/** Where callbacks are to be sent; default: nowhere. */
	webhookUrl?: string;
	/** Whether a batch of the same rows from the last day is taken over; default: true. */
	reusesBatch?: boolean;
	/** Milliseconds to wait until a batch that is still running shows whose rows it holds; default: 0. */
	maxProofMs?: number;
	/** Shared by all runs of one account; default: nothing is known. */
	known?: KnownBatches;
	/** Whether only results prove whose a batch is, as nobody is going to read them here. */
	isProofNeeded?: boolean;
	/** Batches that this run has read to their end already. */
	left?: Set<string>;
}

/** The rows of a batch that a submit is for, in order. */
export type Part = readonly Lookup[];

/**
 * Starts the batch of these rows, once: a batch that an earlier try has started is taken over, be
 * it that the try is remembered or that the wallet's transactions (free) lead to it.
 * @throws ConnectorError; of kind `lostSubmit` where it can't be told whether a batch runs.
 */
export async function startBatch(
	batch: Batch,
	part: Part,
	options: SubmitOptions,
): Promise<Submitted> {
	const { known = new KnownBatches() } = options;
	const rows = fingerprint(batch, part);
	return await known.inTurn(rows, () => startInTurn(batch, part, rows, { ...options, known }));
}

async function startInTurn(
	batch: Batch,
	part: Part,
	rows: string,
	options: SubmitOptions & { known: KnownBatches },
): Promise<Submitted> {
	const { client, store, reusesBatch = true, known } = options;
	const before = await store.get(rows);
	if (before?.state === 'answered') return { ...fromAnswer(before.answer), isReused: true };
	const booked = await chargesSince(client, client.now() - REUSED_WITHIN_MS);
	if (reusesBatch || before) {
		const found = await findBatch(batch, part, rows, booked ?? [], options);
		if (found) {
			await store.set(rows, { state: 'answered', answer: toAnswer(found) });
			return found;
		}
	}
	const answer = await callOnce(store, rows, client, async () => {
		await checkBalance(batch, part.length, client);
		return toAnswer(await submitBatch(batch, part, booked, options));
	});
	known.holds(String(answer.data.batchId), rows);
	return fromAnswer(answer);
}

const chargesSince = async (client: Client, since: number): Promise<Charge[] | undefined> =>
	await client.provider.wallet?.charges(client, since);

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

const fromAnswer = ({ data, receipt }: Success): Submitted => ({
	batchId: String(data.batchId),
	creditsReserved: receipt.creditsReserved ?? null,
	...(data.isReused === true && { isReused: true }),
});
const toAnswer = ({ creditsReserved, ...data }: Submitted): Success => ({
	data,
	receipt: {
		creditsUsed: null,
		creditsRemaining: null,
		...(creditsReserved !== null && { creditsReserved }),
	},
});

/** The same for the same rows, in whatever order. */
function fingerprint(batch: Batch, part: Part): string {
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

/** @throws ConnectorError that tells exactly how many credits are missing. */
async function checkBalance(batch: Batch, rows: number, client: Client): Promise<void> {
	// Where the documented prices disagree, the API refuses what the balance does not cover.
	if (batch.mayCostLess) return;
	const required = rows * (batch.submit.price?.credits ?? 0);
	const balance = await client.provider.wallet?.balance(client);
	if (balance === undefined || balance >= required) return;
	throw client.error({
		kind: 'insufficientCredits',
		creditsRequired: required,
		creditsAvailable: balance,
	});
}

/**
 * Nothing is sent twice: when the answer gets lost, the batch is looked for among what was booked
 * since, and sent again only when nothing was.
 */
async function submitBatch(
	batch: Batch,
	part: Part,
	booked: readonly Charge[] | undefined,
	options: SubmitOptions,
): Promise<Submitted> {
	const { client, webhookUrl } = options;
	const body = {
		...batch.toBody(part.map(({ input }) => input)),
		...(webhookUrl !== undefined && { webhookUrl }),
	};
	for (let sends = 1; ; sends++) {
		try {
			const { data, receipt } = await client.call(batch.submit, body);
			const batchId = batch.idOf(data);
			if (batchId === undefined) throw withoutId(batch, client);
			return { batchId, creditsReserved: receipt.creditsReserved ?? null };
		} catch (thrown) {
			const error = toConnectorError(thrown);
			if (!error.mayHaveBeenCharged) throw error;
			const found = await findOrSay(error, () => findLostSubmit(batch, part, booked, options));
			if (found) return found;
			if (sends === 2 || mayStillRun(error)) throw error;
		}
	}
}

const withoutId = ({ submit: { billing } }: Batch, client: Client) =>
	client.error({
		kind: 'unreadable',
		detail: 'it names no batch',
		execution: 'maybe',
		billing,
	});

/** Nobody waits for the answer any more, but it may be worked on, and booked at any time. */
const mayStillRun = ({ kind, status }: ConnectorError): boolean =>
	kind === 'timedOut' || kind === 'unreadable' || status === 502 || status === 504;

/** A search that is cut short leaves it open whether the batch runs: then the submit's own end stands. */
async function findOrSay<T>(error: ConnectorError, search: () => Promise<T>): Promise<T> {
	try {
		return await search();
	} catch (thrown) {
		throw toConnectorError(thrown).kind === 'lostSubmit' ? thrown : error;
	}
}

/** The batch that was reserved since; undefined: nothing was reserved. */
async function findLostSubmit(
	batch: Batch,
	part: Part,
	before: readonly Charge[] | undefined,
	{ client, isProofNeeded }: SubmitOptions,
): Promise<Submitted | undefined> {
	const earlier = new Set(before?.map(({ id }) => id));
	for (const waitMs of LOST_SUBMIT_POLLS_MS) {
		await client.sleep(waitMs);
		const now = await chargesSince(client, Infinity);
		const added = (now ?? []).filter(({ id }) => !earlier.has(id));
		// Unclear, too, when so much was booked that the list no longer reaches back to the start.
		const reachesBack = earlier.size === 0 || now?.some(({ id }) => earlier.has(id)) === true;
		let isUnclear = !before || !now || !reachesBack;
		const ours: Submitted[] = [];
		for (const { batchId, credits } of added) {
			const fits = await mayBe(batch, part, batchId, credits, client);
			if (fits === 'no') continue;
			if (batchId !== undefined) ours.push({ batchId, creditsReserved: credits, isReused: true });
			if (fits === 'unclear' || (isProofNeeded && fits !== 'proven')) isUnclear = true;
		}
		if (ours.length === 1 && !isUnclear) return ours[0];
		if (ours.length > 1 || isUnclear) throw lostSubmit(batch, ours, client);
	}
	return undefined;
}

/** Whether a booking is for these rows: only what speaks against it clearly counts as "no". */
async function mayBe(
	batch: Batch,
	part: Part,
	batchId: string | undefined,
	credits: number,
	client: Client,
): Promise<'no' | 'unclear' | 'likely' | 'proven'> {
	const fitsRows = credits % part.length === 0;
	if (batchId === undefined) return fitsRows ? 'unclear' : 'no';
	try {
		const { total } = await fetchProgress(batch, batchId, client);
		if (total !== undefined && total > part.length) return 'no';
		const evidence = await firstResults(batch, batchId, keysOf(batch, part), client);
		if (evidence === 'others') return 'no';
		if (evidence === 'ours') return 'proven';
		return total === part.length ? 'likely' : 'unclear';
	} catch (thrown) {
		const isUnknown = toConnectorError(thrown).kind === 'notFound';
		return isUnknown && !fitsRows ? 'no' : 'unclear';
	}
}

const keysOf = (batch: Batch, part: Part): ReadonlySet<string | undefined> =>
	new Set(part.map(({ input }) => batch.keyOfInput(input)));

/** What the first page of a batch's results says of whose rows it holds. */
async function firstResults(
	batch: Batch,
	batchId: string,
	keys: ReadonlySet<string | undefined>,
	client: Client,
): Promise<'ours' | 'others' | 'none'> {
	for await (const { results } of resultPages(batch, batchId, client)) {
		if (results.length === 0) return 'none';
		return results.every((result) => isIn(keys, batch, result)) ? 'ours' : 'others';
	}
	return 'none';
}

const isIn = (keys: ReadonlySet<string | undefined>, batch: Batch, result: Data): boolean =>
	batch.keysOfResult(result).some((key) => keys.has(key));

function lostSubmit(
	batch: Batch,
	candidates: readonly Submitted[],
	client: Client,
): ConnectorError {
	const ids = candidates.map(({ batchId }) => batchId).join(', ');
	const detail = ids
		? `one of these batches may be it: ${ids}`
		: 'what was booked since does not tell';
	return client.error({
		kind: 'lostSubmit',
		detail,
		execution: 'maybe',
		billing: batch.submit.billing,
	});
}

/** A batch of the last day that holds exactly these rows: its results prove it. */
async function findBatch(
	batch: Batch,
	part: Part,
	rows: string,
	booked: readonly Charge[],
	options: SubmitOptions & { known: KnownBatches },
): Promise<Submitted | undefined> {
	const { client, known, left } = options;
	const since = client.now() - REUSED_WITHIN_MS;
	const keys = keysOf(batch, part);
	for (const { batchId, credits, at } of booked) {
		if (batchId === undefined || credits % part.length !== 0 || at < since) continue;
		if (left?.has(batchId) || !known.mayHold(batchId, rows)) continue;
		const verdict = await holds(batch, batchId, keys, options);
		if (verdict === 'yes') return { batchId, creditsReserved: credits, isReused: true };
		if (verdict === 'no') known.holdsOthersThan(batchId, rows);
	}
	return undefined;
}

/** Whether a batch holds exactly the rows with these keys. Waits for one that may be it. */
async function holds(
	batch: Batch,
	batchId: string,
	keys: ReadonlySet<string | undefined>,
	{ client, maxProofMs: mostProofMs = 0, isProofNeeded = false }: SubmitOptions,
): Promise<'yes' | 'no' | 'notThere'> {
	const startedAt = client.now();
	for (;;) {
		let waitMs: number;
		try {
			const { state, total, percent, status } = await fetchProgress(batch, batchId, client);
			if (total !== undefined && total !== keys.size) return 'no';
			if (state !== 'running') {
				if (state === 'failed' && isProofNeeded) return 'no';
				return (await hasOnly(batch, batchId, keys, total, client)) ? 'yes' : 'no';
			}
			// One page shows that a batch is somebody else's; only all of them that it is ours.
			if ((await firstResults(batch, batchId, keys, client)) === 'others') return 'no';
			waitMs = untilNextPoll({ state, status, percent }, client.now() - startedAt);
		} catch (thrown) {
			const error = toConnectorError(thrown);
			if (NOT_THERE.has(error.kind)) return 'notThere';
			throw error;
		}
		if (client.now() - startedAt >= mostProofMs)
			throw client.error({ kind: 'stillRunning', batchId, detail: 'it may hold these rows' });
		await client.sleep(waitMs);
	}
}

/** Whether an ended batch brought results for these rows, and for no others. */
async function hasOnly(
	batch: Batch,
	batchId: string,
	keys: ReadonlySet<string | undefined>,
	total: number | undefined,
	client: Client,
): Promise<boolean> {
	// Results may lag behind the end, so none at all is looked for once more.
	for (const waitMs of [0, SETTLES_MS]) {
		await client.sleep(waitMs);
		let count = 0;
		for await (const { results } of resultPages(batch, batchId, client)) {
			if (!results.every((result) => isIn(keys, batch, result))) return false;
			count += results.length;
		}
		// Misses may be left out of the results; but where no size is told, only they can prove it.
		if (count > 0) return total !== undefined || count === keys.size;
	}
	return false;
}

const NOT_THERE: ReadonlySet<string> = new Set(['notFound', 'expired']);
