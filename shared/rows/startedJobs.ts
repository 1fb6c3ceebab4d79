/** What rows have started: looked at until it has ended, then read. */
import { describe, NOT_SEEN, POLLING } from '../batches/progress';
import { partlyRead, READ_AGAIN, readAllResults } from '../batches/results';
import type { Progress } from '../contract/batch';
import type { Data } from '../contract/data';
import type { FollowUp } from '../contract/followUp';
import { withDerived } from '../contract/operation';
import type { Receipt } from '../contract/provider';
import { type ConnectorError, toConnectorError } from '../errors/ConnectorError';
import { isTransient } from '../errors/errorTable';
import type { Client } from '../http/client';
import type { RowResult } from './result';

interface Started {
	id: string;
	progress: Progress;
	/** The answer that says how far it is. */
	status?: Data;
	/** Nothing more can be learned of it. */
	error?: ConnectorError;
}

/** What was read of it, for all rows that started the same. */
type Read = Pick<RowResult, 'reason' | 'data' | 'entries' | 'error'> & { receipt?: Receipt };

export class StartedJobs {
	private readonly byId = new Map<string, Started>();
	private readonly since: number;

	/** @param rows what became of the rows that started them. */
	constructor(
		private readonly followUp: FollowUp,
		private readonly rows: readonly RowResult[],
		private readonly client: Client,
	) {
		this.since = client.now();
		for (const row of rows) {
			const id = this.idOf(row);
			if (id === undefined) continue;
			this.byId.set(id, { id, progress: { state: 'running', status: NOT_SEEN } });
		}
	}

	/**
	 * Looks at all that have not ended; free. What may pass does not end the waiting.
	 * @returns whether all have ended.
	 */
	async look(): Promise<boolean> {
		for (const job of this.byId.values()) if (isOpen(job)) await this.lookAt(job);
		return ![...this.byId.values()].some(isOpen);
	}

	/** Reads what has ended; free. Every row that started nothing stays as it is. */
	async read(): Promise<RowResult[]> {
		const read = new Map<string, Read>();
		for (const job of this.byId.values()) read.set(job.id, await this.readOne(job));
		return this.rows.map((row) => {
			const id = this.idOf(row);
			const found = id === undefined ? undefined : read.get(id);
			return found ? toResult(row, id as string, found) : row;
		});
	}

	private idOf({ outcome, data }: RowResult): string | undefined {
		return outcome === 'found' && data ? this.followUp.idOf(data) : undefined;
	}

	private async lookAt(job: Started): Promise<void> {
		const { status, idName, toProgress } = this.followUp;
		try {
			const { data } = await this.client.call(status, { [idName]: job.id });
			job.status = data;
			job.progress = toProgress(data);
		} catch (thrown) {
			const error = toConnectorError(thrown);
			const isNew = this.client.now() - this.since < POLLING.appearsWithinMs;
			if (isTransient(error.kind) || (isNew && error.kind === 'notFound')) return;
			job.error = this.client.error(
				error.kind === 'cancelled'
					? { kind: 'cancelled', batchId: job.id }
					: { kind: 'startedUnread', batchId: job.id, detail: error.message },
			);
		}
	}

	private async readOne({ id, progress, status = {}, error }: Started): Promise<Read> {
		const { client, followUp } = this;
		const failed = (error: ConnectorError) => ({ reason: error.message, error });
		if (error) return failed(error);
		if (progress.state === 'running') {
			const detail = describe(progress);
			return failed(client.error({ kind: 'startedLate', batchId: id, detail }));
		}
		if (progress.state === 'failed') {
			const detail = followUp.failureOf?.(status);
			return failed(client.error({ kind: 'startedFailed', batchId: id, detail }));
		}
		const { reason } = followUp.status.outcome(status);
		const { results, idName } = followUp;
		if (!results) return { reason, data: withDerived(followUp.status, status) };
		try {
			if (!results.paging) {
				const { data, receipt } = await client.call(results, { [idName]: id });
				return { reason, data: withDerived(results, data), receipt };
			}
			const entries: Data[] = [];
			const job = { results, idName, totalOf: followUp.totalOf };
			const all = await readAllResults(job, id, client, (page) => {
				for (const entry of page) entries.push(withDerived(results, entry));
			});
			const missing = partlyRead(all);
			return {
				reason: missing ? `${reason}. ${missing}. ${READ_AGAIN}` : reason,
				...(missing && { error: all.problem }),
				...{ data: {}, entries, receipt: all.receipt },
			};
		} catch (thrown) {
			const { message: detail } = toConnectorError(thrown);
			return failed(client.error({ kind: 'startedUnread', batchId: id, detail }));
		}
	}
}

const isOpen = ({ progress, error }: Started) => progress.state === 'running' && !error;

/** What it costs is settled when it is read; the row that started it bears it. */
function toResult(row: RowResult, id: string, { receipt, error, ...read }: Read): RowResult {
	const creditsUsed =
		row.sameAs !== undefined ? row.creditsUsed : (receipt?.creditsUsed ?? row.creditsUsed);
	const isAnswered = error === undefined || read.entries !== undefined;
	return {
		...row,
		...read,
		...(!isAnswered && { outcome: 'failed' as const }),
		...(error && { error }),
		...((error !== undefined || creditsUsed !== null) && { batchId: id }),
		creditsUsed,
		creditsRemaining: receipt?.creditsRemaining ?? row.creditsRemaining,
	};
}
