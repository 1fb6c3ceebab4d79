import { enrich, type OperationId } from '../../shared/providers/enrich';
import type { Catalog, NodeKit } from '../shared/kit';

const resources = {
	batch: 'Batch',
	company: 'Company',
	companyFollower: 'Company Follower',
	email: 'Email',
	lead: 'Lead',
	person: 'Person',
	phone: 'Phone',
	savedSearch: 'Saved Search',
	team: 'Team',
	wallet: 'Wallet',
} as const;

const IN_BATCH = { partOf: "'Batch', and the operations for many rows" };
const NO_FILES = {
	notOffered: 'This version of the node cannot hand on a CSV file that Enrich has made',
};

/** Where each operation of the API stands in the Enrich node. */
export const catalog = {
	findEmail: { resource: 'email', operation: 'find', action: 'Find work email of person' },
	validateEmail: { resource: 'email', operation: 'validate', action: 'Validate email address' },
	phoneLookup: { resource: 'phone', operation: 'find', action: 'Find phone numbers of person' },
	reverseLookup: { resource: 'person', operation: 'findByEmail', action: 'Find person by email' },
	ipToCompany: {
		resource: 'company',
		operation: 'findByIp',
		action: 'Find company by IP address',
	},
	searchLeads: { resource: 'lead', operation: 'search', action: 'Search leads' },
	countLeads: { resource: 'lead', operation: 'count', action: 'Count leads' },
	unlockNames: {
		resource: 'lead',
		operation: 'unlockNames',
		action: 'Unlock full last names of leads',
	},
	revealLeads: {
		resource: 'lead',
		operation: 'reveal',
		action: 'Reveal emails or phone numbers of leads',
	},
	enrichLeads: {
		resource: 'lead',
		operation: 'enrich',
		action: 'Enrich leads with emails or phone numbers',
	},
	getRevealJob: {
		resource: 'lead',
		operation: 'getRevealJob',
		action: 'Get revealed leads of reveal job',
	},
	listRevealJobs: {
		resource: 'lead',
		operation: 'getManyRevealJobs',
		action: 'Get many reveal jobs of leads',
	},
	exportLeads: NO_FILES,
	getExportJob: {
		resource: 'lead',
		operation: 'getExportJob',
		action: 'Get status of lead export',
	},
	listExportJobs: {
		resource: 'lead',
		operation: 'getManyExportJobs',
		action: 'Get many lead exports',
	},
	downloadExportJob: NO_FILES,
	getFilterOptions: {
		resource: 'lead',
		operation: 'getFilterOptions',
		action: 'Get values of lead search filters',
	},
	suggestCompanyNames: {
		resource: 'company',
		operation: 'suggestNames',
		action: 'Suggest company names',
	},
	createSavedSearch: {
		resource: 'savedSearch',
		operation: 'create',
		action: 'Create saved search',
	},
	listSavedSearches: {
		resource: 'savedSearch',
		operation: 'getMany',
		action: 'Get many saved searches',
	},
	deleteSavedSearch: {
		resource: 'savedSearch',
		operation: 'delete',
		action: 'Delete saved search',
	},
	employeeFinder: {
		resource: 'person',
		operation: 'findEmployees',
		action: 'Find people who work at company',
	},
	waterfallIcpSearch: {
		resource: 'person',
		operation: 'findByCustomerProfile',
		action: 'Find people by ideal customer profile',
	},
	startCountEstimate: {
		resource: 'companyFollower',
		operation: 'estimate',
		action: 'Estimate number of company followers',
	},
	getCountEstimateStatus: {
		resource: 'companyFollower',
		operation: 'getEstimate',
		action: 'Get estimate of company followers',
	},
	checkCompanyFollowerLimit: {
		resource: 'companyFollower',
		operation: 'getDailyLimit',
		action: 'Get daily limit of company followers',
	},
	startCompanyFollowerScrape: {
		resource: 'companyFollower',
		operation: 'startList',
		action: 'Start list of company followers',
	},
	continueCompanyFollowerScrape: {
		resource: 'companyFollower',
		operation: 'continueList',
		action: 'Continue partial list of company followers',
	},
	getCompanyFollowerProgress: {
		resource: 'companyFollower',
		operation: 'getProgress',
		action: 'Get progress of company followers',
	},
	getCompanyFollowerResults: {
		resource: 'companyFollower',
		operation: 'getMany',
		action: 'Get many company followers',
	},
	exportCompanyFollowerCsv: NO_FILES,
	listTeamMembers: {
		resource: 'team',
		operation: 'getManyMembers',
		action: 'Get many members of team',
	},
	inviteTeamMember: { resource: 'team', operation: 'invite', action: 'Invite member to team' },
	listTeamInvitations: {
		resource: 'team',
		operation: 'getManyInvitations',
		action: 'Get many invitations of team',
	},
	cancelInvitation: {
		resource: 'team',
		operation: 'cancelInvitation',
		action: 'Cancel invitation to team',
	},
	getWalletBalance: {
		resource: 'wallet',
		operation: 'getBalance',
		action: 'Get credit balance of wallet',
	},
	getWalletTransactions: {
		resource: 'wallet',
		operation: 'getTransactions',
		name: 'Get Many Transactions',
		action: 'Get many transactions of wallet',
	},
	batchFindEmails: {
		resource: 'email',
		operation: 'findMany',
		action: 'Find work emails of many people',
	},
	getEmailFinderBatchStatus: IN_BATCH,
	getEmailFinderBatchResults: IN_BATCH,
	batchValidateEmails: {
		resource: 'email',
		operation: 'validateMany',
		action: 'Validate many email addresses',
	},
	getEmailValidationBatchStatus: IN_BATCH,
	getEmailValidationBatchResults: IN_BATCH,
	createPhoneBulkJob: {
		resource: 'phone',
		operation: 'findMany',
		action: 'Find phone numbers of many people',
	},
	getPhoneBulkJobStatus: IN_BATCH,
	getPhoneBulkJobResults: IN_BATCH,
	bulkReverseLookup: {
		resource: 'person',
		operation: 'findManyByEmail',
		action: 'Find many people by email',
	},
	getBulkLookupStatus: IN_BATCH,
	getBulkLookupResults: IN_BATCH,
	batchIpToCompany: {
		resource: 'company',
		operation: 'findManyByIp',
		action: 'Find many companies by IP address',
	},
	getIpToCompanyBatchStatus: IN_BATCH,
	getIpToCompanyBatchResults: IN_BATCH,
} satisfies Catalog<OperationId, keyof typeof resources>;

export const kit: NodeKit = {
	provider: enrich,
	credentialType: 'enrichApi',
	resources,
	catalog,
};
