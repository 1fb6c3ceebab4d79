import { z } from 'zod/v4';
import type { Data, Operation } from '../shared/operation';
import type { Problem } from './problems';

/** Where the API says a field came from. */
const placeOf = ({ method }: Operation) => (method === 'GET' ? 'querystring' : 'body');

const invalid = (detail: string): Problem => ({ status: 400, detail });

/** Checks what came over the wire by the registry, as the API does: the first fault is named. */
export function checkInput(
	operation: Operation,
	raw: unknown,
): { input: Data } | { problem: Problem } {
	const place = placeOf(operation);
	const wire = operation.method === 'GET' ? typed(operation, raw as Data) : (raw ?? {});
	const parsed = operation.input.safeParse(wire);
	const issue = parsed.error?.issues[0];
	if (issue) return { problem: invalid(`${[place, ...issue.path].join('/')} ${wordsFor(issue)}`) };
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

/** Query values are text; what the registry declares as number, boolean or list becomes one. */
function typed(operation: Operation, query: Data): Data {
	const entries = Object.entries(query).map(([name, value]) => {
		const field = Object.hasOwn(operation.input.shape, name)
			? operation.input.shape[name]
			: undefined;
		return [name, field ? coerced(baseOf(field as z.ZodType), value) : value] as const;
	});
	return Object.fromEntries(entries);
}

function baseOf(field: z.ZodType): z.ZodType {
	if (
		field instanceof z.ZodOptional ||
		field instanceof z.ZodDefault ||
		field instanceof z.ZodNullable
	) {
		return baseOf(field.unwrap() as z.ZodType);
	}
	return field;
}

function coerced(field: z.ZodType, value: unknown): unknown {
	if (field instanceof z.ZodArray) return Array.isArray(value) ? value : [value];
	if (typeof value !== 'string') return value;
	if (field instanceof z.ZodNumber && value.trim() !== '' && Number.isFinite(Number(value)))
		return Number(value);
	if (field instanceof z.ZodBoolean && /^(?:true|false)$/.test(value)) return value === 'true';
	return value;
}
