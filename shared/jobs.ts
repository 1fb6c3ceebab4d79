import type { Batch } from './batch';
import type { Client, Receipt } from './client';
import { EnrichError } from './errors';
import type { Data } from './operation';
import { getWalletBalance, getWalletTransactions } from './operations';
import { JOBS } from './policy';
import {
	group,
	type Lookup,
	lookUpRows,
	type Row,
	type RowResult,
	type RunOptions,
	share,
	type Summary,
	summarize,
	toEnrichError,
	toFailure,
	uncharged,
} from './rows';

/** A batch that has been submitted, or found again. */
export interface Submitted {
	batchId: string;
	/** Credits set aside; null: not told. */
	creditsReserved: number | null;
	/** Its submit got no answer, and it was found in the wallet's transactions. */
	isAdopted?: true;
}

export interface Progress {
	state: 'running' | 'completed' | 'failed';
	/** As the API names it. */
	status: string;
	/** From 0 to 100; undefined: not told. */
	percent?: number;
	total?: number;
}

/**
 * Submits one batch. Nothing is sent twice: when the answer gets lost, the batch is looked for in
 * the wallet's transactions, and sent again only when nothing was reserved.
 * @throws EnrichError; of kind `lostSubmit` where neither could be shown.
 */
export async function submitBatch(
	batch: Batch,
	inputs: readonly Data[],
	client: Client,
): Promise<Submitted> {
	const body = batch.toBody(inputs);
	const before = await newestTransactions(client);
	for (let sends = 1; ; sends++) {
		try {
			const { data, receipt } = await client.call(batch.submit, body);
			return { batchId: String(data.batchId), creditsReserved: receipt.creditsReserved ?? null };
		} catch (thrown) {
			const error = toEnrichError(thrown);
			if (!error.mayHaveBeenCharged) throw error;
			const found = await findLostSubmit(batch, inputs.length, before, client);
			if (found) return found;
			if (sends === 2) throw error;
		}
	}
}

interface Transaction {
	id: string;
	batchId?: string;
	amount: number;
}

async function newestTransactions(client: Client): Promise<Transaction[]> {
	const { data } = await client.call(getWalletTransactions, {
		page: 1,
		limit: JOBS.transactionsToSearch,
	});
	return (Array.isArray(data.transactions) ? (data.transactions as Data[]) : []).map(toTransaction);
}

