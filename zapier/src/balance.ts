import {
	defineSearch,
	type PlainInputField,
	type Search,
	type SearchPerform,
} from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import type { Client } from '../../shared/http/client';
import { isBlank } from '../../shared/input/text';
import { numberSetting } from '../../shared/input/numberSetting';
import { enrich } from '../../shared/providers/enrich';
import { composites } from './catalog';
import { type Item } from './item';
import { badInput } from './inputs';
import { pollingTrigger } from './pollingTrigger';
import { runStep } from './step';

const { getWalletBalance, getWalletTransactions } = enrich.operations;

interface Balance {
	balance: number;
	/** ISO 8601. */
	asOf: string;
}

/** @throws ConnectorError, also where the balance is not reported. */
async function readBalance(client: Client): Promise<Balance> {
	const { data } = await client.call(getWalletBalance, {});
	const { balance, asOf = new Date(client.now()).toISOString() } = data;
	if (balance === undefined)
		throw client.error({ kind: 'unreadable', detail: 'it names no balance' });
	return { balance, asOf };
}

const LOW_BELOW = 'Low Below';
const THRESHOLD = 'Threshold';

/** @throws ConnectorError of kind `badInput` */
const creditsIn = (entered: unknown, label: string): number | undefined =>
	isBlank(entered) ? undefined : numberSetting(label, entered);

const lowBelow: PlainInputField = {
	key: 'low_below',
	label: LOW_BELOW,
	type: 'number',
	required: false,
	helpText: "A number of credits; below it, 'Low' is true.",
	placeholder: '1000',
};

const toRow = ({ balance, asOf }: Balance, threshold: number | undefined) => ({
	balance,
	is_low: threshold === undefined ? null : balance < threshold,
	as_of: asOf,
});

const SAMPLE: Balance = { balance: 24_990, asOf: '2026-06-03T14:22:10.000Z' };

/** Reading the balance is free. */
export function balanceSearch({ key, noun, label, description }: Item): Search {
	const perform: SearchPerform<Data, Data> = (z, bundle) =>
		runStep(z, bundle, async (client) => {
			const threshold = creditsIn(bundle.inputData.low_below, LOW_BELOW);
			return [toRow(await readBalance(client), threshold)];
		});
	return defineSearch({
		key,
		noun,
		display: { label, description },
		operation: {
			inputFields: [lowBelow],
			perform,
			outputFields: [
				{ key: 'balance', label: 'Credits Left', type: 'number' },
				{ key: 'is_low', label: 'Low', type: 'boolean' },
				{ key: 'as_of', label: 'As Of', type: 'datetime' },
			],
			sample: toRow(SAMPLE, 1000),
		},
	});
}

const { low_credit_balance: lowItem } = composites;

/**
 * One event for each top-up that was used up: the newest top-up is part of the ID, so nothing needs
 * to be remembered, and a balance that goes up and down around the threshold triggers once.
 */
export const lowCreditBalance = pollingTrigger(lowItem, {
	inputFields: [
		{
			key: 'threshold',
			label: THRESHOLD,
			type: 'number',
			required: true,
			helpText: 'The zap runs once when fewer credits are left than this, until you top up again.',
			placeholder: '1000',
		},
	],
	async poll(client, { inputData, meta }) {
		const threshold = creditsIn(inputData.threshold, THRESHOLD);
		if (threshold === undefined) throw badInput(THRESHOLD, 'is empty');
		const { balance, asOf } = await readBalance(client);
		// What is low when the zap is turned on is news, too; what Zapier sees first never is.
		if (balance >= threshold || meta?.isPopulatingDedupe) return [];
		const { data } = await client.call(getWalletTransactions, { type: 'topup', page: 1, limit: 1 });
		const [topUp] = data.transactions ?? [];
		return [
			{
				id: `${threshold}:${topUp?.id ?? 'none'}`,
				balance,
				threshold,
				as_of: asOf,
				last_top_up_at: topUp?.createdAt ?? null,
			},
		];
	},
	outputFields: [
		{ key: 'id', label: 'ID', type: 'string' },
		{ key: 'balance', label: 'Credits Left', type: 'number' },
		{ key: 'threshold', label: THRESHOLD, type: 'number' },
		{ key: 'as_of', label: 'As Of', type: 'datetime' },
		{ key: 'last_top_up_at', label: 'Last Top-Up At', type: 'datetime' },
	],
	sample: {
		id: '1000:665e10a14a6d8c001abc2001',
		balance: 990,
		threshold: 1000,
		as_of: SAMPLE.asOf,
		last_top_up_at: '2026-05-01T09:00:00.000Z',
	},
});
