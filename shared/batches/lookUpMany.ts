import type { Batch, Progress } from '../contract/batch';
import type { Receipt } from '../contract/provider';
import { ConnectorError, toConnectorError } from '../errors/ConnectorError';
import type { Client } from '../http/client';
import { NO_STORE } from '../rows/idempotency';
import {
	group,
	type Lookup,
	lookUpRows,
	type Row,
	type RunOptions,
	share,
} from '../rows/lookUpRows';
import { type RowResult, summarize, type Summary, toFailedRow } from '../rows/result';
import { waitForEnd } from './progress';
import { resultPages, toRowResult, unread } from './results';
import { leaveBatch, startBatch, type Submitted, type SubmitOptions } from './startBatch';

/** Fewer distinct rows are looked up one by one: that is quicker and costs the same. */
export const BATCH_FROM = 11;
/** Results may lag behind the end; so long after it they are read once more. */
export const SETTLES_MS = 5_000;

export interface ManyOptions
	extends Omit<SubmitOptions, 'store' | 'maxProofMs'>,
		Pick<RunOptions, 'maxCredits' | 'store'> {
	/** Milliseconds to wait for one batch to end. */
	maxWaitMs: number;
	/** The same, for batches that somebody else waits for; default: `maxWaitMs`. */
	patienceMs?: (submitted: Submitted) => number;
	/** Whether this very run has started a batch before it rested; default: none. */
	isOwn?: (batchId: string) => boolean;
	/** Distinct rows from which on a batch is used; default: `BATCH_FROM`. */
	batchFrom?: number;
	onSubmitted?: (submitted: Submitted) => void;
	onProgress?: (progress: Progress) => void;
	/** Told of each outcome as it comes; what it returns is kept. Default: all of it. */
	keep?: (result: RowResult, rows: readonly number[]) => RowResult;
}

/** Rows that go into batches, and the outcomes of those that do not. */
interface Plan {
	results: RowResult[];
	/** At most `batch.most` lookups each. */
	parts: Lookup[][];
}

/**
 * Sorts rows into batches: equal rows once, no more than the spending limit allows, as the whole
 * price is reserved at the submit.
 */
function planBatches(batch: Batch, rows: readonly Row[], maxCredits = Infinity): Plan {
	const results = new Array<RowResult>(rows.length);
	const lookups = distinct(batch, group(batch.single, rows, results));
	const price = batch.submit.price?.credits ?? 0;
	const affordable = price > 0 ? Math.floor(maxCredits / price) : lookups.length;
	for (const lookup of lookups.splice(affordable)) {
		share(toFailedRow(new ConnectorError({ kind: 'spendingLimit' })), lookup, results);
	}
	const parts: Lookup[][] = [];
	for (let at = 0; at < lookups.length; at += batch.maxRows)
		parts.push(lookups.slice(at, at + batch.maxRows));
	return { results, parts };
}

/** A batch may ask for less than a single lookup, so that lookups become equal. */
function distinct(batch: Batch, lookups: readonly Lookup[]): Lookup[] {
	const byKey = new Map<string | undefined, Lookup>();
	for (const lookup of lookups) {
		const key = batch.keyOfInput(lookup.input);
		const known = byKey.get(key);
		if (known) known.rows.push(...lookup.rows);
		else byKey.set(key, lookup);
	}
	return [...byKey.values()];
}

/** Few rows are quicker one by one; and some must be, as the batch's results do not name them. */
const areSingle = (batch: Batch, { parts }: Plan, batchFrom: number = BATCH_FROM): boolean =>
	!batch.namesRows || (!batch.mayCostLess && (parts[0]?.length ?? 0) < batchFrom);

/**
 * Looks up any number of rows in as few batches as possible, waits for them, and brings every row
 * to exactly one outcome. Never throws for a row.
 */
