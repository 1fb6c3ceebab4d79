import { shortened } from '../../input/normalize';
import type { ErrorFacts } from '../../errors/ConnectorError';
import type { Operation } from '../../contract/operation';
import { titleOf } from '../../input/prepare';

type Told = Pick<
	ErrorFacts,
	| 'detail'
	| 'requestId'
	| 'field'
	| 'creditsRequired'
	| 'creditsAvailable'
	| 'creditsMissing'
	| 'retryAfterMs'
>;

const LONGEST_DETAIL = 300;

/**
 * Reads every error body that Enrich is known to send: RFC 9457 problems, `{error}`,
 * `{statusCode, error, message, retryAfter}` and `{error, message}`. Anything else tells nothing.
 */
export function readProblem(body: unknown, operation: Operation): Told {
	if (typeof body !== 'object' || body === null) return {};
	const told = body as Record<string, unknown>;
	const detail = firstText(told.detail, told.message, told.error, told.title);
	const field = /^(?:body|querystring|params)\/([^\s]+) (.+)$/s.exec(detail ?? '');
	const amounts = /required:?\s*([\d.,]*\d)\D+available:?\s*([\d.,]*\d)/i.exec(detail ?? '');
	return {
		detail: field?.[2] ?? detail,
		field: field?.[1] && titleOf(operation, ...field[1].split('/')),
		requestId:
			firstText((told.meta as Record<string, unknown> | undefined)?.requestId, told.requestId) ??
			idOf(told.instance),
		creditsRequired: numberOf(told.required) ?? numberOf(amounts?.[1]),
		creditsAvailable: numberOf(told.currentBalance) ?? numberOf(amounts?.[2]),
		creditsMissing: numberOf(told.shortfall),
		retryAfterMs: ((seconds) => seconds && seconds * 1000)(numberOf(told.retryAfter)),
	};
}

/** "/requests/3fa85f64" → "3fa85f64" */
const idOf = (instance: unknown) =>
	typeof instance === 'string'
		? instance.slice(instance.lastIndexOf('/') + 1).slice(0, 100) || undefined
		: undefined;

function firstText(...values: unknown[]): string | undefined {
	const text = values.find(
		(value): value is string => typeof value === 'string' && value.trim() !== '',
	);
	return text && shortened(text, LONGEST_DETAIL);
}

function numberOf(value: unknown): number | undefined {
	const number = typeof value === 'string' ? Number(value.replace(/,/g, '') || NaN) : value;
	return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}
