import type { Batch } from '../contract/batch';
import type { IdempotencyStore } from '../rows/idempotency';
import type { Lookup } from '../rows/lookup';
import { fingerprint, type SubmitOptions } from './startBatch';

/** From (included) and to (not included), again and again. */
type Ranges = number[];

/**
 * Which rows of a run went out together in batches. Whoever runs the same rows again sends them
 * together again, and so finds their batches, though limits and balance may be others by then.
 */
export class BatchPlan {
	private constructor(
		private readonly key: string,
		private readonly lookups: readonly Lookup[],
		private readonly known: SubmitOptions['known'],
		private readonly store: IdempotencyStore,
		private planned: Ranges[],
		private readonly now: () => number,
	) {}

	/** @param reusedSince Plans of other runs count when they are newer. */
	static async load(
		batch: Batch,
		lookups: readonly Lookup[],
		{ client, store, known }: Pick<SubmitOptions, 'client' | 'store' | 'known'>,
		reusedSince: number,
	): Promise<BatchPlan> {
		const key = `plan ${fingerprint(batch, lookups)}`;
		const before = await store.get(key);
		const own = before?.state === 'answered' ? before.answer.data.planned : undefined;
		const planned = (own as Ranges[] | undefined) ?? known?.planOf(key, reusedSince) ?? [];
		return new BatchPlan(key, lookups, known, store, planned, () => client.now());
	}

	get parts(): Lookup[][] {
		return this.planned.map((ranges) => {
			const part: Lookup[] = [];
			for (let i = 0; i < ranges.length; i += 2)
				part.push(...this.lookups.slice(ranges[i], ranges[i + 1]));
			return part;
		});
	}

	/** Before they are submitted, so that a run which dies half way is understood. */
	async add(part: readonly Lookup[]): Promise<void> {
		const ranges = this.rangesOf(part);
		if (this.planned.some((other) => isSame(other, ranges))) return;
		await this.set([...this.planned, ranges]);
	}

	/** They were not submitted after all. */
	async remove(part: readonly Lookup[]): Promise<void> {
		const ranges = this.rangesOf(part);
		await this.set(this.planned.filter((other) => !isSame(other, ranges)));
	}

	private async set(planned: Ranges[]): Promise<void> {
		this.planned = planned;
		this.known?.plan(this.key, planned, this.now());
		const receipt = { creditsUsed: 0, creditsRemaining: null };
		await this.store.set(this.key, { state: 'answered', answer: { data: { planned }, receipt } });
	}

	private rangesOf(part: readonly Lookup[]): Ranges {
		const within = new Set(part);
		const ranges: Ranges = [];
		let wasIn = false;
		for (let i = 0; i <= this.lookups.length; i++) {
			const isIn = i < this.lookups.length && within.has(this.lookups[i] as Lookup);
			if (isIn !== wasIn) ranges.push(i);
			wasIn = isIn;
		}
		return ranges;
	}
}

const isSame = (a: Ranges, b: Ranges): boolean =>
	a.length === b.length && a.every((position, i) => position === b[i]);
