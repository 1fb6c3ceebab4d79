import type { Data } from '../../shared/contract/data';
import { jsonAnswer, type Problem, type WireAnswer } from '../wireAnswer';
import type { CufinderSettings } from './settings';

export const success = (data: Data): WireAnswer => jsonAnswer(200, { status: 1, data });

/** The documented texts, by the shape of the error; where there are none, the sandbox uses its own. */
const MESSAGES: Partial<Record<number, Record<CufinderSettings['errorShape'], string>>> = {
	400: { status: 'Not enough credits!', type: 'Not enough credits!' },
	401: { status: 'API key verification failed!', type: 'API key is wrong!' },
};

export function toWire({ status, detail }: Problem, shape: CufinderSettings['errorShape']) {
	const message = MESSAGES[status]?.[shape] ?? detail;
	const type = status < 500 ? 'invalid_request' : 'api_error';
	return jsonAnswer(status, shape === 'type' ? { type, message } : { status: -1, message });
}
