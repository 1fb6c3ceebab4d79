import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import {
	lookUpMany,
	type LookUpMode,
	type ManyOptions,
	type StartedBatch,
	startMany,
} from '../../shared/batches/lookUpMany';
import { describe } from '../../shared/batches/progress';
import type { Batch } from '../../shared/contract/batch';
import type { Operation } from '../../shared/contract/operation';
import type { Row } from '../../shared/rows/lookUpRows';
import { acceptOnly } from '../../shared/rows/accept';
import { type RowResult, summarize, type Summary } from '../../shared/rows/result';
import { callbackAddress, refuseUnusable } from './background';
import { BATCH_FIELDS, MAX_ROWS_BY_CALLBACK, REUSE_HOURS } from './batchProperties';
import type { NodeClient } from './client';
import type { NodeIdempotencyStore } from './idempotencyStore';
import { counted, type OutputSettings, toErrorItem, toItems } from './items';
import { numberParameter } from './parameters';
import { type FileFormat, ResultFile } from './resultFile';

/** What became of the rows. */
export interface Done {
	operation: Operation;
	results: RowResult[];
	summary: Summary;
	/** Instead of an item per row. */
	file?: RowsFile;
	/** Worth knowing beside the sum. */
	note?: string;
}

export interface ManyRows {
	rows: Row[];
	client: NodeClient;
	store: NodeIdempotencyStore;
	maxCredits: number;
	/** For rows that are looked up one by one. */
	single: ManyOptions['single'];
	/** Milliseconds to wait for a batch to end. */
	maxWaitMs: number;
	settings: OutputSettings;
}

/** The step has nothing to say of its rows yet: it waits, or has only started their batches. */
export type Early = INodeExecutionData[][];

/** Looks up rows, few or many, and waits for their batches in the way that the user has chosen. */
export async function lookUpManyRows(
	context: IExecuteFunctions,
	batch: Batch,
	asked: ManyRows,
): Promise<Done | Early> {
	const { rows, client, store, maxWaitMs, settings } = asked;
	const waiting = optionOf<'stay' | 'background' | 'none'>(context, 'waiting', 'stay');
	const options = {
		...asked,
		known: client.knownBatches,
		reuseWithinMs:
			3_600_000 * numberParameter(context, 'options.reuseHours', 'Reuse Results', REUSE_HOURS),
		mode: optionOf<LookUpMode>(context, 'lookUp', 'automatic'),
	};
	if (waiting === 'none') return await startOnly(context, batch, asked, options);

	const isTooMany = rows.length > MAX_ROWS_BY_CALLBACK || !batch.callsBack;
	const address =
		waiting === 'background' && !isTooMany ? callbackAddress(context, batch, client) : undefined;
	const format = optionOf<'items' | FileFormat>(context, 'format', 'items');
	const file =
		format === 'items' ? undefined : new RowsFile(context, format, batch.single, settings);
	let called: string | undefined;
	const done = await lookUpMany(batch, rows, {
		...options,
		webhookUrl: address?.url,
		patienceMs({ batchId, isReused }) {
			if (!address?.isFor(batchId, !isReused)) return maxWaitMs;
			called = batchId;
			return Math.min(address.patienceMs(batchId), maxWaitMs);
		},
		...reportProgress(context),
		isOwn: (batchId) => address?.isFor(batchId, false) === true,
		...(file && { keep: file.keep }),
	});
	const isRunning = ({ error }: RowResult) =>
		error?.kind === 'stillRunning' && error.facts.batchId === called;
	const isOpen = called !== undefined && done.results.some(isRunning);
	if (address && isOpen && (await address.suspend(called as string, maxWaitMs))) {
		file?.abandon();
		store.suspend();
		// n8n empties the array that it is given.
		return [[...context.getInputData()]];
	}
	const notes = [
		...done.notes,
		address?.uncalled !== undefined &&
			!isOpen &&
			`Batch ${address.uncalled} is complete, and its callback did not come.`,
		waiting === 'background' &&
			isTooMany &&
			`Stayed and checked, as ${batch.callsBack ? `more than ${counted(MAX_ROWS_BY_CALLBACK, 'row')} would keep n8n busy with callbacks` : `${client.provider.words.name} sends no callbacks for this lookup`}.`,
	];
	const note = notes.filter(Boolean).join(' ');
	return { operation: batch.single, ...done, file, note };
}

/** While a step runs, n8n shows its own words nowhere but in the log and in the browser's console. */
function reportProgress(
	context: IExecuteFunctions,
): Pick<ManyOptions, 'onSubmitted' | 'onProgress'> {
	let batchId = '';
	let said = '';
	return {
		onSubmitted: (submitted) => void ({ batchId } = submitted),
		onProgress(progress) {
			const text = `${context.getNode().name}: batch ${batchId} ${describe(progress)}`;
			if (text === said) return;
			said = text;
			context.logger.info(text);
			if (context.getMode() === 'manual') context.sendMessageToUI(text);
		},
	};
}

const optionOf = <T extends string>(context: IExecuteFunctions, name: string, otherwise: T): T =>
	context.getNodeParameter(`options.${name}`, 0, otherwise) as T;

