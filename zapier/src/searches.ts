import { defineSearch, type Search, type SearchPerform } from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { pageInput } from '../../shared/http/paginate';
import { lookUpRows } from '../../shared/rows/lookUpRows';
import type { RowResult } from '../../shared/rows/result';
import { enrich } from '../../shared/providers/enrich';
import { balanceSearch } from './balance';
import { offeredAs } from './placement';
import { type Item } from './item';
import { zapierIdempotencyStore } from './idempotencyStore';
import { formOf } from './inputs';
import { outputFields, sampleOf, toRows } from './outputs';
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
	const { toRow, ...form } = formOf(operation);
	const { paging } = operation;
	const isFree = paging && documentedCost(operation, pageInput(paging, {}, 1, 1)) === 0;

	const perform: SearchPerform<Data, Data> = (z, bundle) =>
		runStep(z, bundle, async (client, connection) => {
			const { results } = await lookUpRows(operation, [toRow(bundle.inputData)], {
				client,
				store: zapierIdempotencyStore(z, connection, { isFree }),
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
		return isRow ? toRows(operation, result, omits) : [];
	}

	return defineSearch({
		key,
		noun,
		display: { label, description },
		operation: {
			...form,
			perform,
			outputFields: outputFields(operation, omits),
			sample: sampleOf(operation, omits),
		},
	});
}
