import type { Job } from '../contract/batch';
import type { Data } from '../contract/data';
import type { Receipt } from '../contract/provider';
import { type ConnectorError, toConnectorError } from '../errors/ConnectorError';
import type { Client } from '../http/client';
import { paginate } from '../http/paginate';
import { type RowResult, withoutCharge } from '../rows/result';

/** A page of results; the first one that is read of an ended batch settles it. */
export interface ResultPage {
	results: Data[];
	receipt: Receipt;
}

/** Streams all results of a job; free, also when repeated. @throws ConnectorError */
export async function* resultPages(
	job: Job,
	id: string,
	client: Client,
): AsyncGenerator<ResultPage> {
	const { results } = job;
	const pages = paginate((input) => client.call(results, input), results, {
		[job.idName]: id,
	});
	for await (const { entries, success } of pages)
		yield { results: entries, receipt: success.receipt };
}

/** Why the results of a batch that has ended could not be read to their end. */
export function unread(thrown: unknown, batchId: string, client: Client): ConnectorError {
	const { kind, message: detail } = toConnectorError(thrown);
	const isItself = kind === 'cancelled' || kind === 'expired';
	return client.error(isItself ? { kind, batchId } : { kind: 'resultsUnread', batchId, detail });
}

/** One entry of a batch's results. What a row cost is reported for the batch as a whole only. */
export function toRowResult(job: Job, batchId: string, entry: Data): RowResult {
	const { found, reason } = job.outcome(entry);
	const { error, ...rest } = entry;
	// A miss is reported as an error there; it is none.
	const data = !found && error !== undefined ? rest : entry;
	return {
		...withoutCharge(found ? 'found' : 'notFound', reason),
		data,
		creditsUsed: null,
		batchId,
	};
}
