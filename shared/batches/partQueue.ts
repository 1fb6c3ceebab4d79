import type { Batch } from '../contract/batch';
import type { Lookup } from '../rows/lookup';

/** So many times dearer than documented a row may turn out, until a charge has been reported. */
const CAUTION = 10;

/**
 * Lookups on their way into batches, at most `batch.maxRows` at once and never more than the
 * spending limit and the balance allow. With a limit, a small batch goes first where a dearer price
 * than the documented one would exceed it.
 */
export class PartQueue {
	/** They went out together before, and do so again. */
	private readonly together: Lookup[][] = [];
	private readonly waiting: Lookup[][] = [];
	private spentSoFar = 0;
	private price: number;
	private isPriceSeen = false;
	/** Credits that the balance allows for all parts together. */
	private covered = Infinity;

	constructor(
		private readonly batch: Batch,
		private readonly maxCredits = Infinity,
		private planned: readonly Lookup[][] = [],
	) {
		this.price = batch.submit.price?.credits ?? 0;
	}

	add(lookups: readonly Lookup[]): void {
		const rest = new Set(lookups);
		const isWithin = (part: readonly Lookup[]) => part.every((lookup) => rest.has(lookup));
		this.planned = this.planned.filter((part) => {
			if (!isWithin(part)) return true;
			this.together.push([...part]);
			for (const lookup of part) rest.delete(lookup);
			return false;
		});
		this.waiting.unshift([...rest]);
	}

	/** The next ones to submit together; undefined: there are none, or none that can be afforded. */
	next(): Lookup[] | undefined {
		const known = this.together.shift();
		if (known) return known;
		while (this.waiting[0]?.length === 0) this.waiting.shift();
		const count = Math.min(this.batch.maxRows, this.cautious());
		// Put so that a limit that is no number lets nothing through.
		return count >= 1 ? this.waiting[0]?.splice(0, count) : undefined;
	}

	/** Those that are in no part. */
	rest(): Lookup[] {
		return this.waiting.flat();
	}

	/** Rows that can be sent at once, as far as the credits go; undefined: all. */
	get enoughFor(): number | undefined {
		const count = this.affordable();
		return this.together.length > 0 || count >= this.open ? undefined : Math.max(0, count);
	}

	/** Rows that are in no part so far. */
	get open(): number {
		return [...this.together, ...this.waiting].reduce((sum, { length }) => sum + length, 0);
	}

	/** Credits of all parts, as reserved or as charged. */
	get spent(): number {
		return this.spentSoFar;
	}

	/** How many times dearer than documented a row has turned out. */
	get dearer(): number {
		const documented = this.batch.submit.price?.credits ?? 0;
		return documented === 0 ? 1 : this.price / documented;
	}

	/** @param credits What was set aside for so many rows; null: not reported. */
	reserved(rows: number, credits: number | null): void {
		this.spentSoFar += credits ?? rows * this.price;
		this.isPriceSeen = true;
		if (credits !== null) this.price = Math.max(this.price, credits / rows);
	}

	/** Of what was reserved, so much was not used. */
	refunded(credits: number): void {
		this.spentSoFar -= credits;
	}

	/** The account does not cover this part: it waits again, and goes out in smaller ones. */
	tooDear(part: readonly Lookup[], { creditsAvailable, creditsRequired }: Missing): void {
		this.waiting.unshift([...part]);
		if (creditsRequired !== undefined)
			this.price = Math.max(this.price, creditsRequired / part.length);
		const fewer = (part.length - 1) * this.price;
		this.covered = this.spentSoFar + Math.min(fewer, creditsAvailable ?? 0);
	}

	private affordable(): number {
		if (this.price === 0) return Infinity;
		return Math.floor((Math.min(this.maxCredits, this.covered) - this.spentSoFar) / this.price);
	}

	private cautious(): number {
		const affordable = this.affordable();
		if (this.isPriceSeen || this.maxCredits === Infinity) return affordable;
		const most = Math.floor((this.maxCredits - this.spentSoFar) / this.price);
		return Math.min(affordable, Math.ceil(most / CAUTION));
	}
}

/** As the refusal says; undefined: it does not. */
interface Missing {
	creditsAvailable?: number;
	creditsRequired?: number;
}
