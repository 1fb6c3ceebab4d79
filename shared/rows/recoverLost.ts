import type { Data } from '../contract/data';
import { type Operation, withDerived } from '../contract/operation';
import type { Charge, Recovered, Success } from '../contract/provider';
import type { Client } from '../http/client';
import { type IdempotencyStore, quietly } from './idempotency';
import type { Lookup } from './lookup';
import { type RowResult, toFailedRow } from './result';

/** Milliseconds before each look at the wallet: a charge may be booked a moment later. */
const LOOKS_MS = [0, 2_000, 3_000];
/** An API that does not answer must not hold up the rows: so often a read is sent, at most. */
const MAX_SENDS = 2;
/** The API's clock and ours may differ. */
const CLOCK_SKEW_MS = 2_000;

/** A lookup that may have been charged although no answer came. */
export interface Lost {
	lookup: Lookup;
	/** Milliseconds since the epoch; it was not sent before. */
	sentAt: number;
	key: string;
	result: RowResult;
}

/**
 * Looks for lost answers in the wallet's entries (free). A lookup is resolved where exactly one
 * entry since it was sent fits it, and that entry fits no other; anything else proves nothing.
 * Never sends a paid call, and never throws.
 * @param answered What other rows have got: their entries are theirs.
 */
export async function recoverLost(
	operation: Operation,
	lost: readonly Lost[],
	answered: readonly RowResult[],
	client: Client,
	store: IdempotencyStore,
): Promise<Map<Lookup, RowResult>> {
	const { wallet, recover } = client.provider;
	const resolved = new Map<Lookup, RowResult>();
	if (!wallet || !recover || operation.paging) return resolved;
	const since = Math.min(...lost.map(({ sentAt }) => sentAt)) - CLOCK_SKEW_MS;
	const texts = textsOf(answered);
	for (const waitMs of LOOKS_MS) {
		const open = lost.filter(({ lookup }) => !resolved.has(lookup));
		if (open.length === 0) break;
		let charges: Charge[];
		try {
			await client.sleep(waitMs);
			charges = (await wallet.charges(impatient(client), since)) ?? [];
		} catch {
			break;
		}
		const owners = new Map<string, number>();
		const candidates = open.map((one) => {
			const fresh = charges.filter(({ at }) => at >= one.sentAt - CLOCK_SKEW_MS);
			const fitting = recover(operation, one.lookup.input, fresh).filter(
				({ charge, subject, data }) =>
					charge.batchId === undefined && !(data && texts.has(subject.toLowerCase())),
			);
			for (const { charge } of fitting) owners.set(charge.id, (owners.get(charge.id) ?? 0) + 1);
			return { one, fitting };
		});
		for (const { one, fitting } of candidates) {
			const [only, ...others] = fitting;
			if (!only || others.length > 0 || owners.get(only.charge.id) !== 1) continue;
			resolved.set(one.lookup, await settle(operation, one, only, client, store));
		}
	}
	return resolved;
}

function impatient(client: Client): Client {
	const call = async (operation: Operation, input: Data) => {
		// Asked before and after it waits for its turn.
		let checks = 0;
		const stopped = () =>
			++checks > 2 * MAX_SENDS ? client.error({ kind: 'stopped' }) : undefined;
		return await client.call(operation, input, stopped);
	};
	return { ...client, call: call as Client['call'] };
}

async function settle(
	operation: Operation,
	{ key, result }: Lost,
	{ charge, data }: Recovered,
	client: Client,
	store: IdempotencyStore,
): Promise<RowResult> {
	const { credits, at } = charge;
	const facts = { ...result.error?.facts, creditsUsed: credits, chargedAt: at };
	const error = client.error({ kind: 'serverSide', ...facts });
	if (!data) {
		await quietly(() => store.set(key, { state: 'unanswered', facts: error.facts }));
		return toFailedRow(error);
	}
	const answer: Success = { data, receipt: { creditsUsed: credits, creditsRemaining: null } };
	await quietly(() => store.set(key, { state: 'answered', answer }));
	return {
		outcome: 'found',
		reason: `${operation.outcome(data).reason}; its answer was lost, and the wallet's entry names it`,
		data: withDerived(operation, data),
		creditsUsed: credits,
		creditsRemaining: null,
		isRecovered: true,
	};
}

const textsOf = (results: readonly RowResult[]): ReadonlySet<string> =>
	new Set(
		results
			.flatMap(({ data }) => Object.values(data ?? {}))
			.filter((value) => typeof value === 'string')
			.map((text) => text.toLowerCase()),
	);
