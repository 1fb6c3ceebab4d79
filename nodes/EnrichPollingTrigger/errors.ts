import type { IPollFunctions } from 'n8n-workflow';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { isTransient } from '../../shared/errors/errorTable';
import { inOwnWords } from '../shared/nodeErrors';

const LATER = {
	manual: 'Fetch the test event again in a moment.[ {provider} or the network says: {detail}]',
	poll: 'Nothing is lost: the next poll follows by itself.[ {provider} or the network says: {detail}]',
};

/** What n8n shows of a poll that failed: our own words, and what to do next. */
export function toPollError(context: IPollFunctions, error: Error): Error {
	if (!(error instanceof ConnectorError)) return error;
	const { message, requestId } = error;
	const later = LATER[context.getMode() === 'manual' ? 'manual' : 'poll'];
	const nextStep = isTransient(error.kind) ? error.nextStepIn(later) : error.nextStep;
	const description = requestId ? `${nextStep} Request ID: ${requestId}.` : nextStep;
	return inOwnWords(context.getNode(), error, { message, description });
}
