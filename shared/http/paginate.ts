import { type Data, isRecord } from '../contract/data';
import type { Operation, Paging } from '../contract/operation';
import type { Success } from '../contract/provider';

/** A page of a list. */
export interface Page {
	/** From 1. */
	number: number;
	entries: Data[];
	success: Success;
	/** Whether the list goes on behind it. */
	hasMore: boolean;
}

export interface PaginateOptions {
	/** Entries wanted; default: all. */
	limit?: number;
	/** The first page to read; default: 1. */
	from?: number;
	/** Entries that were read on the pages before it; default: 0. */
	read?: number;
}

/** A list that goes on for longer repeats itself. */
const MAX_PAGES = 10_000;

/**
 * Reads a list page by page, driven by what the operation says of its paging; without it, there is
 * one page. Ends with the last page, with as many entries as are wanted, and where a page only
 * repeats the one before.
 * @param call Sends one call; what it throws ends the reading.
 */
export async function* paginate(
	call: (input: Data) => Promise<Success>,
	{ paging }: Operation,
	input: Data,
	{ limit = Infinity, from = 1, read: readBefore = 0 }: PaginateOptions = {},
): AsyncGenerator<Page> {
	if (!paging) {
		yield { number: 1, entries: [], success: await call(input), hasMore: false };
		return;
	}
	const pageSize = pageSizeFor(paging, limit);
	let read = readBefore;
	let distinct = readBefore;
	let before: string[] = [];
	let stale = 0;
	for (let number = from; ; number++) {
		const success = await call(pageInput(paging, input, number, pageSize));
		const entries = entriesIn(paging, success.data);
		const contents = entries.map((entry) => JSON.stringify(entry));
		const known = new Set(before);
		const fresh = new Set(contents.filter((content) => !known.has(content))).size;
		const isRepeated = entries.length > 0 && contents.join() === before.join();
		stale = entries.length > 0 && fresh === 0 ? stale + 1 : 0;
		if (isRepeated || stale > 1) return;
		before = contents;
		read += entries.length;
		// Where entries move from page to page while they are read, some come twice.
		distinct += fresh;
		const count = entries.length;
		const page = { data: success.data, page: number, pageSize, read: distinct, count };
		const hasMore = paging.hasMore?.(page) ?? false;
		yield { number, entries, success, hasMore };
		const maxPages = paging.maxPages ?? MAX_PAGES;
		if (!hasMore || read >= limit || number >= maxPages) return;
	}
}

/** Pages of equal size that together hold little more than is wanted: entries may cost credits. */
export const pageSizeFor = (
	{ maxSize = Infinity, maxPages = Infinity, hasMore }: Paging,
	limit: number,
): number =>
	hasMore && limit > maxSize && limit < maxSize * maxPages
		? Math.ceil(limit / Math.ceil(limit / maxSize))
		: Math.min(limit, maxSize);

export const pageInput = (
	{ size, hasMore }: Paging,
	input: Data,
	page: number,
	pageSize: number,
): Data => ({
	...input,
	...(hasMore && { page }),
	...(size !== undefined && { [size]: pageSize }),
});

export const entriesIn = ({ entries }: Paging, data: Data): Data[] => {
	const list = data[entries];
	return Array.isArray(list) ? list.filter(isRecord) : [];
};
