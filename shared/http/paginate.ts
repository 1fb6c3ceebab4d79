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
}

/**
 * Reads a list page by page, driven by what the operation says of its paging; without it, there is
 * one page. Ends with the last page, with as many entries as are wanted, and where a page only repeats the one before.
 * @param call Sends one call; what it throws ends the reading.
 */
export async function* paginate(
	call: (input: Data) => Promise<Success>,
	{ paging }: Operation,
	input: Data,
	{ limit = Infinity }: PaginateOptions = {},
): AsyncGenerator<Page> {
	if (!paging) {
		yield { number: 1, entries: [], success: await call(input), hasMore: false };
		return;
	}
	const pageSize = pageSizeFor(paging, limit);
	let read = 0;
	let before = '';
	for (let number = 1; ; number++) {
		const success = await call(pageInput(paging, input, number, pageSize));
		const entries = entriesIn(paging, success.data);
		const content = entries.length > 0 ? JSON.stringify(entries) : '';
		const isRepeated = content !== '' && content === before;
		if (isRepeated) return;
		before = content;
		read += entries.length;
		const page = { data: success.data, page: number, pageSize, read, count: entries.length };
		const hasMore = paging.hasMore?.(page) ?? false;
		yield { number, entries, success, hasMore };
		if (!hasMore || read >= limit || number >= (paging.maxPages ?? Infinity)) return;
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
