import QuickLRU from 'quick-lru';

/** Enough for what a process meets in days. */
const MAX_STORED = 10_000;

/**
 * What has been learned of the batches of one account: whose rows they hold. It spares asking the
 * API again; nothing depends on it but that.
 */
export class KnownBatches {
	/** The fingerprint of the rows, by batch ID. */
	private readonly owners = new QuickLRU<string, string>({ maxSize: MAX_STORED });
	/** Batches that were read and hold other rows than those of a fingerprint. */
	private readonly others = new QuickLRU<string, true>({ maxSize: MAX_STORED });
	private readonly turns = new Map<string, Promise<unknown>>();

	/** Whether a batch may hold the rows of this fingerprint. */
	mayHold(batchId: string, rows: string): boolean {
		return (this.owners.get(batchId) ?? rows) === rows && !this.others.has(`${batchId} ${rows}`);
	}

	holds(batchId: string, rows: string): void {
		this.owners.set(batchId, rows);
	}

	holdsOthersThan(batchId: string, rows: string): void {
		this.others.set(`${batchId} ${rows}`, true);
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
