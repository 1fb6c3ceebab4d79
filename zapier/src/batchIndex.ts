import type { ZObject } from 'zapier-platform-core';
import { KnownBatches } from '../../shared/batches/knownBatches';
import type { Connection } from '../../shared/contract/provider';
import { type Cache, cacheNames } from './idempotencyStore';

/** What is known of a batch of this connection. */
export interface KnownBatch {
	product: string;
	batchId: string;
	/** Milliseconds since the epoch. */
	startedAt: number;
	/** Rows in it, if known. */
	items?: number;
	/** The fingerprint of its rows, if this connection has started it. */
	rows?: string;
	/** When it was last read; those that were not read for longest come first. */
	lookedAt?: number;
	/** When it was first seen to have ended, and how. */
	ended?: { at: number; status: string };
}

const TTL_SECONDS = 7 * 24 * 60 * 60;
const MAX_KNOWN = 100;
const MAX_OTHERS = 500;
const SCOPE = ['auth'];

/**
 * The batches that this connection has started or met, newest first. Zapier's cache may lose them:
 * the wallet's transactions lead to them as well, so nothing depends on this but the number of calls.
 */
export function batchIndex(z: ZObject, connection: Connection) {
	const cache = z.cache as unknown as Cache;
	const nameOf = cacheNames(z, connection);
	const [name, othersName] = [nameOf('batches'), nameOf('others')];

	async function listIn<T>(name: string): Promise<T[]> {
		try {
			return ((await cache.get(name, SCOPE)) ?? []) as T[];
		} catch {
			return [];
		}
	}

	async function save(name: string, list: readonly unknown[]): Promise<void> {
		try {
			await cache.set(name, list, TTL_SECONDS, SCOPE, false);
		} catch {
			// It is found again in the wallet.
		}
	}

	const read = () => listIn<KnownBatch>(name);

	/** Adds batches, or what is newly known of them. */
	async function add(batches: readonly KnownBatch[]): Promise<void> {
		if (batches.length === 0) return;
		const byId = new Map([...(await read()), ...batches].map((one) => [one.batchId, one]));
		const newest = [...byId.values()].sort((a, b) => b.startedAt - a.startedAt);
		await save(name, newest.slice(0, MAX_KNOWN));
	}

	/** What a start need not read again: whose rows batches hold, and whose they do not. */
	async function known(): Promise<KnownBatches> {
		const batches = new KnownBatches(await listIn<string>(othersName));
		for (const { rows, batchId, startedAt } of await read())
			if (rows !== undefined)
				batches.holds(rows, { batchId, at: startedAt, creditsReserved: null });
		return batches;
	}

	/** Notes down what a start has read, so that the next one gets further in the same time. */
	async function saveOthers({ otherPairs }: KnownBatches, before: number): Promise<void> {
		if (otherPairs.length > before) await save(othersName, otherPairs.slice(-MAX_OTHERS));
	}

	return { read, add, known, saveOthers };
}
