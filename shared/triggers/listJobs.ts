import type { Data } from '../contract/data';
import type { Operation } from '../contract/operation';
import { requiredKeys } from '../contract/schema';
import type { Client } from '../http/client';
import { paginate } from '../http/paginate';

/**
 * Reads a list of jobs to its end; it is free. The order of the list is not documented, so nothing
 * less than all of it says which jobs have ended.
 * @throws ConnectorError Part of a list would look as if the other jobs were gone.
 */
export async function listJobs(client: Client, list: Operation): Promise<Data[]> {
	const jobs: Data[] = [];
	for await (const { entries, success } of paginate(
		(input) => client.call(list, input),
		list,
		{},
	)) {
		// Taken for an empty list, an answer that is none would make all jobs look new the next time.
		if (!isListOf(list, success.data))
			throw client.error({ kind: 'unreadable', detail: 'it holds no list of jobs' });
		jobs.push(...entries);
	}
	return jobs;
}

/** All that says how long the list is must be there, and pages must hold something. */
const isListOf = ({ output, paging }: Operation, data: Data): boolean =>
	requiredKeys(output).every((key) => data[key] !== undefined) && data[paging?.size ?? ''] !== 0;
