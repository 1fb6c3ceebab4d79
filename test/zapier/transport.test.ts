import type { ZObject } from '../../zapier/node_modules/zapier-platform-core';
import { enrich } from '../../shared/providers/enrich';
import { clientOf } from '../../zapier/src/transport';

const CONNECTION = { apiKey: 'sk_1', baseUrl: 'https://api.test', headerStyle: 'x-api-key' };
const { getWalletBalance } = enrich.operations;

/** A client of one step, in a world where each answer takes so long. */
function stepWith(answerMs: number) {
	let now = 1_000_000;
	const granted: number[] = [];
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		granted.push(ms);
		return new AbortController().signal;
	});
	const request = async () => {
		now += Math.min(answerMs, granted.at(-1) ?? 0);
		return { status: 200, headers: [], content: '{"success":true,"data":{"balance":1}}' };
	};
	const client = clientOf({ request } as unknown as ZObject, CONNECTION);
	const startedAt = now;
	return { client, granted, elapsedMs: () => now - startedAt };
}

afterEach(() => jest.restoreAllMocks());

test('all calls of a step together end in time, and none leaves after that', async () => {
	const { client, granted, elapsedMs } = stepWith(9_000);
	const call = () => client.call(getWalletBalance, {});
	for (let i = 0; i < 3; i++) await call();
	expect(granted).toEqual([24_000, 15_000, 6_000]);
	expect(elapsedMs()).toBe(24_000);
	await expect(call()).rejects.toMatchObject({ kind: 'stopped', mayHaveBeenCharged: false });
	expect(granted).toHaveLength(3);
});

test('a step does not begin to wait for what it has no time for', async () => {
	const { client } = stepWith(1);
	await client.sleep(1);
	await expect(client.sleep(24_000)).rejects.toMatchObject({ kind: 'stopped' });
});
