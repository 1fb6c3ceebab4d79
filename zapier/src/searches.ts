import { defineSearch, type Search, type SearchPerform } from 'zapier-platform-core';
import { toConnection } from '../../shared/providers/enrich/auth';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { Data } from '../../shared/contract/operation';
import { lookUpRows, type RowResult } from '../../shared/rows/lookUpRows';
import { toZapierError } from './errors';
import { formOf } from './inputs';
import { zapierIdempotencyStore } from './idempotencyStore';
import { type Offered, offeredAs } from './names';
import { outputFields, sampleOf, toRows } from './outputs';
import { clientOf } from './transport';

/** Every operation that the registry places here as a search; nothing is added by hand. */
export const searches: Record<string, Search> = Object.fromEntries(
	offeredAs('search').map((operation) => [operation.zapier.key, searchOf(operation)]),
);

function searchOf(operation: Offered): Search {
	const { key, noun, label, description } = operation.zapier;
	const { toRow, ...form } = formOf(operation);

	const perform: SearchPerform<Data, Data> = async (z, { authData, inputData }) => {
		try {
			const connection = toConnection(authData);
			const { results } = await lookUpRows(operation, [toRow(inputData)], {
				client: clientOf(z, connection),
				store: zapierIdempotencyStore(z, connection),
			});
			return answerOf(operation, results[0] as RowResult);
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

/** @throws EnrichError where there is no answer. */
function answerOf(operation: Offered, result: RowResult): Data[] {
	if (result.error) throw result.error;
	if (result.outcome === 'skipped')
		throw new ConnectorError({ kind: 'badInput', detail: result.reason });
	return result.outcome === 'found' ? toRows(operation, result) : [];
}
