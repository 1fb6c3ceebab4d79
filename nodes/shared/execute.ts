import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	NodeOperationError,
} from 'n8n-workflow';
import { type Data, isRecord } from '../../shared/contract/data';
import { type FormField, inputFields } from '../../shared/contract/form';
import type { Operation } from '../../shared/contract/operation';
import { ConnectorError, toConnectorError } from '../../shared/errors/ConnectorError';
import { type ErrorKind, isFatal, isTransient } from '../../shared/errors/errorTable';
import { counted } from '../../shared/errors/wording';
import type { Client } from '../../shared/http/client';
import { numberSetting } from '../../shared/input/numberSetting';
import { isBlank, quote } from '../../shared/input/text';
import { estimate } from '../../shared/rows/estimate';
import type { Period } from '../../shared/rows/lookup';
import { freeEntries } from '../../shared/rows/freeEntries';
import { lookUpRows, type Row } from '../../shared/rows/lookUpRows';
import { acceptAll } from '../../shared/rows/accept';
import { isAnswered, type RowResult } from '../../shared/rows/result';
import { addForRows, chosenAddition, complete } from './additions';
import { executeBatchOperation } from './batchOperations';
import { WAIT_MINUTES } from './batchProperties';
import { clientOf } from './client';
import { toFileItems } from './csvFiles';
import { isCriteria, readCriteria } from './criteria';
import { waitForStarted } from './followUps';
import { type NodeIdempotencyStore, nodeIdempotencyStore } from './idempotencyStore';
import {
	hasOutputMode,
	type OutputMode,
	type OutputSettings,
	shownOf,
	summaryText,
	toErrorItem,
	toItems,
} from './items';
import { type NodeKit, type PlacedOperation, placedOperations } from './kit';
import { type Done, type Early, lookUpManyRows } from './lookUpMany';
import { type NodeFailure, toNodeError } from './nodeErrors';
import { numberParameter } from './parameters';
import { GROUPS, PAY_FOR_MORE, REUSE_HOURS_OF_TOOL, TIMEOUT_SECONDS } from './properties';
import { n8nClock } from './transport';
import { chosenValue } from './valueLists';

/** The action node's `execute`, for the operations of one provider. */
export function executeWith(kit: NodeKit) {
	const placed = placedOperations(kit);
	return async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return this.getNodeParameter('resource', 0) === 'batch'
			? await executeBatchOperation(this, kit)
			: await executeLookup(this, kit, placed);
	};
}

async function executeLookup(
	context: IExecuteFunctions,
	kit: NodeKit,
	placed: readonly PlacedOperation[],
): Promise<INodeExecutionData[][]> {
	const store = nodeIdempotencyStore(context);
	let done: Done | Early;
	try {
		done = await lookUp(context, kit, placed, store);
	} catch (thrown) {
		if (!context.continueOnFail()) {
			store.fail();
			throw toNodeError(context, { error: thrown as Error });
		}
		if (!store.hasTriesLeft) store.finish();
		// Nothing was sent. Where the workflow goes on, n8n would hand the rows on as if all were well.
		const items = context
			.getInputData()
			.map((row, index) => toUntouchedItem(context, thrown as Error, row, index));
		return isSplit(context, kit, placed) && !sendsFailuresAway(context) ? [[], items] : [items];
	}
	if (Array.isArray(done)) return done;
	// Rows in a file were judged as they came.
	if (!done.file) done = acceptAll(done.operation, done, acceptedIn(context));
	const { operation, results, summary, note } = done;

	if (context.getExecutionCancelSignal()?.aborted) {
		// An error would make n8n call the execution failed.
		store.fail();
		return await toOutputs(context, kit, done);
	}
	const isTriedAgain = store.hasTriesLeft && results.some(mayPass);
	if (isTriedAgain || mustStop(context, done)) {
		if (!isTriedAgain) store.fail();
		done.file?.abandon();
		throw toNodeError(context, mainFailure(done));
	}
	if (operation.price) {
		const incomplete = results.filter(
			(result) => isAnswered(result) && (result.error ?? result.isCut),
		).length;
		const type = summary.failed + incomplete > 0 ? 'warning' : 'info';
		const message = [summaryText(done), note].filter(Boolean).join(' ');
		context.addExecutionHints({ message, location: 'outputPane', type });
	}
	const outputs = await toOutputs(context, kit, done);
	if (!(store.hasTriesLeft && isRunAgain(outputs)))
		store.finish(summary, operation.price?.credits ?? 0);
	return outputs;
}

