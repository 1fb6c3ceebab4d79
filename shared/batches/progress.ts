import type { Batch } from '../contract/batch';
import type { Client, Receipt } from '../http/client';
import { ConnectorError } from '../errors/ConnectorError';
import type { Data } from '../contract/operation';
import { BATCHES, MAY_PASS } from '../errors/errorTable';
import { toConnectorError } from '../rows/lookUpRows';

export interface Progress {
	state: 'running' | 'completed' | 'failed';
	/** As the API names it. */
	status: string;
	/** From 0 to 100; undefined: not told. */
	percent?: number;
	total?: number;
}

/** Reads how far a batch is; free. */
export async function progressOf(batch: Batch, batchId: string, client: Client): Promise<Progress> {
	const { data } = await client.call(batch.status, { [batch.idName]: batchId });
	const status = String(data.status ?? '').toLowerCase();
	const ended = /^(?:completed|done|partial|failed|cancell?ed)$/.test(status);
	const percent = numberOf(data.progress) ?? share100(data.processedItems, data.totalItems);
	return {
		state: !ended ? 'running' : /^(?:failed|cancell?ed)$/.test(status) ? 'failed' : 'completed',
		status,
		...(percent !== undefined && { percent }),
		...(numberOf(data.totalItems) !== undefined && { total: numberOf(data.totalItems) }),
	};
}

const numberOf = (value: unknown): number | undefined =>
	typeof value === 'number' ? value : undefined;
const share100 = (done: unknown, all: unknown) =>
	typeof done === 'number' && typeof all === 'number' && all > 0 ? (100 * done) / all : undefined;

/**
 * Looks at a batch until it has ended: soon at first, then as often as its progress suggests. What
 * may pass does not end the waiting.
 * @throws EnrichError of kind `stillRunning` when the time is over first; the batch goes on.
 */
export async function waitForBatch(
	batch: Batch,
	batchId: string,
	client: Client,
	mostMs: number,
	onProgress: (progress: Progress) => void = () => {},
): Promise<Progress> {
	const startedAt = client.now();
	let progress: Progress = { state: 'running', status: 'not seen yet' };
	for (;;) {
		const isNew = client.now() - startedAt < BATCHES.appearsWithinMs;
		progress = await look(batch, batchId, client, progress, isNew);
		onProgress(progress);
		if (progress.state !== 'running') return progress;
		const elapsedMs = client.now() - startedAt;
		if (elapsedMs >= mostMs) {
			const { percent, status } = progress;
			const detail = percent === undefined ? status : `${Math.floor(percent)}% done`;
			throw new ConnectorError({ kind: 'stillRunning', batchId, detail });
		}
		await client.sleep(Math.min(untilNextLook(progress, elapsedMs), mostMs - elapsedMs));
	}
}

/** Whatever keeps it from being seen, the batch goes on: the message says which one. */
async function look(
	batch: Batch,
	batchId: string,
	client: Client,
	before: Progress,
	isNew: boolean,
): Promise<Progress> {
	try {
		return await progressOf(batch, batchId, client);
	} catch (thrown) {
		const error = toConnectorError(thrown);
		if (MAY_PASS.has(error.kind) || (isNew && error.kind === 'notFound')) return before;
		if (error.kind === 'cancelled') throw new ConnectorError({ kind: 'cancelled', batchId });
		throw new ConnectorError({ kind: 'stillRunning', batchId, detail: error.message });
	}
}

/** Milliseconds; a part of the time that is left at the pace so far. */
export function untilNextLook({ percent = 0 }: Progress, elapsedMs: number): number {
	const leftMs = percent > 0 ? (elapsedMs * (100 - percent)) / percent : elapsedMs;
	return Math.min(
		BATCHES.longestLookMs,
		Math.max(BATCHES.firstLookMs, leftMs / BATCHES.looksToTheEnd),
	);
}

/** A page of results; the first one that is read of an ended batch settles it. */
export interface ResultPage {
	results: Data[];
	receipt: Receipt;
}

/** Streams all results of a batch; free, also when repeated. */
export async function* resultPages(
	batch: Batch,
	batchId: string,
	client: Client,
): AsyncGenerator<ResultPage> {
	for (let page = 1, read = 0; ; page++) {
		const limit = BATCHES.resultsPerPage;
		const { data, receipt } = await client.call(batch.results, {
			[batch.idName]: batchId,
			page,
			limit,
		});
		const results = Array.isArray(data.results) ? (data.results as Data[]) : [];
		read += results.length;
		yield { results, receipt };
		const total = numberOf(data.totalItems);
		// Neither a short page nor an empty one need be the last: misses may be left out of a page,
		// and the API may give fewer than were asked for.
		const isLast =
			total === undefined
				? results.length === 0
				: read >= total || (results.length === 0 && page * limit >= total);
		if (isLast) return;
	}
}
