/** Where each operation stands in the Zapier app, or why it does not. */
import type { Operation } from '../../shared/contract/operation';
import { enrich, type OperationId } from '../../shared/providers/enrich';
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

const BATCH: NotOffered = {
	notOffered:
		'Batches come to Zapier together with waiting for them; until then every lookup runs by itself',
};
const LEAD_JOB: NotOffered = {
	notOffered:
		'Zapier users wait for a job through a trigger, which this version of the app does not have',
};
const LEAD_IDS: NotOffered = {
	notOffered:
		'Whatever is revealed or unlocked is paid for, so it comes to Zapier together with limits for credits',
};
const PEOPLE: NotOffered = {
	notOffered:
		'Every person found costs a credit, so this comes to Zapier together with limits for credits',
};
const DROPDOWN: NotOffered = {
	notOffered:
		'Zapier users meet these values as choices of the lead search, not as a step of its own',
};
const SAVED_SEARCH: NotOffered = {
	notOffered:
		'Searches are saved and deleted while one tries them out, not by a zap that runs alone',
};
const TEAMS: NotOffered = {
	notOffered:
		'It needs the ID of a team, which no operation of the API lists and Zapier does not let users type',
};
const CREDITS: NotOffered = {
	notOffered:
		'Zapier users act on credits through a trigger, which this version of the app does not have; every search returns the credits used and left',
};
const FOLLOWERS: NotOffered = {
	notOffered:
		'Company followers need an approval by Enrich, and Zapier publishes an action only after a live run of it',
};

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
	countLeads: {
		notOffered:
			'A zap acts on people, not on totals; a count by itself starts nothing that a salesperson would automate',
	},
	unlockNames: LEAD_IDS,
	revealLeads: LEAD_IDS,
	enrichLeads: LEAD_IDS,
	getRevealJob: LEAD_JOB,
	listRevealJobs: LEAD_JOB,
	exportLeads: LEAD_JOB,
	getExportJob: LEAD_JOB,
	listExportJobs: LEAD_JOB,
	downloadExportJob: LEAD_JOB,
	getFilterOptions: DROPDOWN,
	suggestCompanyNames: {
		notOffered: 'A dropdown of Zapier does not learn which letters somebody has typed so far',
	},
	createSavedSearch: SAVED_SEARCH,
	listSavedSearches: DROPDOWN,
	deleteSavedSearch: SAVED_SEARCH,
	employeeFinder: PEOPLE,
	waterfallIcpSearch: PEOPLE,
	startCountEstimate: FOLLOWERS,
	getCountEstimateStatus: FOLLOWERS,
	checkCompanyFollowerLimit: FOLLOWERS,
	startCompanyFollowerScrape: FOLLOWERS,
	continueCompanyFollowerScrape: FOLLOWERS,
	getCompanyFollowerProgress: FOLLOWERS,
	getCompanyFollowerResults: FOLLOWERS,
	exportCompanyFollowerCsv: FOLLOWERS,
	listTeamMembers: TEAMS,
	inviteTeamMember: TEAMS,
	listTeamInvitations: TEAMS,
	cancelInvitation: TEAMS,
	getWalletBalance: CREDITS,
	getWalletTransactions: CREDITS,
	batchFindEmails: BATCH,
	getEmailFinderBatchStatus: BATCH,
	getEmailFinderBatchResults: BATCH,
	batchValidateEmails: BATCH,
	getEmailValidationBatchStatus: BATCH,
	getEmailValidationBatchResults: BATCH,
	createPhoneBulkJob: BATCH,
	getPhoneBulkJobStatus: BATCH,
	getPhoneBulkJobResults: BATCH,
	bulkReverseLookup: BATCH,
	getBulkLookupStatus: BATCH,
	getBulkLookupResults: BATCH,
	batchIpToCompany: BATCH,
	getIpToCompanyBatchStatus: BATCH,
	getIpToCompanyBatchResults: BATCH,
} satisfies Record<OperationId, Placement | NotOffered>;

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
