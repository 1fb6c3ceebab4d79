import type { Normalizer } from '../input/normalize';

/** What a field's `.meta()` holds; every platform, the sandbox and the documentation read it. */
export interface FieldMeta {
	title: string;
	/** One sentence of help, without a final period. */
	description?: string;
	examples?: unknown[];
	/** How a value from somebody's list is normalized before it is checked. */
	normalize?: Normalizer;
	/** Value and label of each choice, where the API names choices but does not enforce them. */
	options?: Record<string, string>;
	/** What a form starts with; default: what the schema does. */
	initial?: unknown;
	/** Offered directly on small forms; the others go behind "more". */
	common?: boolean;
}
