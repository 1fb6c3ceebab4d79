import type { Data } from '../contract/data';
import { documentedCost, type Operation, type Paging } from '../contract/operation';
import { pageInput, pageSizeFor } from '../http/paginate';
import { group, type Row } from './lookUpRows';
import type { RowResult } from './result';

export interface Estimate {
	rows: number;
	/** Equal rows are looked up once. */
	lookups: number;
	/** Rows that hold nothing to look up, or are filled already. */
	skipped: number;
	/** Rows that are refused before anything is sent. */
	unusable: number;
	/** The most that the lookups can cost as documented; null: not documented. */
	maxCredits: number | null;
}

/** What a run would do. Nothing is sent. */
export function estimate(operation: Operation, rows: readonly Row[]): Estimate {
	const results = new Array<RowResult>(rows.length);
	const lookups = group(operation, rows, results);
	let maxCredits: number | null = 0;
	for (const { input, limit = Infinity } of lookups) {
		const cost = costOf(operation, input, limit);
		maxCredits = maxCredits === null || cost === null ? null : maxCredits + cost;
	}
	const ended = (outcome: RowResult['outcome']) =>
		results.filter((result) => result?.outcome === outcome).length;
	return {
		rows: rows.length,
		lookups: lookups.length,
		skipped: ended('skipped'),
		unusable: ended('failed'),
		maxCredits,
	};
}

function costOf(operation: Operation, input: Data, limit: number): number | null {
	const { paging } = operation;
	if (!paging) return documentedCost(operation, input);
	const pages = pagesFor(paging, limit);
	if (pages === undefined) return null;
	const size = pageSizeFor(paging, limit);
	let sum = 0;
	for (let page = 1; page <= pages; page++) {
		const cost = documentedCost(operation, pageInput(paging, input, page, size));
		if (cost === null) return null;
		sum += cost;
	}
	return sum;
}

/** Undefined: nothing says how many. */
function pagesFor({ maxSize, maxPages = Infinity, hasMore }: Paging, limit: number) {
	if (!hasMore) return 1;
	const pages = maxSize === undefined ? maxPages : Math.min(maxPages, Math.ceil(limit / maxSize));
	return pages === Infinity ? undefined : pages;
}
