/** Reading bodies: what any provider's `decode` needs. */
import { shortened } from '../input/text';
import type { HttpResponse } from './transport';

export function parseJson(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

/** What stands in `body` if it is not the JSON that was expected. */
export function describeBody({ body, headers }: HttpResponse): string {
	if (body.trim() === '') return 'it is empty';
	if (/html/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)/i.test(body))
		return 'it is a web page, not data';
	return parseJson(body) === undefined
		? 'it is not valid JSON, or was cut off'
		: 'it holds no result';
}

/** A copy in which the secrets are blacked out. */
export const redacted = (body: string, secrets: readonly string[] = []): string =>
	secrets.reduce(
		(text, secret) => (secret && text.includes(secret) ? text.split(secret).join('[key]') : text),
		body,
	);

const MAX_DETAIL = 300;

/** The first of these that is a text, short enough for a message. */
export function firstText(...values: unknown[]): string | undefined {
	const text = values.find(
		(value): value is string => typeof value === 'string' && value.trim() !== '',
	);
	return text && shortened(text, MAX_DETAIL);
}

/** An amount of credits or the like; "1,000" too. Undefined: it is none. */
export function amountOf(value: unknown): number | undefined {
	const number = typeof value === 'string' ? Number(value.replace(/,/g, '') || NaN) : value;
	return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}
