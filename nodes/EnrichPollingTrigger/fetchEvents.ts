import type { Client } from '../../shared/http/client';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { readJobs } from '../../shared/triggers/readJobs';
import type { Data, Operation } from '../../shared/contract/operation';
import {
	getWalletBalance,
	listExportJobs,
	listRevealJobs,
} from '../../shared/providers/enrich/operations';
import {
	type BalanceSeen,
	endedJobs,
	type JobsSeen,
	watchBalance,
	watchJobs,
} from '../../shared/triggers/watch';
import type { EventName } from './properties';

export interface Scene {
	client: Client;
	baseUrl: string;
	/** Which credential, and where it is used. */
	credential: string;
	/** @throws NodeOperationError */
	threshold(): number;
}

/** What one look has brought. */
export interface Look {
	/** For a test of the workflow, whether it is news or not; a text says why there is none. */
	example: Data | string;
	/** What is new since `seen`, and what to remember. */
	news(seen: unknown): { seen: unknown; items: Data[] };
}

export function look(event: EventName, scene: Scene): Promise<Look> {
	switch (event) {
		case 'exportFinished':
			return lookAtJobs(scene, listExportJobs, 'export of leads', withDownload(scene.baseUrl));
		case 'revealJobFinished':
			return lookAtJobs(scene, listRevealJobs, 'reveal job', (job) => job);
		default:
			return lookAtBalance(scene);
	}
}

async function lookAtBalance({ client, threshold: read }: Scene): Promise<Look> {
	const threshold = read();
	const { data } = await client.call(getWalletBalance, {});
	const { balance } = data;
	if (typeof balance !== 'number')
		throw new ConnectorError({ kind: 'unreadable', detail: 'it tells no balance' });
	const item = { balance, threshold, ...data };
	return {
		example: item,
		news(before) {
			const { seen, hasFallen } = watchBalance(before as BalanceSeen, balance, threshold);
			return { seen, items: hasFallen ? [item] : [] };
		},
	};
}

async function lookAtJobs(
	{ client }: Scene,
	list: Operation,
	noun: string,
	toItem: (job: Data) => Data,
): Promise<Look> {
	const jobs = await readJobs(client, list);
	const newest = endedJobs(jobs).at(-1);
	return {
		example: newest ? toItem(newest) : `No ${noun} has ended in the last 30 days`,
		news(before) {
			const { seen, ended } = watchJobs(before as JobsSeen, jobs);
			return { seen, items: ended.map(toItem) };
		},
	};
}

/** The file can be read with the Enrich credential only, so the address alone may be handed on. */
const withDownload =
	(baseUrl: string) =>
	(job: Data): Data =>
		job.status === 'completed'
			? {
					...job,
					fileName: `export-${String(job.jobId)}.csv`,
					downloadUrl: `${baseUrl}/lead-finder/export-jobs/${encodeURIComponent(String(job.jobId))}/download`,
				}
			: job;
