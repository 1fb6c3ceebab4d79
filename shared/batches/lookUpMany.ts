import type { Batch, Progress } from '../contract/batch';
import type { Data } from '../contract/data';
import type { Receipt } from '../contract/provider';
import { ConnectorError, toConnectorError } from '../errors/ConnectorError';
import { isTransient } from '../errors/errorTable';
import { counted } from '../errors/wording';
import type { Client } from '../http/client';
import { NO_STORE } from '../rows/idempotency';
import type { Lookup } from '../rows/lookup';
import { group, lookUpRows, type Row, type RunOptions, share } from '../rows/lookUpRows';
import { type RowResult, summarize, type Summary, toFailedRow } from '../rows/result';
import { type Evidence, judge, Matcher, mayHoldMore, type Part } from './evidence';
import { findTwins, isNotThere } from './findBatch';
import { KnownBatches } from './knownBatches';
import { PartQueue } from './partQueue';
import { NOT_SEEN, waitForEnd } from './progress';
import {
	isWaitedOut,
	type Reading,
	readPagesAgain,
	readResults,
	toRowResult,
	unread,
} from './results';
import {
	fingerprint,
	leaveBatch,
	lostSubmit,
	startBatch,
	type Submitted,
	type SubmitOptions,
} from './startBatch';
import { timeText } from './time';

/** Fewer distinct rows are looked up one by one: that is quicker and costs the same. */
export const BATCH_FROM = 11;
/** Results may lag behind the end: they are read again after these times. */
const SETTLE_MS = [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000];
/** So many readings without news: what is missing will not come any more. */
const MAX_IDLE_READINGS = { completed: 4, failed: 2 };

export interface ManyOptions
	extends Omit<SubmitOptions, 'store' | 'maxProofMs' | 'isProofNeeded' | 'left'>,
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

/** What became of many rows. */
export interface ManyResults {
	results: RowResult[];
	summary: Summary;
	/**
	 * Credits that may have been charged besides `summary.creditsUsed`, as reserved or documented,
	 * those of batches that were not read included.
	 */
	creditsUnclear: number;
	/** Worth knowing beside the sum: plain sentences. */
	notes: string[];
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
const areSingle = (
	batch: Batch,
	lookups: readonly Lookup[],
	batchFrom: number = BATCH_FROM,
): boolean => !batch.namesRows || (!batch.mayCostLess && lookups.length < batchFrom);

/**
 * Looks up any number of rows in as few batches as possible, waits for them, and brings every row
 * to exactly one outcome. Never throws for a row.
 */
export async function lookUpMany(
	batch: Batch,
	rows: readonly Row[],
	options: ManyOptions,
): Promise<ManyResults> {
	const { client, maxCredits, store = NO_STORE, maxWaitMs, keep = whole } = options;
	const results = new Array<RowResult>(rows.length);
	const lookups = distinct(batch, group(batch.single, rows, results));
	if (areSingle(batch, lookups, options.batchFrom)) {
		const options = { client, maxCredits, store, recovers: true };
		const done = await lookUpRows(batch.single, rows, options);
		done.results.forEach((result, row) => (done.results[row] = keep(result, [row])));
		return { ...done, creditsUnclear: 0, notes: [] };
	}
	results.forEach((result, row) => (results[row] = keep(result, [row])));
	const give = (result: RowResult, lookup: Lookup) =>
		share(keep(result, lookup.rows), lookup, results);
	const run = new ManyRun(batch, lookups, give, {
		...options,
		store,
		known: options.known ?? new KnownBatches(),
		maxProofMs: maxWaitMs / 2,
		left: new Set(),
	});
	await run.finish();
	const { creditsUsed, creditsRemaining, creditsUnclear, notes } = run;
	const summary = { ...summarize(results, creditsRemaining), creditsUsed };
	return { results, summary, creditsUnclear, notes };
}

const whole = (result: RowResult) => result;

type RunSettings = ManyOptions & SubmitOptions & { known: KnownBatches; left: Set<string> };

/** One run over all rows, batch by batch. */
class ManyRun {
	creditsUsed = 0;
	creditsUnclear = 0;
	creditsRemaining: number | null = null;
	readonly notes: string[] = [];
	private readonly queue: PartQueue;
	private stop: ConnectorError | undefined;

	constructor(
		private readonly batch: Batch,
		lookups: readonly Lookup[],
		private readonly give: (result: RowResult, lookup: Lookup) => void,
		private readonly settings: RunSettings,
	) {
		this.queue = new PartQueue(batch, lookups, settings.maxCredits);
	}

	async finish(): Promise<void> {
		for (let part = this.queue.next(); part; part = this.queue.next()) await this.lookUp(part);
		const skipped = toFailedRow(new ConnectorError({ kind: 'spendingLimit' }));
		for (const lookup of this.queue.rest()) this.give(skipped, lookup);
	}

