import * as z from 'zod';
import { type Data, isRecord } from './data';
import { bare, shapeOf } from './schema';

/** The type of what an API answers: any field may be missing at any depth. */
export type Lenient<T> = T extends readonly (infer E)[]
	? Lenient<E>[]
	: T extends object
		? { [K in keyof T]?: Lenient<T[K]> }
		: T;

type Reader = (value: unknown, path: string, dropped: string[]) => unknown;

const readers = new WeakMap<z.ZodType, Reader>();

/**
 * Reads an answer as its schema has it, and never refuses one: unknown keys stay, texts that hold a
 * number or a yes become one where that was expected, and what is of another type is left out.
 * `dropped` names what was left out, such as `results/3/email`.
 */
export function readLeniently<O extends z.ZodObject>(
	schema: O,
	value: Data,
): { data: Lenient<z.output<O>>; dropped: string[] } {
	const dropped: string[] = [];
	const data = readerOf(schema)(value, '', dropped) as Lenient<z.output<O>>;
	return { data, dropped };
}

/** Built once for each schema, as large results are read with it. */
function readerOf(field: z.ZodType): Reader {
	const known = readers.get(field);
	if (known) return known;
	const isNullable = field.def.type === 'nullable' || isNullableInside(field);
	const read = typedReader(bare(field));
	const reader: Reader = (value, path, dropped) => {
		if (value === undefined) return undefined;
		if (value === null) return isNullable ? null : undefined;
		const result = read(value, path, dropped);
		if (result === undefined) dropped.push(path);
		return result;
	};
	readers.set(field, reader);
	return reader;
}

function isNullableInside(field: z.ZodType): boolean {
	const { innerType } = field.def as { innerType?: z.ZodType };
	return (
		innerType !== undefined && (innerType.def.type === 'nullable' || isNullableInside(innerType))
	);
}

function typedReader(field: z.ZodType): Reader {
	const shape = shapeOf(field);
	if (shape) return objectReader(shape);
	switch (field.def.type) {
		case 'string':
		case 'enum':
			return (value) => (typeof value === 'number' ? String(value) : only('string', value));
		case 'number':
		case 'int':
			return (value) => (typeof value === 'string' ? numberIn(value) : finite(value));
		case 'boolean':
			return (value) =>
				typeof value === 'string' ? YES_NO.get(value.toLowerCase()) : only('boolean', value);
		case 'array':
			return arrayReader(readerOf((field as z.ZodArray<z.ZodType>).element));
		case 'record':
			return (value) => (isRecord(value) ? value : undefined);
		default:
			return (value) => value;
	}
}

function objectReader(shape: Record<string, z.ZodType>): Reader {
	const fields = Object.entries(shape).map(([key, field]) => [key, readerOf(field)] as const);
	return (value, path, dropped) => {
		if (!isRecord(value)) return undefined;
		let copy: Data | undefined;
		for (const [key, read] of fields) {
			if (!Object.hasOwn(value, key)) continue;
			const inner = read(value[key], path === '' ? key : `${path}/${key}`, dropped);
			if (inner === value[key]) continue;
			copy ??= { ...value };
			if (inner === undefined) delete copy[key];
			else copy[key] = inner;
		}
		return copy ?? value;
	};
}

/** A bad entry is left out; the others stay. */
const arrayReader =
	(read: Reader): Reader =>
	(value, path, dropped) => {
		if (!Array.isArray(value)) return undefined;
		let isSame = true;
		const entries: unknown[] = [];
		value.forEach((entry, i) => {
			const inner = read(entry, `${path}/${i}`, dropped);
			if (inner !== entry) isSame = false;
			if (inner !== undefined) entries.push(inner);
			else if (entry === null || entry === undefined) dropped.push(`${path}/${i}`);
		});
		return isSame && entries.length === value.length ? value : entries;
	};

const only = (type: string, value: unknown) => (typeof value === type ? value : undefined);
const finite = (value: unknown) => (Number.isFinite(value) ? value : undefined);
const numberIn = (text: string) => (text.trim() === '' ? undefined : finite(Number(text)));
const YES_NO = new Map([
	['true', true],
	['false', false],
]);
