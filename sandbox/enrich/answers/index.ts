import type { Operation } from '../../../shared/contract/operation';
import type { OperationId } from '../../../shared/providers/enrich';
import type { operations } from '../../../shared/providers/enrich/operations';
import { ipToCompany } from './company';
import { findEmail, validateEmail } from './email';
import { countLeads, searchLeads, unlockNames } from './lead';
import { getFilterOptions, suggestCompanyNames } from './leadOptions';
import { employeeFinder, waterfallIcpSearch } from './people';
import { reverseLookup } from './person';
import { phoneLookup } from './phone';
import type { AnswerRule } from './rule';
import { getWalletBalance, getWalletTransactions } from './wallet';

const rules: { [K in OperationId]?: AnswerRule<(typeof operations)[K]> } = {
	countLeads,
	employeeFinder,
	findEmail,
	getFilterOptions,
	getWalletBalance,
	getWalletTransactions,
	ipToCompany,
	phoneLookup,
	reverseLookup,
	searchLeads,
	suggestCompanyNames,
	unlockNames,
	validateEmail,
	waterfallIcpSearch,
};

/** How an operation is answered; one without an entry answers its documented example. */
export const ruleFor = ({ operationId, example }: Operation): AnswerRule =>
	(rules as Record<string, AnswerRule | undefined>)[operationId] ?? {
		answer: () => ({ data: example.data }),
	};
