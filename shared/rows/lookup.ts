import type { Prepared } from '../input/prepare';

/** From and until when, in ms since 1970, both included; default: no bound. */
export interface Period {
	from?: number;
	to?: number;
}

/** Rows with equal input: looked up once, answered together. */
export interface Lookup extends Prepared {
	/** Entries wanted of a list; undefined: all. */
	limit: number | undefined;
	/** Only entries of that time, where the list comes newest first. */
	period?: Period;
	/** Indexes of the rows that asked for it. */
	rows: number[];
}
