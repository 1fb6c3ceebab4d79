import { enrich, type OperationId } from '../../shared/providers/enrich';
import type { Catalog, NodeKit } from '../shared/kit';

const resources = {
	batch: 'Batch',
	company: 'Company',
	email: 'Email',
	lead: 'Lead',
	person: 'Person',
	phone: 'Phone',
	wallet: 'Wallet',
} as const;

const IN_BATCH = { partOf: "'Batch', and the operations for many rows" };
const IN_POLLING_TRIGGER = { partOf: "'Enrich Polling Trigger'" };
const IN_TRIGGER = { partOf: "'Enrich Trigger'" };

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
	listRevealJobs: IN_POLLING_TRIGGER,
	listExportJobs: IN_POLLING_TRIGGER,
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
	getCompanyFollowerProgress: IN_TRIGGER,
	getCompanyFollowerResults: IN_TRIGGER,
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
