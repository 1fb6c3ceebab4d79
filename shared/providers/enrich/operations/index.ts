import {
	emailFinderBatch,
	emailValidationBatch,
	ipToCompanyBatch,
	phonesBatch,
	reverseLookupBatch,
} from '../batches';
import { ipToCompany } from './company';
import {
	checkCompanyFollowerLimit,
	continueCompanyFollowerScrape,
	exportCompanyFollowerCsv,
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
	getCountEstimateStatus,
	startCompanyFollowerScrape,
	startCountEstimate,
} from './companyFollowers';
import { findEmail, validateEmail } from './email';
import { countLeads, searchLeads } from './lead';
import { downloadExportJob, exportLeads, getExportJob, listExportJobs } from './leadExport';
import { getFilterOptions, suggestCompanyNames } from './leadOptions';
import { enrichLeads, getRevealJob, listRevealJobs, revealLeads, unlockNames } from './leadReveal';
import { employeeFinder, waterfallIcpSearch } from './people';
import { reverseLookup } from './person';
import { phoneLookup } from './phone';
import { createSavedSearch, deleteSavedSearch, listSavedSearches } from './savedSearch';
import { cancelInvitation, inviteTeamMember, listTeamInvitations, listTeamMembers } from './team';
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
	unlockNames,
	revealLeads,
	enrichLeads,
	getRevealJob,
	listRevealJobs,
	exportLeads,
	getExportJob,
	listExportJobs,
	downloadExportJob,
	getFilterOptions,
	suggestCompanyNames,
	createSavedSearch,
	listSavedSearches,
	deleteSavedSearch,
	employeeFinder,
	waterfallIcpSearch,
	startCountEstimate,
	getCountEstimateStatus,
	checkCompanyFollowerLimit,
	startCompanyFollowerScrape,
	continueCompanyFollowerScrape,
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
	exportCompanyFollowerCsv,
	listTeamMembers,
	inviteTeamMember,
	listTeamInvitations,
	cancelInvitation,
	getWalletBalance,
	getWalletTransactions,
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
