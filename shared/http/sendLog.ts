/** When calls left: as many as are needed to say how many did within the last minutes. */
export class SendLog {
	/** Calls sent so far; also the number of the last one. */
	count = 0;
	lastAt = -Infinity;
	private times: number[] = [];

	constructor(private readonly keptMs: number) {}

	add(now: number): void {
		this.count += 1;
		this.lastAt = now;
		this.times.push(now);
		// Cut seldom, as cutting copies.
		const first = this.indexAfter(now - this.keptMs);
		if (first > 1000 && first > this.times.length / 2) this.times = this.times.slice(first);
	}

	/** The call that had its turn then was not sent after all. */
	undo(time: number): void {
		if (this.lastAt !== time) return;
		this.times.pop();
		this.lastAt = this.times.at(-1) ?? -Infinity;
	}

	/** Calls sent after `from`, up to and including `until`. */
	between(from: number, until: number): number {
		return Math.max(0, this.indexAfter(until) - this.indexAfter(from));
	}

	/** When the first call after that time was sent; Infinity: none was. */
	firstAfter(time: number): number {
		return this.times[this.indexAfter(time)] ?? Infinity;
	}

	/** When the n-th last call was sent, from 1. */
	last(n: number): number | undefined {
		return this.times[this.times.length - n];
	}

	/** Milliseconds until a call keeps to so many a second, which may be a fraction. */
	paceWaitMs(perSecond: number, now: number): number {
		if (perSecond === Infinity) return 0;
		const calls = Math.max(1, Math.floor(perSecond));
		return (this.last(calls) ?? -Infinity) + (1000 * calls) / perSecond - now;
	}

	private indexAfter(time: number): number {
		let low = 0;
		let high = this.times.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.times[middle] as number) <= time) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
