import type { ZObject } from 'zapier-platform-core';
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
	/** When it was first seen to have ended, and how. */
	ended?: { at: number; status: string };
}

const TTL_SECONDS = 7 * 24 * 60 * 60;
const MAX_KNOWN = 100;
const SCOPE = ['auth'];

/**
 * The batches that this connection has started or met, newest first. Zapier's cache may lose them:
 * the wallet's transactions lead to them as well, so nothing depends on this but the number of calls.
 */
export function batchIndex(z: ZObject, connection: Connection) {
	const cache = z.cache as unknown as Cache;
	const name = cacheNames(z, connection)('batches');

	async function read(): Promise<KnownBatch[]> {
		try {
			return ((await cache.get(name, SCOPE)) ?? []) as KnownBatch[];
		} catch {
			return [];
		}
	}

	/** Adds batches, or what is newly known of them. */
	async function add(batches: readonly KnownBatch[]): Promise<void> {
		if (batches.length === 0) return;
		const byId = new Map([...(await read()), ...batches].map((one) => [one.batchId, one]));
		const newest = [...byId.values()].sort((a, b) => b.startedAt - a.startedAt);
		try {
			await cache.set(name, newest.slice(0, MAX_KNOWN), TTL_SECONDS, SCOPE, false);
		} catch {
			// It is found again in the wallet.
		}
	}

	return { read, add };
}
