import type { Batch, Progress } from '../contract/batch';
import type { Data } from '../contract/data';
import type { Receipt } from '../contract/provider';
import { ConnectorError, toConnectorError } from '../errors/ConnectorError';
import { type ErrorKind, isTransient } from '../errors/errorTable';
import { counted } from '../errors/wording';
import type { Client } from '../http/client';
import { type IdempotencyStore, NO_STORE, quietly } from '../rows/idempotency';
import type { Lookup } from '../rows/lookup';
import { callKey, group, lookUpEach, type Row, type RunOptions, share } from '../rows/lookUpRows';
import { isAnswered, type RowResult, summarize, type Summary, toFailedRow } from '../rows/result';
import { type Evidence, judge, Matcher, mayHoldMore, type Part } from './evidence';
import { findTwins, isNotThere } from './findBatch';
import { KnownBatches } from './knownBatches';
import { PartQueue } from './partQueue';
import { BatchPlan } from './plan';
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
	isStarted,
	leaveBatch,
	lostSubmit,
	REUSE_WITHIN_MS,
	startBatch,
	type Submitted,
	type SubmitOptions,
} from './startBatch';
import { timeText } from './time';

/** Lookups that a rate limit lets through in one window, as long as it is not known. */
const PER_WINDOW_UNKNOWN = 10;
/** Results may lag behind the end: they are read again after these times. */
const SETTLE_MS = [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000];
/** So many readings without news: what is missing will not come any more. */
const MAX_IDLE_READINGS = { completed: 4, failed: 2 };

/** How rows are looked up; `automatic`: as is quicker. */
export type LookUpMode = 'automatic' | 'single' | 'batch';

export interface ManyOptions
	extends Omit<SubmitOptions, 'store' | 'maxProofMs' | 'isProofNeeded' | 'left' | 'creditsLeft'>,
		Pick<RunOptions, 'maxCredits' | 'store'> {
	/** Milliseconds to wait for one batch to end. */
	maxWaitMs: number;
	/** The same, for batches that somebody else waits for; default: `maxWaitMs`. */
	patienceMs?: (submitted: Submitted) => number;
	/** Whether this very run has started a batch before it rested; default: none. */
	isOwn?: (batchId: string) => boolean;
	/** Default: `automatic`. */
	mode?: LookUpMode;
	/** For rows that are looked up one by one; default: the run's own. */
	single?: Partial<Pick<RunOptions, 'client' | 'store' | 'recovers'>>;
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

/**
 * Looks up any number of rows, one by one or in as few batches as possible, and brings every row
 * to exactly one outcome. Never throws for a row.
 */
export async function lookUpMany(
	batch: Batch,
	rows: readonly Row[],
	options: ManyOptions,
): Promise<ManyResults> {
	const { client, store = NO_STORE, reuseWithinMs = REUSE_WITHIN_MS, keep = whole } = options;
	const results = new Array<RowResult>(rows.length);
	const lookups = distinct(batch, group(batch.single, rows, results));
	results.forEach((result, row) => (results[row] = keep(result, [row])));
	const settings: RunSettings = {
		...options,
		store,
		known: options.known ?? new KnownBatches(),
		maxProofMs: options.maxWaitMs / 2,
		left: new Set(),
	};
	const reusedSince = reuseWithinMs > 0 ? client.now() - reuseWithinMs : Infinity;
	const plan = await BatchPlan.load(batch, lookups, settings, reusedSince);
	const run = new ManyRun(batch, plan, results, settings);
	await run.finish(lookups);
	const { creditsUsed, creditsRemaining, creditsUnclear, notes } = run;
	const summary = { ...summarize(results, creditsRemaining), creditsUsed };
	return { results, summary, creditsUnclear, notes };
}

const whole = (result: RowResult) => result;

type RunSettings = ManyOptions & SubmitOptions & { known: KnownBatches; left: Set<string> };

/** The price of all rows of a batch is more than there is for it. */
const TOO_DEAR: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'insufficientCredits',
	'belowMinimum',
	'spendingLimit',
]);