const ID = /\b(?:[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|batch_\w+)\b/i;

/** Where the batch's ID stands is not documented in detail: in the details, or in the description. */
function toTransaction({ id, amount, description, metadata }: Data): Transaction {
	const told = { ...(metadata as Data | undefined) };
	const named = [told.batchId, told.batch_id, told.jobId].find(
		(value) => typeof value === 'string',
	);
	return {
		id: String(id),
		amount: Number(amount),
		batchId: (named as string | undefined) ?? ID.exec(String(description))?.[0],
	};
}

/** The batch that was reserved since; undefined: nothing was reserved. */
async function findLostSubmit(
	batch: Batch,
	rows: number,
	before: readonly Transaction[],
	client: Client,
): Promise<Submitted | undefined> {
	const known = new Set(before.map(({ id }) => id));
	for (const waitMs of JOBS.lostSubmitLooksMs) {
		await client.sleep(waitMs);
		const now = await newestTransactions(client);
		const added = now.filter(({ id, amount }) => !known.has(id) && amount < 0);
		// Unclear, too, when so much was booked that the list no longer reaches back to the start.
		const ours: Submitted[] = [];
		let isUnclear = known.size > 0 && !now.some(({ id }) => known.has(id));
		for (const { batchId, amount } of added) {
			const isOurs =
				batchId === undefined ? mayBe(amount, rows) : await hasRows(batch, batchId, rows, client);
			if (isOurs === true && batchId !== undefined)
				ours.push({ batchId, creditsReserved: -amount, isAdopted: true });
			else if (isOurs !== false) isUnclear = true;
		}
		if (ours.length === 1) return ours[0];
		if (ours.length > 1 || isUnclear) throw lostSubmit(batch, ours);
	}
	return undefined;
}

/** A booking that names no batch could be the reservation when its amount divides among the rows. */
const mayBe = (amount: number, rows: number): boolean | undefined =>
	amount % rows === 0 ? undefined : false;

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

/** Reads how far a batch is; free. */
export async function progressOf(batch: Batch, batchId: string, client: Client): Promise<Progress> {
	const { data } = await client.call(batch.status, { [batch.idName]: batchId });
	const status = String(data.status ?? '').toLowerCase();
	const ended = /^(?:completed|done|partial|failed|cancell?ed)$/.test(status);
	const percent = numberOf(data.progress) ?? share100(data.processedItems, data.totalItems);
	return {
		state: !ended ? 'running' : /^(?:failed|cancell?ed)$/.test(status) ? 'failed' : 'completed',
		status,
		...(percent !== undefined && { percent }),
		...(numberOf(data.totalItems) !== undefined && { total: numberOf(data.totalItems) }),
	};
}

const numberOf = (value: unknown): number | undefined =>
	typeof value === 'number' ? value : undefined;
const share100 = (done: unknown, all: unknown) =>
	typeof done === 'number' && typeof all === 'number' && all > 0 ? (100 * done) / all : undefined;

/**
 * Looks at a batch until it has ended: soon at first, then as often as its progress suggests.
 * @throws EnrichError of kind `stillRunning` when the time is over first; the batch goes on.
 */
export async function waitForBatch(
	batch: Batch,
	batchId: string,
	client: Client,
	mostMs: number,
	onProgress: (progress: Progress) => void = () => {},
): Promise<Progress> {
	const startedAt = client.now();
	for (;;) {
		const progress = await progressOf(batch, batchId, client);
		onProgress(progress);
		if (progress.state !== 'running') return progress;
		const elapsedMs = client.now() - startedAt;
		if (elapsedMs >= mostMs) {
			const detail =
				progress.percent === undefined ? progress.status : `${Math.floor(progress.percent)}% done`;
			throw new EnrichError({ kind: 'stillRunning', batchId, detail });
		}
		await client.sleep(Math.min(untilNextLook(progress, elapsedMs), mostMs - elapsedMs));
	}
}

/** Milliseconds; a part of the time that is left at the pace so far. */
export function untilNextLook({ percent = 0 }: Progress, elapsedMs: number): number {
	const leftMs = percent > 0 ? (elapsedMs * (100 - percent)) / percent : elapsedMs;
	return Math.min(JOBS.longestLookMs, Math.max(JOBS.firstLookMs, leftMs / JOBS.looksToTheEnd));
}

/** A page of results; the first one that is read of an ended batch settles it. */
export interface ResultPage {
	results: Data[];
	receipt: Receipt;
}

/** Streams all results of a batch; free, also when repeated. */
export async function* resultPages(
	batch: Batch,
	batchId: string,
	client: Client,
): AsyncGenerator<ResultPage> {
	for (let page = 1, read = 0; ; page++) {
		const limit = JOBS.resultsPerPage;
		const { data, receipt } = await client.call(batch.results, {
			[batch.idName]: batchId,
			page,
			limit,
		});
		const results = Array.isArray(data.results) ? (data.results as Data[]) : [];
		read += results.length;
		yield { results, receipt };
		const total = numberOf(data.totalItems);
		// Neither a short page nor an empty one need be the last: misses may be left out of a page,
		// and the API may give fewer than were asked for.
		const isLast =
			total === undefined
				? results.length < limit
				: read >= total || (results.length === 0 && page * limit >= total);
		if (isLast) return;
	}
}

export interface BatchRunOptions extends Omit<RunOptions, 'memory'> {
	/** Milliseconds to wait for one batch to end. */
	mostWaitMs: number;
	onSubmitted?: (submitted: Submitted) => void;
	onProgress?: (progress: Progress) => void;
}

/** Rows that go into batches, and the outcomes of those that do not. */
export interface Plan {
	results: RowResult[];
	/** At most `batch.most` lookups each. */
	parts: Lookup[][];
}

/**
 * Sorts rows into batches: equal rows once, no more than the spending limit allows, as the whole
 * price is reserved at the submit.
 */
export function planBatches(batch: Batch, rows: readonly Row[], maxCredits = Infinity): Plan {
	const results = new Array<RowResult>(rows.length);
	const lookups = group(batch.single, rows, results);
	const price = batch.submit.price?.credits ?? 0;
	const affordable = price > 0 ? Math.floor(maxCredits / price) : lookups.length;
	for (const lookup of lookups.splice(affordable)) {
		share(toFailure(new EnrichError({ kind: 'spendingLimit' })), lookup, results);
	}
	const parts: Lookup[][] = [];
	for (let at = 0; at < lookups.length; at += batch.most)
		parts.push(lookups.slice(at, at + batch.most));
	return { results, parts };
}

/**
 * Looks up any number of rows in as few batches as possible, waits for them, and brings every row
 * to exactly one outcome. Never throws for a row.
 */
export async function lookUpInBatches(
	batch: Batch,
	rows: readonly Row[],
	{ client, maxCredits, mostWaitMs, onSubmitted, onProgress }: BatchRunOptions,
): Promise<{ results: RowResult[]; summary: Summary }> {
	if (!batch.namesRows) return lookUpRows(batch.single, rows, { client, maxCredits });
	const { results, parts } = planBatches(batch, rows, maxCredits);
	let creditsUsed = 0;
	let creditsRemaining: number | null = null;
	let stop: EnrichError | undefined;
	for (const part of parts) {
		try {
			if (stop) throw stop;
			await checkBalance(batch, part.length, client);
			const submitted = await submitBatch(
				batch,
				part.map(({ input }) => input),
				client,
			);
			onSubmitted?.(submitted);
			await waitForBatch(batch, submitted.batchId, client, mostWaitMs, onProgress);
			const receipt = await collect(batch, submitted.batchId, part, results, client);
			creditsUsed += receipt?.creditsUsed ?? 0;
			creditsRemaining = receipt?.creditsRemaining ?? creditsRemaining;
		} catch (thrown) {
			const error = toEnrichError(thrown);
			stop ??= new EnrichError({ kind: 'stopped', detail: error.message });
			for (const lookup of part)
				if (!results[lookup.rows[0] as number]) share(toFailure(error), lookup, results);
		}
	}
	return { results, summary: { ...summarize(results, creditsRemaining), creditsUsed } };
}

/** @throws EnrichError that tells exactly how many credits are missing. */
async function checkBalance(batch: Batch, rows: number, client: Client): Promise<void> {
	const required = rows * (batch.submit.price?.credits ?? 0);
	const { data } = await client.call(getWalletBalance, {});
	const available = numberOf(data.balance);
	if (available !== undefined && available < required) {
		throw new EnrichError({
			kind: 'insufficientCredits',
			creditsRequired: required,
			creditsAvailable: available,
		});
	}
}

/** Gives each result to its rows, by key: results come in another order and fewer than the rows. */
async function collect(
	batch: Batch,
	batchId: string,
	part: readonly Lookup[],
	results: RowResult[],
	client: Client,
): Promise<Receipt | undefined> {
	const open = new Map(part.map((lookup) => [batch.keyOfInput(lookup.input), lookup]));
	let first: Receipt | undefined;
	for await (const page of resultPages(batch, batchId, client)) {
		first ??= page.receipt;
		for (const result of page.results) {
			const key = batch.keyOfResult(result);
			const lookup = key === undefined ? undefined : open.get(key);
			if (!lookup) continue;
			open.delete(key);
			share(toRowResult(batch, result), lookup, results);
		}
	}
	for (const lookup of open.values())
		share(toFailure(new EnrichError({ kind: 'noResult', batchId })), lookup, results);
	return first;
}

/** What a row cost is told for the batch as a whole only. */
function toRowResult({ single }: Batch, data: Data): RowResult {
	const { found, reason } = single.verdict(data);
	return { ...uncharged(found ? 'found' : 'notFound', reason), data, creditsUsed: null };
}
