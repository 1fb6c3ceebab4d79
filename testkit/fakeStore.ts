import type { IdempotencyStore, StoredCall } from '../shared/rows/idempotency';

export interface FakeStore extends IdempotencyStore {
	entries: Map<string, StoredCall>;
	/** What a crash does to it. */
	forget(): void;
}

/** A store that outlives a run, as n8n and Zapier keep one. */
export function fakeStore(): FakeStore {
	const entries = new Map<string, StoredCall>();
	return {
		entries,
		get: (key) => structuredClone(entries.get(key)),
		set: (key, value) => void entries.set(key, structuredClone(value)),
		delete: (key) => void entries.delete(key),
		forget: () => entries.clear(),
	};
}
