import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import { createClient } from '../../shared/client';
import { toConnection } from '../../shared/connection';
import { EnrichError } from '../../shared/errors';
import { type FormField, inputFields } from '../../shared/form';
import type { Operation } from '../../shared/operation';
import { Pacer } from '../../shared/pacer';
import { MAY_PASS } from '../../shared/policy';
import { isBlank } from '../../shared/clean';
import { lookUpRows, type Row, type RowResult } from '../../shared/rows';
import { offered } from './description';
import { type OutputSettings, summaryText, toErrorItem, toItems } from './items';
import { nodeMemory } from './memory';
import { n8nClock, n8nTransport } from './transport';

export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = chosenOperation(this);
	const fields = inputFields(operation);
	const items = this.getInputData();
	const rows = items.map((_, index) => toRow(this, operation, fields, index));
	const memory = nodeMemory(this);
	const { results, summary } = await lookUpRows(operation, rows, {
		client: await clientOf(this),
		maxCredits: this.getNodeParameter('options.maxCredits', 0, Infinity) as number,
		memory,
	});

	if (isRetriedBy(this, results, memory.triesBefore)) {
		memory.keepForNextTry();
		throw toNodeError(this, firstFailure(results));
	}
	if (mustStop(this, operation, results)) throw toNodeError(this, firstFailure(results));
	memory.finish();

	if (operation.price)
		this.addExecutionHints({ message: summaryText(summary), location: 'outputPane', type: 'info' });
	return toOutputs(this, operation, results, items);
}

function chosenOperation(context: IExecuteFunctions): Operation {
	const resource = context.getNodeParameter('resource', 0);
	const name = context.getNodeParameter('operation', 0);
	const operation = offered.find(({ n8n }) => n8n.resource === resource && n8n.operation === name);
	if (operation) return operation;
	throw new NodeOperationError(
		context.getNode(),
		`Enrich has no operation "${String(name)}" for "${String(resource)}"`,
		{
			description:
				"For calls that this node does not offer, use the 'HTTP Request' node with the Enrich credential.",
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
	const values = Object.fromEntries(fields.map(({ key }) => [key, read(key, '')]));
	return {
		values,
		...(!isBlank(read('options.skipIfFilled', '')) && { skip: 'Already filled' }),
		...(operation.paging &&
			read('returnAll', false) !== true && { most: Math.max(1, Number(read('limit', 50)) || 50) }),
	};
}

/** Limits hold for all keys of an organization together, so one pacer serves a whole process. */
const pacers = new Map<string, Pacer>();

async function clientOf(context: IExecuteFunctions) {
	try {
		const { apiKey, baseUrl } = toConnection(await context.getCredentials('enrichApi'));
		const credential = `${baseUrl} ${context.getNode().credentials?.enrichApi?.id ?? ''}`;
		const pacer = pacers.get(credential) ?? new Pacer(n8nClock);
		pacers.set(credential, pacer);
		return createClient({
			baseUrl,
			transport: n8nTransport(context),
			clock: n8nClock,
			pacer,
			secrets: [apiKey],
			signal: context.getExecutionCancelSignal(),
		});
	} catch (error) {
		throw toNodeError(context, { error: error as Error });
	}
}

interface Failure {
	error: Error;
	/** Index of the row; undefined: it concerns the node as a whole. */
	index?: number;
	others?: number;
}

function firstFailure(results: readonly RowResult[]): Failure {
	const index = results.findIndex(isFailed);
	const { error } = results[index] as RowResult;
	return { error: error as Error, index, others: results.filter(isAnswered).length };
}

const isFailed = ({ outcome }: RowResult) => outcome === 'failed';
const isAnswered = ({ outcome }: RowResult) => outcome === 'found' || outcome === 'notFound';

/** n8n keeps our own words only on an error that it did not make itself. */
function toNodeError(
	context: IExecuteFunctions,
	{ error, index, others = 0 }: Failure,
): NodeApiError | NodeOperationError {
	const node = context.getNode();
	const row =
		index === undefined || context.getInputData().length === 1 ? '' : `Row ${index + 1}: `;
	const kept =
		others > 0
			? ` ${others} rows are done; retrying this execution does not pay for them again.`
			: '';
	const message = `${row}${error.message}`;
	if (!(error instanceof EnrichError)) return new NodeOperationError(node, error, { message });
	const description = `${error.nextStep}${kept}${error.requestId ? ` Request ID: ${error.requestId}.` : ''}`;
	if (error.status === undefined) {
		return new NodeOperationError(node, message, { description, itemIndex: index });
	}
	const body: JsonObject = { message, status: error.status };
	return new NodeApiError(node, body, {
		message,
		description,
		httpCode: String(error.status),
		itemIndex: index,
	});
}

/**
 * With 'Retry On Fail', failures that may pass make n8n run the step again; answered rows are
 * remembered. The last try returns what there is rather than lose it.
 */
function isRetriedBy(
	context: IExecuteFunctions,
	results: readonly RowResult[],
	triesBefore: number,
): boolean {
	const { retryOnFail, maxTries = 3 } = context.getNode();
	const tries = Math.min(5, Math.max(2, maxTries));
	return (
		retryOnFail === true &&
		triesBefore + 1 < tries &&
		results.some(({ error }) => error && MAY_PASS.has(error.kind) && !error.mayHaveBeenCharged)
	);
}

/** Stops the workflow where that loses nothing, or where the user wants it. */
function mustStop(
	context: IExecuteFunctions,
	operation: Operation,
	results: readonly RowResult[],
): boolean {
	if (context.continueOnFail() || !results.some(isFailed)) return false;
	const wantsStop = context.getNodeParameter('options.onFailedRows', 0, 'return') === 'stop';
	return wantsStop || !operation.price || !results.some(({ outcome }) => outcome !== 'failed');
}

function toOutputs(
	context: IExecuteFunctions,
	operation: Operation,
	results: readonly RowResult[],
	items: INodeExecutionData[],
): INodeExecutionData[][] {
	const settings = outputSettings(context, operation);
	const sendsFailuresAway = context.getNode().onError === 'continueErrorOutput';
	const main: INodeExecutionData[] = [];
	const second: INodeExecutionData[] = [];
	results.forEach((result, index) => {
		if (result.outcome === 'failed' && sendsFailuresAway) main.push(toErrorItem(result, index));
		else if (result.outcome !== 'notFound' || settings.notFound !== 'drop') {
			const output =
				result.outcome === 'notFound' && settings.notFound === 'output' ? second : main;
			output.push(
				...toItems(operation, result, items[index] as INodeExecutionData, index, settings),
			);
		}
	});
	return settings.notFound === 'output' ? [main, second] : [main];
}

function outputSettings(context: IExecuteFunctions, operation: Operation): OutputSettings {
	const read = <T>(name: string, fallback: T): T =>
		context.getNodeParameter(name, 0, fallback as never) as T;
	const output = read<'simplified' | 'selected' | 'all'>('output', 'simplified');
	const fields = {
		all: undefined,
		simplified: operation.simplified,
		selected: read<string[]>('outputFields', []),
	}[output];
	return {
		fields: operation.simplified && fields,
		includeInputFields: read('options.includeInputFields', true),
		resultField: read('options.resultField', '').trim(),
		notFound: operation.price ? read<OutputSettings['notFound']>('notFound', 'keep') : 'keep',
	};
}