	private async lookUp(part: Lookup[]): Promise<void> {
		let submitted: Submitted;
		try {
			if (this.stop) throw this.stop;
			submitted = await startBatch(this.batch, part, this.settings);
		} catch (thrown) {
			const error = toConnectorError(thrown);
			if (error.mayHaveBeenCharged) this.creditsUnclear += this.reservedFor(part, null);
			this.fail(error, part);
			return;
		}
		this.noteReuse(submitted);
		if (!submitted.isEarlier) this.queue.reserved(part.length, submitted.creditsReserved);
		this.settings.onSubmitted?.(submitted);
		const reader = new BatchReader(this.batch, part, submitted, this.settings.client, this.give);
		try {
			const waitMs = this.settings.patienceMs?.(submitted) ?? this.settings.maxWaitMs;
			const { client, known } = this.settings;
			const { batchId } = submitted;
			const onProgress = (progress: Progress) => {
				if (progress.status !== NOT_SEEN) known.wasRead(batchId);
				this.settings.onProgress?.(progress);
			};
			const { state } = await waitForEnd(this.batch, batchId, client, waitMs, onProgress);
			await reader.read(state === 'failed' ? 'failed' : 'completed');
			await this.finishRows(reader, submitted);
		} catch (thrown) {
			this.fail(toConnectorError(thrown), reader.open, submitted);
		}
		this.account(part, submitted, reader);
		if (!submitted.isReused) await this.noteTwins(part, submitted);
	}

	/** Rows of a batch that it has not answered. */
	private async finishRows(reader: BatchReader, submitted: Submitted): Promise<void> {
		const { batch, settings } = this;
		const { client, known } = settings;
		const { batchId, isReused, isEarlier, isUnproven } = submitted;
		const { open, evidence } = reader;
		if (open.length === 0) return;
		if (reader.problem) throw unread(reader.problem, batchId, client);
		const isOfOthers = judge(evidence) === 'others';
		if (isUnproven && isOfOthers && !isEarlier) {
			const sentAt = submitted.at ?? client.now();
			throw lostSubmit({ batch, client, part: open }, sentAt);
		}
		const isAgain = isReused && !settings.isOwn?.(batchId);
		const isRest = evidence.state === 'failed' || (isEarlier && !reader.mayHoldMore);
		if (isAgain && isRest) {
			if (isOfOthers) known.holdsOthersThan(batchId, fingerprint(batch, open));
			await leaveBatch(batch, open, batchId, settings);
			this.queue.add(open);
			return;
		}
		const kind = evidence.state === 'failed' ? 'jobFailed' : 'noResult';
		for (const lookup of open)
			this.give(inBatch(client.error({ kind, batchId }), submitted), lookup);
	}

	/** What it cost in this run: nothing, where an earlier one has started the batch. */
	private account(part: Part, submitted: Submitted, { receipt, evidence }: BatchReader): void {
		this.creditsRemaining = receipt?.creditsRemaining ?? this.creditsRemaining;
		if (submitted.isEarlier) return;
		const reserved = this.reservedFor(part, submitted.creditsReserved);
		// A batch that only looks like the one of a lost submit says nothing of what that cost.
		const isOurs = !submitted.isUnproven || judge(evidence) === 'ours';
		const used = isOurs ? (receipt?.creditsUsed ?? null) : null;
		if (used === null) {
			this.creditsUnclear += reserved;
			if (!isOurs)
				this.notes.push(`Whether batch ${submitted.batchId} holds the rows is not known.`);
			else if (receipt)
				this.notes.push(
					`What batch ${submitted.batchId} cost was not reported; it was started with ${counted(reserved, 'credit')} set aside.`,
				);
			return;
		}
		this.creditsUsed += used;
		this.queue.refunded(reserved - used);
	}

	private reservedFor(part: Part, reserved: number | null): number {
		return reserved ?? part.length * (this.batch.submit.price?.credits ?? 0);
	}

	private fail(error: ConnectorError, lookups: readonly Lookup[], submitted?: Submitted): void {
		this.stop ??= new ConnectorError({ kind: 'stopped', detail: error.message });
		const result = submitted ? inBatch(error, submitted) : toFailedRow(error);
		for (const lookup of lookups) this.give(result, lookup);
	}

	private noteReuse({ batchId, at, isEarlier, unproven = [] }: Submitted): void {
		if (isEarlier) {
			const from = at === null ? 'an earlier run' : timeText(at);
			this.notes.push(
				`Batch ${batchId} from ${from} was reused: 0 credits used for it in this run.`,
			);
		}
		if (unproven.length > 0)
			this.notes.push(
				`Not waited for: batch ${unproven.join(', ')}, which is as large and does not show whose rows it holds.`,
			);
	}

