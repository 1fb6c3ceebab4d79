import type { Batch } from './batch';
import type { Answer, Client } from './client';
import { EnrichError } from './errors';
import { hashOf } from './hash';
import { progressOf, resultPages, untilNextLook } from './jobs';
import { KnownBatches } from './knownBatches';
import { type Memory, payOnce } from './memory';
import { type Data, isRecord } from './operation';
import { getWalletBalance, getWalletTransactions } from './operations';
import { JOBS } from './policy';
import { type Lookup, toEnrichError } from './rows';

/** A batch that has been submitted, or found again. */
export interface Submitted {
	batchId: string;
	/** Credits set aside; null: not told. */
	creditsReserved: number | null;
	/** It was started before; nothing was sent now. */
	isTakenOver?: true;
}

export interface SubmitOptions {
	client: Client;
	memory: Memory;
	/** Where Enrich is to send its callbacks; default: nowhere. */
	webhookUrl?: string;
	/** Whether a batch of the same rows from the last day is taken over; default: true. */
	takesOver?: boolean;
	/** Milliseconds to wait until a batch that is still running shows whose rows it holds; default: 0. */
	mostProofMs?: number;
	/** Shared by all runs of one account; default: nothing is known. */
	known?: KnownBatches;
	/** Batches that this run has read to their end already. */
	left?: Set<string>;
}

/** The rows of a batch that a submit is for, in order. */
export type Part = readonly Lookup[];

/**
 * Starts the batch of these rows, once: a batch that an earlier try has started is taken over, be
 * it that the try is remembered or that the wallet's transactions (free) lead to it.
 * @throws EnrichError; of kind `lostSubmit` where it can't be told whether a batch runs.
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
	const { client, memory, takesOver = true, known } = options;
	const before = await memory.get(rows);
	if (before?.state === 'answered') return { ...fromAnswer(before.answer), isTakenOver: true };
	const booked = await newestDeductions(client);
	if (takesOver || before) {
		const found = await findBatch(batch, part, rows, booked, options);
		if (found) {
			await memory.set(rows, { state: 'answered', answer: toAnswer(found) });
			return found;
		}
	}
	const answer = await payOnce(memory, rows, client.now(), async () => {
		await checkBalance(batch, part.length, client);
		return toAnswer(await submitBatch(batch, part, booked, options));
	});
	known.holds(String(answer.data.batchId), rows);
	return fromAnswer(answer);
}

/** So that rows for which a batch brought nothing are not sent to it again. */
export async function leaveBatch(
	batch: Batch,
	part: Part,
	batchId: string,
	{ memory, left }: SubmitOptions,
): Promise<void> {
	left?.add(batchId);
	await memory.delete(fingerprint(batch, part));
}

const fromAnswer = ({ data, receipt }: Answer): Submitted => ({
	batchId: String(data.batchId),
	creditsReserved: receipt.creditsReserved ?? null,
	...(data.isTakenOver === true && { isTakenOver: true }),
});
const toAnswer = ({ creditsReserved, ...data }: Submitted): Answer => ({
	data,
	receipt: {
		creditsUsed: null,
		creditsRemaining: null,
		...(creditsReserved !== null && { creditsReserved }),
	},
});

/** The same for the same rows, in whatever order. */
function fingerprint(batch: Batch, part: Part): string {
	let sum = 0;
	let mixed = 0;
	for (const { input } of part) {
		const key = String(batch.keyOfInput(input));
		sum = (sum + hashOf(key)) % Number.MAX_SAFE_INTEGER;
		mixed ^= hashOf(`${key}\n`);
	}
	return `${batch.submit.operationId} ${part.length} ${sum} ${mixed >>> 0}`;
}

/** @throws EnrichError that tells exactly how many credits are missing. */
async function checkBalance(batch: Batch, rows: number, client: Client): Promise<void> {
	// Where the documented prices disagree, Enrich refuses what the balance does not cover.
	if (batch.mayCostLess) return;
	const required = rows * (batch.submit.price?.credits ?? 0);
	const { data } = await client.call(getWalletBalance, {});
	if (typeof data.balance !== 'number' || data.balance >= required) return;
	throw new EnrichError({
		kind: 'insufficientCredits',
		creditsRequired: required,
		creditsAvailable: data.balance,
	});
}

/**
 * Nothing is sent twice: when the answer gets lost, the batch is looked for among what was booked
 * since, and sent again only when nothing was.
 */
async function submitBatch(
	batch: Batch,
	part: Part,
	booked: readonly Deduction[],
	{ client, webhookUrl }: SubmitOptions,
): Promise<Submitted> {
	const body = {
		...batch.toBody(part.map(({ input }) => input)),
		...(webhookUrl !== undefined && { webhookUrl }),
	};
	for (let sends = 1; ; sends++) {
		try {
			const { data, receipt } = await client.call(batch.submit, body);
			return { batchId: String(data.batchId), creditsReserved: receipt.creditsReserved ?? null };
		} catch (thrown) {
			const error = toEnrichError(thrown);
			if (!error.mayHaveBeenCharged) throw error;
			const found = await findOrSay(error, () =>
				findLostSubmit(batch, part.length, booked, client),
			);
			if (found) return found;
			if (sends === 2) throw error;
		}
	}
}

/** A search that is cut short leaves it open whether the batch runs: then the submit's own end stands. */
async function findOrSay<T>(error: EnrichError, search: () => Promise<T>): Promise<T> {
	try {
		return await search();
	} catch (thrown) {
		throw toEnrichError(thrown).kind === 'lostSubmit' ? thrown : error;
	}
}

