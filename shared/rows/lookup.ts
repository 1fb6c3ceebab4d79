import type { Prepared } from '../input/prepare';

/** Rows with equal input: looked up once, answered together. */
export interface Lookup extends Prepared {
	/** Entries wanted of a list; undefined: all. */
	limit: number | undefined;
	/** Indexes of the rows that asked for it. */
	rows: number[];
}
