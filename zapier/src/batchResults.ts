import { type Create, type CreatePerform, defineCreate, type ZObject } from 'zapier-platform-core';
import { describe, fetchProgress, POLLING, untilNextPoll } from '../../shared/batches/progress';
import { toRowResult } from '../../shared/batches/results';
import type { Batch, Progress } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import type { Receipt } from '../../shared/contract/provider';
import { toConnectorError } from '../../shared/errors/ConnectorError';
import { counted } from '../../shared/errors/wording';
import type { Client } from '../../shared/http/client';
import { entriesIn, pageInput } from '../../shared/http/paginate';
import { isBlank } from '../../shared/input/text';
import { numberSetting } from '../../shared/input/numberSetting';
import type { Paging } from '../../shared/contract/operation';
import type { RowResult } from '../../shared/rows/result';
import { resultFiles } from './batchFiles';
import { type BatchReference, batches, readReference, SAMPLE_ID, toText } from './batchReference';
import { composites } from './catalog';
import { withJitter } from './errors';
import { aboutFields, aboutRow, flatColumns, flatRecord, toField } from './outputs';
import { runStep } from './step';

/** Results may lag behind the end of a batch; so long after it they are read once more. */
const SETTLES_MS = 5_000;
const HOUR_MS = 3_600_000;
const WAIT = 'wait';
const GO_ON = 'go_on';

const LIMIT = { byDefault: 500, max: 1000 };
const GIVE_UP = { byDefault: 24, max: 720 };

/** What may stand in a result, of whichever product. */
const columns = flatColumns(batches.map(({ results }) => results));

const OUTPUT_FIELDS = [
	{ key: 'batch', label: 'Batch', type: 'string' as const },
	...aboutFields(['batchId', 'product', 'status', 'isComplete', 'progress']),
	{ key: 'items', label: 'Rows in the Batch', type: 'integer' as const },
	{ key: 'results_count', label: 'Results Here', type: 'integer' as const },
	{ key: 'found_count', label: 'Found Here', type: 'integer' as const },
	{ key: 'not_found_count', label: 'Not Found Here', type: 'integer' as const },
	{ key: 'next_page', label: 'Next Page', type: 'integer' as const },
	{
		key: 'results',
		label: 'Results',
		children: [...aboutFields(['outcome', 'reason']), ...columns.map(toField)],
	},
	{ key: 'results_file', label: 'Results File (CSV)', type: 'file' as const },
	{
		key: 'more_results_files',
		label: 'More Results Files',
		children: [
			{ key: 'part', label: 'Part', type: 'integer' as const },
			{ key: 'file', label: 'File', type: 'file' as const },
		],
	},
	...aboutFields(['creditsUsed', 'creditsRefunded', 'creditsLeft']),
];

interface Settings extends PageWanted {
	waits: boolean;
	giveUpAfterMs: number;
}

/** Which part of the results; pages count from 1. */
interface PageWanted {
	limit: number;
	page: number;
}

function settingsIn(inputData: Data): Settings {
	const read = (key: string, label: string, max: number, byDefault: number) => {
		const entered = inputData[key];
		return isBlank(entered)
			? byDefault
			: numberSetting(label, entered, { from: 1, to: max, isWhole: true });
	};
	return {
		waits: inputData.if_still_running !== GO_ON,
		giveUpAfterMs:
			HOUR_MS * read('give_up_after', 'Give Up After (Hours)', GIVE_UP.max, GIVE_UP.byDefault),
		limit: read('limit', 'Limit', LIMIT.max, LIMIT.byDefault),
		page: read('page', 'Page', 500_000, 1),
	};
}

