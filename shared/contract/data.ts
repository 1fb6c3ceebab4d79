/** Any object of JSON. */
export type Data = Record<string, unknown>;

export const isRecord = (value: unknown): value is Data =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text of an answer that may lack it, or hold something else in its place. */
export const textOr = (otherwise: string, value: unknown): string =>
	typeof value === 'string' && value.trim() !== '' ? value : otherwise;
