import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { partlyRead, READ_AGAIN, readAllResults, toRowResult } from '../../shared/batches/results';
import type { Progress } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { outputFields } from '../../shared/contract/form';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { ErrorKind } from '../../shared/errors/errorTable';
import { type Callback, toRowOutcome, withFields } from '../../shared/triggers/callbacks';
import { kit } from '../Enrich/catalog';
import { clientOf } from '../shared/client';
import { counted } from '../shared/items';
import { type FileFormat, ResultFile } from '../shared/resultFile';
import { n8nClock } from '../shared/transport';
import { toItem, type WebhookResponse } from '../shared/webhookResponse';

/** The item of a batch that has ended. What its callback alone says stands apart. */
export function batchItem(
	{ event, job, batchId, fields }: Callback,
	progress?: Progress,
): INodeExecutionData {
	const { status, totalItems, ...reported } = fields;
	return toItem({
		...{ event, product: job.product, batchId },
		status: progress?.status ?? status ?? 'completed',
		totalItems: (progress ? progress.total : (totalItems ?? reported.followerCount)) ?? null,
		isVerified: progress !== undefined,
		receivedAt: new Date().toISOString(),
		reported,
	});
}

export interface EndedBatch {
	context: IWebhookFunctions;
	response: WebhookResponse;
	callback: Callback;
	/** As verified; undefined: it was not. */
	progress?: Progress;
	/** The item of the batch itself. */
	item: INodeExecutionData;
}

/** Takes a batch's results, page by page. */
interface Collector {
	add(page: Data[]): void;
	/** The items that the workflow gets. */
	end(): Promise<INodeExecutionData[]>;
	/** They are read anew: what was taken is worth nothing. */
	abandon(): void;
}

/** What 'Results' offers, besides none. */
const RESULT_OUTPUTS: Record<string, (batch: EndedBatch) => Collector> = {
	items: itemPerResult,
	csv: fileOf('csv'),
	jsonl: fileOf('jsonl'),
};

export const isResultOutput = (name: string): boolean => Object.hasOwn(RESULT_OUTPUTS, name);

function itemPerResult({ callback, item }: EndedBatch): Collector {
	const { event, job, batchId } = callback;
	const { product } = job;
	const { isVerified, receivedAt } = item.json;
	const items: INodeExecutionData[] = [];
	return {
		add(page) {
			for (const result of page) {
				const outcome = toRowOutcome(job.outcome(result));
				const always = { event, product, batchId, ...outcome, isVerified, receivedAt };
				items.push(toItem(withFields(always, result)));
			}
		},
		end: () => Promise.resolve(items),
		abandon() {},
	};
}

/** The batch's own item with all results in one file, written page by page. */
function fileOf(format: FileFormat): (batch: EndedBatch) => Collector {
	return ({ context, callback: { job, batchId }, item }) => {
		const fileName = `${job.product}-${batchId}.${format}`;
		const columns = [...outputFields(job.results).map(({ key }) => key), 'outcome', 'reason'];
		const file = new ResultFile(context, format, fileName, columns);
		let results = 0;
		return {
			add(page) {
				for (const result of page) file.write({ ...result, ...toRowOutcome(job.outcome(result)) });
				results += page.length;
			},
			async end() {
				const data = await file.end();
				return [{ json: { ...item.json, results, fileName }, binary: { data } }];
			},
			abandon: () => file.abandon(),
		};
	};
}

/** So long a caller may wait for the first results. */
const PATIENCE_MS = 5_000;
/** Results may lag behind the end; when they are read again, in milliseconds since the time before. */
const READS_AGAIN_MS = [2_000, 5_000, 10_000, 20_000, 30_000];
/** What the API may answer for results that are not there yet. */
const NOT_YET: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['notFound', 'conflict', 'badInput']);

/** What came of reading all results once. */
interface Reading {
	collector: Collector;
	count: number;
	/** Nothing could be read. */
	failure?: Error;
	/** Part of it could not. */
	missing?: string;
	/** Why nothing, or not all of it. */
	problem?: unknown;
}

/**
 * Reads the results of a batch. The first page is read before the caller is answered, as one that is
 * answered "not now" can call again; for the others, and for results that lag behind, it does not
 * wait. Undefined: there was no page.
 */
export async function resultItems(
	output: string,
	batch: EndedBatch,
): Promise<INodeExecutionData[] | undefined> {
	const { context, response, callback, item } = batch;
	const { job, batchId } = callback;
	const client = await clientOf(context, kit);
	// A list that was ended early has fewer.
	const { status, totalItems } = item.json;
	const total = status === 'completed' && totalItems !== null ? Number(totalItems) : undefined;
	const readOnce = async (onFirst?: (page: Data[] | Error) => void): Promise<Reading> => {
		const collector = (RESULT_OUTPUTS[output] as (batch: EndedBatch) => Collector)(batch);
		const take = (results: Data[]) => {
			const page = results.map((result) => toRowResult(job, batchId, result).data ?? {});
			onFirst?.(page);
			collector.add(page);
		};
		try {
			const all = await readAllResults(job, batchId, client, take);
			onFirst?.([]);
			return { collector, count: all.count, missing: partlyRead(all), problem: all.problem };
		} catch (thrown) {
			const failure = thrown as Error;
			onFirst?.(failure);
			return { collector, count: 0, failure, problem: failure };
		}
	};

	let onFirst: (page: Data[] | Error) => void = () => {};
	const first = new Promise<Data[] | Error>((resolve) => (onFirst = resolve));
	const whole = readOnce(onFirst);
	const early = await Promise.race([first, n8nClock.sleep(PATIENCE_MS)]);
	if (early instanceof Error && !isNotYet(early)) {
		(await whole).collector.abandon();
		return undefined;
	}
	if (!Array.isArray(early) || early.length !== total) response.answer(200, 'Taken');

	let reading = await whole;
	for (const waitMs of READS_AGAIN_MS) {
		const { problem, count } = reading;
		const isAll = count > 0 ? count >= (total ?? 0) : total === 0;
		if (problem ? !isNotYet(problem) : isAll) break;
		await n8nClock.sleep(waitMs);
		const next = await readOnce();
		const isWorse = next.count < reading.count;
		(isWorse ? next : reading).collector.abandon();
		if (!isWorse) reading = next;
	}
	const { collector, count, failure, missing } = reading;
	const items = await collector.end();
	const late = Math.max(0, (total ?? 0) - count);
	const reason = failure
		? `The results could not be read: ${failure.message}`
		: (missing ??
			(late > 0 &&
				`Of ${counted(total ?? 0)} results, ${counted(late)} had not come a minute after the end`));
	// It was answered, so nobody calls again: the workflow has to hear of it.
	if (reason) {
		context.logger.warn(`Batch ${batchId}: ${reason}`);
		items.push(toItem({ ...item.json, outcome: 'failed', reason, nextStep: READ_AGAIN }));
	}
	if (items.length > 0) return items;
	return [toItem({ ...item.json, outcome: 'notFound', reason: 'The batch brought no results' })];
}

const isNotYet = (thrown: unknown): boolean =>
	thrown instanceof ConnectorError && NOT_YET.has(thrown.kind);
