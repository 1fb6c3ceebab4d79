import { documentedCost, type Operation } from '../contract/operation';
import { pageInput } from '../http/paginate';

/** How many entries of a list one free page holds, as documented; undefined: none are free, or all. */
export function freeEntries(operation: Operation): number | undefined {
	const { paging, price } = operation;
	if (!paging?.size || paging.maxSize === undefined || price === null) return undefined;
	const isFree = (count: number) =>
		documentedCost(operation, pageInput(paging, {}, 1, count)) === 0;
	for (let count = paging.maxSize; count > 0; count--) if (isFree(count)) return count;
	return undefined;
}
