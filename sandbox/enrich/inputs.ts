import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { bare, shapeOf } from '../../shared/contract/schema';
import type { Checked } from '../routes';
import type { Problem } from '../wireAnswer';

/** Where the API says a field came from. */
const placeOf = ({ method }: Operation) => (method === 'GET' ? 'querystring' : 'body');

const invalid = (detail: string): Problem => ({ status: 400, detail });

/** Longer lists are checked in parts, so that other calls are answered meanwhile. */
const PART = 5000;

/** Checks what came over the wire by the operation, as the API does: the first fault is named. */
export async function checkInput(operation: Operation, raw: unknown): Promise<Checked> {
	const long = Object.entries((raw ?? {}) as Data).filter(
		(entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > PART,
	);
	if (long.length === 0) return checkAtOnce(operation, raw);
	const input: Data = { ...(raw as Data) };
	for (const [name, list] of long) {
		for (let first = 0; first < list.length; first += PART) {
			const part = list.slice(first, first + PART);
			const checked = checkAtOnce(operation, { ...cutShort(raw as Data), [name]: part }, first);
			if ('problem' in checked) return checked;
			// In place: half a million entries need not be there twice.
			(checked.input[name] as unknown[]).forEach((entry, i) => (list[first + i] = entry));
			await nextTurn();
		}
	}
	return { input };
}

const cutShort = (input: Data): Data =>
	Object.fromEntries(
		Object.entries(input).map(([name, value]) => [
			name,
			Array.isArray(value) ? value.slice(0, 1) : value,
		]),
	);

/** `first`: the place of the first entry of a list that is a part of a longer one. */
function checkAtOnce(operation: Operation, raw: unknown, first = 0): Checked {
	const place = placeOf(operation);
	const wire = operation.method === 'GET' ? typed(operation, raw as Data) : (raw ?? {});
	const parsed = operation.input.safeParse(wire);
	const issue = parsed.error?.issues[0];
	if (issue) {
		const path = issue.path.map((key) => (typeof key === 'number' ? key + first : String(key)));
		return { problem: invalid(`${[place, ...path].join('/')} ${wordsFor(issue)}`) };
	}
	const input = parsed.data as Data;
	const { needsOneOf, paging } = operation;
	if (needsOneOf && !needsOneOf.some((name) => input[name] !== undefined)) {
		return { problem: invalid(`${place} One of these is required: ${needsOneOf.join(', ')}`) };
	}
	if (paging?.maxPages && Number(input.page ?? 1) > paging.maxPages) {
		return { problem: invalid(`${place}/page Must be at most ${paging.maxPages}`) };
	}
	return { input };
}

function wordsFor(issue: z.core.$ZodIssue): string {
	if (issue.code === 'invalid_format') return `Invalid ${issue.format}`;
	if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
		return 'Required';
	return issue.message;
}

/** Query values are text; what the operation declares as number, boolean or list becomes one. */
function typed(operation: Operation, query: Data): Data {
	const fields = shapeOf(operation.input) ?? {};
	return Object.fromEntries(
		Object.entries(query).map(([name, value]) => {
			const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
			return [name, field ? coerced(bare(field), value) : value];
		}),
	);
}

function coerced(field: z.ZodType, value: unknown): unknown {
	if (field instanceof z.ZodArray) return Array.isArray(value) ? value : [value];
	if (typeof value !== 'string') return value;
	if (field instanceof z.ZodNumber && value.trim() !== '' && Number.isFinite(Number(value)))
		return Number(value);
	if (field instanceof z.ZodBoolean && /^(?:true|false)$/.test(value)) return value === 'true';
	return value;
}
