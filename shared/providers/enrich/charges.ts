import type { Client } from '../../http/client';
import { type Data, isRecord } from '../../contract/operation';
import { getWalletTransactions } from './operations';
import { BATCHES } from '../../errors/errorTable';

/** Credits that left the wallet: a reservation, or one of the many charges of single calls. */
export interface Deduction {
	id: string;
	batchId?: string;
	/** Positive. */
	credits: number;
	/** Milliseconds since the epoch; NaN: not told. */
	at: number;
}

/** Newest first, back to that time as far as a few pages reach; free. Undefined: there is no list. */
export async function deductionsSince(
	since: number,
	client: Client,
): Promise<Deduction[] | undefined> {
	const all: Deduction[] = [];
	for (let page = 1; page <= BATCHES.transactionPages; page++) {
		const { data } = await client.call(getWalletTransactions, {
			type: 'deduction',
			page,
			limit: BATCHES.transactionsPerPage,
		});
		if (!Array.isArray(data.transactions)) return page === 1 ? undefined : all;
		const listed = data.transactions.filter(isRecord).map(toDeduction);
		all.push(...listed);
		const oldest = listed.at(-1)?.at;
		const isLast = listed.length < BATCHES.transactionsPerPage;
		// Without a date, nothing says how far back the next page would lead.
		if (isLast || oldest === undefined || !(oldest >= since)) return all;
	}
	return all;
}

const ID = /\b(?:[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|batch_\w+)\b/i;

/** Where the batch's ID stands is not documented in detail: in the details, or in the description. */
function toDeduction(entry: Data): Deduction {
	const { id, amount, description, metadata, createdAt } = entry;
	const told = isRecord(metadata) ? metadata : {};
	const named = [told.batchId, told.batch_id, told.jobId].find(
		(value) => typeof value === 'string',
	);
	return {
		id: typeof id === 'string' ? id : JSON.stringify(entry),
		credits: Math.abs(Number(amount)),
		batchId: (named as string | undefined) ?? ID.exec(String(description))?.[0],
		at: Date.parse(String(createdAt)),
	};
}