const perform: CreatePerform<Data, Data> = (z, bundle) =>
	runStep(z, bundle, async (client) => {
		const settings = settingsIn(bundle.inputData);
		const reference = readReference(bundle.inputData.batch);
		const { batch, batchId } = reference;
		if (batchId === SAMPLE_ID) return sampleOf(z, batch);
		const progress = await progressOf(reference, client);
		if (progress.state !== 'running')
			return toOutput(
				z,
				reference,
				progress,
				await readPage(reference, progress, settings, client),
			);
		// The editor waits for 30 seconds only, and wants to see the fields.
		if (settings.waits && !bundle.meta?.isLoadingSample)
			throw stillRunning(z, reference, progress, settings, client.now());
		return toOutput(z, reference, progress, NOTHING_YET);
	});

/** A batch may be unknown for a moment after its start. */
async function progressOf(reference: BatchReference, client: Client): Promise<Progress> {
	const { batch, batchId, startedAt } = reference;
	try {
		return await fetchProgress(batch, batchId, client);
	} catch (thrown) {
		const isNew = client.now() - startedAt < POLLING.appearsWithinMs;
		if (toConnectorError(thrown).kind === 'notFound' && isNew)
			return { state: 'running', status: 'not seen yet' };
		throw thrown;
	}
}

/** Nothing is charged by waiting: Zapier runs the step again, which reads and never submits. */
function stillRunning(
	z: ZObject,
	{ batch, batchId, startedAt }: BatchReference,
	progress: Progress,
	{ giveUpAfterMs }: Settings,
	now: number,
): Error {
	const elapsedMs = Math.max(0, now - startedAt);
	const { percent, total } = progress;
	const rows = total === undefined ? '' : ` of ${counted(total, 'row')}`;
	const count = percent === undefined || total === undefined ? '' : `${doneOf(percent, total)}`;
	const state = count ? `${describe(progress)} (${count}${rows})` : describe(progress);
	if (elapsedMs >= giveUpAfterMs) {
		const text = toText({ batch, batchId, startedAt });
		return new z.errors.HaltedError(
			`The batch is still running after ${giveUpAfterMs / HOUR_MS} hours: ${state}. It goes on and nothing is lost: read it later with the batch ${text}.`,
		);
	}
	const seconds = Math.ceil(untilNextPoll(progress, elapsedMs) / 1000);
	return new z.errors.ThrottledError(
		`The batch is ${state}. Zapier looks again by itself; nothing is charged for that.`,
		withJitter(seconds),
	);
}

const doneOf = (percent: number, total: number) => Math.floor((percent * total) / 100);

interface ResultsPage {
	results: RowResult[];
	hasMore: boolean;
	page: number;
	receipt?: Receipt;
}

const NOTHING_YET: ResultsPage = { results: [], hasMore: false, page: 1 };

/** Reads part of the results of a batch; free. @throws ConnectorError */
export async function readPage(
	{ batch, batchId }: Pick<BatchReference, 'batch' | 'batchId'>,
	{ state, total }: Pick<Progress, 'state' | 'total'>,
	{ page, limit }: PageWanted,
	client: Client,
): Promise<ResultsPage> {
	const paging = batch.results.paging as Paging;
	const read = async () => {
		const input = pageInput(paging, { [batch.idName]: batchId }, page, limit);
		const { data, receipt } = await client.call(batch.results, input);
		const entries = entriesIn(paging, data);
		const count = entries.length;
		const before = (page - 1) * limit;
		const position = { data, page, pageSize: limit, read: before + count, count };
		const hasMore = paging.hasMore?.(position) === true;
		return {
			results: entries.map((entry) => toRowResult(batch, batchId, entry)),
			hasMore,
			page,
			receipt,
		};
	};
	const first = await read();
	const isLate = first.results.length === 0 && page === 1 && state === 'completed' && total !== 0;
	if (!isLate) return first;
	await client.sleep(SETTLES_MS);
	return await read();
}

