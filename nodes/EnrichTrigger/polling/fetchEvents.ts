import type { Data } from '../../../shared/contract/data';
import type { Operation } from '../../../shared/contract/operation';
import { operations } from '../../../shared/providers/enrich/operations';
import { listJobs } from '../../../shared/triggers/listJobs';
import {
	type BalanceSeen,
	endedJobs,
	type JobsSeen,
	watchBalance,
	watchJobs,
} from '../../../shared/triggers/watch';
import type { NodeClient } from '../../shared/client';
import type { PolledEvent } from './events';

export interface PollContext {
	client: NodeClient;
	/** Which credential, and where it is used. */
	credential: string;
	/** @throws NodeOperationError */
	threshold(): number;
}

/** What one poll has found. */
export interface Poll {
	/** For a test of the workflow, whether it is news or not; a text says why there is none. */
	example: Data | string;
	/** What is new since `seen`, and what to store. */
	news(seen: unknown): { seen: unknown; items: Data[] };
}

export function fetchEvents(event: PolledEvent, context: PollContext): Promise<Poll> {
	switch (event) {
		case 'exportFinished':
			return pollJobs(context, operations.listExportJobs, 'export of leads', (job) =>
				withDownload(context.client.baseUrl, job),
			);
		case 'revealJobFinished':
			return pollJobs(context, operations.listRevealJobs, 'reveal job', (job) => job);
		default:
			return pollBalance(context);
	}
}

async function pollBalance({ client, threshold: read }: PollContext): Promise<Poll> {
	const threshold = read();
	const { data } = await client.call(operations.getWalletBalance, {});
	const { balance } = data;
	if (balance === undefined)
		throw client.error({ kind: 'unreadable', detail: 'it reports no balance' });
	const item = { balance, threshold, ...data };
	return {
		example: item,
		news(before) {
			const { seen, hasFallen } = watchBalance(before as BalanceSeen, balance, threshold);
			return { seen, items: hasFallen ? [item] : [] };
		},
	};
}

async function pollJobs(
	{ client }: PollContext,
	list: Operation,
	noun: string,
	toItem: (job: Data) => Data,
): Promise<Poll> {
	const jobs = await listJobs(client, list);
	const newest = endedJobs(jobs).at(-1);
	return {
		example: newest ? toItem(newest) : `No ${noun} has ended in the last 30 days`,
		news(before) {
			const { seen, ended } = watchJobs(before as JobsSeen, jobs, client.now());
			return { seen, items: ended.map(toItem) };
		},
	};
}

/** The file can be read with the Enrich credential only, so the address alone may be handed on. */
const withDownload = (baseUrl: string, job: Data): Data =>
	job.status === 'completed'
		? {
				...job,
				fileName: `export-${String(job.jobId)}.csv`,
				downloadUrl: `${baseUrl}/lead-finder/export-jobs/${encodeURIComponent(String(job.jobId))}/download`,
			}
		: job;
