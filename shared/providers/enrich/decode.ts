/** Enrich's envelope `{ success, data, meta }`, and every shape of error that it is known to send. */
import { type Data, isRecord } from '../../contract/data';
import { readLeniently } from '../../contract/lenient';
import type { Operation } from '../../contract/operation';
import type { Failure, Provider, Receipt, Success } from '../../contract/provider';
import { requiredKeys } from '../../contract/schema';
import type { ErrorFacts } from '../../errors/ConnectorError';
import type { HttpResponse } from '../../http/transport';
import { amountOf, describeBody, firstText, parseJson } from '../../http/response';
import { retryAfter } from '../../http/retry';
import { statusRule } from '../../http/status';
import { titleOf } from '../../input/prepare';

export const decode: Provider['decode'] = (operation, response, now) => {
	const { status, headers } = response;
	const body = parseJson(response.body);
	const problem = readProblem(body, operation);
	if (status >= 200 && status < 300) {
		const success =
			operation.answers === 'csv'
				? toFile(response)
				: toSuccess(operation, unlisted(operation, body));
		if (success) return success;
		const detail = saidIn(body) ?? describeBody(response);
		const facts = { ...problem, kind: 'unreadable', status, execution: 'maybe', detail } as const;
		return { facts, retryable: true };
	}
	const retryAfterMs = retryAfter(headers['retry-after'], now);
	const { retryable, ...rule } = statusRule(status, retryAfterMs !== undefined);
	const facts: ErrorFacts = {
		...problem,
		...rule,
		status,
		retryAfterMs: retryAfterMs ?? problem.retryAfterMs,
	};
	return { facts, retryable } satisfies Failure;
};

/** A list in `data` as an object that holds it. */
const unlisted = ({ answers, paging }: Operation, body: unknown): unknown =>
	answers === 'list' && paging && isRecord(body) && Array.isArray(body.data)
		? { ...body, data: { [paging.entries]: body.data } }
		: body;

/** Undefined: somebody else has answered. What a file cost stands in the headers. */
function toFile({ headers, body }: HttpResponse): Success | undefined {
	if (!headers['content-type']?.includes('csv')) return undefined;
	const credits = (name: string) => amountOf(headers[`x-credits-${name}`]) ?? null;
	return {
		data: { csv: body },
		receipt: toReceipt({
			creditsUsed: credits('used'),
			creditsRefunded: credits('refunded'),
			creditsRemaining: credits('remaining'),
		}),
	};
}

/** Undefined: it is no answer to this operation, but to something else or by somebody else. */
function toSuccess(operation: Operation, body: unknown): Success | undefined {
	if (!isRecord(body) || body.success === false || !isRecord(body.data)) return undefined;
	const meta = isRecord(body.meta) ? body.meta : {};
	// Without a receipt, and with nothing that is expected, somebody else has answered.
	const expected = requiredKeys(operation.output);
	const given = body.data;
	const isForeign = expected.length > 0 && !expected.some((key) => Object.hasOwn(given, key));
	if (isForeign && Object.keys(meta).length === 0) return undefined;
	const { data, dropped } = readLeniently(operation.output, given);
	return { data: data as Data, receipt: toReceipt(meta), ...(dropped.length > 0 && { dropped }) };
}

function toReceipt(meta: Data): Receipt {
	return {
		requestId: typeof meta.requestId === 'string' ? meta.requestId : undefined,
		creditsUsed: creditsIn(meta.creditsUsed) ?? null,
		creditsRemaining: creditsIn(meta.creditsRemaining) ?? null,
		...withCredits('creditsReserved', meta),
		...withCredits('creditsRefunded', meta),
		processingTimeMs: typeof meta.processingTimeMs === 'number' ? meta.processingTimeMs : undefined,
	};
}

const creditsIn = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
const withCredits = (key: 'creditsReserved' | 'creditsRefunded', meta: Data) => {
	const credits = creditsIn(meta[key]);
	return credits === undefined ? {} : { [key]: credits };
};

/** What an error says in its own words, be it sent as a success. */
const saidIn = (body: unknown): string | undefined =>
	isRecord(body) && (body.success === false || body.error !== undefined)
		? firstText(...textsOf(body))
		: undefined;

const textsOf = ({ detail, message, error, errors, title }: Data): unknown[] => [
	detail,
	message,
	...[detail, message, error, errors]
		.flat()
		.flatMap((part) =>
			isRecord(part) ? [part.message, part.detail, part.error, part.title] : [part],
		),
	title,
];

/**
 * Reads RFC 9457 problems, `{error}`, `{statusCode, error, message, retryAfter}`, `{error, message}`,
 * and errors within objects or lists. Anything else says nothing.
 */
function readProblem(body: unknown, operation: Operation): Omit<ErrorFacts, 'kind'> {
	if (!isRecord(body)) return {};
	const inner = isRecord(body.detail) ? body.detail : isRecord(body.error) ? body.error : {};
	const meta = isRecord(body.meta) ? body.meta : {};
	const detail = firstText(...textsOf(body));
	const field = /^(?:body|querystring|params)\/([^\s]+) (.+)$/s.exec(detail ?? '');
	const amounts = /required:?\s*([\d.,]*\d)\D+available:?\s*([\d.,]*\d)/i.exec(detail ?? '');
	const seconds = amountOf(body.retryAfter);
	return {
		detail: field?.[2] ?? detail,
		field: field?.[1] && titleOf(operation, ...field[1].split('/')),
		requestId: firstText(meta.requestId, body.requestId) ?? idOf(body.instance),
		creditsRequired: amountOf(body.required ?? inner.required) ?? amountOf(amounts?.[1]),
		creditsAvailable:
			amountOf(body.currentBalance ?? inner.currentBalance ?? inner.available) ??
			amountOf(amounts?.[2]),
		creditsMissing: amountOf(body.shortfall ?? inner.shortfall),
		creditsUsed: creditsIn(meta.creditsUsed),
		retryAfterMs: seconds && seconds * 1000,
	};
}

/** "/requests/3fa85f64" → "3fa85f64" */
const idOf = (instance: unknown) =>
	typeof instance === 'string'
		? instance.slice(instance.lastIndexOf('/') + 1).slice(0, 100) || undefined
		: undefined;
