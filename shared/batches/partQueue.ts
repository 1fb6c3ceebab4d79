import type { Batch } from '../contract/batch';
import type { Lookup } from '../rows/lookup';

/** So many times dearer than documented a row may turn out, until a charge has been reported. */
const CAUTION = 10;

/**
 * Lookups on their way into batches, at most `batch.maxRows` at once and never more than the
 * spending limit allows. With a limit, a small batch goes first where a dearer price than the
 * documented one would exceed it.
 */
export class PartQueue {
	private readonly waiting: Lookup[][];
	private spent = 0;
	private price: number;
	private isPriceSeen = false;

	constructor(
		private readonly batch: Batch,
		lookups: readonly Lookup[],
		private readonly maxCredits = Infinity,
	) {
		this.waiting = [[...lookups]];
		this.price = batch.submit.price?.credits ?? 0;
	}

	add(lookups: readonly Lookup[]): void {
		this.waiting.unshift([...lookups]);
	}

	/** The next ones to submit together; undefined: there are none, or none that can be afforded. */
	next(): Lookup[] | undefined {
		while (this.waiting[0]?.length === 0) this.waiting.shift();
		const count = Math.min(this.batch.maxRows, this.affordable());
		// Put so that a limit that is no number lets nothing through.
		return count >= 1 ? this.waiting[0]?.splice(0, count) : undefined;
	}

	/** Those that the spending limit leaves out. */
	rest(): Lookup[] {
		return this.waiting.flat();
	}

	/** @param credits What was set aside for so many rows; null: not reported. */
	reserved(rows: number, credits: number | null): void {
		this.spent += credits ?? rows * this.price;
		this.isPriceSeen = true;
		if (credits !== null) this.price = Math.max(this.price, credits / rows);
	}

	/** Of what was reserved, so much was not used. */
	refunded(credits: number): void {
		this.spent -= credits;
	}

	private affordable(): number {
		if (this.maxCredits === Infinity || this.price === 0) return Infinity;
		const affordable = Math.floor((this.maxCredits - this.spent) / this.price);
		return this.isPriceSeen ? affordable : Math.min(affordable, Math.ceil(affordable / CAUTION));
	}
}
