import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import type { SeededRandom } from '../seededRandom';
import type { Answered, Answerer } from './processing';
import type { Rows } from './rows';

/** A batch waits in the queue for as long as these take to process. */
const QUEUED_ITEMS = 20;
/** Counting gives way to other calls after this time. */
const SLICE_MS = 10;

export type BatchStatus = 'queued' | 'processing' | 'completed' | 'failed';

/** How the first so many items came out. */
export interface Tally {
	items: number;
	found: number;
	/** Credits. */
	used: number;
	/** How often each outcome came up: found and not_found, or the validation's results. */
	outcomes: Record<string, number>;
}

export interface Settlement {
	creditsUsed: number;
	creditsRefunded: number;
	creditsRemaining: number;
}

interface BatchJobOptions {
	id: string;
	batch: Batch;
	rows: Rows;
	itemsPerSecond: number;
	/** The same for batches of the same rows. */
	key: number;
	webhookUrl?: string;
	/** The job fails once so many items are processed. */
	failsAfter?: number;
	random: SeededRandom;
	answer: Answerer;
	/** Hears of each row that costs something, once. */
	onPaid(row: Data): void;
}

/**
 * One batch. Nothing runs in the background: how far it is follows from the clock, and an item is
 * answered when somebody asks for it. Items are processed in an order of the batch's own.
 */
export class BatchJob {
	readonly id: string;
	readonly batch: Batch;
	readonly size: number;
	readonly key: number;
	readonly webhookUrl: string | undefined;
	/** How often its status was read, its results refused, and its results read after the end. */
	looks = 0;
	refusals = 0;
	reads = 0;
	/** Set by the first fetch of the results after the end. */
	settlement?: Settlement;
	private readonly startedAt = performance.now();
	private readonly itemsPerMs: number;
	private readonly offset: number;
	private readonly step: number;
	private failsAfter: number;
	private readonly tallied: Tally = { items: 0, found: 0, used: 0, outcomes: {} };
	private counting: Promise<unknown> = Promise.resolve();

	constructor(private readonly options: BatchJobOptions) {
		const { id, batch, rows, random } = options;
		this.id = id;
		this.batch = batch;
		this.size = rows.length;
		this.key = options.key;
		this.webhookUrl = options.webhookUrl;
		this.itemsPerMs = options.itemsPerSecond / 1000;
		this.failsAfter = options.failsAfter ?? Infinity;
		this.offset = 1 + Math.floor(random.roll('offset', id) * (this.size - 1));
		this.step = Math.floor(this.size * (0.3 + 0.4 * random.roll('step', id)));
		while (divisor(this.step, this.size) > 1) this.step++;
	}

	get processed(): number {
		const begun = Math.floor((performance.now() - this.startedAt) * this.itemsPerMs) || 0;
		return Math.min(this.size, this.failsAfter, Math.max(0, begun - QUEUED_ITEMS));
	}

	get status(): BatchStatus {
		const { processed } = this;
		if (processed === this.size) return 'completed';
		if (processed === this.failsAfter) return 'failed';
		return processed === 0 ? 'queued' : 'processing';
	}

	get hasEnded(): boolean {
		return this.status === 'completed' || this.status === 'failed';
	}

	/** When so many items are processed, as `performance.now()` counts; past the failure: never. */
	processedAt(items: number): number {
		if (items > this.failsAfter) return Infinity;
		return this.startedAt + (items + QUEUED_ITEMS) / this.itemsPerMs;
	}

	/** Ends the job as failed, at once or after so many items; false: it has ended already. */
	fail(afterItems = 0): boolean {
		if (this.hasEnded) return false;
		this.failsAfter = Math.max(afterItems, this.processed);
		return true;
	}

	/** The item that is processed at this place of the batch's own order, and its answer. */
	at(place: number): Answered & { row: Data } {
		const row = this.options.rows.at((this.offset + place * this.step) % this.size);
		return { row, ...this.options.answer(row) };
	}

	/** Counts how the processed items came out, or what was counted already if that is more. */
	tally(items: number): Promise<Tally> {
		const counted = this.counting.then(() => this.count(items));
		this.counting = counted;
		return counted;
	}

	private async count(items: number): Promise<Tally> {
		const { tallied } = this;
		while (tallied.items < items) {
			const until = performance.now() + SLICE_MS;
			while (tallied.items < items && performance.now() < until) {
				const { row, data, found, credits } = this.at(tallied.items++);
				const outcome = String(data.result ?? (found ? 'found' : 'not_found'));
				tallied.outcomes[outcome] = (tallied.outcomes[outcome] ?? 0) + 1;
				tallied.found += Number(found);
				tallied.used += credits;
				if (credits > 0) this.options.onPaid(row);
			}
			await nextTurn();
		}
		return { ...tallied, outcomes: { ...tallied.outcomes } };
	}
}

/** The greatest common one: a step that has only 1 in common with the size visits every item. */
const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
