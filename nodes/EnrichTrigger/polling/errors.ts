import { ConnectorError } from '../../../shared/errors/ConnectorError';
import { isTransient } from '../../../shared/errors/errorTable';
import { inOwnWords } from '../../shared/nodeErrors';
import type { RequestContext } from '../../shared/transport';

const LATER = {
	manual: 'Execute this step again in a moment.[ {provider} or the network says: {detail}]',
	poll: 'Nothing is lost: the next poll follows by itself.[ {provider} or the network says: {detail}]',
};

/** What n8n shows of a poll that failed: our own words, and what to do next. */
export function toPollError(context: RequestContext, error: Error): Error {
	if (!(error instanceof ConnectorError)) return error;
	const { message, requestId } = error;
	const later = LATER[context.getMode?.() === 'manual' ? 'manual' : 'poll'];
	const nextStep = isTransient(error.kind) ? error.nextStepIn(later) : error.nextStep;
	const description = requestId ? `${nextStep} Request ID: ${requestId}.` : nextStep;
	return inOwnWords(context.getNode(), error, { message, description });
}
