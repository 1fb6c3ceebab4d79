import type { Job } from '../../contract/batch';
import type { JobEvent } from '../../contract/event';
import { emailFinderBatch, emailValidationBatch, phonesBatch, reverseLookupBatch } from './batches';
import {
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
	startCompanyFollowerScrape,
} from './operations/companyFollowers';
import type { OutputOf } from '../../contract/operation';

/** A list of a company's followers, which calls back as batches do. */
export const companyFollowers: Job = {
	product: 'companyFollowers',
	title: 'Company Followers',
	startedBy: startCompanyFollowerScrape,
	status: getCompanyFollowerProgress,
	results: getCompanyFollowerResults,
	idName: 'batchId',
	toProgress(data: OutputOf<typeof getCompanyFollowerProgress>) {
		const { done, partial, total, processed } = data;
		const isKnown = total !== undefined && total >= 0;
		return {
			state: done === true ? 'completed' : 'running',
			status: done !== true ? 'processing' : partial === true ? 'partial' : 'completed',
			...(isKnown && { total }),
			...(isKnown && total > 0 && processed && { percent: (100 * processed) / total }),
		};
	},
	totalOf: (data: OutputOf<typeof getCompanyFollowerResults>) => data.pagination?.total,
	outcome: () => ({ found: true, reason: 'Follower found' }),
};

/** The names follow no rule: they are matched exactly. */
const NAMES: [Job, result: string, end: string][] = [
	[emailFinderBatch, 'webhook:finder_lookup.completed', 'finder.completed'],
	[emailValidationBatch, 'webhook:email_lookup.completed', 'validation.completed'],
	[phonesBatch, 'webhook:phone_result.completed', 'webhook:phone_completion.completed'],
	[reverseLookupBatch, 'webhook:email_result.completed', 'webhook:email_completion.completed'],
	[
		companyFollowers,
		'webhook:company_follower_result.completed',
		'webhook:company_follower_completion.completed',
	],
];

/** Company followers put the ID at the top. */
const BATCH_ID = [['data', 'jobId'], ['data', 'batchId'], ['batchId'], ['jobId']];

export const events: readonly JobEvent[] = NAMES.flatMap(([job, result, end]): JobEvent[] => [
	{
		name: result,
		kind: 'resultReceived',
		job,
		batchId: BATCH_ID,
		resultId: [
			['data', 'resultId'],
			['data', 'follower', 'objectURN'],
			['data', 'follower', 'profileUrl'],
			['data', 'result', 'profileUrl'],
		],
		nested: ['result', 'follower'],
		// The API's answers say `found`, its callbacks `result: "found"`.
		toEntry: (fields) => ({ found: fields.result === 'found', ...fields }),
	},
	// A list of followers that was ended early can be continued, and ends again with more.
	{ name: end, kind: 'batchCompleted', job, batchId: BATCH_ID, distinctBy: ['followerCount'] },
]);
