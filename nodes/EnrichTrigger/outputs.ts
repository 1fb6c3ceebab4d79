import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { resultPages, toRowResult } from '../../shared/batches/results';
import type { Job, Progress } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { outputFields } from '../../shared/contract/form';
import type { Client } from '../../shared/http/client';
import { type Callback, toRowOutcome, withFields } from '../../shared/triggers/callbacks';
import { kit } from '../Enrich/catalog';
import { clientOf } from '../shared/client';
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

/** Makes items of a batch's results. The pages never throw: they end early. */
type ResultOutput = (
	batch: EndedBatch,
	pages: AsyncIterable<Data[]>,
) => Promise<INodeExecutionData[]>;

/** What 'Results' offers, besides none. */
const RESULT_OUTPUTS: Record<string, ResultOutput> = {
	items: itemPerResult,
	csv: fileOf('csv'),
	jsonl: fileOf('jsonl'),
};

export const isResultOutput = (name: string): boolean => Object.hasOwn(RESULT_OUTPUTS, name);

async function itemPerResult({ callback, item }: EndedBatch, pages: AsyncIterable<Data[]>) {
	const { event, job, batchId } = callback;
	const { product } = job;
	const { isVerified, receivedAt } = item.json;
	const items: INodeExecutionData[] = [];
	for await (const page of pages)
		for (const result of page) {
			const outcome = toRowOutcome(job.outcome(result));
			const always = { event, product, batchId, ...outcome, isVerified, receivedAt };
			items.push(toItem(withFields(always, result)));
		}
	return items;
}

/** The batch's own item with all results in one file, written page by page. */
function fileOf(format: FileFormat): ResultOutput {
	return async ({ context, callback: { job, batchId }, item }, pages) => {
		const fileName = `${job.product}-${batchId}.${format}`;
		const columns = [...outputFields(job.results).map(({ key }) => key), 'outcome', 'reason'];
		const file = new ResultFile(context, format, fileName, columns);
		let results = 0;
		for await (const page of pages) {
			for (const result of page) file.write({ ...result, ...toRowOutcome(job.outcome(result)) });
			results += page.length;
		}
		const data = await file.end();
		return [{ json: { ...item.json, results, fileName }, binary: { data } }];
	};
}

/** The results of a job, as they stand in items. */
async function* pagesOf(job: Job, batchId: string, client: Client): AsyncGenerator<Data[]> {
	for await (const { results } of resultPages(job, batchId, client))
		yield results.map((result) => toRowResult(job, batchId, result).data ?? {});
}

/** So long a caller may wait for the first results. */
const PATIENCE_MS = 5_000;

/**
 * Reads the results of a batch. The first page is read before the caller is answered, as one that is
 * answered "not now" can call again; for the others it does not wait. Undefined: there was no page.
 */
export async function resultItems(
	output: string,
	batch: EndedBatch,
): Promise<INodeExecutionData[] | undefined> {
	const { context, response, callback, progress, item } = batch;
	const client = await clientOf(context, kit);
	const pages = pagesOf(callback.job, callback.batchId, client);
	const first = pages.next();
	const read = first.then(
		({ value }) => (Array.isArray(value) ? value.length : 0),
		() => 'failed' as const,
	);
	const early = await Promise.race([read, n8nClock.sleep(PATIENCE_MS)]);
	if (early === 'failed') return undefined;
	if (early === undefined || early !== progress?.total) response.answer(200, 'Taken');

	let count = 0;
	let failure: Data | undefined;
	async function* untilFailure() {
		try {
			for (let page = await first; page.done !== true; page = await pages.next()) {
				yield page.value;
				count += page.value.length;
			}
		} catch (thrown) {
			failure = toFailure(thrown as Error, count);
			context.logger.warn(String(failure.reason));
		}
	}
	const items = await (RESULT_OUTPUTS[output] as ResultOutput)(batch, untilFailure());
	// It was answered, so nobody calls again: the workflow has to hear of it.
	if (failure) items.push(toItem({ ...item.json, ...failure }));
	if (items.length > 0) return items;
	return [toItem({ ...item.json, outcome: 'notFound', reason: 'The batch brought no results' })];
}

const toFailure = (thrown: Error, count: number): Data => ({
	outcome: 'failed',
	reason: `Only the first ${count.toLocaleString('en-US')} results could be read: ${thrown.message}`,
	nextStep: 'Read the results again with the ID of the batch; that is free.',
});
