import type { Batch } from '../contract/batch';
import type { Client, Receipt } from '../http/client';
import { ConnectorError } from '../errors/ConnectorError';
import { type Progress, resultPages, waitForBatch } from './progress';
import { NO_STORE } from '../rows/idempotency';
import type { Data } from '../contract/operation';
import { BATCHES } from '../errors/errorTable';
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
	toConnectorError,
	toFailure,
	uncharged,
} from '../rows/lookUpRows';
import { leaveBatch, startBatch, type Submitted, type SubmitOptions } from './startBatch';

export interface ManyOptions
	extends Omit<SubmitOptions, 'store' | 'maxProofMs'>,
		Pick<RunOptions, 'maxCredits' | 'store'> {
	/** Milliseconds to wait for one batch to end. */
	maxWaitMs: number;
	/** The same, for batches that somebody else waits for; default: `maxWaitMs`. */
	patienceMs?: (submitted: Submitted) => number;
	/** Whether this very run has started a batch before it rested; default: none. */
	isOwn?: (batchId: string) => boolean;
	/** Distinct rows from which on a batch is used; default: `JOBS.batchFrom`. */
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
		share(toFailure(new ConnectorError({ kind: 'spendingLimit' })), lookup, results);
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
const areSingle = (batch: Batch, { parts }: Plan, batchFrom: number = BATCHES.batchFrom): boolean =>
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
			const { state } = await waitForBatch(batch, batchId, client, mostMs, options.onProgress);
			let receipt = await collect(batch, batchId, open, give, client);
			if (open.size > 0 && state === 'completed') {
				await client.sleep(BATCHES.settlesMs);
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
				const failure = toFailure(new ConnectorError({ kind, batchId }));
				for (const lookup of [...open.values()]) give(failure, lookup);
			}
		} catch (thrown) {
			const error = toConnectorError(thrown);
			stop ??= new ConnectorError({ kind: 'stopped', detail: error.message });
			for (const lookup of [...open.values()]) give(toFailure(error), lookup);
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
			for (const lookup of part) share(toFailure(error), lookup, results);
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
		throw unread(thrown, batchId);
	}
	return first;
}

/** Why the results of a batch that has ended could not be read to their end. */
export function unread(thrown: unknown, batchId: string): ConnectorError {
	const { kind, message: detail } = toConnectorError(thrown);
	const isItself = kind === 'cancelled' || kind === 'expired';
	return new ConnectorError(
		isItself ? { kind, batchId } : { kind: 'resultsUnread', batchId, detail },
	);
}

/** One entry of a batch's results. What a row cost is told for the batch as a whole only. */
export function toRowResult({ single }: Batch, batchId: string, told: Data): RowResult {
	const { found, reason } = single.outcome(told);
	// A miss is told as an error there; it is none.
	const data = !found && Object.hasOwn(told, 'error') ? { ...told, error: undefined } : told;
	if (data !== told) delete data.error;
	return { ...uncharged(found ? 'found' : 'notFound', reason), data, creditsUsed: null, batchId };
}
