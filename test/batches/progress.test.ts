import * as fc from 'fast-check';
import { resultPages, untilNextLook, waitForBatch } from '../../shared/batches/progress';
import { lookUpMany } from '../../shared/batches/lookUpMany';
import { NO_STORE } from '../../shared/rows/idempotency';
import { startBatch } from '../../shared/batches/startBatch';
import { batchOf, FakeApi, type Fate, told, validation } from '../../testkit/fakeJobsApi';

const start = (api: FakeApi, email = 'a@x.com') =>
	startBatch(validation, [{ input: { email }, key: email, limit: undefined, rows: [0] }], {
		client: api.client,
		store: NO_STORE,
	});
const rowsOf = (...emails: string[]) => emails.map((email) => ({ values: { email } }));
const run = (api: FakeApi, emails: string[], more: object = {}) =>
	lookUpMany(validation, rowsOf(...emails), {
		client: api.client,
		maxWaitMs: 3_600_000,
		batchFrom: 1,
		...more,
	});

describe('many rows in one batch', () => {
	it('gives each row its own result, whatever the order in which they come', async () => {
		const api = new FakeApi();
		const { results, summary } = await run(api, ['a@x.com', 'b@x.com', 'A@X.com ', 'broken', '']);
		expect(results.map(({ outcome }) => outcome)).toEqual([
			'found',
			'found',
			'found',
			'failed',
			'skipped',
		]);
		expect(results.map(({ data }) => data?.email)).toEqual([
			'A@X.COM',
			'B@X.COM',
			'A@X.COM',
			undefined,
			undefined,
		]);
		expect(results[2]).toMatchObject({ sameAs: 0 });
		expect(api.submits).toBe(1);
		expect(summary).toMatchObject({ rows: 5, creditsUsed: 2, creditsRemaining: 998 });
	});

	it('says of a row without a result that it brought none', async () => {
		const api = new FakeApi();
		api.has = (email) => email !== 'b@x.com';
		const { results } = await run(api, ['a@x.com', 'b@x.com']);
		expect(results[1]).toMatchObject({ outcome: 'failed', error: { kind: 'noResult' } });
	});

	it('reads on when the API gives smaller pages than were asked for', async () => {
		const api = new FakeApi();
		api.perPage = 7;
		const emails = Array.from({ length: 30 }, (_, i) => `p${i}@x.com`);
		expect((await run(api, emails)).summary.found).toBe(30);
	});

	it('sends nothing when the balance is short, and names exactly what is missing', async () => {
		const api = new FakeApi();
		api.balance = 1;
		const { results } = await run(api, ['a@x.com', 'b@x.com', 'c@x.com']);
		expect(api.submits).toBe(0);
		expect(results.every(({ outcome }) => outcome === 'failed')).toBe(true);
		expect(results[0]?.error).toMatchObject({ kind: 'insufficientCredits', creditsMissing: 2 });
	});

	it('puts no more rows into a batch than the spending limit allows', async () => {
		const api = new FakeApi();
		const { summary } = await run(api, ['a@x.com', 'b@x.com', 'c@x.com'], { maxCredits: 2 });
		expect(summary).toMatchObject({ found: 2, skipped: 1 });
	});

	it('looks up one by one where results do not say whose they are', async () => {
		const asked: string[] = [];
		const api = new FakeApi();
		api.client.call = async ({ operationId }, { email }) => {
			asked.push(operationId);
			return told({ id: String(email), displayName: 'X' });
		};
		const { results } = await lookUpMany(
			batchOf('bulkReverseLookup'),
			rowsOf('a@x.com', 'b@x.com'),
			{ client: api.client, maxWaitMs: 1 },
		);
		expect(asked).toEqual(['reverseLookup', 'reverseLookup']);
		expect(results.map(({ data }) => data?.id)).toEqual(['a@x.com', 'b@x.com']);
	});
});

