import type { Prepared } from '../input/prepare';

/** From and until when, in ms since 1970, both included; default: no bound. */
export interface Period {
	from?: number;
	to?: number;
}

/** How much of a list is wanted. */
export interface LookupLimits {
	/** Entries; undefined: all. */
	limit: number | undefined;
	/** The first page to read, from 1; default: 1. */
	page?: number;
	/** Entries that were wanted besides, and are left out because they are not free. */
	unpaid?: number | 'all';
}

/** Rows with equal input: looked up once, answered together. */
export interface Lookup extends Prepared, LookupLimits {
	/** Only entries of that time, where the list comes newest first. */
	period?: Period;
	/** Indexes of the rows that asked for it. */
	rows: number[];
}
