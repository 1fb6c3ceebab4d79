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
const BATCH = because(
	'Batches come to Zapier together with waiting for them; until then every lookup runs by itself',
);
const LEAD_JOB = because(
	'Zapier users wait for a job through a trigger, which this version of the app does not have',
);
const LEAD_IDS = because(
	'Whatever is revealed or unlocked is paid for, so it comes to Zapier together with limits for credits',
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
const CREDITS = because(
	'Zapier users act on credits through a trigger, which this version of the app does not have; every search returns the credits used and left',
);
const FOLLOWERS = because(
	'Company followers need an approval by Enrich, and Zapier publishes an action only after a live run of it',
);

export const catalog = {
	findEmail: { kind: 'search' },
	validateEmail: {
		kind: 'search',
		description: 'Finds out whether an email can receive mail.',
	},
	phoneLookup: { kind: 'search' },
	reverseLookup: {
		kind: 'search',
		description: 'Finds the professional profile of a person by their email.',
	},
	ipToCompany: { kind: 'search' },
	searchLeads: {
		kind: 'search',
		description: 'Finds people by job, company, location and more.',
	},
	countLeads: because(
		'A zap acts on people, not on totals; a count by itself starts nothing that a salesperson would automate',
	),
	...each('unlockNames revealLeads enrichLeads', LEAD_IDS),
	...each('getRevealJob listRevealJobs exportLeads getExportJob listExportJobs', LEAD_JOB),
	...each('downloadExportJob', LEAD_JOB),
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
	...each('getWalletBalance getWalletTransactions', CREDITS),
	...each('batchFindEmails getEmailFinderBatchStatus getEmailFinderBatchResults', BATCH),
	...each('batchValidateEmails getEmailValidationBatchStatus', BATCH),
	...each('getEmailValidationBatchResults createPhoneBulkJob getPhoneBulkJobStatus', BATCH),
	...each('getPhoneBulkJobResults bulkReverseLookup getBulkLookupStatus', BATCH),
	...each('getBulkLookupResults batchIpToCompany getIpToCompanyBatchStatus', BATCH),
	...each('getIpToCompanyBatchResults', BATCH),
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
