import type { Job } from '../contract/batch';
import type { Data } from '../contract/data';
import { withDerived } from '../contract/operation';
import type { Receipt } from '../contract/provider';
import { type ConnectorError, toConnectorError } from '../errors/ConnectorError';
import { isTransient } from '../errors/errorTable';
import { counted } from '../errors/wording';
import type { Client } from '../http/client';
import { type Page, paginate } from '../http/paginate';
import { type RowResult, withoutCharge } from '../rows/result';

/** What is needed to read results. */
type Readable = Pick<Job, 'results' | 'idName'> & Partial<Pick<Job, 'totalOf'>>;

/** A page of results; the first one that is read of an ended batch settles it. */
export interface ResultPage {
	results: Data[];
	receipt: Receipt;
}

/** Streams all results of a job; free, also when repeated. @throws ConnectorError */
export async function* resultPages(
	job: Readable,
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
	/** The first page that was not tried, as too many before it could not be read. */
	stoppedAt?: number;
}

/** Takes a page's results, and says whether a page behind the reported end may be of use. */
export type TakeResults = (results: Data[]) => boolean;

/**
 * Reads all results of a batch, and goes on behind a page that cannot be read.
 * @throws ConnectorError where no page can be read.
 */
export async function readResults(
	job: Readable,
	id: string,
	client: Client,
	take: TakeResults,
	{ from = 1, read: readBefore = 0 }: { from?: number; read?: number } = {},
): Promise<Reading> {
	const reading: Reading = { failedPages: [] };
	const call = async (input: Data) => await client.call(job.results, input);
	let next = from;
	let read = readBefore;
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
			if (!goesOn) reading.stoppedAt = next;
		}
	}
	if (reading.problem && read === 0) throw reading.problem;
	return reading;
}

/** All results that could be read, and what could not. */
export interface AllResults extends Reading {
	/** Results that were taken. */
	count: number;
}

/**
 * Hands on all results of a job, page by page, for whoever does not look for rows of their own. A
 * page that cannot be read is tried once more when the others are done.
 * @throws ConnectorError where no page can be read.
 */
export async function readAllResults(
	job: Readable,
	id: string,
	client: Client,
	take: (results: Data[]) => void,
): Promise<AllResults> {
	let count = 0;
	const counting = (results: Data[]) => {
		count += results.length;
		take(results);
		return false;
	};
	const first = await readResults(job, id, client, counting);
	const { failedPages, stoppedAt, receipt, total } = first;
	if (failedPages.length === 0) return { ...first, count };
	const again = await readPagesAgain(job, id, client, failedPages, counting);
	const goesOn = stoppedAt !== undefined && again.failedPages.length === 0;
	const rest = goesOn
		? await readResults(job, id, client, counting, { from: stoppedAt, read: count })
		: { ...again, stoppedAt };
	return { ...rest, receipt: receipt ?? rest.receipt, total: total ?? rest.total, count };
}

/** What is missing of all results, as a sentence without a final period; undefined: nothing. */
export function partlyRead(all: AllResults): string | undefined {
	const { count, total, failedPages, stoppedAt, problem } = all;
	if (!problem) return undefined;
	const of = total === undefined ? '' : ` of ${counted(total)}`;
	const pages = `page${failedPages.length === 1 ? '' : 's'} ${failedPages.join(', ')}`;
	const rest = stoppedAt === undefined ? '' : ' and what follows';
	return `Only ${counted(count)}${of} results could be read, without ${pages}${rest}: ${problem.message}`;
}

export const READ_AGAIN = 'Read the results again with the ID of the batch; that is free.';

/** Reads pages once more that could not be read; what fails again is in `failedPages`. */
export async function readPagesAgain(
	job: Readable,
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

function note(reading: Reading, job: Readable, { success: { data, receipt } }: Page): void {
	reading.receipt ??= receipt;
	reading.total = job.totalOf?.(data) ?? reading.total;
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
