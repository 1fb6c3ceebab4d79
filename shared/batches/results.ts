import type { Job } from '../contract/batch';
import type { Data } from '../contract/data';
import { withDerived } from '../contract/operation';
import type { Receipt } from '../contract/provider';
import { type ConnectorError, toConnectorError } from '../errors/ConnectorError';
import { isTransient } from '../errors/errorTable';
import type { Client } from '../http/client';
import { type Page, paginate } from '../http/paginate';
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

/** So many pages in a row that cannot be read: the others cannot either. */
const MAX_FAILED_IN_A_ROW = 3;

/** What was read of a batch's results, and what was not. */
export interface Reading {
	/** Of the first page that was read. */
	receipt?: Receipt;
	/** Items in the batch; undefined: not reported. */
	total?: number;
	/** Pages that could not be read, from 1. */
	failedPages: number[];
	/** Why not. */
	problem?: ConnectorError;
}

/** Takes a page's results, and says whether a page behind the reported end may be of use. */
export type TakeResults = (results: Data[]) => boolean;

/**
 * Reads all results of a batch, and goes on behind a page that cannot be read.
 * @throws ConnectorError where no page can be read.
 */
export async function readResults(
	job: Job,
	id: string,
	client: Client,
	take: TakeResults,
): Promise<Reading> {
	const reading: Reading = { failedPages: [] };
	const call = async (input: Data) => await client.call(job.results, input);
	let next = 1;
	let read = 0;
	let failuresInARow = 0;
	let goesOn = true;
	while (goesOn) {
		goesOn = false;
		try {
			const options = { from: next, read };
			for await (const page of paginate(call, job.results, { [job.idName]: id }, options)) {
				next = page.number + 1;
				read += page.entries.length;
				failuresInARow = 0;
				note(reading, job, page);
				// The reported total may be too low.
				goesOn = take(page.entries);
			}
		} catch (thrown) {
			const error = toConnectorError(thrown);
			if (read > 0 && BEYOND_THE_END.has(error.kind)) break;
			reading.problem = error;
			reading.failedPages.push(next++);
			goesOn =
				isTransient(error.kind) && !isWaitedOut(error) && ++failuresInARow < MAX_FAILED_IN_A_ROW;
		}
	}
	if (reading.problem && read === 0) throw reading.problem;
	return reading;
}

/** Reads pages once more that could not be read; what fails again is in `failedPages`. */
export async function readPagesAgain(
	job: Job,
	id: string,
	client: Client,
	pages: readonly number[],
	take: TakeResults,
): Promise<Reading> {
	const reading: Reading = { failedPages: [] };
	const call = async (input: Data) => await client.call(job.results, input);
	for (const from of pages) {
		try {
			for await (const page of paginate(call, job.results, { [job.idName]: id }, { from })) {
				note(reading, job, page);
				take(page.entries);
				break;
			}
		} catch (thrown) {
			reading.problem = toConnectorError(thrown);
			reading.failedPages.push(from);
		}
	}
	return reading;
}

function note(reading: Reading, job: Job, { success: { data, receipt } }: Page): void {
	reading.receipt ??= receipt;
	reading.total = job.totalOf(data) ?? reading.total;
}

/** The call has waited for the rate limit for as long as it may: the next one would do the same. */
export const isWaitedOut = ({ kind }: ConnectorError): boolean => kind === 'rateLimited';

/** How an API may answer a page that does not exist. */
const BEYOND_THE_END: ReadonlySet<string> = new Set(['notFound', 'badInput', 'refused']);

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
		data: withDerived(job.results, data),
		creditsUsed: null,
		batchId,
	};
}
