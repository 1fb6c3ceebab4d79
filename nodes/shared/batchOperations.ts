import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	NodeOperationError,
} from 'n8n-workflow';
import { describe, fetchProgress, POLLING } from '../../shared/batches/progress';
import {
	partlyRead,
	READ_AGAIN,
	readAllResults,
	toRowResult,
	unread,
} from '../../shared/batches/results';
import type { Batch, Progress } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { ConnectorError, toConnectorError } from '../../shared/errors/ConnectorError';
import { isTransient } from '../../shared/errors/errorTable';
import { BATCH_FIELDS, GIVE_UP_HOURS } from './batchProperties';
import { clientOf, type NodeClient } from './client';
import { counted, type OutputMode, shownOf, toShown } from './items';
import type { NodeKit } from './kit';
import { toNodeError } from './nodeErrors';
import { numberParameter } from './parameters';
import { type FileFormat, ResultFile } from './resultFile';
import { waitForJobs } from './waitForJobs';

/** 'Batch': waiting for batches that other steps have started, and reading their results. */
export async function executeBatchOperation(
	context: IExecuteFunctions,
	kit: NodeKit,
): Promise<INodeExecutionData[][]> {
	const isWait = context.getNodeParameter('operation', 0) === 'wait';
	try {
		const client = await clientOf(context, kit, { signal: context.getExecutionCancelSignal() });
		return isWait ? await wait(context, client) : await getResults(context, client);
	} catch (thrown) {
		if (!context.continueOnFail()) throw failed(context, thrown);
		return [context.getInputData().map((_, index) => toFailedItem(context, thrown, index))];
	}
}

/** A batch, and how far it is. */
interface PollContext {
	batch: Batch;
	batchId: string;
	progress: Progress;
}

const idOf = (context: IExecuteFunctions, index: number): string =>
	String(context.getNodeParameter('batchId', index, '') ?? '').trim();

/**
 * The items of each batch, by the first of them. Rows that are in no batch have their outcome
 * already and are only handed on.
 */
function sorted(context: IExecuteFunctions): { byBatch: number[][]; others: INodeExecutionData[] } {
	const byBatch = new Map<string, number[]>();
	const others: INodeExecutionData[] = [];
	context.getInputData().forEach(({ json, binary }, index) => {
		const batchId = idOf(context, index);
		if (!batchId && json.outcome !== undefined)
			others.push({ json, ...(binary && { binary }), pairedItem: { item: index } });
		else byBatch.set(batchId, [...(byBatch.get(batchId) ?? []), index]);
	});
	return { byBatch: [...byBatch.values()], others };
}

const pairedWith = (indexes: readonly number[]) => indexes.map((item) => ({ item }));

/** @throws ConnectorError where no batch has this ID. */
async function fetchStatus(
	context: IExecuteFunctions,
	client: NodeClient,
	index: number,
): Promise<PollContext> {
	const batchId = idOf(context, index);
	if (!batchId)
		throw new ConnectorError({ kind: 'badInput', field: 'Batch ID', detail: 'is empty' });
	const chosen = context.getNodeParameter('product', index, 'any');
	const reported = context.getInputData()[index]?.json[BATCH_FIELDS.product];
	const product = chosen === 'any' ? reported : chosen;
	const { batches = [] } = client.provider;
	const known = batches.find((batch) => batch.product === product);
	for (const batch of known ? [known] : batches) {
		try {
			return { batch, batchId, progress: await fetchProgress(batch, batchId, client) };
		} catch (thrown) {
			const error = toConnectorError(thrown);
			// The ID may be another product's.
			const isElsewhere = error.kind === 'notFound' || error.kind === 'badInput';
			if (known || !isElsewhere) throw ofBatch(error, batchId);
		}
	}
	throw client.error({ kind: 'notFound', batchId });
}

const ofBatch = ({ facts }: ConnectorError, batchId: string) =>
	new ConnectorError({ ...facts, batchId });