export async function lookUpMany(
	batch: Batch,
	rows: readonly Row[],
	options: ManyOptions,
): Promise<{ results: RowResult[]; summary: Summary }> {
	const { client, maxCredits, store = NO_STORE, maxWaitMs, keep = whole } = options;
	const plan = planBatches(batch, rows, maxCredits);
	if (areSingle(batch, plan, options.batchFrom)) {
		const done = await lookUpRows(batch.single, rows, { client, maxCredits, store });
		done.results.forEach((result, row) => (done.results[row] = keep(result, [row])));
		return done;
	}
	const { results, parts } = plan;
	results.forEach((result, row) => (results[row] = keep(result, [row])));
	const run: SubmitOptions = {
		...options,
		store,
		maxProofMs: maxWaitMs,
		left: new Set<string>(),
	};
	let creditsUsed = 0;
	let creditsRemaining: number | null = null;
	let stop: ConnectorError | undefined;
	for (const part of parts) {
		const open = new Map(part.map((lookup) => [batch.keyOfInput(lookup.input), lookup]));
		const give = (result: RowResult, lookup: Lookup) => {
			open.delete(batch.keyOfInput(lookup.input));
			share(keep(result, lookup.rows), lookup, results);
		};
		try {
			if (stop) throw stop;
			const submitted = await startBatch(batch, part, run);
			const { batchId } = submitted;
			options.onSubmitted?.(submitted);
			const mostMs = options.patienceMs?.(submitted) ?? maxWaitMs;
			const { state } = await waitForEnd(batch, batchId, client, mostMs, options.onProgress);
			let receipt = await collect(batch, batchId, open, give, client);
			if (open.size > 0 && state === 'completed') {
				await client.sleep(SETTLES_MS);
				receipt = (await collect(batch, batchId, open, give, client)) ?? receipt;
			}
			creditsUsed += receipt?.creditsUsed ?? 0;
			creditsRemaining = receipt?.creditsRemaining ?? creditsRemaining;
			if (open.size > 0 && submitted.isReused && !options.isOwn?.(batchId)) {
				const rest = [...open.values()];
				await leaveBatch(batch, rest, batchId, run);
				parts.push(rest);
			} else {
				const kind = state === 'failed' ? 'jobFailed' : 'noResult';
				const failure = toFailedRow(client.error({ kind, batchId }));
				for (const lookup of [...open.values()]) give(failure, lookup);
			}
		} catch (thrown) {
			const error = toConnectorError(thrown);
			stop ??= new ConnectorError({ kind: 'stopped', detail: error.message });
			for (const lookup of [...open.values()]) give(toFailedRow(error), lookup);
		}
	}
	return { results, summary: { ...summarize(results, creditsRemaining), creditsUsed } };
}

const whole = (result: RowResult) => result;

/** A batch that runs, and the indexes of its rows. */
export interface StartedBatch extends Submitted {
	/** Distinct rows in it. */
	items: number;
	rows: number[];
}

/**
 * Starts the batches of any number of rows and does not wait for them. Rows that are in none have
 * an outcome; the others have one once somebody reads the results.
 */
export async function startMany(
	batch: Batch,
	rows: readonly Row[],
	options: Omit<ManyOptions, 'maxWaitMs'>,
): Promise<{ results: (RowResult | undefined)[]; started: StartedBatch[] }> {
	const { results, parts } = planBatches(batch, rows, options.maxCredits);
	const run: SubmitOptions = { store: NO_STORE, ...options, isProofNeeded: true };
	const started: StartedBatch[] = [];
	let stop: ConnectorError | undefined;
	for (const part of parts) {
		try {
			if (stop) throw stop;
			const submitted = await startBatch(batch, part, run);
			started.push({
				...submitted,
				items: part.length,
				rows: part.flatMap((lookup) => lookup.rows),
			});
		} catch (thrown) {
			const error = toConnectorError(thrown);
			stop ??= new ConnectorError({ kind: 'stopped', detail: error.message });
			for (const lookup of part) share(toFailedRow(error), lookup, results);
		}
	}
	return { results, started };
}

/** Gives each result to its rows, by key: results come in another order and fewer than the rows. */
async function collect(
	batch: Batch,
	batchId: string,
	open: ReadonlyMap<string | undefined, Lookup>,
	give: (result: RowResult, lookup: Lookup) => void,
	client: Client,
): Promise<Receipt | undefined> {
	let first: Receipt | undefined;
	try {
		for await (const { results, receipt } of resultPages(batch, batchId, client)) {
			first ??= receipt;
			for (const result of results) {
				const key = batch.keysOfResult(result).find((one) => open.has(one));
				const lookup = open.get(key);
				if (lookup) give(toRowResult(batch, batchId, result), lookup);
			}
		}
	} catch (thrown) {
		throw unread(thrown, batchId, client);
	}
	return first;
}