/** One run over all rows, one by one and batch by batch. */
class ManyRun {
	creditsUsed = 0;
	creditsUnclear = 0;
	creditsRemaining: number | null = null;
	readonly notes: string[] = [];
	private readonly queue: PartQueue;
	/** What rows cost that were looked up one by one, or may have cost. */
	private spentSingly = 0;
	private stop: ConnectorError | undefined;
	/** What has kept all rows from going out together. */
	private shortOf: string | undefined;
	private batches = 0;
	private readonly single: RunOptions & { store: IdempotencyStore };

	constructor(
		private readonly batch: Batch,
		private readonly plan: BatchPlan,
		private readonly results: RowResult[],
		private readonly settings: RunSettings,
	) {
		const { client, store, single } = settings;
		this.single = { client, store, ...single } as typeof this.single;
		this.queue = new PartQueue(batch, settings.maxCredits, plan.parts);
	}

	async finish(lookups: readonly Lookup[]): Promise<void> {
		const planned = new Set(this.plan.parts.flat());
		const others = lookups.filter((lookup) => !planned.has(lookup));
		const open = await this.withoutAnswer(others);
		if (await this.isBatch(open)) {
			const isOpen = new Set(open);
			await this.lookUpSingly(others.filter((lookup) => !isOpen.has(lookup)));
			this.queue.add([...planned, ...open]);
			await this.lookUpInBatches();
		} else {
			this.queue.add([...planned]);
			await this.lookUpInBatches();
			await this.lookUpSingly(others);
		}
	}

	/** Those that an earlier round has not answered, and has not sent either. */
	private async withoutAnswer(lookups: readonly Lookup[]): Promise<Lookup[]> {
		const open: Lookup[] = [];
		for (const lookup of lookups) {
			const before = await this.single.store.get(callKey(this.batch.single, lookup.input));
			if (before === undefined) open.push(lookup);
		}
		return open;
	}

	/**
	 * A batch is quicker as soon as the rate limit does not let all lookups through in one window,
	 * and it costs the same.
	 */
	private async isBatch(open: readonly Lookup[]): Promise<boolean> {
		const { batch, settings } = this;
		const { mode = 'automatic' } = settings;
		if (!batch.namesRows || mode === 'single') return false;
		if (mode === 'batch' || open.length > this.perWindow) return open.length > 0;
		if (batch.mayCostLess) return open.length > 1;
		// The limit was not known, or another one, when they were started.
		return open.length > PER_WINDOW_UNKNOWN && (await isStarted(batch, open, settings));
	}

	private get perWindow(): number {
		return this.single.client.rateLimiter.lookupsPerWindow ?? PER_WINDOW_UNKNOWN;
	}

	private async lookUpInBatches(): Promise<void> {
		const { queue } = this;
		const { mode } = this.settings;
		for (;;) {
			const { enoughFor } = queue;
			if (enoughFor !== undefined && !this.stop) {
				this.shortOf ??= 'The credits that this run may spend do';
				// Misses are free, so that single lookups get further.
				if (enoughFor <= this.perWindow) break;
			}
			if (this.shortOf && mode !== 'batch' && queue.open <= this.perWindow) break;
			const part = queue.next();
			if (!part) break;
			await this.lookUp(part);
		}
		const rest = queue.rest();
		const ways = [this.batches > 0 && 'in smaller batches', rest.length > 0 && 'one by one'];
		if (this.shortOf)
			this.notes.push(
				`${this.shortOf} not cover the full price of all rows, which a batch sets aside at its start: so they went out ${ways.filter(Boolean).join(' and ')}.`,
			);
		await this.lookUpSingly(rest);
	}

	private async lookUpSingly(lookups: readonly Lookup[]): Promise<void> {
		if (lookups.length === 0) return;
		if (this.stop) return this.fail(this.stop, lookups);
		const { single } = this.batch;
		const { maxCredits } = this.settings;
		const results: RowResult[] = [];
		const { creditsRemaining } = await lookUpEach(single, lookups, results, {
			...this.single,
			...(maxCredits !== undefined && { maxCredits: maxCredits - this.spent }),
			dearer: this.queue.dearer,
		});
		const own = lookups.map(({ rows }) => results[rows[0] as number] as RowResult);
		const { creditsUsed, creditsUnclear } = summarize(own, creditsRemaining);
		this.creditsUsed += creditsUsed;
		this.creditsUnclear += creditsUnclear;
		this.creditsRemaining = creditsRemaining ?? this.creditsRemaining;
		this.spentSingly += creditsUsed + creditsUnclear;
		lookups.forEach((lookup, i) => this.give(own[i] as RowResult, lookup));
	}

