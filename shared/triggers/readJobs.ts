import type { Client } from '../http/client';
import { ConnectorError } from '../errors/ConnectorError';
import { type Data, isRecord, type Operation } from '../contract/operation';
import { toConnectorError } from '../rows/lookUpRows';

const PAGE_SIZE = 100;
/** The burst of the smallest plan. */
const PAGES_AT_ONCE = 5;

/**
 * Reads a list of jobs to its end; it is free. The order of the list is not documented, so nothing
 * less than all of it tells which jobs have ended.
 * @throws EnrichError Part of a list would look as if the other jobs were gone.
 */
export async function readJobs(client: Client, list: Operation): Promise<Data[]> {
	const jobs: Data[] = [];
	let pages = 1;
	let next = 1;
	let isAtEnd = false;
	let failure: ConnectorError | undefined;

	const readOne = async () => {
		const input = { page: next++, limit: PAGE_SIZE };
		const { data } = await client.call(list, input, () => failure);
		const page = pageIn(data);
		jobs.push(...page.jobs);
		// Jobs that come in meanwhile make the list longer.
		pages = Math.max(pages, page.pages);
		isAtEnd ||= page.jobs.length === 0;
	};
	const readOn = async () => {
		try {
			while (next <= pages && !isAtEnd) await readOne();
		} catch (error) {
			throw (failure ??= toConnectorError(error));
		}
	};
	await readOne();
	await Promise.all(Array.from({ length: PAGES_AT_ONCE }, readOn));
	return jobs;
}

/** Taken for an empty list, an answer that is none would make all jobs look new the next time. */
function pageIn({ jobs, total, limit }: Data): { jobs: Data[]; pages: number } {
	const pages = Math.ceil(Number(total) / Number(limit));
	if (Array.isArray(jobs) && Number.isFinite(pages)) return { jobs: jobs.filter(isRecord), pages };
	throw new ConnectorError({ kind: 'unreadable', detail: 'it holds no list of jobs' });
}
