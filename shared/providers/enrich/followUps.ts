import type { Data } from '../../contract/data';
import type { FollowUp } from '../../contract/followUp';
import type { OutputOf } from '../../contract/operation';
import { companyFollowers } from './events';
import {
	continueCompanyFollowerScrape,
	getCountEstimateStatus,
	startCompanyFollowerScrape,
	startCountEstimate,
} from './operations/companyFollowers';

const idOf = ({ batchId }: Data) =>
	typeof batchId === 'string' && batchId !== '' ? batchId : undefined;

export const followUps: readonly FollowUp[] = [
	{
		starts: [startCountEstimate],
		status: getCountEstimateStatus,
		idName: 'batchId',
		idOf,
		toProgress: ({ status = 'pending' }: OutputOf<typeof getCountEstimateStatus>) => ({
			state:
				status === 'completed'
					? 'completed'
					: ['failed', 'cancelled'].includes(status)
						? 'failed'
						: 'running',
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
];
