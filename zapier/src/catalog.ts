/** Where each operation stands in the Zapier app, or why it does not. */
import type { Operation } from '../../shared/contract/operation';
import { enrich, type OperationId } from '../../shared/providers/enrich';
import { each } from '../../shared/contract/words';
import { snakeCase } from './snakeCase';

type Kind = 'search' | 'create' | 'trigger';

/** A search, a create or a trigger, as users find it. */
export interface Item {
	kind: Kind;
	/** Never changes once published. */
	key: string;
	/** One singular word, Title Case; never changes once published. */
	noun: string;
	label: string;
	/** One sentence with its period; a search "Finds …". */
	description: string;
	/** Of the output, what Zapier's guidelines ask to drop: echoes of the input, and what stands there twice. */
	omits?: readonly string[];
}

/** Another item does its work: the key of that one. */
interface PartOf {
	partOf: string;
}

/** What `itemOf` derives is left out. */
export type Placement = (Pick<Item, 'kind'> & Partial<Item>) | PartOf;

export interface NotOffered {
	/** The reason, as users may read it. */
	notOffered: string;
}

const because = (notOffered: string): NotOffered => ({ notOffered });
const RESULTS: PartOf = { partOf: 'get_batch_results' };
const ADDRESSES = because(
	'The results of such a batch name no email, so nobody could tell whose they are; Find Person by Email looks them up one by one at the same price',
);
const LEAD_IDS = because(
	'Whatever is revealed or unlocked is paid for, so it comes to Zapier together with limits for credits',
);
const EXPORTS = because(
	'Exports that are started elsewhere trigger Lead Export Finished; starting one and reading its file comes to Zapier together with limits for credits',
);
const PEOPLE = because(
	'Every person found costs a credit, so this comes to Zapier together with limits for credits',
);
const DROPDOWN = because(
	'Zapier users meet these values as choices of the lead search, not as a step of its own',
);
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
	phoneLookup: { kind: 'search' },
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
	...each('unlockNames revealLeads enrichLeads getRevealJob', LEAD_IDS),
	listRevealJobs: {
		kind: 'trigger',
		label: 'Lead Reveal Finished',
		noun: 'Reveal',
		description:
			'Triggers when emails or phone numbers of leads have been revealed, or could not be.',
	},
	...each('exportLeads getExportJob downloadExportJob', EXPORTS),
	listExportJobs: {
		kind: 'trigger',
		label: 'Lead Export Finished',
		noun: 'Export',
		description: 'Triggers when an export of leads is ready, or has failed.',
	},
	...each('getFilterOptions listSavedSearches', DROPDOWN),
	suggestCompanyNames: because(
		'A dropdown of Zapier does not learn which letters somebody has typed so far',
	),
	...each('createSavedSearch deleteSavedSearch', SAVED_SEARCH),
	...each('employeeFinder waterfallIcpSearch', PEOPLE),
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
	batchFindEmails: {
		kind: 'create',
		label: 'Start Email Finder Batch',
		noun: 'Batch',
		description: 'Starts to find the work emails of many people at once.',
	},
	batchValidateEmails: {
		kind: 'create',
		label: 'Start Email Validation Batch',
		noun: 'Batch',
		description: 'Starts to check whether many emails can receive mail.',
	},
	createPhoneBulkJob: {
		kind: 'create',
		label: 'Start Phone Batch',
		noun: 'Batch',
		description: 'Starts to find the phone numbers of many people at once.',
	},
	batchIpToCompany: {
		kind: 'create',
		label: 'Start IP Batch',
		noun: 'Batch',
		description: 'Starts to find the companies behind many IP addresses.',
	},
	...each('getEmailFinderBatchStatus getEmailFinderBatchResults', RESULTS),
	...each('getEmailValidationBatchStatus getEmailValidationBatchResults', RESULTS),
	...each('getPhoneBulkJobStatus getPhoneBulkJobResults', RESULTS),
	...each('getIpToCompanyBatchStatus getIpToCompanyBatchResults', RESULTS),
	...each('bulkReverseLookup getBulkLookupStatus getBulkLookupResults', ADDRESSES),
} satisfies Record<OperationId, Placement | NotOffered>;

/** Items that are made of several operations, by key. */
export const composites = {
	get_batch_results: {
		kind: 'create',
		key: 'get_batch_results',
		noun: 'Batch',
		label: 'Get Batch Results',
		description: 'Waits for a batch to end and gets its results.',
	},
	batch_completed: {
		kind: 'trigger',
		key: 'batch_completed',
		noun: 'Batch',
		label: 'Batch Completed',
		description: 'Triggers when a batch has ended.',
	},
	low_credit_balance: {
		kind: 'trigger',
		key: 'low_credit_balance',
		noun: 'Balance',
		label: 'Low Credit Balance',
		description: 'Triggers when fewer credits are left than a threshold.',
	},
	/** Hidden: fills a dropdown. */
	batch_list: {
		kind: 'trigger',
		key: 'batch_list',
		noun: 'Batch',
		label: 'New Batch',
		description: 'Triggers when a batch has been started.',
	},
} satisfies Record<string, Item>;

/** Where an operation stands; of an item of its own, all that users see of it. */
export function placementOf(operationId: OperationId): Item | PartOf | NotOffered {
	const placement: Placement | NotOffered = catalog[operationId];
	return 'kind' in placement ? itemOf(enrich.operations[operationId], placement) : placement;
}

/** `Find Leads` → key `find_leads`, noun `Lead`; `Find a …` → `Finds a … .` */
function itemOf({ title, description }: Operation, given: Pick<Item, 'kind'> & Partial<Item>) {
	const { label = title } = given;
	const [, noun = label] = label.split(' ');
	return {
		key: snakeCase(label),
		noun: noun.replace(/s$/, ''),
		label,
		description: `${description.replace(/^Find /, 'Finds ')}.`,
		...given,
	} satisfies Item;
}

/** The operations with an item of this kind, in the order of the catalog. */
export const offeredAs = (kind: Kind): { operation: Operation; item: Item }[] =>
	(Object.keys(catalog) as OperationId[]).flatMap((operationId) => {
		const placement = placementOf(operationId);
		return 'kind' in placement && placement.kind === kind
			? [{ operation: enrich.operations[operationId], item: placement }]
			: [];
	});