function toOutput(
	z: ZObject,
	reference: BatchReference,
	{ state, status, percent, total }: Progress,
	{ results, hasMore, page, receipt }: ResultsPage,
): Data {
	const { batch, batchId } = reference;
	const isComplete = state !== 'running';
	const found = results.filter(({ outcome }) => outcome === 'found').length;
	const [file = null, ...others] = isComplete ? resultFiles(z, batch, batchId, total) : [];
	return {
		batch: toText(reference),
		batch_id: batchId,
		product: batch.title,
		status,
		is_complete: isComplete,
		progress: isComplete ? 100 : (percent ?? null),
		items: total ?? null,
		results_count: results.length,
		found_count: found,
		not_found_count: results.length - found,
		next_page: hasMore ? page + 1 : null,
		results: results.map(toLineItem),
		results_file: file,
		more_results_files: others.map((file, i) => ({ part: i + 2, file })),
		credits_used: receipt?.creditsUsed ?? null,
		credits_refunded: receipt?.creditsRefunded ?? null,
		credits_left: receipt?.creditsRemaining ?? null,
	};
}

const toLineItem = (result: RowResult): Data => ({
	...aboutRow(result, ['outcome', 'reason']),
	...flatRecord(columns, result.data),
});

const SAMPLE_RECEIPT = { creditsUsed: 10, creditsRefunded: 0, creditsRemaining: 24_990 };

/** What stands for the results of a start that was only tried out. */
function sampleOf(z: ZObject | undefined, batch: Batch): Data {
	const reference = {
		batch,
		batchId: SAMPLE_ID,
		startedAt: Date.parse('2026-06-03T14:20:00.000Z'),
	};
	const entry = batch.results.example.data.results as Data[] | undefined;
	const results = (entry ?? []).map((one) => toRowResult(batch, SAMPLE_ID, one));
	const page = { results, hasMore: false, page: 1, receipt: SAMPLE_RECEIPT };
	// Without items, so that no file is offered that nobody could read.
	const output = toOutput(z as ZObject, reference, { state: 'running', status: '' }, page);
	return { ...output, status: 'completed', is_complete: true, progress: 100, items: 1 };
}

export const getBatchResults: Create = (() => {
	const { key, noun, label, description } = composites.get_batch_results;
	const [first] = batches as [Batch];
	const { results, ...sample } = sampleOf(undefined, first);
	const filled = ([, value]: [string, unknown]) => value !== null;
	return defineCreate({
		key,
		noun,
		display: { label, description },
		operation: {
			inputFields: [
				{
					key: 'batch',
					label: 'Batch',
					type: 'string',
					required: true,
					dynamic: 'batch_list.id.name',
					helpText: "Map 'Batch' of the step that started it, or of Batch Completed.",
				},
				{
					key: 'if_still_running',
					label: 'If Still Running',
					type: 'string',
					required: false,
					choices: { [WAIT]: 'Wait until it has ended', [GO_ON]: 'Go on without results' },
					default: WAIT,
					helpText:
						'Waiting is free: the run rests, and the zap goes on by itself once the batch has ended.',
				},
				{
					key: 'give_up_after',
					label: 'Give Up After (Hours)',
					type: 'integer',
					required: false,
					default: String(GIVE_UP.byDefault),
					helpText: `How long after its start to wait for the batch, from 1 to ${GIVE_UP.max} hours.`,
				},
				{
					key: 'limit',
					label: 'Limit',
					type: 'integer',
					required: false,
					default: String(LIMIT.byDefault),
					helpText: `How many results to return as line items, from 1 to ${LIMIT.max}. The file holds all of them.`,
				},
				{
					key: 'page',
					label: 'Page',
					type: 'integer',
					required: false,
					default: '1',
					helpText: "Of a batch with more results than 'Limit', which part to return.",
				},
			],
			perform,
			outputFields: OUTPUT_FIELDS,
			sample: {
				...Object.fromEntries(Object.entries(sample).filter(filled)),
				results: (results as Data[]).map((one) =>
					Object.fromEntries(Object.entries(one).filter(filled)),
				),
			},
		},
	});
})();
