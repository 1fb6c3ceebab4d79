import * as z from 'zod';
import { defineOperation, freeGet } from '../../../contract/operation';
import { fields, output, page, pageSize } from '../../../contract/fields';
import { counted } from '../../../errors/wording';

export const getWalletBalance = defineOperation({
	operationId: 'getWalletBalance',
	...freeGet('/wallets/balance'),
	title: 'Get Wallet Balance',
	description: 'Get the credits that are left',
	input: z.object({}),
	output: z.object({
		balance: output.number('Credits Left'),
		...fields(output.text, 'currency organizationId'),
		...fields(output.dateTime, { asOf: 'As Of' }),
	}),
	outcome: ({ balance }) => ({
		found: balance !== undefined,
		reason:
			balance === undefined ? 'The balance is not reported' : `${counted(balance, 'credit')} left`,
	}),
	example: {
		input: {},
		data: {
			balance: 24990,
			currency: 'credits',
			organizationId: '665e0b2f4a6d8c001abc1234',
			asOf: '2026-06-03T14:22:10.000Z',
		},
	},
});

const transaction = z.object({
	id: output.text('Transaction ID'),
	...fields(output.text, 'type description organizationId'),
	amount: output.number('Amount', 'Credits; negative for deductions'),
	...fields(output.number, 'balanceAfter'),
	...fields(output.dateTime, 'createdAt'),
	metadata: z.record(z.string(), z.unknown()).meta({ title: 'Details' }).optional(),
});

export const getWalletTransactions = defineOperation({
	operationId: 'getWalletTransactions',
	...freeGet('/wallets/transactions'),
	title: 'Get Wallet Transactions',
	description: 'List what was charged, refunded and topped up, newest first',
	input: z.object({
		// The contract leaves the type open; these four are the documented values.
		type: z
			.string()
			.meta({
				title: 'Type',
				description: 'Only transactions of this type',
				normalize: 'text',
				options: {
					adjustment: 'Adjustment',
					deduction: 'Deduction',
					refund: 'Refund',
					topup: 'Top-Up',
				},
			})
			.optional(),
		page,
		limit: pageSize(100, 50),
	}),
	output: z.object({
		transactions: output.list('Transactions', transaction),
		pagination: output.group('Pagination', {
			...fields(output.integer, 'page total totalPages'),
			...fields(output.integer, { limit: 'Page Size' }),
		}),
	}),
	entry: transaction,
	paging: {
		entries: 'transactions',
		newestFirstBy: 'createdAt',
		size: 'limit',
		maxSize: 100,
		hasMore: ({ data: { pagination }, page, pageSize, count }) =>
			pagination?.totalPages === undefined ? count >= pageSize : page < pagination.totalPages,
	},
	outcome: ({ transactions = [] }) => ({
		found: transactions.length > 0,
		reason: 'Transactions of the wallet',
	}),
	example: {
		input: {},
		data: {
			transactions: [
				{
					id: '665e10a14a6d8c001abc2001',
					type: 'deduction',
					amount: -10,
					balanceAfter: 24990,
					description: 'Email finder: emily.zhang@figma.com',
					createdAt: '2026-06-03T14:35:00.000Z',
					organizationId: '665e0b2f4a6d8c001abc1234',
				},
			],
			pagination: { page: 1, limit: 50, total: 1, totalPages: 1 },
		},
	},
});
