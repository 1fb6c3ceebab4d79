/** CUFinder's envelope `{ status: 1, data }`, and its errors: `{ status: -1, message }` or, before, `{ type, message }`. */
import { type Data, isRecord } from '../../contract/data';
import { readLeniently } from '../../contract/lenient';
import type { Operation } from '../../contract/operation';
import type { Provider, Success } from '../../contract/provider';
import { amountOf, describeBody, firstText, parseJson } from '../../http/response';
import { retryAfter } from '../../http/retry';
import { rule, statusRule, type StatusRule, type StatusRules } from '../../http/status';

export const decode: Provider['decode'] = (operation, response, now) => {
	const { status, headers } = response;
	const body = parseJson(response.body);
	if (isHit(status, body)) return toSuccess(operation, body.data);
	const detail = isRecord(body) ? firstText(body.message) : undefined;
	const isEmpty = response.body.trim() === '';
	if (isMiss(status, isEmpty || isRecord(body), detail)) return toSuccess(operation, dataIn(body));
	const retryAfterMs = retryAfter(headers['retry-after'], now);
	const { retryable, ...facts } =
		ruleSaid(status, detail) ?? ruleFor(status, body, retryAfterMs !== undefined);
	const isUnsaid = detail === undefined && (facts.kind === 'unreadable' || status === 404);
	return {
		facts: {
			...facts,
			status,
			retryAfterMs,
			detail: isUnsaid ? describeBody(response) : detail,
		},
		retryable,
	};
};

const isSuccessful = (status: number): boolean => status >= 200 && status < 300;

const isHit = (status: number, body: unknown): body is { data: Data } =>
	isSuccessful(status) && isRecord(body) && Number(body.status) === 1 && isRecord(body.data);

const isFailure = (body: unknown): boolean => isRecord(body) && Number(body.status) === -1;

/** "Not found" at the start, or of what was looked for: neither a key nor an account. */
const MISS =
	/^(?:no\b.*\b(?:found|results?|data|match(?:es)?)\b|not found|nothing\b.*\bfound)|\b(?:compan\w+|person|people|profile|e-?mail|domain|results?|data|records?)\b.*\bnot\b.*\bfound\b/i;

/** A 404 in other words than these may be a miss, too: how one reads is not documented. */
const WRONG_ADDRESS = /\b(?:route|endpoint|cannot (?:get|post))\b/i;

const isMiss = (status: number, isOwn: boolean, detail = ''): boolean =>
	ruleSaid(status, detail) === undefined &&
	(MISS.test(detail) || (status === 404 && isOwn)) &&
	!WRONG_ADDRESS.test(detail);

/** By status and message: what is said counts more than the status, about which sources differ. */
const MESSAGES: [RegExp, StatusRule][] = [
	[/\b(?:not enough|insufficient|out of|no more|no) credits?\b/i, rule('insufficientCredits')],
	[/\bapi[ _-]?key\b/i, rule('unauthorized')],
	[/\btoo many requests\b|\brate limit/i, rule('rateLimited', 'no', true)],
	[/^400 .*\b(?:required|invalid|malformed|must)\b/i, rule('badInput')],
];

const ruleSaid = (status: number, detail = ''): StatusRule | undefined =>
	MESSAGES.find(([pattern]) => pattern.test(`${status} ${detail}`))?.[1];

/** Statuses that CUFinder uses otherwise than most. */
const STATUS_RULES: StatusRules = {
	400: rule('insufficientCredits'),
	404: rule('badSettings'),
	422: rule('badInput'),
};

function ruleFor(status: number, body: unknown, saysWhenToRetry: boolean): StatusRule {
	if (!isSuccessful(status)) return statusRule(status, saysWhenToRetry, STATUS_RULES);
	// Only results are documented as paid, but what this failure means is not.
	return isFailure(body) ? rule('refused', 'maybe') : rule('unreadable', 'maybe', true);
}

/** What an enrichment has found stands in one of these; its fields are those of the answer. */
const WRAPPERS = ['company', 'person'];

function toSuccess(operation: Operation, given: Data): Success {
	// Not what the call cost, but what is left after it.
	const { credit_count: left, ...answer } = given;
	for (const wrapper of WRAPPERS) {
		const found = answer[wrapper];
		if (!isRecord(found)) continue;
		delete answer[wrapper];
		Object.assign(answer, found);
	}
	const { data, dropped } = readLeniently(operation.output, answer);
	return {
		data,
		receipt: { creditsUsed: null, creditsRemaining: amountOf(left) ?? null },
		...(dropped.length > 0 && { dropped }),
	};
}

const dataIn = (body: unknown): Data => (isRecord(body) && isRecord(body.data) ? body.data : {});