/** One item per batch, and one per row that is in none. */
async function startOnly(
	context: IExecuteFunctions,
	batch: Batch,
	{ rows, client, store, settings }: ManyRows,
	options: Omit<ManyOptions, 'maxWaitMs'>,
): Promise<Done | Early> {
	const callbackUrl = String(optionOf(context, 'callbackUrl', '') ?? '').trim();
	if (callbackUrl) refuseUnusable(context, callbackUrl, client);
	const webhookUrl = callbackUrl || undefined;
	const { results, started } = await startMany(batch, rows, { ...options, webhookUrl });
	if (started.length === 0) {
		const all = results.filter((result) => result !== undefined);
		return { operation: batch.single, results: all, summary: summarize(all, null) };
	}
	const startedAt = new Date(client.now()).toISOString();
	const main = started.map(
		({ batchId, creditsReserved, isReused = false, items, rows: inIt }): INodeExecutionData => ({
			json: {
				[BATCH_FIELDS.id]: batchId,
				[BATCH_FIELDS.product]: batch.product,
				rows: inIt.length,
				items,
				creditsReserved,
				isReused,
				startedAt,
			},
			pairedItem: inIt.map((item) => ({ item })),
		}),
	);
	const input = context.getInputData();
	const goesAway = context.getNode().onError === 'continueErrorOutput';
	results.forEach((result, index) => {
		const item = input[index] as INodeExecutionData;
		if (result?.outcome === 'failed' && goesAway) main.push(toErrorItem(result, item, index));
		else if (result) main.push(...toItems(batch.single, result, item, index, settings));
	});
	const { message, type } = startedText(started, rows.length, webhookUrl !== undefined);
	context.addExecutionHints({ message, location: 'outputPane', type });
	const creditsUsed = started.reduce(
		(sum, { isReused, creditsReserved }) => sum + (isReused ? 0 : (creditsReserved ?? 0)),
		0,
	);
	store.finish({ creditsUsed, unreported: 0 });
	return [main];
}

function startedText(started: readonly StartedBatch[], rows: number, callsBack: boolean) {
	const inThem = started.reduce((sum, batch) => sum + batch.rows.length, 0);
	const fresh = started.filter(({ isReused }) => !isReused);
	const old = started.filter(({ isReused }) => isReused);
	const credits = fresh.reduce((sum, { creditsReserved }) => sum + (creditsReserved ?? 0), 0);
	const message = [
		`${counted(started.length, 'batch', 'batches')} with ${counted(inThem, 'row')}: ${counted(credits, 'credit')} reserved.`,
		inThem < rows && `${counted(rows - inThem, 'row')} in no batch.`,
		old.length > 0 &&
			`Reused instead of paying again: batch ${old.map(({ batchId }) => batchId).join(', ')}, started earlier.`,
		old.length > 0 &&
			callsBack &&
			"It calls back to the address that it was given then. To have 'Send Callbacks To' used, set 'Reuse Results (Hours)' to 0, which pays again.",
	]
		.filter(Boolean)
		.join(' ');
	return { message, type: inThem < rows ? ('warning' as const) : ('info' as const) };
}

/** Results come in an order of their own; sorted by this column, the file is in that of the rows. */
const ROW = 'inputRow';

/** All rows in one file, written as their results come. */
export class RowsFile {
	private readonly file: ResultFile;
	private readonly items: INodeExecutionData[];
	private readonly name: string;

	constructor(
		context: IExecuteFunctions,
		format: FileFormat,
		private readonly operation: Operation,
		private readonly settings: OutputSettings,
	) {
		this.items = context.getInputData();
		this.name = `${operation.title.toLowerCase().replaceAll(' ', '-')}.${format}`;
		const columns = format === 'csv' ? this.columns() : [];
		this.file = new ResultFile(context, format, this.name, [ROW, ...columns]);
	}

	/** Only what is counted stays in store. */
	readonly keep = (read: RowResult, rows: readonly number[]): RowResult => {
		const result = acceptOnly(this.operation, read, this.settings.accepted);
		rows.forEach((row, position) => {
			if (result.outcome === 'notFound' && this.settings.notFound === 'drop') return;
			const shared =
				position === 0 ? result : { ...result, creditsUsed: 0, sameAs: rows[0] as number };
			const item = this.items[row] as INodeExecutionData;
			const [first] = toItems(this.operation, shared, item, row, this.settings);
			this.file.write({ ...first?.json, [ROW]: row + 1 });
		});
		const { key } = this.operation.verdict ?? {};
		return { ...result, data: key === undefined ? undefined : { [key]: result.data?.[key] } };
	};

	abandon(): void {
		this.file.abandon();
	}

	/** The one item that stands for all rows. */
	async toItem(summary: Summary): Promise<INodeExecutionData> {
		const data = await this.file.end();
		return {
			json: { ...(summary as unknown as IDataObject), fileName: this.name },
			binary: { data },
			pairedItem: this.items.map((_, item) => ({ item })),
		};
	}

	private columns(): string[] {
		const { fields, about, includeInputFields, resultField, answeredBy, trailField } =
			this.settings;
		const own = includeInputFields ? this.items.flatMap(({ json }) => Object.keys(json)) : [];
		const reported = [...fields.map(({ key }) => key), ...about];
		const result = resultField === '' ? reported : [resultField];
		const beside = [...Object.keys(answeredBy), ...(trailField === '' ? [] : [trailField])];
		return [...new Set([...own, ...result, ...beside])];
	}
}
