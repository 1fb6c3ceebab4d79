import type { Data } from '../../shared/contract/data';

/** A form body as an object. Repeated keys and `key[]`, as clients send lists, become lists. */
export function parseForm(text: string): Data {
	const values = new Map<string, string | string[]>();
	for (const [name, value] of new URLSearchParams(text)) {
		const key = name.replace(/\[\]$/, '');
		const before = values.get(key);
		const isList = before !== undefined || key !== name;
		values.set(key, isList ? [before ?? [], value].flat() : value);
	}
	return Object.fromEntries(values);
}
