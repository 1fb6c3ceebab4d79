import type { PlainOutputField } from 'zapier-platform-core';
import {
	type FieldType,
	type FormField,
	outputFields as fieldsOf,
} from '../../shared/contract/form';
import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import type { RowResult } from '../../shared/rows/result';
import {
	resultField,
	type ResultKey,
	rowFields,
	type RowKey,
} from '../../shared/rows/resultFields';
import { snakeCase } from './snakeCase';

/** A value of the output, at the top or in a line item, and where the API puts it. */
export interface Column {
	key: string;
	label: string;
	type: FieldType;
	path: string[];
	/** The columns of a line item. */
	children?: Column[];
}

/** What every result says of itself, beside what the API answered. */
const ACCOUNT = [
	'reason',
	'creditsUsed',
	'creditsLeft',
	'reusedAnswer',
	'requestId',
] satisfies RowKey[];

/**
 * An answer of earlier was paid for by another run, and reports the balance of then; of a list, the
 * first result bears the charge.
 */
const asToday = (result: RowResult, isFirst: boolean): RowResult => ({
	...result,
	...((result.isReused || !isFirst) && { creditsUsed: 0 }),
	...(result.isReused && { creditsRemaining: null }),
});

/** The fields of what rows and batches say of themselves. */
export const aboutFields = (keys: readonly ResultKey[]): PlainOutputField[] =>
	keys.map((key) => {
		const { title, type } = resultField(key);
		return { key: snakeCase(key), label: title, type: TYPES[type] ?? 'string' };
	});

export const aboutRow = (result: RowResult, keys: readonly RowKey[], isFirst = true): Data =>
	Object.fromEntries(
		Object.entries(rowFields(asToday(result, isFirst), keys, isFirst)).map(([key, value]) => [
			snakeCase(key),
			value,
		]),
	);

/** Fields of groups move to the top, as far as line items allow. */
export const columnsOf = (operation: Operation, omits: readonly string[] = []): Column[] =>
	flattened(fieldsOf(operation).filter(({ key }) => !omits.includes(key)));

function flattened(fields: readonly FormField[]): Column[] {
	const leaves = leavesOf(fields, []);
	return leaves.map((titled) => {
		const { fields: inner, type } = last(titled);
		const path = titled.map(({ key }) => key);
		return {
			key: path.map(snakeCase).join('_'),
			label: labelOf(titled, leaves),
			type,
			path,
			...(type === 'groups' && inner && { children: flattened(inner) }),
		};
	});
}

/** Each field that is no group, below the groups that it stands in. */
const leavesOf = (fields: readonly FormField[], above: FormField[]): FormField[][] =>
	fields.flatMap((field) =>
		field.type === 'group' ? leavesOf(field.fields ?? [], [...above, field]) : [[...above, field]],
	);

/** Its title, with as many titles of its groups as tell it from the others. */
function labelOf(leaf: FormField[], leaves: FormField[][]): string {
	const ending = (titled: FormField[], count: number) =>
		titled
			.slice(-count)
			.map(({ title }) => title)
			.join(' ');
	let count = 1;
	while (
		count < leaf.length &&
		leaves.some((other) => other !== leaf && ending(other, count) === ending(leaf, count))
	)
		count++;
	return ending(leaf, count);
}

const last = <T>(list: T[]): T => list[list.length - 1] as T;

const TYPES: Partial<Record<FieldType, PlainOutputField['type']>> = {
	number: 'number',
	yesNo: 'boolean',
	dateTime: 'datetime',
};

/** @param omits Keys that Zapier's guidelines ask to leave out, such as echoes of the input. */
export const outputFields = (
	operation: Operation,
	omits?: readonly string[],
): PlainOutputField[] => [
	...columnsOf(operation, omits).flatMap((column) => [
		toField(column),
		...firstOf(column).map(toField),
	]),
	...aboutFields(ACCOUNT),
];

export const toField = ({ key, label, type, children }: Column): PlainOutputField =>
	children
		? { key, label, children: children.map(toField) }
		: { key, label, type: TYPES[type] ?? 'string', ...(type === 'list' && { list: true }) };

/** A list of texts also comes as its first one: most fields of other apps take a single value. */
const firstOf = ({ key, label, type, path }: Column): Column[] =>
	type === 'list'
		? [{ key: `${key}_first`, label: `${label} (First)`, type: 'text', path: [...path, '0'] }]
		: [];

/** The rows of an answer, each with every key of `outputFields`; null where the API left it out. */
export function toRows(operation: Operation, result: RowResult, omits?: readonly string[]): Data[] {
	const columns = columnsOf(operation, omits).flatMap((column) => [column, ...firstOf(column)]);
	return (result.entries ?? [result.data ?? {}]).map((entry, index) => ({
		...record(columns, entry),
		...aboutRow(result, ACCOUNT, index === 0),
	}));
}

/** The columns that any of these lists may have, for rows of all of them; lists of texts become one text. */
export const flatColumns = (operations: readonly Operation[]): Column[] => [
	...new Map(
		operations
			.flatMap((operation) => columnsOf(operation))
			.filter(({ children }) => !children)
			.map((column): [string, Column] => [
				column.key,
				column.type === 'list' ? { ...column, type: 'text' } : column,
			]),
	).values(),
];

/** A row of `flatColumns`. */
export const flatRecord = (columns: Column[], data: unknown): Data =>
	Object.fromEntries(
		Object.entries(record(columns, data)).map(([key, value]) => [
			key,
			Array.isArray(value) ? value.join(', ') : value,
		]),
	);

export const record = (columns: Column[], data: unknown): Data =>
	Object.fromEntries(columns.map((column) => [column.key, valueOf(column, data)]));

function valueOf({ path, children }: Column, data: unknown): unknown {
	const value = path.reduce<unknown>((at, key) => (at as Data | null | undefined)?.[key], data);
	const shown = children
		? (value as Data[] | null | undefined)?.map((item) => record(children, item))
		: value;
	return shown ?? null;
}

/** The documented example as Zapier would show it, without what it leaves open. */
export function sampleOf(operation: Operation, omits?: readonly string[]): Data {
	const { paging, example, outcome } = operation;
	const result: RowResult = {
		outcome: 'found',
		reason: outcome(example.data).reason,
		data: example.data,
		...(paging && { entries: example.data[paging.entries] as Data[] }),
		creditsUsed: documentedCost(operation, example.input),
		creditsRemaining: 24_990,
		requestId: '665b0a7f4a6d8c001abc0042',
	};
	const [row = {}] = toRows(operation, result, omits);
	return withoutNulls(row);
}

export const withoutNulls = (row: Data): Data =>
	Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
