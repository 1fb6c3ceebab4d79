import { isRecord } from '../../contract/data';
import type { OutputOf } from '../../contract/operation';
import type { Charge, Wallet } from '../../contract/provider';
import { paginate } from '../../http/paginate';
import { getWalletBalance, getWalletTransactions } from './operations/wallet';

/** So many pages of 100 transactions are searched for a charge. */
const MAX_PAGES = 200;
const PAGE_SIZE = 100;

export const wallet: Wallet = {
	async balance(client) {
		const { data } = await client.call(getWalletBalance, {});
		return data.balance;
	},
	async charges(client, since, until = Infinity) {
		const charges: Charge[] = [];
		const call = async (input: object) => {
			const { page, limit } = input as { page: number; limit: number };
			return await client.call(getWalletTransactions, { type: 'deduction', page, limit });
		};
		for await (const page of paginate(call, getWalletTransactions, {})) {
			const { transactions } = page.success.data as OutputOf<typeof getWalletTransactions>;
			if (!transactions) return page.number === 1 ? undefined : charges;
			const listed = transactions.map(toCharge);
			charges.push(...listed);
			const oldest = listed.findLast(({ at }) => !Number.isNaN(at))?.at;
			const reachesBack = oldest !== undefined && oldest < since;
			const isEnough = reachesBack || since === Infinity || client.now() >= until;
			if (isEnough || page.number >= MAX_PAGES) return charges;
		}
		return charges;
	},
	maxCharges: MAX_PAGES * PAGE_SIZE,
};

type Transaction = NonNullable<OutputOf<typeof getWalletTransactions>['transactions']>[number];

const ID = /\b(?:[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|batch_\w+)\b/i;

/** Where the batch's ID stands is not documented in detail: in the details, or in the description. */
function toCharge(entry: Transaction): Charge {
	const { id, amount, description = '', metadata, createdAt } = entry;
	const details = isRecord(metadata) ? metadata : {};
	const named = [details.batchId, details.batch_id, details.jobId].find(
		(value): value is string => typeof value === 'string',
	);
	return {
		id: id ?? JSON.stringify(entry),
		description,
		credits: Math.abs(Number(amount)),
		batchId: named ?? ID.exec(description)?.[0],
		at: Date.parse(String(createdAt)),
	};
}
