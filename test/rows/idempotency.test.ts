import type { Success } from '../../shared/contract/provider';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { Client } from '../../shared/http/client';
import { callOnce, type IdempotencyStore, NO_STORE } from '../../shared/rows/idempotency';
import { errorOf } from '../../testkit/errorOf';
import { fakeStore } from '../../testkit/fakeStore';

const answer: Success = {
	data: { found: true },
	receipt: { creditsUsed: 10, creditsRemaining: 90 },
};
const unclear = new ConnectorError({
	kind: 'timedOut',
	execution: 'maybe',
	billing: 'chargedEachTime',
	documentedCost: 10,
});
const clear = new ConnectorError({ kind: 'badInput', detail: 'x', billing: 'chargedEachTime' });

const client: Pick<Client, 'now' | 'error'> = {
	now: () => 1000,
	error: (facts) => new ConnectorError(facts),
};

function paying(store: IdempotencyStore, outcome: Success | Error) {
	let calls = 0;
	const pay = () =>
		callOnce(store, 'key', client, async () => {
			calls += 1;
			if (outcome instanceof Error) throw outcome;
			return outcome;
		});
	return { pay, calls: () => calls };
}

describe('a paid call that is stored', () => {
	test('is answered from the store, with the receipt of then', async () => {
		const { pay, calls } = paying(fakeStore(), answer);
		expect(await pay()).toEqual(answer);
		expect(await pay()).toEqual({
			data: answer.data,
			receipt: answer.receipt,
			isReused: true,
		});
		expect(calls()).toBe(1);
	});

	test('is not sent again where it may have been charged, and still says so', async () => {
		const store = fakeStore();
		expect(await errorOf(paying(store, unclear).pay())).toBe(unclear);
		const next = paying(store, answer);
		const error = await errorOf(next.pay());
		expect(error).toMatchObject({ kind: 'notRepeated', mayHaveBeenCharged: true });
		expect(error.nextStep).toContain('10 credits');
		expect(next.calls()).toBe(0);
	});

	test('is not sent again where the step died while it was under way', async () => {
		const store = fakeStore();
		void callOnce(store, 'key', client, () => new Promise(() => {}));
		await new Promise(setImmediate);
		expect(store.entries.get('key')).toEqual({ state: 'sent', at: 1000 });
		const next = paying(store, answer);
		expect(await errorOf(next.pay())).toMatchObject({
			kind: 'notRepeated',
			mayHaveBeenCharged: true,
			facts: { sentAt: 1000 },
		});
		expect(next.calls()).toBe(0);
	});

	test('is sent again where it surely was not charged', async () => {
		const store = fakeStore();
		await errorOf(paying(store, clear).pay());
		expect(store.entries.size).toBe(0);
		expect(await paying(store, answer).pay()).toBe(answer);
	});

	test('is plain data, so that platforms can store it', async () => {
		const store = fakeStore();
		await errorOf(paying(store, unclear).pay());
		const stored = [...store.entries.values()];
		expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
	});
});

test('without a store every call is sent', async () => {
	const { pay, calls } = paying(NO_STORE, answer);
	await pay();
	await pay();
	expect(calls()).toBe(2);
});