/** Rests until all batches have ended; the step runs again each time that it is to look. */
async function wait(
	context: IExecuteFunctions,
	client: NodeClient,
): Promise<INodeExecutionData[][]> {
	const hours = numberParameter(context, 'giveUpAfter', 'Give Up After', GIVE_UP_HOURS);
	const maxMs = 3_600_000 * hours;
	const input = context.getInputData();
	const { byBatch, others } = sorted(context);
	/** What each batch has brought, and what does not let the wait end yet. */
	const ended = new Map<number[], INodeExecutionData[]>();
	const open = new Map<number[], ConnectorError>();
	const look = async (indexes: number[]): Promise<void> => {
		const index = indexes[0] as number;
		const item = input[index] as INodeExecutionData;
		try {
			const seen = await fetchStatus(context, client, index);
			if (seen.progress.state === 'running') {
				open.set(indexes, stillRunning(client, seen));
				return;
			}
			const json = { ...item.json, ...reportedOf(client, seen) };
			ended.set(indexes, [{ json, pairedItem: pairedWith(indexes) }]);
		} catch (thrown) {
			if (isPassing(thrown, item, client.now())) {
				open.set(indexes, toConnectorError(thrown));
				return;
			}
			if (!context.continueOnFail()) throw failed(context, thrown, index);
			ended.set(
				indexes,
				indexes.map((one) => toFailedItem(context, thrown, one)),
			);
		}
		open.delete(indexes);
	};
	const poll = async () => {
		for (const indexes of byBatch) if (!ended.has(indexes)) await look(indexes);
		return open.size === 0;
	};
	const waited = await waitForJobs(context, poll, { client, maxMs, inBackground: true });
	// n8n empties the array that it is given.
	if (waited === 'suspended') return [[...input]];
	if (open.size > 0 && !context.continueOnFail()) {
		const errors = [...open.values()];
		throw errors.find(({ kind }) => kind === 'stillRunning') ?? (errors[0] as ConnectorError);
	}
	const late = [...open].flatMap(([indexes, error]) =>
		indexes.map((one) => toFailedItem(context, error, one)),
	);
	return [[...others, ...byBatch.flatMap((indexes) => ended.get(indexes) ?? []), ...late]];
}

/** What may be different at the next poll; a batch may take a moment until it can be read. */
function isPassing(thrown: unknown, { json }: INodeExecutionData, now: number): boolean {
	const { kind } = toConnectorError(thrown);
	const isNew = now - Date.parse(String(json.startedAt)) < POLLING.appearsWithinMs;
	return isTransient(kind) || (kind === 'notFound' && isNew);
}

const stillRunning = (client: NodeClient, { batchId, progress }: PollContext): ConnectorError =>
	client.error({ kind: 'stillRunning', batchId, detail: describe(progress) });

const reportedOf = (
	client: NodeClient,
	{ batch, batchId, progress }: PollContext,
): IDataObject => ({
	[BATCH_FIELDS.id]: batchId,
	[BATCH_FIELDS.product]: batch.product,
	status: progress.status,
	...(progress.percent !== undefined && { progress: progress.percent }),
	...(progress.total !== undefined && { totalItems: progress.total }),
	...(progress.state === 'failed' && {
		reason: client.error({ kind: 'jobFailed', batchId }).message,
	}),
});

/** All results of each batch, as items or as one file per batch. */
async function getResults(
	context: IExecuteFunctions,
	client: NodeClient,
): Promise<INodeExecutionData[][]> {
	const { byBatch, others } = sorted(context);
	const main: INodeExecutionData[] = [];
	for (const indexes of byBatch) {
		const index = indexes[0] as number;
		try {
			const seen = await fetchStatus(context, client, index);
			const { batchId, progress } = seen;
			if (progress.state === 'running') throw stillRunning(client, seen);
			const { items, creditsUsed, missing } = await resultsOf(context, client, seen, index);
			for (const item of items) main.push({ ...item, pairedItem: pairedWith(indexes) });
			if (missing) main.push(...missingItems(context, batchId, missing, indexes));
			const used = creditsUsed === null ? '' : ` ${counted(creditsUsed, 'credit')} used.`;
			const message = `Batch ${batchId}: ${progress.status}.${used}${missing ? ` ${missing}.` : ''}`;
			const type = missing ? 'warning' : 'info';
			context.addExecutionHints({ message, location: 'outputPane', type });
		} catch (thrown) {
			if (!context.continueOnFail()) throw failed(context, thrown, index);
			main.push(...indexes.map((one) => toFailedItem(context, thrown, one)));
		}
	}
	return [[...main, ...others]];
}

