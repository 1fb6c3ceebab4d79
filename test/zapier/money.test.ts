import type { ZObject } from '../../zapier/node_modules/zapier-platform-core';
import { zapierIdempotencyStore } from '../../zapier/src/idempotencyStore';
import { CANARY_KEY } from '../../testkit/fakeClient';
import { sandboxes } from '../sandbox/support';
import { bundleFor, failureOf, shortenTimeouts, withoutJitter, zapierRunner } from './support';

const start = sandboxes();
shortenTimeouts();
withoutJitter();
const LOOKUP = { email: 'emily.zhang@figma.com' };
const MINUTE = 60_000;

describe('a step that Zapier runs again', () => {
	test('does not pay again for an answer that it had', async () => {
		const sandbox = await start();
		const { search } = zapierRunner();
		const [first] = await search('find_phone_numbers', bundleFor(sandbox, LOOKUP));
		// The same person, written otherwise.
		const again = { email: ' Emily.Zhang@FIGMA.com' };
		const [second] = await search('find_phone_numbers', bundleFor(sandbox, again));
		expect(first).toMatchObject({ credits_used: 500, reused_answer: false });
		expect(second).toEqual({ ...first, credits_used: 0, credits_left: null, reused_answer: true });
		expect(sandbox.ledger.charged()).toBe(500);
		expect(sandbox.requests).toHaveLength(1);
	});

	test.each(['reset', 'truncate', 'html'] as const)(
		'is not sent again when it was charged and the answer got lost (%s)',
		async (kind) => {
			const sandbox = await start();
			const { search } = zapierRunner();
			sandbox.fault({ when: 'after', kind });
			await failureOf(search('find_phone_numbers', bundleFor(sandbox, LOOKUP)));
			const failure = await failureOf(search('find_phone_numbers', bundleFor(sandbox, LOOKUP)));
			expect(failure.name).toBe('HaltedError');
			expect(failure.message).toMatch(/earlier try.*may have been charged \(500 credits/);
			expect(sandbox.ledger.charged()).toBe(500);
			expect(sandbox.requests).toHaveLength(1);
		},
	);

	test('is sent again when it provably did not run', async () => {
		const sandbox = await start();
		const { search } = zapierRunner();
		sandbox.fault({ when: 'before', kind: 'status', status: 429, headers: { 'retry-after': '1' } });
		await failureOf(search('find_phone_numbers', bundleFor(sandbox, LOOKUP)));
		expect(await search('find_phone_numbers', bundleFor(sandbox, LOOKUP))).toHaveLength(1);
		expect(sandbox.ledger.charged()).toBe(500);
	});

	test('asks again about what was not found: that is free, and may be found by then', async () => {
		const sandbox = await start();
		const { search, cache } = zapierRunner();
		const bundle = bundleFor(sandbox, { email: 'nobody@figma.com' });
		expect(await search('find_phone_numbers', bundle)).toEqual([]);
		expect(cache).toEqual({});
		expect(await search('find_phone_numbers', bundle)).toEqual([]);
		expect(sandbox.requests).toHaveLength(2);
	});

	test('waits for another run that is at it, and gives up on one that died', async () => {
		const sandbox = await start();
		const { search, cache } = zapierRunner();
		await search('find_phone_numbers', bundleFor(sandbox, LOOKUP));
		const [name] = Object.keys(cache) as [string];
		const mark = (ageMs: number) =>
			(cache[name] = JSON.stringify({ state: 'sent', at: Date.now() - ageMs }));
		mark(10_000);
		const young = await failureOf(search('find_phone_numbers', bundleFor(sandbox, LOOKUP)));
		expect(young).toMatchObject({ name: 'ThrottledError', delay: 30 });
		mark(2 * MINUTE);
		const old = await failureOf(search('find_phone_numbers', bundleFor(sandbox, LOOKUP)));
		expect(old.name).toBe('HaltedError');
		expect(old.message).toMatch(/may have been charged/);
		expect(sandbox.requests).toHaveLength(1);
	});

	test('of another connection or another address of the API looks up for itself', async () => {
		const [one, other] = [await start(), await start({ apiKey: CANARY_KEY })];
		const { search } = zapierRunner();
		await search('find_phone_numbers', bundleFor(one, LOOKUP));
		await search('find_phone_numbers', bundleFor(other, LOOKUP));
		expect([one.ledger.charged(), other.ledger.charged()]).toEqual([500, 500]);
	});
});

test('names in the cache show neither the key nor the person; a search leaves one too, as nothing says that it was free', async () => {
	const sandbox = await start({ apiKey: CANARY_KEY });
	const { search, cache } = zapierRunner();
	await search('find_leads', bundleFor(sandbox, { city: 'Berlin' }));
	expect(Object.keys(cache)).toHaveLength(1);
	await search('find_phone_numbers', bundleFor(sandbox, LOOKUP));
	const name = expect.stringMatching(/^enrich-[0-9a-f]{64}$/);
	expect(Object.keys(cache)).toEqual([name, name]);
	expect(JSON.stringify(cache)).not.toContain(CANARY_KEY);
});

test('what was paid for is known until shortly before the same run of the next day', async () => {
	const sandbox = await start();
	const { search, pass } = zapierRunner();
	const hours = async (count: number) => {
		pass(count * 60 * MINUTE);
		const [row] = await search('find_company_by_ip', bundleFor(sandbox, { ip: '8.8.8.8' }));
		return row?.reused_answer;
	};
	expect([await hours(0), await hours(19), await hours(2)]).toEqual([false, true, false]);
});

test.each(['reset', 'truncate'] as const)(
	'a free search whose answer got lost can be replayed (%s)',
	async (kind) => {
		const sandbox = await start();
		const { search, cache } = zapierRunner();
		sandbox.fault({ operationId: 'searchLeads', when: 'after', kind });
		await failureOf(search('find_leads', bundleFor(sandbox, { city: 'Berlin' })));
		expect(cache).toEqual({});
		expect(await search('find_leads', bundleFor(sandbox, { city: 'Berlin' }))).toHaveLength(10);
	},
);

describe('a cache that fails', () => {
	test('does not block free searches, and no paid call leaves without a note of it', async () => {
		const sandbox = await start();
		const { search } = zapierRunner({ hasCache: false });
		expect(await search('find_leads', bundleFor(sandbox, { city: 'Berlin' }))).toHaveLength(10);
		const failure = await failureOf(search('find_phone_numbers', bundleFor(sandbox, LOOKUP)));
		expect(failure).toMatchObject({ name: 'ThrottledError', delay: 60 });
		expect(failure.message).toMatch(/^Not sent: Zapier's cache.*Nothing was charged/);
		expect(sandbox.ledger.charged()).toBe(0);
	});

	test('or that is too busy keeps a paid call from leaving', async () => {
		const sandbox = await start();
		const { search } = zapierRunner({ isBusy: true });
		const failure = await failureOf(search('find_phone_numbers', bundleFor(sandbox, LOOKUP)));
		expect(failure.message).toMatch(/^Not sent: Zapier's cache/);
		expect(sandbox.requests).toEqual([]);
	});

	test('of two runs at the same moment one is sent', async () => {
		const sandbox = await start({ latencyMs: 50 });
		const { search } = zapierRunner();
		const ends = await Promise.allSettled(
			[1, 2].map(() => search('find_phone_numbers', bundleFor(sandbox, LOOKUP))),
		);
		expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(sandbox.ledger.charged()).toBe(500);
	});

	const storeOver = (set: (...args: unknown[]) => unknown) => {
		const cache = { get: jest.fn(async () => null), set: jest.fn(set), delete: jest.fn() };
		const z = { cache, hash: () => 'hash' } as unknown as ZObject;
		const connection = {
			apiKey: 'sk_1',
			baseUrl: 'https://api.test',
			headerStyle: 'bearer',
		} as const;
		return { cache, store: zapierIdempotencyStore(z, connection) };
	};
	const mark = { state: 'sent', at: 1 } as const;

	test('"sent" is set only where nothing stands yet, for 20 hours, for this connection', async () => {
		const { cache, store } = storeOver(async () => true);
		await store.set('key', mark);
		expect(cache.set).toHaveBeenCalledWith('enrich-hash', mark, 72_000, ['auth'], true);
		await store.get('key');
		expect(cache.get).toHaveBeenCalledWith('enrich-hash', ['auth']);
	});

	test('of two runs at the same moment one waits', async () => {
		const { store } = storeOver(async () => false);
		await expect(store.set('key', mark)).rejects.toMatchObject({ kind: 'notRepeated' });
	});

	test('that is too busy counts as failing', async () => {
		const { store } = storeOver(async () => null);
		await expect(store.set('key', mark)).rejects.toMatchObject({ kind: 'stopped' });
	});
});
