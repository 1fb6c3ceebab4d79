import QuickLRU from 'quick-lru';

/** Enough for what a process meets in days. */
const MAX_STORED = 10_000;
const MAX_STARTS = 5;

/** A submit of this process. */
export interface Start {
	/** Undefined: no answer came, so that nobody knows whether a batch runs. */
	batchId?: string;
	/** Milliseconds since the epoch. */
	at: number;
	/** Credits set aside; null: not reported. */
	creditsReserved: number | null;
}

/**
 * What a process knows of the batches of one account: which rows it has submitted, and whose rows
 * other batches hold. The wallet may lag behind; this does not.
 */
export class KnownBatches {
	/** Newest first, by the fingerprint of their rows. */
	private readonly starts = new QuickLRU<string, Start[]>({ maxSize: MAX_STORED });
	/** The fingerprint of the rows, by batch ID. */
	private readonly owners = new QuickLRU<string, string>({ maxSize: MAX_STORED });
	/** Batches that were read and hold other rows than those of a fingerprint. */
	private readonly others = new QuickLRU<string, true>({ maxSize: MAX_STORED });
	/** Batches that the API has shown: they can be read from then on. */
	private readonly shown = new QuickLRU<string, true>({ maxSize: MAX_STORED });
	/** How the rows of a list were divided into batches, and when. */
	private readonly plans = new QuickLRU<string, { planned: number[][]; at: number }>({
		maxSize: MAX_STORED,
	});
	private readonly turns = new Map<string, Promise<unknown>>();

	/** @param others `otherPairs` of an earlier process. */
	constructor(others: Iterable<string> = []) {
		for (const pair of others) this.others.set(pair, true);
	}

	/** Which batches hold other rows than those of a fingerprint, as texts for a later process. */
	get otherPairs(): string[] {
		return [...this.others.keys()];
	}

	/** The newest submit of these rows since then that did not lead to one of these batches. */
	startOf(rows: string, since: number, except?: ReadonlySet<string>): Start | undefined {
		return this.starts
			.get(rows)
			?.find(({ at, batchId }) => at >= since && !(batchId && except?.has(batchId)));
	}

	/** A submit is under way; until its answer is there it is unclear. */
	sent(rows: string, at: number): void {
		this.put(rows, { at, creditsReserved: null });
	}

	/** The submit of that time was turned away. */
	refused(rows: string, sentAt: number): void {
		const left = (this.starts.get(rows) ?? []).filter(
			({ at, batchId }) => batchId || at !== sentAt,
		);
		this.starts.set(rows, left);
	}

	/** These rows are in this batch, whoever has started it; what was unclear before is settled. */
	holds(rows: string, start: Start & { batchId: string }): void {
		const known = this.starts.get(rows) ?? [];
		this.starts.set(
			rows,
			known.filter(({ batchId }) => batchId !== undefined && batchId !== start.batchId),
		);
		this.put(rows, start);
		this.owners.set(start.batchId, rows);
	}

	wasRead(batchId: string): void {
		this.shown.set(batchId, true);
	}

	hasBeenRead(batchId: string): boolean {
		return this.shown.has(batchId);
	}

	/** The API does not know a batch any more. */
	forget(rows: string, batchId: string): void {
		const left = this.starts.get(rows) ?? [];
		this.starts.set(
			rows,
			left.filter((start) => start.batchId !== batchId),
		);
		this.owners.delete(batchId);
	}

	/** Whether a batch may hold the rows of this fingerprint. */
	mayHold(batchId: string, rows: string): boolean {
		return (this.owners.get(batchId) ?? rows) === rows && !this.others.has(`${batchId} ${rows}`);
	}

	/** Whether this process has started a batch. */
	isKnown(batchId: string): boolean {
		return this.owners.has(batchId);
	}

	holdsOthersThan(batchId: string, rows: string): void {
		this.others.set(`${batchId} ${rows}`, true);
	}

	plan(key: string, planned: number[][], at: number): void {
		this.plans.set(key, { planned, at });
	}

	/** Undefined: there is none, or it is older. */
	planOf(key: string, since: number): number[][] | undefined {
		const plan = this.plans.get(key);
		return plan && plan.at >= since ? plan.planned : undefined;
	}

	private put(rows: string, start: Start): void {
		const starts = [start, ...(this.starts.get(rows) ?? [])];
		starts.sort((a, b) => b.at - a.at);
		this.starts.set(rows, starts.slice(0, MAX_STARTS));
	}

	/** Those who start the same rows at the same moment go one after the other. */
	async inTurn<T>(rows: string, work: () => Promise<T>): Promise<T> {
		const before = this.turns.get(rows);
		const turn = (async () => {
			await before?.catch(() => {});
			return await work();
		})();
		this.turns.set(rows, turn);
		try {
			return await turn;
		} finally {
			if (this.turns.get(rows) === turn) this.turns.delete(rows);
		}
	}
}
