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
	/**
	 * Offered directly on small forms; the others go behind "more". A number: at the very top of any
	 * form, in this order.
	 */
	common?: true | number;
	/** Heading under which long forms list it. */
	group?: string;
	/** How a filter compares. */
	match?: Match;
	/** The list of the provider that its values are chosen from; a key of `Provider.valueLists`. */
	valuesFrom?: string;
	/** One end of a range of this name; the keys of both ends differ in `Min` and `Max`. */
	range?: string;
	/** Seldom changed: it stands among the options. */
	isSetting?: true;
}

export type Match = 'exact' | 'contains' | 'atLeast';

/** How a filter compares, as a sentence. */
export const MATCHES: Record<Match, string> = {
	exact: 'Exact match',
	contains: 'Finds whatever contains it',
	atLeast: 'Finds this number and more',
};
