import type { Operation } from '../../shared/contract/operation';
import { ipToCompany } from './company';
import { findEmail, validateEmail } from './email';
import { countLeads, searchLeads } from './lead';
import { reverseLookup } from './person';
import { phoneLookup } from './phone';
import type { AnswerRule } from './rule';
import { getWalletBalance, getWalletTransactions } from './wallet';

const rules: Record<string, AnswerRule> = {
	countLeads,
	findEmail,
	getWalletBalance,
	getWalletTransactions,
	ipToCompany,
	phoneLookup,
	reverseLookup,
	searchLeads,
	validateEmail,
};

/** How an operation is answered; one without an entry answers its documented example. */
export const ruleFor = ({ operationId, example }: Operation): AnswerRule =>
	rules[operationId] ?? { answer: () => ({ data: example.data }) };
