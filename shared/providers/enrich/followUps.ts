import type { Data } from '../../contract/data';
import type { FollowUp } from '../../contract/followUp';
import type { OutputOf } from '../../contract/operation';
import { companyFollowers } from './events';
import { downloadExportJob, exportLeads, getExportJob } from './operations/leadExport';
import {
	continueCompanyFollowerScrape,
	getCountEstimateStatus,
	startCompanyFollowerScrape,
	startCountEstimate,
} from './operations/companyFollowers';

const textIn = (id: unknown) => (typeof id === 'string' && id !== '' ? id : undefined);
const idOf = ({ batchId }: Data) => textIn(batchId);
const stateOf = (status: string) => {
	if (status === 'completed') return 'completed';
	return ['failed', 'cancelled'].includes(status) ? 'failed' : 'running';
};

export const followUps: readonly FollowUp[] = [
	{
		starts: [startCountEstimate],
		status: getCountEstimateStatus,
		idName: 'batchId',
		idOf,
		toProgress: ({ status = 'pending' }: OutputOf<typeof getCountEstimateStatus>) => ({
			state: stateOf(status),
			status,
		}),
		failureOf: ({ message }: OutputOf<typeof getCountEstimateStatus>) => message,
		initial: 'stay',
		waitMinutes: 60,
	},
	{
		...companyFollowers,
		starts: [startCompanyFollowerScrape, continueCompanyFollowerScrape],
		idOf,
		initial: 'none',
		waitMinutes: 24 * 60,
	},
	{
		...{ starts: [exportLeads], status: getExportJob, results: downloadExportJob },
		idName: 'jobId',
		idOf: ({ jobId }) => textIn(jobId),
		toProgress: ({ status = 'pending' }: OutputOf<typeof getExportJob>) => ({
			state: stateOf(status),
			status,
		}),
		failureOf: ({ error }: OutputOf<typeof getExportJob>) => error ?? undefined,
		initial: 'none',
		waitMinutes: 60,
	},
];
