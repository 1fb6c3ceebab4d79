import type { ZObject } from 'zapier-platform-core';
import type { Connection } from '../../shared/contract/provider';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { IdempotencyStore, StoredCall } from '../../shared/rows/idempotency';

/**
 * Longer than Zapier's own replays go on, the last of which comes about 10 hours after the first
 * try; shorter than from one day's run of a scheduled zap to the next.
 */
export const STORED_HOURS = 20;
const TTL_SECONDS = STORED_HOURS * 60 * 60;
const SCOPE = ['auth'];

/** As it is; its published type lacks the scope of `get` and `delete`. */
export interface Cache {
	get(key: string, scope: string[]): Promise<unknown>;
	/** True: set. False: `nx` was given and the key is there. Null: the cache is too busy. */
	set(key: string, value: unknown, ttl: number, scope: string[], nx: boolean): Promise<unknown>;
	delete(key: string, scope: string[]): Promise<unknown>;
}

/**
 * What this connection has paid for, so that a replayed step does not pay again. A paid call is not
 * sent unless the cache has taken note of it. Of calls that are documented as free only an answer is
 * noted that was charged all the same: one that got lost blocks nothing.
 */
export function zapierIdempotencyStore(
	z: ZObject,
	{ apiKey, baseUrl }: Connection,
	{ isFree = false } = {},
): IdempotencyStore {
	const cache = z.cache as unknown as Cache;
	const nameOf = cacheNames(z, { apiKey, baseUrl });
	const remove = async (key: string) => void (await cache.delete(nameOf(key), SCOPE));

	return {
		get: (key) =>
			reached(async () => ((await cache.get(nameOf(key), SCOPE)) ?? undefined) as StoredCall),
		async set(key, value) {
			if (isFree && value.state !== 'answered') return;
			// What cost nothing, such as a miss, may be asked again for nothing, and be found then.
			if (value.state === 'answered' && value.answer.receipt.creditsUsed === 0) return remove(key);
			const isFirst = value.state === 'sent';
			const isSet = await reached(() =>
				cache.set(nameOf(key), withoutUndefined(value), TTL_SECONDS, SCOPE, isFirst),
			);
			if (isFirst && isSet === false) throw underWay(value.at);
			if (isSet !== true) throw unreachable();
		},
		delete: remove,
	};
}

/** Names of entries, from which neither personal data nor the key can be read. */
export const cacheNames =
	(z: ZObject, { apiKey, baseUrl }: Pick<Connection, 'apiKey' | 'baseUrl'>) =>
	(key: string): string =>
		`enrich-${z.hash('sha256', `${apiKey} ${baseUrl} ${key}`, 'hex', 'utf8')}`;

/** The cache refuses values that hold an `undefined`. */
const withoutUndefined = (value: StoredCall): unknown => JSON.parse(JSON.stringify(value));

async function reached<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch {
		throw unreachable();
	}
}

/** Another run of the same lookup was quicker by a moment. */
const underWay = (sentAt: number) => new ConnectorError({ kind: 'notRepeated', sentAt });

const unreachable = () =>
	new ConnectorError({
		kind: 'stopped',
		detail: "Zapier's cache, which keeps lookups from being paid for twice, did not answer",
	});
