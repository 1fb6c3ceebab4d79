import {
	type IPollFunctions,
	type JsonObject,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import { EnrichError } from '../../shared/errors';
import { MAY_PASS } from '../../shared/policy';

const LATER = {
	manual: 'Fetch the test event again in a moment.[ Enrich or the network says: {detail}]',
	poll: 'Nothing is lost: the next poll looks again by itself.[ Enrich or the network says: {detail}]',
};

/** What n8n shows of a poll that could not look: our own words, and what to do next. */
export function toPollError(context: IPollFunctions, error: Error): Error {
	if (!(error instanceof EnrichError)) return error;
	const { message, status, requestId } = error;
	const later = LATER[context.getMode() === 'manual' ? 'manual' : 'poll'];
	const nextStep = MAY_PASS.has(error.kind) ? error.nextStepIn(later) : error.nextStep;
	const description = requestId ? `${nextStep} Request ID: ${requestId}.` : nextStep;
	const options = { message, description };
	const body: JsonObject = { message, status: status ?? null };
	const node = context.getNode();
	const nodeError =
		status === undefined
			? new NodeOperationError(node, message, options)
			: new NodeApiError(node, body, { ...options, httpCode: String(status) });
	// n8n rewords messages in which it sees a system code, be it part of a name.
	return Object.assign(nodeError, { message });
}