	/** Two processes that start the same rows in the same seconds cannot know of each other. */
	private async noteTwins(part: Part, submitted: Submitted): Promise<void> {
		const { client, known } = this.settings;
		for (const { batchId, credits } of await findTwins(this.batch, part, submitted, client, known))
			this.notes.push(
				`Batch ${batchId} was started for the same rows at the same time as batch ${submitted.batchId}, by another process, with ${counted(credits, 'credit')} set aside for it besides.`,
			);
	}
}

/** A batch's cost is reported as a whole only. */
const inBatch = (error: ConnectorError, submitted: Submitted): RowResult => ({
	...toFailedRow(error),
	creditsUsed: submitted.isEarlier ? 0 : null,
	...origin(submitted),
});

const origin = ({ batchId, at, isEarlier }: Submitted): Partial<RowResult> => ({
	batchId,
	...(isEarlier && { creditsUsed: 0, reusedFrom: { batchId, at } }),
});

/** Reads the results of one batch, as often as they need to come. */
class BatchReader {
	receipt: Receipt | undefined;
	/** Why results could not be read. */
	problem: ConnectorError | undefined;
	private state: 'completed' | 'failed' = 'completed';
	private total: number | undefined;
	private failedPages: number[] = [];
	private readonly rows: number;
	private readonly byKey: Map<string | undefined, Lookup>;
	private readonly matcher: Matcher;

	constructor(
		private readonly batch: Batch,
		part: Part,
		private readonly submitted: Submitted,
		private readonly client: Client,
		private readonly give: (result: RowResult, lookup: Lookup) => void,
	) {
		this.rows = part.length;
		this.byKey = new Map(part.map((lookup) => [batch.keyOfInput(lookup.input), lookup]));
		this.matcher = new Matcher(batch, part);
	}

	/** Rows without a result so far. */
	get open(): Lookup[] {
		return [...this.byKey.values()];
	}

	get evidence(): Evidence {
		const { matching, similar, others, unnamed } = this.matcher;
		const { rows, state, total, receipt } = this;
		return {
			...{ rows, state, total, matching, similar, others, unnamed },
			creditsUsed: receipt?.creditsUsed ?? null,
		};
	}

	/** Whether open rows may be in the batch all the same. */
	get mayHoldMore(): boolean {
		return judge(this.evidence) !== 'others' && mayHoldMore(this.evidence);
	}

	/** Results may lag behind the end, be it that they are missing or that they are refused. */
	async read(state: 'completed' | 'failed'): Promise<void> {
		this.state = state;
		let idle = 0;
		for (const waitMs of [0, ...SETTLE_MS]) {
			await this.client.sleep(waitMs);
			const before = this.byKey.size;
			await this.readOnce();
			if (this.byKey.size === 0 || this.isHopeless || this.isWhole) return;
			idle = this.byKey.size < before ? 0 : idle + 1;
			const isSome = this.byKey.size < this.rows;
			if ((isSome || state === 'failed') && idle > MAX_IDLE_READINGS[state]) return;
		}
	}

	private async readOnce(): Promise<void> {
		const { batch, client, failedPages } = this;
		const { batchId } = this.submitted;
		try {
			const isRest = failedPages.length > 0;
			const reading = isRest
				? await readPagesAgain(batch, batchId, client, failedPages, this.take)
				: await readResults(batch, batchId, client, this.take);
			this.note(reading);
		} catch (thrown) {
			this.problem = toConnectorError(thrown);
		}
	}

	private note({ receipt, total, problem, failedPages }: Reading): void {
		this.problem = problem;
		this.failedPages = failedPages;
		this.total = total ?? this.total;
		if (!this.receipt || receipt?.creditsUsed != null) this.receipt = receipt ?? this.receipt;
	}

	private readonly take = (results: Data[]): boolean => {
		const before = this.byKey.size;
		for (const result of results) {
			this.matcher.add(result);
			const key = this.batch.keysOfResult(result).find((one) => this.byKey.has(one));
			const lookup = this.byKey.get(key);
			if (!lookup) continue;
			this.byKey.delete(key);
			const { batchId } = this.submitted;
			this.give({ ...toRowResult(this.batch, batchId, result), ...origin(this.submitted) }, lookup);
		}
		return this.byKey.size > 0 && this.byKey.size < before;
	};

	/** Neither time nor another reading helps. */
	private get isHopeless(): boolean {
		const { problem } = this;
		if (problem === undefined) return false;
		return isWaitedOut(problem) || !(isTransient(problem.kind) || mayComeLater(problem));
	}

	/** Every item of the batch is accounted for. */
	private get isWhole(): boolean {
		return !this.problem && this.total !== undefined && this.matcher.seen >= this.total;
	}
}

const mayComeLater = (error: ConnectorError) => error.kind !== 'expired' && isNotThere(error);

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
	const results = new Array<RowResult>(rows.length);
	const lookups = distinct(batch, group(batch.single, rows, results));
	const queue = new PartQueue(batch, lookups, options.maxCredits);
	const run: SubmitOptions = { store: NO_STORE, ...options, isProofNeeded: true };
	const started: StartedBatch[] = [];
	let stop: ConnectorError | undefined;
	for (let part = queue.next(); part; part = queue.next()) {
		try {
			if (stop) throw stop;
			const submitted = await startBatch(batch, part, run);
			if (!submitted.isEarlier) queue.reserved(part.length, submitted.creditsReserved);
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
	const skipped = toFailedRow(new ConnectorError({ kind: 'spendingLimit' }));
	for (const lookup of queue.rest()) share(skipped, lookup, results);
	return { results, started };
}