async function lookUp(
	context: IExecuteFunctions,
	kit: NodeKit,
	placed: readonly PlacedOperation[],
	store: NodeIdempotencyStore,
): Promise<Done | Early> {
	const { operation, batch, followUp } = chosenOperation(context, kit, placed);
	const fields = inputFields(operation);
	const rows = context.getInputData().map((_, index) => toRow(context, operation, fields, index));
	const maxCredits = creditsLeft(context, store);
	// Each call to an MCP server is an execution of its own.
	const usualHours = isTool(context) ? REUSE_HOURS_OF_TOOL : 0;
	const hours = optionNumber(context, 'reuseHours', 'Reuse Results', usualHours);
	const timeoutMs = optionNumber(context, 'timeout', 'Timeout', TIMEOUT_SECONDS) * 1000;
	const signal = context.getExecutionCancelSignal();
	const waitMinutes = optionNumber(context, 'maxWait', 'Wait at Most', WAIT_MINUTES);
	const maxWaitMs = waitMinutes * 60_000;
	const client = await clientOf(context, kit, {
		...{ timeoutMs, signal },
		// The wait for what was started is not that of one call.
		...(!followUp && { maxWaitMs }),
	});
	const single = {
		client,
		store: hours > 0 ? store.reusing(client.recentAnswers, hours * 3_600_000) : store,
		recovers: true,
	};
	if (context.getNodeParameter('options.onlyEstimate', 0, false) === true) {
		store.finish();
		return await estimateOnly(context, operation, rows, client);
	}
	if (isTool(context) && operation.price?.credits === null) throw notForTools(context, operation);
	if (batch) {
		const settings = outputSettings(context, kit, operation);
		// A batch's own wait is not that of one call.
		const patient = await clientOf(context, kit, { timeoutMs, signal });
		const asked = { rows, client: patient, store, maxCredits, single, maxWaitMs, settings };
		return await lookUpManyRows(context, batch, asked);
	}
	const waits = { client, store, maxWaitMs };
	const completing = { ...waits, maxCredits };
	const added = await addForRows(context, operation, rows, kit.provider, completing);
	if (added) return added;
	const looked = await lookUpRows(operation, rows, { ...single, maxCredits });
	const unpaid = looked.results.find((result) => result.unpaid)?.unpaid;
	const done = { operation, ...looked, note: unpaid && `${unpaid}.` };
	if (followUp) return await waitForStarted(context, followUp, done, { client, store });
	const addition = chosenAddition(context, kit.provider, operation);
	if (!addition) return done;
	const left = maxCredits - looked.summary.creditsUsed - looked.summary.creditsUnclear;
	return await complete(done, addition, { ...waits, maxCredits: left });
}

/** n8n gives the tool that it makes of a node for AI agents a name of its own. */
const isTool = (context: IExecuteFunctions) => context.getNode().type.endsWith('Tool');

/** An agent is told the description alone. */
function notForTools(context: IExecuteFunctions, { title }: Operation): NodeOperationError {
	const message = `'${title}' cannot be used by an AI agent`;
	return new NodeOperationError(context.getNode(), message, {
		description: `${message}: a tool always has 'Maximum Credits', and no maximum can be kept, as the price is not documented. Use it in a step of a workflow, without 'Maximum Credits'. Nothing was sent or charged.`,
	});
}

/** What this run may spend. A tool has a limit for all calls of an agent, and has it always. */
function creditsLeft(context: IExecuteFunctions, { spent }: NodeIdempotencyStore): number {
	const read = (path: string) => numberParameter(context, path, 'Maximum Credits', Infinity);
	if (isTool(context)) return read('maxCredits') - spent;
	const most = read('options.maxCredits');
	const isForExecution =
		context.getNodeParameter('options.maxCreditsFor', 0, 'run') === 'execution';
	return isForExecution ? most - spent : most;
}

/** One item for all rows; only the balance is read, which is free. */
async function estimateOnly(
	context: IExecuteFunctions,
	operation: Operation,
	rows: Row[],
	client: Client,
): Promise<Early> {
	const estimated = estimate(operation, rows);
	const balance = (await client.provider.wallet?.balance(client)) ?? null;
	const { lookups, maxCredits } = estimated;
	const cost =
		maxCredits === null
			? 'the cost is not documented'
			: `at most ${counted(maxCredits, 'credit')} as documented`;
	const left = balance === null ? '' : `, ${counted(balance)} left`;
	const message = `Only estimated: ${counted(rows.length, 'row')}, ${counted(lookups, 'distinct lookup')}, ${cost}${left}. Nothing paid was sent.`;
	context.addExecutionHints({ message, location: 'outputPane', type: 'info' });
	const json: IDataObject = { ...estimated, balance };
	return [[{ json, pairedItem: rows.map((_, item) => ({ item })) }]];
}

