import { lookUpMany } from '../../shared/batches/lookUpMany';
import { KnownBatches } from '../../shared/batches/knownBatches';
import { startBatch } from '../../shared/batches/startBatch';
import type { HttpResponse } from '../../shared/http/transport';
import { NO_STORE } from '../../shared/rows/idempotency';
import { errorOf } from '../../testkit/errorOf';
import { FakeEnrich, validation } from '../../testkit/fakeEnrich';
import { json } from '../../testkit/fakeTransport';
import { fakeStore } from '../../testkit/fakeStore';

const rowsOf = (...emails: string[]) => emails.map((email) => ({ email }));
const start = (api: FakeEnrich, email = 'a@x.com') =>
	startBatch(validation, [{ input: { email }, key: email, limit: undefined, rows: [0] }], {
		client: api.client,
		store: NO_STORE,
	});
const run = (api: FakeEnrich, emails: string[]) =>
	lookUpMany(
		validation,
		rowsOf(...emails).map((values) => ({ values })),
		{ client: api.client, maxWaitMs: 3_600_000, mode: 'batch' },
	);

/** Something happens in the account while a submit is under way. */
const aroundSubmit = (api: FakeEnrich, around: (submit: () => HttpResponse) => HttpResponse) =>
	api.intercept(({ operation }, next) =>
		operation.operationId === validation.submit.operationId ? around(next) : next(),
	);

describe('a submit whose answer is lost', () => {
	test('is found again in the transactions and not sent a second time', async () => {
		const api = new FakeEnrich();
		api.fates = ['lostAfter'];
		expect((await run(api, ['a@x.com', 'b@x.com'])).summary).toMatchObject({
			found: 2,
			creditsUsed: 2,
		});
		expect(api.submits).toBe(1);
	});

	test('is not sent again either when nothing was reserved: its rows may have been charged', async () => {
		const api = new FakeEnrich();
		api.fates = ['lostBefore'];
		const { results, creditsUnclear } = await run(api, ['a@x.com', 'b@x.com']);
		expect(results.map(({ error }) => error?.kind)).toEqual(['lostSubmit', 'lostSubmit']);
		expect(results[0]).toMatchObject({ creditsUsed: null, error: { mayHaveBeenCharged: true } });
		expect(results[0]?.error?.message).toMatch(
			/sent at 2027-01-15 08:00 UTC with 2 rows, 2 credits/,
		);
		expect(creditsUnclear).toBe(2);
		expect(api.submits).toBe(1);
	});

	test.each([429, 500])(
		'stays unclear to the next try when the charges then answer with %i',
		async (status) => {
			const api = new FakeEnrich();
			api.fates = ['lostBefore'];
			const known = new KnownBatches();
			const store = fakeStore();
			const options = { client: api.client, store, known };
			const part = [{ input: { email: 'a@x.com' }, key: 'a@x.com', limit: undefined, rows: [0] }];
			await errorOf(startBatch(validation, part, options));
			api.intercept(({ operation }, next) =>
				operation.operationId === 'getWalletTransactions' ? json(status, {}) : next(),
			);
			expect(await errorOf(startBatch(validation, part, options))).toMatchObject({
				kind: 'lostSubmit',
				mayHaveBeenCharged: true,
			});
			expect(api.submits).toBe(1);
		},
	);

	test("is not taken for somebody else's batch of another size", async () => {
		const api = new FakeEnrich();
		api.fates = ['lostBefore'];
		let isBooked = false;
		aroundSubmit(api, (submit) => {
			try {
				return submit();
			} finally {
				if (!isBooked) api.start(validation, rowsOf('1', '2', '3'), 0);
				isBooked = true;
			}
		});
		const [result] = (await run(api, ['a@x.com'])).results;
		expect(result?.error?.kind).toBe('lostSubmit');
		expect(result?.error?.message).not.toContain('this may be it');
		expect(api.submits).toBe(1);
	});

	test('names the batch that may be it, and not each other charge of that size', async () => {
		const api = new FakeEnrich();
		api.fates = ['lostAfter'];
		aroundSubmit(api, (submit) => {
			try {
				return submit();
			} finally {
				for (let i = 0; i < 50; i++) api.book(undefined, 1, 'Email validation');
			}
		});
		api.runsMs = 1e9;
		const { message } = (await errorOf(start(api))) as Error;
		expect(message).toMatch(
			new RegExp(`this may be it: ${[...api.batches.keys()].join()}, 50 other charges\\b`),
		);
		expect(api.submits).toBe(1);
	});

	test('is left to a person when two batches may be it', async () => {
		const api = new FakeEnrich();
		api.fates = ['lostAfter'];
		aroundSubmit(api, (submit) => {
			try {
				return submit();
			} finally {
				api.start(validation, rowsOf('z@x.com'), 1e9);
			}
		});
		expect(await errorOf(start(api))).toMatchObject({
			kind: 'lostSubmit',
			mayHaveBeenCharged: true,
		});
		expect(api.submits).toBe(1);
	});

	test('is left to a person when a booking may be its reservation but names no batch', async () => {
		const api = new FakeEnrich();
		api.fates = ['lostBefore'];
		aroundSubmit(api, (submit) => {
			try {
				return submit();
			} finally {
				api.book(undefined, 1, 'Reservation');
			}
		});
		const [result] = (await run(api, ['a@x.com'])).results;
		expect(result).toMatchObject({ outcome: 'failed', error: { kind: 'lostSubmit' } });
		expect(api.submits).toBe(1);
	});
});
