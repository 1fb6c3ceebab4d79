import { STATUS_CODES } from 'node:http';
import { jsonAnswer, type Problem, type WireAnswer } from '../wireAnswer';

/** What the sandbox says instead of an answer. */
export interface EnrichProblem extends Problem {
	/** Where the kind does not follow from the status. */
	kind?: keyof typeof TITLES;
	/** Extension members, such as the shortfall of a 402. */
	members?: Record<string, unknown>;
	/** The same in the older shape. */
	plainMembers?: Record<string, unknown>;
}

const TITLES = {
	'validation-error': 'Validation Error',
	unauthorized: 'Unauthorized',
	'insufficient-credits': 'Insufficient Credits',
	forbidden: 'Forbidden',
	'access-denied': 'Access Denied',
	'not-found': 'Not Found',
	conflict: 'Conflict',
	'rate-limit-exceeded': 'Too Many Requests',
	'internal-error': 'Internal Server Error',
	'upstream-failure': 'Bad Gateway',
	'service-unavailable': 'Service Unavailable',
	timeout: 'Gateway Timeout',
} as const;

const KINDS: Record<number, keyof typeof TITLES> = {
	400: 'validation-error',
	401: 'unauthorized',
	402: 'insufficient-credits',
	403: 'forbidden',
	404: 'not-found',
	409: 'conflict',
	429: 'rate-limit-exceeded',
	500: 'internal-error',
	502: 'upstream-failure',
	503: 'service-unavailable',
	504: 'timeout',
};

/** The older shape's names of its statuses; only these are documented with it. */
const PLAIN_TITLES: Record<number, string> = {
	401: 'Unauthorized',
	402: 'Payment Required',
	404: 'Not Found',
	409: 'Conflict',
	429: 'Too Many Requests',
	500: 'Internal Server Error',
	503: 'Service Unavailable',
};

/** Problem details (RFC 9457), or `{error, message, statusCode}` where that is documented. */
export function toWire(
	problem: EnrichProblem,
	shape: 'problem' | 'plain',
	requestId: string,
): WireAnswer {
	const { status, detail, members, plainMembers } = problem;
	const error = PLAIN_TITLES[status];
	if (shape === 'plain' && error) {
		return jsonAnswer(status, { error, message: detail, statusCode: status, ...plainMembers });
	}
	const kind = problem.kind ?? KINDS[status];
	return {
		status,
		contentType: 'application/problem+json; charset=utf-8',
		body: JSON.stringify({
			// What the documentation does not name comes from somewhere on the way.
			type: kind ? `https://dev.enrich.so/errors/${kind}` : 'about:blank',
			title: kind ? TITLES[kind] : (STATUS_CODES[status] ?? 'Error'),
			status,
			detail,
			instance: `/requests/${requestId}`,
			...members,
		}),
	};
}

/** The balance does not cover what the call costs; `itemCount`: it is a batch of so many. */
export const insufficientCredits = (
	required: number,
	currentBalance: number,
	itemCount?: number,
): EnrichProblem => ({
	status: 402,
	detail: `Not enough credits. Required: ${required}, available: ${currentBalance}`,
	members: { currentBalance, required, shortfall: required - currentBalance },
	plainMembers:
		itemCount === undefined
			? undefined
			: { detail: { required, itemCount, creditCostPerItem: required / itemCount } },
});
