/** Completes entries in groups: each group is sent once, waited for, and matched by its IDs. */
import { waitForEnd } from '../batches/progress';
import type { Addition } from '../contract/addition';
import type { Data } from '../contract/data';
import { documentedCost } from '../contract/operation';
import { ConnectorError, toConnectorError } from '../errors/ConnectorError';
import type { Client } from '../http/client';
import { callOnce, type IdempotencyStore, NO_STORE } from './idempotency';

export interface AddOptions {
	client: Client;
	/** Default: nothing is stored beyond the run. */
	store?: IdempotencyStore;
	/** Credits that may be spent; default: no limit. */
	maxCredits?: number;
	/** Milliseconds to wait for one group. */
	maxWaitMs: number;
}

export interface Added {
	/** By ID: what was answered, or why nothing was. An ID that is missing was not answered. */
	byId: Map<string, Data | ConnectorError>;
	/** What each group cost, by its first ID; null: not reported. */
	credits: Map<string, number | null>;
	creditsRemaining: number | null;
	/** What ended it early. */
	problem?: ConnectorError;
}

/** Never throws. After a group that failed nothing is sent any more. */
export async function addTo(
	addition: Addition,
	ids: readonly string[],
	{ client, store = NO_STORE, maxCredits = Infinity, maxWaitMs }: AddOptions,
): Promise<Added> {
	const added: Added = { byId: new Map(), credits: new Map(), creditsRemaining: null };
	const waiting = [...new Set(ids)];
	const priceOf = (count: number) =>
		documentedCost(addition.submit, addition.input(waiting.slice(0, count))) ?? Infinity;
	let left = maxCredits;
	while (waiting.length > 0) {
		const price = priceOf(1);
		const affordable = left === Infinity || price === 0 ? Infinity : Math.floor(left / price);
		// Put so that a limit that is no number lets nothing through.
		if (!(affordable >= 1)) added.problem ??= client.error({ kind: 'spendingLimit' });
		const count = added.problem ? waiting.length : Math.min(addition.maxIds, affordable);
		const cost = priceOf(count);
		const group = waiting.splice(0, count);
		const first = group[0] as string;
		if (added.problem) {
			const { kind, message: detail } = added.problem;
			const why =
				kind === 'spendingLimit' ? added.problem : client.error({ kind: 'stopped', detail });
			for (const id of group) added.byId.set(id, why);
			break;
		}
		try {
			const { results, creditsUsed, creditsRemaining } = await addGroup(addition, group, {
				client,
				store,
				maxWaitMs,
			});
			for (const result of results) added.byId.set(String(result.id), result);
			added.credits.set(first, creditsUsed);
			added.creditsRemaining = creditsRemaining ?? added.creditsRemaining;
			left -= creditsUsed ?? cost;
		} catch (thrown) {
			const error = toConnectorError(thrown);
			added.problem = error;
			if (error.mayHaveBeenCharged) added.credits.set(first, null);
			for (const id of group) added.byId.set(id, error);
		}
	}
	return added;
}

async function addGroup(
	addition: Addition,
	ids: readonly string[],
	{ client, store, maxWaitMs }: Required<Omit<AddOptions, 'maxCredits'>>,
) {
	const { submit, job, resultsOf } = addition;
	const input = addition.input(ids);
	const key = `${submit.operationId} ${JSON.stringify(input)}`;
	const { data, receipt, isReused } = await callOnce(store, key, client, () =>
		client.call(submit, input),
	);
	const { creditsRemaining } = receipt;
	// What an earlier try has paid for is not charged once more.
	const usedNow = (credits: number | null) => (isReused && credits !== null ? 0 : credits);
	if (!job)
		return {
			results: resultsOf(data),
			creditsUsed: usedNow(receipt.creditsUsed),
			creditsRemaining,
		};
	const batchId = job.idOf(data);
	if (batchId === undefined) {
		const { billing } = submit;
		const detail = 'it names no job';
		throw client.error({ kind: 'unreadable', detail, execution: 'maybe', billing });
	}
	const { state } = await waitForEnd(job, batchId, client, maxWaitMs);
	const ended = await client.call(job.status, { [job.idName]: batchId });
	if (state === 'failed') {
		const detail = job.failureOf(ended.data) ?? '';
		const kind = /credit|balance/i.test(detail) ? 'insufficientCredits' : 'jobFailed';
		// A job that failed can be started anew.
		await store.delete(key);
		throw new ConnectorError({ ...client.error({ kind, batchId }).facts, detail });
	}
	return {
		results: resultsOf(ended.data),
		creditsUsed: usedNow(job.creditsOf(ended.data) ?? null),
		creditsRemaining: ended.receipt.creditsRemaining ?? creditsRemaining,
	};
}
