import {
	type IExecuteFunctions,
	type INode,
	type JsonObject,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { isFatal } from '../../shared/errors/errorTable';
import { counted } from './items';

export interface NodeFailure {
	error: Error;
	/** Index of the row; undefined: it concerns the node as a whole. */
	index?: number;
	/** Paid rows that are done all the same. */
	kept?: number;
}

/** n8n keeps our own words only on an error that it did not make itself. */
export function toNodeError(
	context: Pick<IExecuteFunctions, 'getNode' | 'getInputData'>,
	{ error, index, kept = 0 }: NodeFailure,
): Error {
	if (!(error instanceof ConnectorError)) return error;
	const node = context.getNode();
	const isOfRow = index !== undefined && context.getInputData().length > 1;
	const message = `${isOfRow && !isForAllRows(error) ? `Row ${index + 1}: ` : ''}${error.message}`;
	const description = [
		error.nextStep,
		kept > 0 &&
			`${counted(kept, 'row')} done: retrying this execution does not pay for ${kept === 1 ? 'it' : 'them'} again.`,
		error.requestId && `Request ID: ${error.requestId}.`,
	]
		.filter(Boolean)
		.join(' ');
	return inOwnWords(node, error, { message, description, itemIndex: index });
}

/** n8n's own kind of error, with our words. */
export function inOwnWords(
	node: INode,
	{ status }: ConnectorError,
	options: { message: string; description: string; itemIndex?: number },
): Error {
	const { message } = options;
	const body: JsonObject = { message, status: status ?? null };
	const nodeError =
		status === undefined
			? new NodeOperationError(node, message, options)
			: new NodeApiError(node, body, { ...options, httpCode: String(status) });
	// n8n rewords messages in which it sees a system code, such as EPERM, be it part of a name.
	return Object.assign(nodeError, { message });
}

const isForAllRows = ({ kind, facts }: ConnectorError) =>
	isFatal(kind) || facts.batchId !== undefined || facts.rows !== undefined;