describe('a submit whose answer is lost', () => {
	it('is found again in the transactions and not sent a second time', async () => {
		const api = new FakeApi();
		api.fates = ['lostAfter'];
		expect((await run(api, ['a@x.com', 'b@x.com'])).summary).toMatchObject({
			found: 2,
			creditsUsed: 2,
		});
		expect(api.submits).toBe(1);
	});

	it('is sent again when nothing was reserved for it', async () => {
		const api = new FakeApi();
		api.fates = ['lostBefore'];
		expect((await run(api, ['a@x.com'])).summary.found).toBe(1);
		expect(api.submits).toBe(2);
	});

	it("is not taken for somebody else's batch of another size", async () => {
		const api = new FakeApi();
		api.fates = ['lostBefore'];
		const { call } = api.client;
		let isBooked = false;
		api.client.call = async (operation, input) => {
			try {
				return await call(operation, input);
			} finally {
				if (!isBooked && operation.operationId === 'batchValidateEmails') {
					isBooked = true;
					api.jobs.set('f'.repeat(24), { emails: ['1', '2', '3'], endsAt: 0, isSettled: false });
					api.book('f'.repeat(24), 3);
				}
			}
		};
		expect((await run(api, ['a@x.com'])).summary.found).toBe(1);
		expect(api.submits).toBe(2);
	});

	it('is left to a person when two batches may be it', async () => {
		const api = new FakeApi();
		api.fates = ['lostAfter'];
		const { call } = api.client;
		api.client.call = async (operation, input) => {
			const isSubmit = operation.operationId === 'batchValidateEmails';
			if (isSubmit) {
				api.jobs.set('f'.repeat(24), { emails: ['z@x.com'], endsAt: 1e9, isSettled: false });
			}
			try {
				return await call(operation, input);
			} finally {
				if (isSubmit) api.book('f'.repeat(24), 1);
			}
		};
		const error = await start(api).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ kind: 'lostSubmit', mayHaveBeenCharged: true });
		expect(api.submits).toBe(1);
	});
});

it('is left to a person when a booking may be its reservation but names no batch', async () => {
	const api = new FakeApi();
	api.fates = ['lostBefore'];
	const { call } = api.client;
	api.client.call = async (operation, input) => {
		const isSubmit = operation.operationId === 'batchValidateEmails';
		try {
			return await call(operation, input);
		} finally {
			if (isSubmit)
				api.transactions.unshift({
					id: 'x',
					type: 'deduction',
					amount: -1,
					description: 'Reservation',
				});
		}
	};
	const [result] = (await run(api, ['a@x.com'])).results;
	expect(result).toMatchObject({ outcome: 'failed', error: { kind: 'lostSubmit' } });
	expect(api.submits).toBe(1);
});

describe('waiting for a batch', () => {
	it('looks soon at first and then as the progress suggests', async () => {
		const api = new FakeApi();
		api.runsMs = 600_000;
		const { batchId } = await start(api);
		await waitForBatch(validation, batchId, api.client, 3_600_000);
		const gaps = api.looks.slice(1).map((at, i) => at - (api.looks[i] as number));
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
		expect(api.looks.length).toBeLessThan(40);
		expect(api.now).toBeLessThan(600_000 * 1.1);
	});

	it('ends with the batch id when the time is over', async () => {
		const api = new FakeApi();
		const { batchId } = await start(api);
		const error = await waitForBatch(validation, batchId, api.client, 10_000).catch(
			(thrown: unknown) => thrown,
		);
		expect(error).toMatchObject({
			kind: 'stillRunning',
			message: expect.stringContaining(batchId) as string,
		});
	});

	it('never looks more often than every 5 seconds', () => {
		fc.assert(
			fc.property(fc.double({ min: 0, max: 100, noNaN: true }), fc.nat(1e9), (percent, elapsed) => {
				const ms = untilNextLook({ state: 'running', status: 'processing', percent }, elapsed);
				return ms >= 5_000 && ms <= 60_000;
			}),
		);
	});
});

it('every row has one outcome, and the account is charged once per distinct row that was found', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'A', '', 'not an email@'), {
				maxLength: 20,
			}),
			fc.array(fc.constantFrom<Fate>('answered', 'lostAfter', 'lostBefore'), { maxLength: 1 }),
			fc.constantFrom('', 'ab', 'abcde'),
			fc.integer({ min: 1, max: 5 }),
			async (names, fates, missing, perPage) => {
				const api = new FakeApi();
				api.fates = fates;
				api.perPage = perPage;
				api.has = (email) => !missing.includes(email.charAt(0));
				const emails = names.map((name) => (name.length === 1 ? `${name}@x.com` : name));
				const { results } = await run(api, emails);
				const found = new Set(
					names
						.filter((name) => name.length === 1)
						.map((name) => name.toLowerCase())
						.filter((name) => !missing.includes(name)),
				);
				expect(results).toHaveLength(names.length);
				expect(results.every((result) => result !== undefined)).toBe(true);
				expect(1_000 - api.balance).toBe(found.size);
			},
		),
		{ numRuns: 300 },
	);
});

it('pages can be read again and again without being charged again', async () => {
	const api = new FakeApi();
	const { batchId } = await start(api);
	api.now += api.runsMs;
	for (let again = 0; again < 3; again++) {
		for await (const { results } of resultPages(validation, batchId, api.client))
			expect(results).toHaveLength(1);
	}
	expect(api.balance).toBe(999);
});
