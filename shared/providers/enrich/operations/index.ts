import {
	emailFinderBatch,
	emailValidationBatch,
	ipToCompanyBatch,
	phonesBatch,
	reverseLookupBatch,
} from '../batches';
import { ipToCompany } from './company';
import { getCompanyFollowerProgress, getCompanyFollowerResults } from './companyFollowers';
import { findEmail, validateEmail } from './email';
import { countLeads, searchLeads } from './lead';
import { listExportJobs, listRevealJobs } from './leadJobs';
import { reverseLookup } from './person';
import { phoneLookup } from './phone';
import { getWalletBalance, getWalletTransactions } from './wallet';

/** Every operation that the connector knows, by operationId, in the order in which users meet them. */
export const operations = {
	findEmail,
	validateEmail,
	phoneLookup,
	reverseLookup,
	ipToCompany,
	searchLeads,
	countLeads,
	listRevealJobs,
	listExportJobs,
	getWalletBalance,
	getWalletTransactions,
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
	batchFindEmails: emailFinderBatch.submit,
	getEmailFinderBatchStatus: emailFinderBatch.status,
	getEmailFinderBatchResults: emailFinderBatch.results,
	batchValidateEmails: emailValidationBatch.submit,
	getEmailValidationBatchStatus: emailValidationBatch.status,
	getEmailValidationBatchResults: emailValidationBatch.results,
	createPhoneBulkJob: phonesBatch.submit,
	getPhoneBulkJobStatus: phonesBatch.status,
	getPhoneBulkJobResults: phonesBatch.results,
	bulkReverseLookup: reverseLookupBatch.submit,
	getBulkLookupStatus: reverseLookupBatch.status,
	getBulkLookupResults: reverseLookupBatch.results,
	batchIpToCompany: ipToCompanyBatch.submit,
	getIpToCompanyBatchStatus: ipToCompanyBatch.status,
	getIpToCompanyBatchResults: ipToCompanyBatch.results,
};
