import { defineSearch, type Search, type SearchPerform } from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { enrich } from '../../shared/providers/enrich';
import { lookUpRows } from '../../shared/rows/lookUpRows';
import type { RowResult } from '../../shared/rows/result';
import { type Item, offeredAs } from './catalog';
import { toZapierError } from './errors';
import { zapierIdempotencyStore } from './idempotencyStore';
import { formOf } from './inputs';
import { outputFields, sampleOf, toRows } from './outputs';
import { clientOf } from './transport';

/** Every operation that the catalog places as a search; nothing is added by hand. */
export const searches: Record<string, Search> = Object.fromEntries(
	offeredAs('search').map(({ operation, item }) => [item.key, searchOf(operation, item)]),
);

function searchOf(operation: Operation, { key, noun, label, description }: Item): Search {
	const { toRow, ...form } = formOf(operation);

	const perform: SearchPerform<Data, Data> = async (z, { authData, inputData }) => {
		try {
			const connection = enrich.auth.toConnection(authData);
			const { results } = await lookUpRows(operation, [toRow(inputData)], {
				client: clientOf(z, connection),
				store: zapierIdempotencyStore(z, connection),
			});
			return rowsOf(operation, results[0] as RowResult);
		} catch (error) {
			throw toZapierError(z, error);
		}
	};

	return defineSearch({
		key,
		noun,
		display: { label, description },
		operation: {
			...form,
			perform,
			outputFields: outputFields(operation),
			sample: sampleOf(operation),
		},
	});
}

/** @throws ConnectorError where there is no answer. */
function rowsOf(operation: Operation, result: RowResult): Data[] {
	if (result.error) throw result.error;
	if (result.outcome === 'skipped')
		throw new ConnectorError({ kind: 'badInput', detail: result.reason });
	return result.outcome === 'found' ? toRows(operation, result) : [];
}
