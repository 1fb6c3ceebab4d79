import type * as z from 'zod';
import type { FieldMeta } from './fieldMeta';

/** What `.optional()`, `.nullable()` and `.default()` wrap, down to the bare field. */
export function bare(field: z.ZodType): z.ZodType {
	const { innerType } = field.def as { innerType?: z.ZodType };
	return innerType ? bare(innerType) : field;
}

/** A field's title, help and the like; they sit on the bare field or on what wraps it. */
export function metaOf(field: z.ZodType): Partial<FieldMeta> {
	const { innerType } = field.def as { innerType?: z.ZodType };
	return {
		...(innerType && metaOf(innerType)),
		...(field.meta() as Partial<FieldMeta> | undefined),
	};
}

/** The fields of an object, wrapped or not. */
export function shapeOf(field: z.ZodType): Record<string, z.ZodType> | undefined {
	return (bare(field) as Partial<z.ZodObject>).shape as Record<string, z.ZodType> | undefined;
}

/** Whether a value must be there for the API (input) or is always there (output). */
export const isRequired = (field: z.ZodType): boolean => !field.safeParse(undefined).success;

const known = new WeakMap<z.ZodType, string[]>();

/** The fields that every answer holds. */
export function requiredKeys(schema: z.ZodType): string[] {
	const before = known.get(schema);
	if (before) return before;
	const fields = Object.entries(shapeOf(schema) ?? {});
	const keys = fields.filter(([, field]) => isRequired(field)).map(([key]) => key);
	known.set(schema, keys);
	return keys;
}
