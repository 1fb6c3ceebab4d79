import type { Clock } from '../shared/http/transport';

interface Sleeper {
	at: number;
	wake: () => void;
}

/**
 * Virtual time: whenever nothing else is left to do, the earliest sleeper wakes and the clock
 * stands at its hour. Nothing ever really waits, and the order is always the same.
 */
export class FakeClock implements Clock {
	private time = 1_800_000_000_000;
	private sleepers: Sleeper[] = [];
	private isPumping = false;
	readonly slept: number[] = [];

	constructor(readonly random: () => number = () => 0.5) {}

	now = () => this.time;

	sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
		this.slept.push(ms);
		return this.rest(ms, signal);
	};

	/** Sleeps without a note of it: the fakes' own waiting. */
	rest(ms: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) return Promise.resolve();
		return new Promise((resolve) => {
			const sleeper: Sleeper = { at: this.time + Math.max(0, ms), wake: resolve };
			let place = this.sleepers.length;
			while (place > 0 && (this.sleepers[place - 1] as Sleeper).at > sleeper.at) place--;
			this.sleepers.splice(place, 0, sleeper);
			signal?.addEventListener(
				'abort',
				() => {
					this.sleepers = this.sleepers.filter((other) => other !== sleeper);
					resolve();
				},
				{ once: true },
			);
			this.pump();
		});
	}

	/** Moves the clock by hand, as if nothing had happened meanwhile. */
	advance(ms: number): void {
		this.time += ms;
	}

	/** Carries out `work` at an hour of virtual time. */
	at(ms: number, work: () => void): void {
		void this.rest(ms - this.time).then(work);
	}

	private pump(): void {
		if (this.isPumping) return;
		this.isPumping = true;
		// Promises that are settled already come first.
		setImmediate(() => {
			this.isPumping = false;
			const next = this.sleepers.shift();
			if (!next) return;
			this.time = Math.max(this.time, next.at);
			next.wake();
			if (this.sleepers.length > 0) this.pump();
		});
	}
}

/** Numbers from 0 to 1, the same in every run. */
export function seededRandom(seed = 1): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
