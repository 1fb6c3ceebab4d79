import type { Data } from '../contract/data';
import type { Operation } from '../contract/operation';
import type { EncodedRequest } from '../contract/provider';

export type BodyFormat = 'json' | 'form';

const CONTENT_TYPES: Record<BodyFormat, string> = {
	json: 'application/json',
	form: 'application/x-www-form-urlencoded',
};

/**
 * A request as most APIs take it: `{name}` in the path, then the body of a POST, else the query.
 * Lists in forms and queries repeat their key.
 */
export function encodeRequest(
	{
		method,
		path,
		queryKeys = [],
		answers,
	}: Pick<Operation, 'method' | 'path' | 'queryKeys' | 'answers'>,
	input: Data,
	format: BodyFormat = 'json',
): EncodedRequest {
	const rest = { ...input };
	const take = (name: string) => {
		const value = rest[name];
		delete rest[name];
		return value;
	};
	const target = path.replace(/\{(\w+)\}/g, (_, name: string) =>
		encodeURIComponent(String(take(name))),
	);
	const hasBody = method === 'POST';
	const inQuery = hasBody ? Object.fromEntries(queryKeys.map((key) => [key, take(key)])) : rest;
	const query = pairsOf(inQuery);
	return {
		method,
		path: `${target}${query.size > 0 ? `?${query}` : ''}`,
		headers: {
			// Errors are JSON in any case.
			accept: answers === 'csv' ? 'text/csv, application/json' : 'application/json',
			...(hasBody && { 'content-type': CONTENT_TYPES[format] }),
		},
		...(hasBody && { body: format === 'json' ? JSON.stringify(rest) : String(pairsOf(rest)) }),
	};
}

const pairsOf = (values: Data): URLSearchParams =>
	new URLSearchParams(
		Object.entries(values).flatMap(([key, value]) =>
			[value].flat().flatMap((one) => (one === undefined ? [] : [[key, String(one)]])),
		),
	);
