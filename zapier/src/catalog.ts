/** Where each operation stands in the Zapier app, or why it does not. */
import { each } from '../../shared/contract/words';
import type { OperationId } from '../../shared/providers/enrich';
import { item, type NotOffered, type PartOf, type Placement } from './item';

const because = (notOffered: string): NotOffered => ({ notOffered });
const starts = (product: string, what: string) =>
	({
		kind: 'create',
		label: `Start ${product} Batch`,
		noun: 'Batch',
		description: `Starts to ${what}.`,
	}) as const;
const RESULTS: PartOf = { partOf: 'get_batch_results' };
const ADDRESSES = because(
	'The results of such a batch name no email, so nobody could tell whose they are; Find Person by Email looks them up one by one at the same price',
);
const LEADS: PartOf = { partOf: 'find_leads' };
const SAVED_SEARCH = because(
	'Searches are saved and deleted while one tries them out, not by a zap that runs alone',
);
const TEAMS = because(
	'It needs the ID of a team, which no operation of the API lists and Zapier does not let users type',
);
const FOLLOWERS = because(
	'Company followers need an approval by Enrich, and Zapier publishes an action only after a live run of it',
);

export const catalog = {
	findEmail: {
		kind: 'search',
		omits: ['found', 'message', 'firstName', 'lastName', 'domain'],
	},
	validateEmail: {
		kind: 'search',
		description: 'Finds out whether an email can receive mail.',
		omits: ['email', 'message'],
	},
	phoneLookup: { kind: 'search', omits: ['phone'] },
	reverseLookup: {
		kind: 'search',
		description: 'Finds the professional profile of a person by their email.',
		omits: ['creditsConsumed'],
	},
	ipToCompany: { kind: 'search', omits: ['searchIp'] },
	searchLeads: {
		kind: 'search',
		description: 'Finds people by job, company, location and more.',
	},
	countLeads: because(
		'A zap acts on people, not on totals; a count by itself starts nothing that a salesperson would automate',
	),
	unlockNames: {
		kind: 'create',
		noun: 'Name',
		description: 'Unlocks the full last names of leads.',
	},
	revealLeads: {
		kind: 'create',
		noun: 'Lead',
		description: 'Reveals emails or phone numbers of leads.',
	},
	...each('enrichLeads getRevealJob', { partOf: 'reveal_leads' }),
	listRevealJobs: {
		kind: 'trigger',
		label: 'Lead Reveal Finished',
		noun: 'Reveal',
		description:
			'Triggers when emails or phone numbers of leads have been revealed, or could not be.',
	},
	exportLeads: {
		kind: 'create',
		label: 'Start Lead Export',
		noun: 'Export',
		description: 'Starts to export leads as a CSV file.',
	},
	...each('getExportJob downloadExportJob', { partOf: 'lead_export_finished' }),
	listExportJobs: {
		kind: 'trigger',
		label: 'Lead Export Finished',
		noun: 'Export',
		description: 'Triggers when an export of leads is ready, or has failed.',
	},
	...each('getFilterOptions suggestCompanyNames listSavedSearches', LEADS),
	...each('createSavedSearch deleteSavedSearch', SAVED_SEARCH),
	employeeFinder: {
		kind: 'search',
		label: 'Find Employees',
		noun: 'Employee',
		description: 'Finds the people who work at a company.',
	},
	waterfallIcpSearch: because(
		'Whom to look for first, second and so on is a list of lists, which a form of Zapier cannot hold; Find Employees takes levels and functions',
	),
	...each('startCountEstimate getCountEstimateStatus checkCompanyFollowerLimit', FOLLOWERS),
	...each('startCompanyFollowerScrape continueCompanyFollowerScrape', FOLLOWERS),
	...each('getCompanyFollowerProgress getCompanyFollowerResults', FOLLOWERS),
	...each('exportCompanyFollowerCsv', FOLLOWERS),
	...each('listTeamMembers inviteTeamMember listTeamInvitations cancelInvitation', TEAMS),
	getWalletBalance: {
		kind: 'search',
		label: 'Find Credit Balance',
		noun: 'Balance',
		description: 'Finds out how many credits are left.',
	},
	getWalletTransactions: {
		kind: 'trigger',
		label: 'New Credit Transaction',
		noun: 'Transaction',
		description: 'Triggers when credits are charged, refunded or topped up.',
		omits: ['organizationId', 'metadata'],
	},
	batchFindEmails: starts('Email Finder', 'find the work emails of many people at once'),
	batchValidateEmails: starts('Email Validation', 'check whether many emails can receive mail'),
	createPhoneBulkJob: starts('Phone', 'find the phone numbers of many people at once'),
	batchIpToCompany: starts('IP', 'find the companies behind many IP addresses'),
	...each('getEmailFinderBatchStatus getEmailFinderBatchResults', RESULTS),
	...each('getEmailValidationBatchStatus getEmailValidationBatchResults', RESULTS),
	...each('getPhoneBulkJobStatus getPhoneBulkJobResults', RESULTS),
	...each('getIpToCompanyBatchStatus getIpToCompanyBatchResults', RESULTS),
	...each('bulkReverseLookup getBulkLookupStatus getBulkLookupResults', ADDRESSES),
} satisfies Record<OperationId, Placement | NotOffered>;

/** Items that are made of several operations, by key. */
export const composites = {
	get_batch_results: item(
		'create',
		'Get Batch Results',
		'Waits for a batch to end and gets its results.',
	),
	batch_completed: item('trigger', 'Batch Completed', 'Triggers when a batch has ended.'),
	low_credit_balance: item(
		'trigger',
		'Low Credit Balance',
		'Triggers when fewer credits are left than a threshold.',
		'Balance',
	),
	/** Hidden: offers nothing, as a lead is chosen by mapping it from a search. */
	lead_list: {
		...item('trigger', 'New Lead', 'Triggers when a lead has been found.', 'Lead'),
		key: 'lead_list',
	},
	/** Hidden: fills a dropdown. */
	batch_list: {
		...item('trigger', 'New Batch', 'Triggers when a batch has been started.'),
		key: 'batch_list',
	},
};

/** Items of a private build alone, by key: Zapier takes no trigger without a subscription in public. */
export const privateItems = {
	batch_completed_instant: {
		...item('trigger', 'Batch Completed (Instant)', 'Triggers when a batch has ended, at once.'),
		key: 'batch_completed_instant',
	},
	batch_result_received: item(
		'trigger',
		'Batch Result Received',
		'Triggers when a row of a batch has a result, at once.',
		'Result',
	),
};