const optionNumber = (
	context: IExecuteFunctions,
	name: string,
	title: string,
	otherwise: number,
): number => numberParameter(context, `options.${name}`, title, otherwise);

const chosenIn = (context: IExecuteFunctions) => [
	context.getNodeParameter('resource', 0),
	context.getNodeParameter('operation', 0),
];

function isChosen(context: IExecuteFunctions): (placed: PlacedOperation) => boolean {
	const [resource, operation] = chosenIn(context);
	return (one) => one.resource === resource && one.value === operation;
}

function chosenOperation(
	context: IExecuteFunctions,
	{ provider: { words } }: NodeKit,
	placed: readonly PlacedOperation[],
): PlacedOperation {
	const chosen = placed.find(isChosen(context));
	if (chosen) return chosen;
	const [resource, value] = chosenIn(context);
	throw new NodeOperationError(
		context.getNode(),
		`${words.name} has no operation "${String(value)}" for "${String(resource)}"`,
		{
			description: `For calls that this node does not offer, use the 'HTTP Request' node with the ${words.name} credential.`,
		},
	);
}

function toRow(
	context: IExecuteFunctions,
	operation: Operation,
	fields: FormField[],
	index: number,
): Row {
	const read = (name: string, fallback: unknown): unknown =>
		context.getNodeParameter(name, index, fallback as never);
	const values: Data = {};
	for (const field of fields) {
		const { key, type, isSetting } = field;
		const name = isSetting ? `options.${key}` : key;
		if (isCriteria(field)) {
			try {
				Object.assign(values, readCriteria(read, field));
			} catch (thrown) {
				return { values, problem: toConnectorError(thrown) };
			}
		} else
			values[key] ??= type === 'groups' ? ungrouped(read(name, '')) : chosenValue(read(name, ''));
	}
	return {
		values,
		...(freeEntries(operation) !== undefined && { isFreeOnly: read(PAY_FOR_MORE, false) !== true }),
		...(!isBlank(read('options.skipIfFilled', '')) && { skip: 'Already filled' }),
		...(operation.paging &&
			!operation.paging.isAsAsked &&
			read('returnAll', false) !== true &&
			limitOf(read('limit', 50))),
		...(operation.paging?.newestFirstBy && periodOf(read('from', ''), read('to', ''))),
	};
}

/** Times as n8n's field gives them, or as an expression brings them. */
function periodOf(...[from, to]: unknown[]): Pick<Row, 'period' | 'problem'> {
	const period: Period = {};
	for (const [key, field, value] of [
		['from', 'From', from],
		['to', 'To', to],
	] as const) {
		if (isBlank(value)) continue;
		const time = Date.parse(String(value));
		const detail = `must be a date and time, not ${quote(value)}`;
		if (Number.isNaN(time))
			return { problem: new ConnectorError({ kind: 'badInput', field, detail }) };
		period[key] = time;
	}
	return Object.keys(period).length > 0 ? { period } : {};
}

const ungrouped = (value: unknown): unknown =>
	isRecord(value) && GROUPS in value ? value[GROUPS] : value;

function limitOf(value: unknown): Pick<Row, 'limit' | 'problem'> {
	try {
		return { limit: Math.floor(numberSetting('Limit', value, { from: 1 })) };
	} catch (thrown) {
		return { problem: toConnectorError(thrown) };
	}
}

const isFailed = ({ outcome }: RowResult) => outcome === 'failed';
const isEnd = ({ error }: RowResult) =>
	error !== undefined && isFatal(error.kind) && !error.mustNotRepeat;
/** It concerns the whole run, or the batch that the rows are in. */
const isForAll = (result: RowResult) =>
	isEnd(result) ||
	(result.error !== undefined &&
		(OF_ALL.has(result.error.kind) ||
			result.error.facts.batchId !== undefined ||
			result.error.facts.rows !== undefined));
const OF_ALL: ReadonlySet<ErrorKind> = new Set(['stopped', 'lostSubmit']);
/** It may be sent again, and that may help. */
const mayPass = ({ error }: RowResult) =>
	error !== undefined && isTransient(error.kind) && !error.mustNotRepeat;

/** The failure that explains most: one that ended the run, else the first. */
function mainFailure({ operation, results }: Done): NodeFailure {
	const index = [isEnd, isFailed, mayPass]
		.map((test) => results.findIndex(test))
		.find((found) => found >= 0);
	const { error } = results[index as number] as RowResult;
	const kept = operation.price ? results.filter(isAnswered).length : 0;
	return { error: error as ConnectorError, index, kept };
}

