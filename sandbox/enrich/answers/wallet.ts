import type * as operations from '../../../shared/providers/enrich/operations/wallet';
import type { AnswerRule } from './rule';

export const getWalletBalance: AnswerRule<typeof operations.getWalletBalance> = {
	meta: 'none',
	answer: ({ ledger }) => ({
		data: {
			organizationId: ledger.organizationId,
			balance: ledger.balance,
			currency: 'credits',
			asOf: new Date().toISOString(),
		},
	}),
};

export const getWalletTransactions: AnswerRule<typeof operations.getWalletTransactions> = {
	meta: 'none',
	answer({ ledger, input }) {
		const { type, page, limit } = input;
		const { transactions, total } = ledger.page(type, page, limit);
		return {
			data: {
				transactions,
				pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
			},
		};
	},
};