/** Credits that left the wallet. */
interface Deduction {
	id: string;
	batchId?: string;
	/** Positive. */
	credits: number;
	/** Milliseconds since the epoch; NaN: not told. */
	at: number;
}

/** Newest first. */
async function newestDeductions(client: Client): Promise<Deduction[]> {
	const { data } = await client.call(getWalletTransactions, {
		type: 'deduction',
		page: 1,
		limit: JOBS.transactionsToSearch,
	});
	const listed = Array.isArray(data.transactions) ? data.transactions : [];
	return listed
		.filter(isRecord)
		.map(toDeduction)
		.filter(({ credits }) => credits > 0);
}

const ID = /\b(?:[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|batch_\w+)\b/i;

/** Where the batch's ID stands is not documented in detail: in the details, or in the description. */
function toDeduction({ id, amount, description, metadata, createdAt }: Data): Deduction {
	const told = isRecord(metadata) ? metadata : {};
	const named = [told.batchId, told.batch_id, told.jobId].find(
		(value) => typeof value === 'string',
	);
	return {
		id: String(id),
		credits: -Number(amount),
		batchId: (named as string | undefined) ?? ID.exec(String(description))?.[0],
		at: Date.parse(String(createdAt)),
	};
}

/** The batch that was reserved since; undefined: nothing was reserved. */
async function findLostSubmit(
	batch: Batch,
	rows: number,
	before: readonly Deduction[],
	client: Client,
): Promise<Submitted | undefined> {
	const earlier = new Set(before.map(({ id }) => id));
	for (const waitMs of JOBS.lostSubmitLooksMs) {
		await client.sleep(waitMs);
		const now = await newestDeductions(client);
		const added = now.filter(({ id }) => !earlier.has(id));
		// Unclear, too, when so much was booked that the list no longer reaches back to the start.
		let isUnclear = earlier.size > 0 && !now.some(({ id }) => earlier.has(id));
		const ours: Submitted[] = [];
		for (const { batchId, credits } of added) {
			const isOurs =
				batchId === undefined ? mayBe(credits, rows) : await hasRows(batch, batchId, rows, client);
			if (isOurs === true && batchId !== undefined)
				ours.push({ batchId, creditsReserved: credits, isTakenOver: true });
			else if (isOurs !== false) isUnclear = true;
		}
		if (ours.length === 1) return ours[0];
		if (ours.length > 1 || isUnclear) throw lostSubmit(batch, ours);
	}
	return undefined;
}

/** A booking that names no batch could be the reservation when its amount divides among the rows. */
const mayBe = (credits: number, rows: number): boolean | undefined =>
	credits % rows === 0 ? undefined : false;

/** Whether a batch is of this product and size; undefined: it does not tell. */
async function hasRows(
	batch: Batch,
	batchId: string,
	rows: number,
	client: Client,
): Promise<boolean | undefined> {
	try {
		const { total } = await progressOf(batch, batchId, client);
		return total === undefined ? undefined : total === rows;
	} catch (thrown) {
		return toEnrichError(thrown).kind === 'notFound' ? false : undefined;
	}
}

function lostSubmit(batch: Batch, candidates: readonly Submitted[]): EnrichError {
	const ids = candidates.map(({ batchId }) => batchId).join(', ');
	const detail = ids
		? `one of these batches may be it: ${ids}`
		: 'what was booked since does not tell';
	return new EnrichError({
		kind: 'lostSubmit',
		detail,
		ran: 'maybe',
		billing: batch.submit.billing,
	});
}

/** A batch of the last day that holds exactly these rows: its results prove it. */
async function findBatch(
	batch: Batch,
	part: Part,
	rows: string,
	booked: readonly Deduction[],
	{ client, mostProofMs = 0, known, left }: SubmitOptions & { known: KnownBatches },
): Promise<Submitted | undefined> {
	const since = client.now() - JOBS.takeOverWithinMs;
	const keys = new Set(part.map(({ input }) => batch.keyOfInput(input)));
	for (const { batchId, credits, at } of booked) {
		if (batchId === undefined || credits % part.length !== 0 || at < since) continue;
		if (left?.has(batchId) || !known.mayHold(batchId, rows)) continue;
		if (await holds(batch, batchId, keys, client, mostProofMs))
			return { batchId, creditsReserved: credits, isTakenOver: true };
		known.holdsOthersThan(batchId, rows);
	}
	return undefined;
}

/** Whether a batch holds exactly the rows with these keys. Waits for one that may be it. */
async function holds(
	batch: Batch,
	batchId: string,
	keys: ReadonlySet<string | undefined>,
	client: Client,
	mostProofMs: number,
): Promise<boolean> {
	const startedAt = client.now();
	for (;;) {
		let state: 'running' | 'completed' | 'failed';
		let waitMs: number;
		try {
			const progress = await progressOf(batch, batchId, client);
			if (progress.total !== keys.size) return false;
			state = progress.state;
			waitMs = untilNextLook(progress, client.now() - startedAt);
			for await (const { results } of resultPages(batch, batchId, client)) {
				if (!results.every((result) => keys.has(batch.keyOfResult(result)))) return false;
				// One page shows that a batch is somebody else's; only all of them that it is ours.
				if (state === 'running') break;
			}
		} catch (thrown) {
			const error = toEnrichError(thrown);
			if (NOT_THERE.has(error.kind)) return false;
			throw error;
		}
		if (state !== 'running') return true;
		if (client.now() - startedAt >= mostProofMs)
			throw new EnrichError({
				kind: 'stillRunning',
				batchId,
				detail: 'it seems to hold these rows',
			});
		await client.sleep(waitMs);
	}
}

const NOT_THERE: ReadonlySet<string> = new Set(['notFound', 'expired']);