/** Stops the workflow where that loses nothing, or where the user wants it. */
function mustStop(context: IExecuteFunctions, { operation, results }: Done): boolean {
	const failed = results.filter(isFailed);
	if (context.continueOnFail() || failed.length === 0) return false;
	if (!operation.price || context.getNodeParameter('options.onFailedRows', 0, 'return') === 'stop')
		return true;
	return !results.some(isAnswered) && failed.some(isForAll);
}

/** n8n tries a step again also when its first item holds an `error`, be it the row's own. */
function isRunAgain([first]: INodeExecutionData[][]): boolean {
	const error = first?.[0]?.json.error;
	return error !== undefined && error !== null && error !== false;
}

const sendsFailuresAway = (context: IExecuteFunctions) =>
	context.getNode().onError === 'continueErrorOutput';

/** A row of a step that could not begin. */
const toUntouchedItem = (
	context: IExecuteFunctions,
	{ message: error }: Error,
	{ json, binary }: INodeExecutionData,
	index: number,
): INodeExecutionData => ({
	json: sendsFailuresAway(context) ? { error } : { ...json, error },
	...(binary && { binary }),
	pairedItem: { item: index },
});

async function toOutputs(
	context: IExecuteFunctions,
	kit: NodeKit,
	{ operation, results, summary, file }: Done,
): Promise<INodeExecutionData[][]> {
	if (file) return [[await file.toItem(summary)]];
	const settings = outputSettings(context, kit, operation);
	const items = context.getInputData();
	const main: INodeExecutionData[] = [];
	const second: INodeExecutionData[] = [];
	for (const [index, answer] of results.entries()) {
		const asFile = await toFileItems(context, operation, answer, index);
		const result = asFile?.result ?? answer;
		const shown = asFile ? { ...settings, ...AS_IT_IS } : settings;
		const item = items[index] as INodeExecutionData;
		if (isFailed(result) && sendsFailuresAway(context)) main.push(toErrorItem(result, item, index));
		else if (result.outcome !== 'notFound' || settings.notFound !== 'drop') {
			const isSecond = settings.notFound === 'output' && !hasWhatIsWanted(result);
			const made = toItems(operation, result, item, index, shown);
			for (const one of made) if (asFile?.binary) one.binary = { ...one.binary, ...asFile.binary };
			(isSecond ? second : main).push(...made);
		}
	}
	return settings.notFound === 'output' ? [main, second] : [main];
}

/** A file has columns of its own. */
const AS_IT_IS = { fields: [], isWhole: true };

/** Nothing else leaves through 'Found'. */
const hasWhatIsWanted = ({ outcome, isFilled }: RowResult): boolean =>
	outcome === 'found' || isFilled === true;

/** Whether there is a second output, as n8n shows the node. */
function isSplit(
	context: IExecuteFunctions,
	kit: NodeKit,
	placed: readonly PlacedOperation[],
): boolean {
	const chosen = placed.find(isChosen(context));
	if (!chosen) return false;
	const { operation, batch } = chosen;
	const isStarted = batch && context.getNodeParameter('options.waiting', 0, 'stay') === 'none';
	const isFile = batch && context.getNodeParameter('options.format', 0, 'items') !== 'items';
	return !isStarted && !isFile && outputSettings(context, kit, operation).notFound === 'output';
}

const acceptedIn = (context: IExecuteFunctions): string[] =>
	[context.getNodeParameter('options.acceptOnly', 0, []) as unknown]
		.flat()
		.map((grade) => String(grade).toLowerCase());

function outputSettings(
	context: IExecuteFunctions,
	{ provider }: NodeKit,
	operation: Operation,
): OutputSettings {
	const read = <T>(name: string, fallback: T): T =>
		context.getNodeParameter(name, 0, fallback as never) as T;
	const mode = hasOutputMode(operation) ? read<OutputMode>('output', 'simplified') : 'simplified';
	const shown = shownOf(provider, operation, mode, read<string[]>('outputFields', []));
	const fieldName = (name: string) => String(read(name, '') ?? '').trim();
	const providerField = fieldName('options.providerField');
	return {
		...shown,
		includeInputFields: read('options.includeInputFields', true),
		resultField: fieldName('options.resultField'),
		answeredBy: providerField === '' ? {} : { [providerField]: provider.words.name },
		notFound:
			operation.price && !operation.neverMisses
				? read<OutputSettings['notFound']>('notFound', 'keep')
				: 'keep',
		marksErrors: context.continueOnFail(),
		keepsExisting: read('options.keepExisting', false),
		accepted: acceptedIn(context),
		trailField: fieldName('options.trailField'),
		provider: provider.words.name,
		at: n8nClock.now(),
	};
}
