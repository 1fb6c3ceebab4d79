import { defineSearch, type Search, type SearchPerform } from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { pageInput } from '../../shared/http/paginate';
import { lookUpRows, type Row } from '../../shared/rows/lookUpRows';
import type { RowResult } from '../../shared/rows/result';
import { enrich } from '../../shared/providers/enrich';
import { balanceSearch } from './balance';
import { offeredAs } from './placement';
import { type Item } from './item';
import { zapierIdempotencyStore } from './idempotencyStore';
import { formOf } from './inputs';
import { withInitialField, wholeNamesOf } from './lastNames';
import { outputFields, sampleOf, toRows, withoutNulls } from './outputs';
import { runStep } from './step';

const getWalletBalance: Operation = enrich.operations.getWalletBalance;

/** Every operation that the catalog places as a search; all but the balance by the same rules. */
export const searches: Record<string, Search> = Object.fromEntries(
	offeredAs('search').map(({ operation, item }) => [
		item.key,
		operation === getWalletBalance ? balanceSearch(item) : searchOf(operation, item),
	]),
);

function searchOf(operation: Operation, { key, noun, label, description, omits }: Item): Search {
	const { toRow, maxCredits, ...form } = formOf(operation);
	const { paging } = operation;
	const withWholeNames = wholeNamesOf(operation);
	/** A lost answer of a free call blocks nothing. */
	const isFree = ({ page = 1, limit = 1 }: Row) =>
		paging && documentedCost(operation, pageInput(paging, {}, page, limit)) === 0;

	const perform: SearchPerform<Data, Data> = (z, bundle) =>
		runStep(z, bundle, async (client, connection) => {
			const row = toRow(bundle.inputData);
			const { results } = await lookUpRows(operation, [row], {
				client,
				// What is documented as free needs no limit, and no cache that knows what was spent.
				maxCredits: isFree(row) ? undefined : maxCredits(bundle.inputData),
				store: zapierIdempotencyStore(z, connection, { isFree: isFree(row) }),
			});
			return rowsOf(results[0] as RowResult);
		});

	/** @throws ConnectorError where there is no answer. */
	function rowsOf(result: RowResult): Data[] {
		if (result.error) throw result.error;
		if (result.outcome === 'skipped')
			throw new ConnectorError({ kind: 'badInput', detail: result.reason });
		// A verdict is an answer, also one that is no hit.
		const isRow = result.outcome === 'found' || (operation.verdict && result.data);
		return isRow ? toRows(operation, result, omits).map(withWholeNames) : [];
	}

	return defineSearch({
		key,
		noun,
		display: { label, description },
		operation: {
			...form,
			perform,
			outputFields: withInitialField(operation, outputFields(operation, omits)),
			sample: withoutNulls(withWholeNames(sampleOf(operation, omits))),
		},
	});
}
