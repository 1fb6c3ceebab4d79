/** Enrich's envelope `{ success, data, meta }`, and every shape of error that it is known to send. */
import { type Data, isRecord } from '../../contract/data';
import { readLeniently } from '../../contract/lenient';
import type { Operation } from '../../contract/operation';
import type { Failure, Provider, Receipt, Success } from '../../contract/provider';
import { requiredKeys } from '../../contract/schema';
import type { ErrorFacts } from '../../errors/ConnectorError';
import { amountOf, describeBody, firstText, parseJson } from '../../http/response';
import { retryAfter } from '../../http/retry';
import { statusRule } from '../../http/status';
import type { HttpResponse } from '../../http/transport';
import { titleOf } from '../../input/prepare';

export const decode: Provider['decode'] = (operation, response, now) => {
	const { status, headers } = response;
	const body = parseJson(response.body);
	const words = body === undefined ? plainText(response) : undefined;
	const problem = readProblem(words ?? body, operation);
	if (status >= 200 && status < 300) {
		const success =
			operation.answers === 'csv'
				? toFile(response)
				: toSuccess(operation, unlisted(operation, body));
		if (success) return success;
		const said = isRefusal(body) ? problem.detail : undefined;
		const kind = said === undefined ? 'unreadable' : 'serverSide';
		const heard = words?.trim() ? `: ${words}` : '';
		const detail = said ?? firstText(describeBody(response) + heard);
		return { facts: { ...problem, kind, status, execution: 'maybe', detail }, retryable: true };
	}
	const retryAfterMs = retryAfter(headers['retry-after'], now);
	const { retryable, ...rule } = statusRule(status, retryAfterMs !== undefined);
	const isCharged = (problem.creditsUsed ?? 0) > 0;
	const facts: ErrorFacts = {
		...problem,
		...rule,
		// Without an ID to be unknown, it is the base URL that leads elsewhere.
		...(status === 404 && !operation.path.includes('{') && { kind: 'badSettings' }),
		...(isCharged && { execution: 'maybe' }),
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

/** A success that reports what went wrong. */
const isRefusal = (body: unknown): boolean =>
	isRecord(body) && [body.success === false, body.error, body.errors].some(Boolean);

/** What somebody in between says, where it is words and no page or broken data. */
const plainText = ({ body }: HttpResponse): string | undefined =>
	/^\s*[<{["]/.test(body) ? undefined : body;

const SAID_IN = ['detail', 'message', 'error', 'errors', 'title'] as const;

/** What an error says in its own words; several of a list are joined. */
function textIn(value: unknown, depth = 0): string | undefined {
	if (depth > MAX_DEPTH || typeof value === 'string') return firstText(value);
	if (Array.isArray(value)) {
		const texts = value.slice(0, MAX_TEXTS).map((entry) => textIn(entry, depth + 1));
		return firstText(texts.filter((text) => text !== undefined).join('; '));
	}
	if (!isRecord(value)) return undefined;
	// Plain texts first: an object beside them holds the details.
	const parts = SAID_IN.map((key) => value[key]);
	const plain = parts.slice(0, 2).find((part) => typeof part === 'string');
	return firstText(plain, ...parts.map((part) => textIn(part, depth + 1)));
}
const MAX_DEPTH = 4;
const MAX_TEXTS = 5;

/**
 * Reads RFC 9457 problems, `{error}`, `{statusCode, error, message, retryAfter}`, `{error, message}`,
 * errors within objects or lists, and plain text. Anything else says nothing.
 */
function readProblem(said: unknown, operation: Operation): Omit<ErrorFacts, 'kind'> {
	const body = isRecord(said) ? said : { detail: said };
	const inner = [body.detail, body.error, body].find(isRecord) ?? {};
	const meta = isRecord(body.meta) ? body.meta : {};
	const detail = textIn(body);
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
