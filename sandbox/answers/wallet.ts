import { ORGANIZATION_ID } from '../ledger';
import type { AnswerRule } from './rule';

export const getWalletBalance: AnswerRule = {
	meta: 'none',
	answer: ({ ledger }) => ({
		data: {
			organizationId: ORGANIZATION_ID,
			balance: ledger.balance,
			currency: 'credits',
			asOf: new Date().toISOString(),
		},
	}),
};

export const getWalletTransactions: AnswerRule = {
	meta: 'none',
	answer({ ledger, input }) {
		const { type, page, limit } = input as { type?: string; page: number; limit: number };
		const { transactions, total } = ledger.page(type, page, limit);
		return {
			data: {
				transactions,
				pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
			},
		};
	},
};
