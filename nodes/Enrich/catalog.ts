import { enrich, type OperationId } from '../../shared/providers/enrich';
import { each } from '../../shared/contract/words';
import type { Catalog, NodeKit } from '../shared/kit';

const resources = {
	batch: 'Batch',
	company: 'Company',
	follower: 'Company Follower',
	email: 'Email',
	lead: 'Lead',
	person: 'Person',
	phone: 'Phone',
	savedSearch: 'Saved Search',
	team: 'Team',
	wallet: 'Wallet',
} as const;

const IN_BATCH = { partOf: "'Batch', and the operation that started it" };

const at = <R extends keyof typeof resources>(
	resource: R,
	operation: string,
	action: string,
	name?: string,
) => ({ resource, operation, action, name });

/** Where each operation of the API stands in the Enrich node. */
export const catalog = {
	findEmail: at('email', 'find', 'Find work email of person'),
	validateEmail: at('email', 'validate', 'Validate email address'),
	phoneLookup: at('phone', 'find', 'Find phone numbers of person'),
	reverseLookup: at('person', 'findByEmail', 'Find person by email'),
	ipToCompany: at('company', 'findByIp', 'Find company by IP address'),
	searchLeads: at('lead', 'search', 'Search leads'),
	countLeads: at('lead', 'count', 'Count leads'),
	unlockNames: at('lead', 'unlockNames', 'Unlock full last names of leads'),
	revealLeads: at('lead', 'reveal', 'Reveal emails or phone numbers of leads'),
	enrichLeads: at('lead', 'enrich', 'Enrich leads with emails or phone numbers'),
	getRevealJob: at('lead', 'getRevealJob', 'Get revealed leads of reveal job'),
	listRevealJobs: at('lead', 'getManyRevealJobs', 'Get many reveal jobs of leads'),
	exportLeads: at('lead', 'export', 'Export leads to CSV file'),
	getExportJob: at('lead', 'getExportJob', 'Get status of lead export'),
	listExportJobs: at('lead', 'getManyExportJobs', 'Get many lead exports'),
	downloadExportJob: at('lead', 'getExportFile', 'Get CSV file of lead export'),
	getFilterOptions: at('lead', 'getFilterOptions', 'Get values of lead search filters'),
	suggestCompanyNames: at('company', 'suggestNames', 'Suggest company names'),
	createSavedSearch: at('savedSearch', 'create', 'Create saved search'),
	listSavedSearches: at('savedSearch', 'getMany', 'Get many saved searches'),
	deleteSavedSearch: at('savedSearch', 'delete', 'Delete saved search'),
	employeeFinder: at('person', 'findEmployees', 'Find people who work at company'),
	waterfallIcpSearch: at(
		'person',
		'findByCustomerProfile',
		'Find people by ideal customer profile',
	),
	startCountEstimate: at('follower', 'estimate', 'Estimate number of company followers'),
	getCountEstimateStatus: at('follower', 'getEstimate', 'Get estimate of company followers'),
	checkCompanyFollowerLimit: at('follower', 'getDailyLimit', 'Get daily limit of followers'),
	startCompanyFollowerScrape: at('follower', 'startList', 'Start list of company followers'),
	continueCompanyFollowerScrape: at('follower', 'continueList', 'Continue list of followers'),
	getCompanyFollowerProgress: at('follower', 'getProgress', 'Get progress of company followers'),
	getCompanyFollowerResults: at('follower', 'getMany', 'Get many company followers'),
	exportCompanyFollowerCsv: at('follower', 'getCsv', 'Get CSV file of company followers'),
	listTeamMembers: at('team', 'getManyMembers', 'Get many members of team'),
	inviteTeamMember: at('team', 'invite', 'Invite member to team'),
	listTeamInvitations: at('team', 'getManyInvitations', 'Get many invitations of team'),
	cancelInvitation: at('team', 'cancelInvitation', 'Cancel invitation to team'),
	getWalletBalance: at('wallet', 'getBalance', 'Get credit balance of wallet'),
	getWalletTransactions: at('wallet', 'getManyTransactions', 'Get many transactions of wallet'),
	batchFindEmails: { partOf: 'Email → Find' },
	batchValidateEmails: { partOf: 'Email → Validate' },
	createPhoneBulkJob: { partOf: 'Phone → Find' },
	bulkReverseLookup: { partOf: 'Person → Find by Email' },
	batchIpToCompany: { partOf: 'Company → Find by IP' },
	...each('getEmailFinderBatchStatus getEmailFinderBatchResults', IN_BATCH),
	...each('getEmailValidationBatchStatus getEmailValidationBatchResults', IN_BATCH),
	...each('getPhoneBulkJobStatus getPhoneBulkJobResults getBulkLookupStatus', IN_BATCH),
	...each('getBulkLookupResults getIpToCompanyBatchStatus', IN_BATCH),
	...each('getIpToCompanyBatchResults', IN_BATCH),
} satisfies Catalog<OperationId, keyof typeof resources>;

export const kit: NodeKit = {
	provider: enrich,
	credentialType: 'enrichApi',
	resources,
	catalog,
};