	private get spent(): number {
		return this.queue.spent + this.spentSingly;
	}

	private give(result: RowResult, lookup: Lookup): void {
		const { keep = whole } = this.settings;
		share(keep(result, lookup.rows), lookup, this.results);
	}

	/** What a batch has answered is not paid for again in the rest of the execution. */
	private async remember(result: RowResult, { input }: Lookup): Promise<void> {
		const { store, keep } = this.settings;
		if (keep || !isAnswered(result)) return;
		const receipt = { creditsUsed: 0, creditsRemaining: null };
		const answer = { data: result.data ?? {}, receipt };
		const key = callKey(this.batch.single, input);
		await quietly(() => store.set(key, { state: 'answered', answer }));
	}

	private async lookUp(part: Lookup[]): Promise<void> {
		const { queue, settings } = this;
		let submitted: Submitted;
		try {
			if (this.stop) throw this.stop;
			await this.plan.add(part);
			const { maxCredits = Infinity } = settings;
			const creditsLeft = (maxCredits - this.spent) / queue.dearer;
			submitted = await startBatch(this.batch, part, { ...settings, creditsLeft });
		} catch (thrown) {
			const error = toConnectorError(thrown);
			if (error.mayHaveBeenCharged) this.creditsUnclear += this.reservedFor(part, null);
			else await this.plan.remove(part);
			if (!error.mayHaveBeenCharged && TOO_DEAR.has(error.kind)) this.sendFewer(error, part);
			else this.fail(settings.client.error({ rows: part.length, ...error.facts }), part);
			return;
		}
		this.batches += 1;
		this.noteReuse(submitted);
		if (!submitted.isEarlier) queue.reserved(part.length, submitted.creditsReserved);
		settings.onSubmitted?.(submitted);
		const { client, known } = settings;
		const answered: [RowResult, Lookup][] = [];
		const give = (result: RowResult, lookup: Lookup) => {
			this.give(result, lookup);
			answered.push([result, lookup]);
		};
		const reader = new BatchReader(this.batch, part, submitted, client, give);
		try {
			const waitMs = settings.patienceMs?.(submitted) ?? settings.maxWaitMs;
			const { batchId } = submitted;
			const onProgress = (progress: Progress) => {
				if (progress.status !== NOT_SEEN) known.wasRead(batchId);
				settings.onProgress?.(progress);
			};
			const { state } = await waitForEnd(this.batch, batchId, client, waitMs, onProgress);
			await reader.read(state === 'failed' ? 'failed' : 'completed');
			await this.finishRows(reader, submitted);
		} catch (thrown) {
			this.fail(toConnectorError(thrown), reader.open, submitted);
		}
		this.account(part, submitted, reader);
		for (const [result, lookup] of answered) await this.remember(result, lookup);
		if (!submitted.isReused) await this.noteTwins(part, submitted);
	}

	/** Nothing was sent: what the account covers goes out first. */
	private sendFewer({ kind, facts }: ConnectorError, part: Part): void {
		const { creditsAvailable = 0, minimum = 0, creditsRequired } = facts;
		this.queue.tooDear(part, { creditsRequired, creditsAvailable: creditsAvailable - minimum });
		this.shortOf ??=
			kind === 'spendingLimit'
				? 'The credits that this run may spend do'
				: `The balance${facts.creditsAvailable === undefined ? '' : ` of ${counted(facts.creditsAvailable, 'credit')}`} does`;
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
	options: Omit<ManyOptions, 'maxWaitMs' | 'mode' | 'single'>,
): Promise<{ results: (RowResult | undefined)[]; started: StartedBatch[] }> {
	const results = new Array<RowResult>(rows.length);
	const lookups = distinct(batch, group(batch.single, rows, results));
	const queue = new PartQueue(batch, options.maxCredits);
	queue.add(lookups);
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