/** What has come of a batch is handed on all the same; what has not stands in an item of its own. */
function missingItems(
	context: IExecuteFunctions,
	batchId: string,
	reason: string,
	indexes: readonly number[],
): INodeExecutionData[] {
	if (context.continueOnFail()) {
		const error = new NodeOperationError(context.getNode(), reason, { description: READ_AGAIN });
		return indexes.map((index) => toFailedItem(context, error, index));
	}
	const json = { [BATCH_FIELDS.id]: batchId, outcome: 'failed', reason, nextStep: READ_AGAIN };
	return [{ json, pairedItem: pairedWith(indexes) }];
}

/** Reads page by page; of a file, no more than a page is in memory at once. */
async function resultsOf(
	context: IExecuteFunctions,
	client: NodeClient,
	{ batch, batchId, progress }: PollContext,
	index: number,
): Promise<{ items: INodeExecutionData[]; creditsUsed: number | null; missing?: string }> {
	const format = context.getNodeParameter('format', index, 'items') as 'items' | FileFormat;
	const name = `${batch.single.title.toLowerCase().replaceAll(' ', '-')}-${batchId}.${format}`;
	const mode = context.getNodeParameter('output', index, 'simplified') as OutputMode;
	const shown = shownOf(client.provider, batch.results, mode);
	const columns = [...shown.fields.map(({ key }) => key), ...shown.about];
	const file = format === 'items' ? undefined : new ResultFile(context, format, name, columns);
	const items: INodeExecutionData[] = [];
	const take = (results: Data[]) => {
		for (const result of results) {
			const row = toRowResult(batch, batchId, result);
			const json = toShown(row.data ?? {}, row, shown) as IDataObject;
			if (file) file.write(json);
			else items.push({ json });
		}
	};
	const all = await readAllResults(batch, batchId, client, take).catch((thrown: unknown) => {
		file?.abandon();
		throw unread(thrown, batchId, client);
	});
	const creditsUsed = all.receipt?.creditsUsed ?? null;
	const missing = partlyRead(all);
	if (!file) return { items, creditsUsed, missing };
	const data = await file.end();
	const json = {
		...reportedOf(client, { batch, batchId, progress }),
		results: all.count,
		creditsUsed,
		fileName: name,
	};
	return { items: [{ json, binary: { data } }], creditsUsed, missing };
}

const failed = (context: IExecuteFunctions, thrown: unknown, index?: number): Error =>
	toNodeError(context, { error: thrown as Error, index });

/**
 * An item keeps its columns: n8n itself joins them to what it sends to the error branch, which it
 * knows by these keys alone.
 */
function toFailedItem(
	context: IExecuteFunctions,
	thrown: unknown,
	index: number,
): INodeExecutionData {
	const { message } = thrown as Error;
	const { json, binary } = context.getInputData()[index] as INodeExecutionData;
	const batchId = thrown instanceof ConnectorError ? thrown.facts.batchId : undefined;
	const nextStep =
		thrown instanceof ConnectorError
			? thrown.nextStep
			: (thrown as { description?: string }).description;
	const isNamed = batchId === undefined || message.includes(batchId);
	return {
		json: {
			...(context.getNode().onError !== 'continueErrorOutput' && json),
			error: isNamed ? message : `Batch ${batchId}: ${message}`,
			...(nextStep !== undefined && { details: { nextStep } }),
		},
		...(binary && { binary }),
		pairedItem: { item: index },
	};
}
