import type { Operation } from '../../../contract/operation';
import { batchOperations } from '../batches';
import { ipToCompany } from './company';
import { findEmail, validateEmail } from './email';
import { countLeads, searchLeads } from './lead';
import { listExportJobs, listRevealJobs } from './leadJobs';
import { reverseLookup } from './person';
import { phoneLookup } from './phone';
import { getWalletBalance, getWalletTransactions } from './wallet';

/** Every operation that the connector knows, in the order in which users meet them. */
export const operations: readonly Operation[] = [
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
	...batchOperations,
];

export {
	countLeads,
	findEmail,
	getWalletBalance,
	getWalletTransactions,
	ipToCompany,
	listExportJobs,
	listRevealJobs,
	phoneLookup,
	reverseLookup,
	searchLeads,
	validateEmail,
};
