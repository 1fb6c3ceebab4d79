import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Sandbox, SandboxOptions } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import { batches } from '../../shared/providers/enrich/batches';
import { faultsOf } from '../contract/contract';
import { call, operationOf, sandboxes } from './support';

const start = sandboxes();
/** Batches that are done as soon as they are submitted. */
const quick = (options?: SandboxOptions) =>
	start({ balance: 1e7, batchItemsPerSecond: Infinity, ...options });

const VALIDATION = 'batchValidateEmails';
const emails = (count: number) =>
	Array.from({ length: count }, (_, i) => `ann.lee${i}@firm${i}.com`);

/** One submit of each product, with hits and misses. */
const BODIES: Record<string, Data> = {
	batchFindEmails: {
		leads: emails(30).map((_, i) => ({
			firstName: 'Ann',
			lastName: 'Lee',
			domain: `firm${i}.com`,
		})),
	},
	batchValidateEmails: { emails: [...emails(30), 'risky@x.com', 'a@catchall.example', 'nonsense'] },
	createPhoneBulkJob: {
		emails: emails(20),
		linkedins: emails(10).map((_, i) => `https://www.linkedin.com/in/ann-lee-${i}`),
	},
	bulkReverseLookup: { emails: [...emails(30), 'nobody@x.com'] },
	batchIpToCompany: {
		ips: [...emails(30).map((_, i) => ({ ip: `8.8.4.${i}` })), { ip: '10.0.0.1' }],
	},
};

const productOf = (submitId: string) => {
	const batch = batches.find(({ submit }) => submit.operationId === submitId);
	if (!batch) throw new Error(`No batch ${submitId}`);
	return batch;
};

/** Submits a batch; the functions read its status and a page of its results. */
async function submitted(sandbox: Sandbox, submitId: string, body: Data) {
	const { status, results, idName } = productOf(submitId);
	const reply = await call(sandbox, submitId, body);
	const id = { [idName]: reply.body.data?.batchId };
	return {
		reply,
		batchId: reply.body.data?.batchId as string,
		status: () => call(sandbox, status.operationId, id),
		results: (page: Data = {}) => call(sandbox, results.operationId, { ...id, ...page }),
	};
}

const sumOf = ({ ledger }: Sandbox) =>
	ledger.transactions.reduce((sum, { amount }) => sum + amount, 0);

describe.each(batches.map((batch) => [batch.submit.operationId, batch] as const))(
	'%s',
	(submitId, batch) => {
		const body = BODIES[submitId] ?? {};
		const size = Object.values(body).flat().length;
		const price = batch.single.price?.credits ?? 0;

		test('reserves the full price at once, and names the batch in the ledger', async () => {
			const sandbox = await quick();
			const { reply, batchId } = await submitted(sandbox, submitId, body);
			expect(reply.body.data).toEqual({
				batchId: expect.stringMatching(/^[0-9a-f]{24}$/),
				status: 'queued',
				itemCount: size,
				originalCount: size,
				duplicatesRemoved: 0,
			});
			expect(reply.body.meta).toEqual({
				requestId: expect.any(String),
				creditsReserved: size * price,
				creditsPerItem: price,
				estimatedCredits: size * price,
			});
			const { transactions } = (await call(sandbox, 'getWalletTransactions', {})).body.data;
			expect(transactions[0]).toMatchObject({
				type: 'deduction',
				amount: -size * price,
				description: expect.stringMatching(
					new RegExp(` batch ${batchId}: reservation for ${size} items$`),
				),
				metadata: { batchId, operationId: submitId },
			});
			expect(sandbox.requests[0]).toMatchObject({ charged: size * price });
		});

		test('reserves nothing that the balance does not cover, and says by how much', async () => {
			const sandbox = await quick({ balance: size * price - 1 });
			const { reply } = await submitted(sandbox, submitId, body);
			expect(reply.status).toBe(402);
			expect(reply.body).toMatchObject(
				submitId === 'batchIpToCompany'
					? {
							error: 'Payment Required',
							detail: { required: size * price, itemCount: size, creditCostPerItem: price },
						}
					: { required: size * price, currentBalance: size * price - 1, shortfall: 1 },
			);
			expect([sandbox.ledger.charged(), sandbox.batches]).toEqual([0, []]);
		});

		test('answers each row as the single lookup does, in another order, and keeps to the contract', async () => {
			const sandbox = await quick();
			const { results, status } = await submitted(sandbox, submitId, body);
			const page = await results();
			expect(faultsOf(batch.results.operationId, 200, page.body)).toEqual([]);
			expect(faultsOf(batch.status.operationId, 200, (await status()).body)).toEqual([]);
			const rows = [
				...((body.leads ?? body.ips ?? []) as Data[]),
				...((body.emails ?? []) as string[]).map((email) => ({ email })),
				...((body.linkedins ?? []) as string[]).map((linkedin) => ({ linkedin })),
			];
			const entries = page.body.data.results as Data[];
			let left = entries;
			const found: Data[] = [];
			for (const row of rows) {
				const { data } = (await call(sandbox, batch.single.operationId, row)).body;
				const isFound = batch.single.outcome(data).found;
				if (isFound) found.push(data);
				const mine = {
					findEmail: data,
					validateEmail: data,
					phoneLookup: { ...row, ...data, ...(isFound ? {} : { error: expect.any(String) }) },
					reverseLookup: isFound ? data : undefined,
					ipToCompany: { searchIp: data.searchIp, ipDomain: data.ipDomain ?? null },
				}[batch.single.operationId];
				if (!mine) continue;
				const index = left.findIndex((entry) => {
					try {
						expect(entry).toMatchObject(mine);
						return true;
					} catch {
						return false;
					}
				});
				expect([row, index >= 0]).toEqual([row, true]);
				left = left.filter((_, i) => i !== index);
			}
			expect(left).toEqual([]);
			expect(found.length).toBeGreaterThan(0);
			if (batch.keysOfResult(entries[0] ?? {}).length > 0) {
				expect(entries.map((entry) => batch.keysOfResult(entry)[0])).not.toEqual(
					rows.map(batch.keyOfInput),
				);
			}
		});

		test('settles with the first fetch after the end, once', async () => {
			const sandbox = await quick();
			const { results, batchId } = await submitted(sandbox, submitId, body);
			const first = await results({ limit: 10 });
			const { creditsUsed, creditsRefunded, creditsRemaining } = first.body.meta;
			expect(first.body.meta).toMatchObject({ totalItems: size, processedItems: size });
			expect(creditsUsed % price).toBe(0);
			expect(creditsUsed + creditsRefunded).toBe(size * price);
			expect([creditsUsed > 0, creditsRefunded > 0]).toEqual([true, true]);
			expect(creditsRemaining).toBe(sandbox.ledger.balance);
			expect(sandbox.ledger.transactions[0]).toMatchObject({
				type: 'refund',
				amount: creditsRefunded,
				metadata: { batchId },
			});
			const again = await Promise.all([1, 2, 3, 99].map((page) => results({ page, limit: 10 })));
			for (const { body } of again) {
				expect(body.meta).toMatchObject({ creditsUsed, creditsRefunded, creditsRemaining });
			}
			expect(again[3]?.body.data.results).toEqual([]);
			expect([sandbox.ledger.charged(), sandbox.ledger.transactions.length]).toEqual([
				creditsUsed,
				3,
			]);
			expect(sandbox.requests.reduce((sum, { charged }) => sum + charged, 0)).toBe(creditsUsed);
		});

		test("an ID that is unknown, or another product's, is not found", async () => {
			const sandbox = await quick();
			const other = submitId === VALIDATION ? 'bulkReverseLookup' : VALIDATION;
			const { batchId } = await submitted(sandbox, other, { emails: emails(1) });
			for (const id of ['665a1f4e2c3b7800129dce01', batchId, '__proto__']) {
				for (const { operationId } of [batch.status, batch.results]) {
					const { status, body } = await call(sandbox, operationId, { [batch.idName]: id });
					expect([status, body.detail ?? body.message]).toEqual([
						404,
						'No batch found with that ID',
					]);
					expect(faultsOf(operationId, 404, body)).toEqual([]);
				}
			}
		});
	},
);

describe('duplicates', () => {
	test.each<[string, Data, number]>([
		[VALIDATION, { emails: ['a@x.com', 'A@X.com', 'b@x.com', 'a@x.com'] }, 2],
		['bulkReverseLookup', { emails: ['a@x.com', 'A@x.com'] }, 1],
		[
			'batchFindEmails',
			{
				leads: [
					{ firstName: 'Ann', lastName: 'Lee', domain: 'x.com', surplus: 1 },
					{ firstName: 'ANN', lastName: 'lee', domain: 'X.com', surplus: 2 },
				],
			},
			1,
		],
		[
			'createPhoneBulkJob',
			{ emails: ['a@x.com', 'A@x.com'], linkedins: ['in/ann', 'in/Ann', 'in/ann'] },
			3,
		],
		['batchIpToCompany', { ips: [{ ip: '8.8.8.8' }, { ip: '8.8.8.8' }] }, 1],
	])('of %s %j leave %i', async (submitId, body, itemCount) => {
		const sandbox = await quick();
		const { reply, results } = await submitted(sandbox, submitId, body);
		const originalCount = Object.values(body).flat().length;
		expect(reply.body.data).toMatchObject({
			itemCount,
			originalCount,
			duplicatesRemoved: originalCount - itemCount,
		});
		expect((await results()).body.data.totalItems).toBe(itemCount);
	});
});

describe('input', () => {
	test.each<[string, Data, RegExp]>([
		[VALIDATION, {}, /^body\/emails Required$/],
		[VALIDATION, { emails: [] }, /^body\/emails /],
		[VALIDATION, { emails: ['a@x.com', ''] }, /^body\/emails\/1 /],
		[VALIDATION, { emails: ['a@x.com'], webhookUrl: 'nonsense' }, /^body\/webhookUrl Invalid url$/],
		['bulkReverseLookup', { emails: ['nonsense'] }, /^body\/emails\/0 Invalid email$/],
		['bulkReverseLookup', { emails: emails(100_001) }, /100000/],
		['createPhoneBulkJob', {}, /emails, linkedins/],
		['createPhoneBulkJob', { emails: [], linkedins: [] }, /emails, linkedins/],
		['batchFindEmails', { leads: [{ firstName: 'Ann' }] }, /^body\/leads\/0\/lastName Required$/],
	])('of %s is refused where it is wrong', async (submitId, body, detail) => {
		const sandbox = await quick();
		const { reply } = await submitted(sandbox, submitId, body);
		expect([reply.status, reply.body.detail]).toEqual([400, expect.stringMatching(detail)]);
		expect(sandbox.ledger.charged()).toBe(0);
	});

	test('that is long is checked to its end, and remembered only in part', async () => {
		const sandbox = await quick();
		const list = emails(12_000);
		const { reply } = await submitted(sandbox, VALIDATION, { emails: [...list, ''] });
		expect(reply.body.detail).toMatch(/^body\/emails\/12000 /);
		expect((await submitted(sandbox, VALIDATION, { emails: list })).reply.status).toBe(200);
		expect(sandbox.requests[1]?.input).toEqual({ emails: list.slice(0, 1000) });
	});

	test('of results: pages of up to 1,000', async () => {
		const sandbox = await quick();
		const { results } = await submitted(sandbox, VALIDATION, { emails: emails(2500) });
		expect((await results({ limit: 1001 })).body.detail).toMatch(/^querystring\/limit /);
		expect((await results()).body.data.results).toHaveLength(100);
		const pages = await Promise.all([1, 2, 3].map((page) => results({ page, limit: 1000 })));
		const seen = pages.flatMap(({ body }) => body.data.results.map(({ email }: Data) => email));
		expect(seen).not.toEqual(emails(2500));
		expect(seen.toSorted()).toEqual(emails(2500).toSorted());
	});
});

describe('time', () => {
	test('goes from queued over processing to completed, at the rate that was set', async () => {
		const sandbox = await start({ batchItemsPerSecond: 10, speed: 20 });
		const { status, results } = await submitted(sandbox, VALIDATION, { emails: emails(60) });
		const seen = [];
		for (;;) {
			const { data } = (await status()).body;
			seen.push(data);
			if (data.status === 'completed') break;
			const page = (await results({ limit: 1000 })).body;
			expect(page.data.processedCount).toBe(page.data.results.length);
			if (page.data.status !== 'completed') expect(page.meta.creditsUsed).toBeUndefined();
			await sleep(5);
		}
		expect(new Set(seen.map(({ status }) => status))).toEqual(
			new Set(['queued', 'processing', 'completed']),
		);
		const progress = seen.map(({ processedItems }) => processedItems);
		expect(progress).toEqual(progress.toSorted((a, b) => a - b));
		expect(seen.at(-1)).toMatchObject({ totalItems: 60, processedItems: 60, progress: 100 });
		// 20 items' time in the queue and 60 items, at 200 per second.
		const ms = (sandbox.requests.at(-1)?.at ?? 0) - (sandbox.requests[0]?.at ?? 0);
		expect(ms).toBeGreaterThan(350);
		expect(ms).toBeLessThan(10_000);
	});

	test('stands still at rate 0', async () => {
		const sandbox = await start({ batchItemsPerSecond: 0 });
		const { status, results } = await submitted(sandbox, VALIDATION, { emails: emails(3) });
		expect((await status()).body.data).toMatchObject({ status: 'queued', progress: 0 });
		expect((await results()).body.data).toMatchObject({ status: 'queued', results: [] });
		expect(sandbox.ledger.charged()).toBe(3);
	});

	test('does not hold up other calls while much is submitted and settled', async () => {
		const sandbox = await quick();
		const job = submitted(sandbox, VALIDATION, { emails: emails(30_000) });
		const { results } = await job;
		const settling = results();
		let longest = 0;
		for (let i = 0; i < 5; i++) {
			const began = performance.now();
			await call(sandbox, 'getWalletBalance', {});
			longest = Math.max(longest, performance.now() - began);
		}
		expect(longest).toBeLessThan(250);
		expect((await settling).body.meta.processedItems).toBe(30_000);
	});
});

describe('failure', () => {
	test('of the next batch: what was processed is answered and charged, the rest refunded', async () => {
		const sandbox = await quick();
		sandbox.failBatch({ afterItems: 10 });
		const { status, results } = await submitted(sandbox, VALIDATION, { emails: emails(40) });
		expect((await status()).body.data).toMatchObject({
			status: 'failed',
			processedItems: 10,
			progress: 25,
		});
		const { data, meta } = (await results()).body;
		expect([data.status, data.results.length]).toEqual(['failed', 10]);
		const used = data.results.filter(({ result }: Data) => result !== 'risky').length;
		expect(meta).toMatchObject({
			creditsUsed: used,
			creditsRefunded: 40 - used,
			processedItems: 10,
		});
		const { body } = await (await submitted(sandbox, VALIDATION, { emails: emails(3) })).status();
		expect(body.data.status).toBe('completed');
	});

	test('of a running one, at once; one that has ended stays as it is', async () => {
		const sandbox = await start({ batchItemsPerSecond: 1 });
		const { batchId, status, results } = await submitted(sandbox, VALIDATION, {
			emails: emails(4),
		});
		const fail = async (body: Data) =>
			(
				await fetch(new URL('/__sandbox/batches/fail', sandbox.url), {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify(body),
				})
			).status;
		expect([await fail({ id: 1 }), await fail({ batchId }), await fail({ batchId })]).toEqual([
			400, 201, 409,
		]);
		expect((await status()).body.data.status).toBe('failed');
		expect((await results()).body.meta).toMatchObject({ creditsUsed: 0, creditsRefunded: 4 });
		expect(sandbox.ledger.charged()).toBe(0);
		expect(sandbox.failBatch({ batchId: 'none' })).toBe(false);
	});
});

describe('faults', () => {
	test('a submit whose answer is lost can be found in the transactions', async () => {
		const sandbox = await quick();
		sandbox.fault({ operationId: VALIDATION, when: 'after', kind: 'reset' });
		await expect(call(sandbox, VALIDATION, { emails: emails(5) })).rejects.toThrow();
		const { transactions } = (await call(sandbox, 'getWalletTransactions', {})).body.data;
		const [, id] = /batch (\w+): reservation for 5 items/.exec(transactions[0].description) ?? [];
		expect(id).toBe(transactions[0].metadata.batchId);
		const { body } = await call(sandbox, 'getEmailValidationBatchResults', { batchId: id });
		expect(body.data.results).toHaveLength(5);
	});

	test('a submit that never arrives reserves nothing', async () => {
		const sandbox = await quick();
		sandbox.fault({ operationId: VALIDATION, when: 'before', kind: 'status', status: 502 });
		expect((await call(sandbox, VALIDATION, { emails: emails(5) })).status).toBe(502);
		expect([sandbox.ledger.charged(), sandbox.batches]).toEqual([0, []]);
	});

	test('a settlement whose answer is lost is reported again', async () => {
		const sandbox = await quick();
		const { results } = await submitted(sandbox, VALIDATION, { emails: emails(50) });
		sandbox.fault({
			operationId: 'getEmailValidationBatchResults',
			when: 'after',
			kind: 'empty',
		});
		expect((await results()).text).toBe('');
		const settled = sandbox.ledger.charged();
		expect((await results()).body.meta.creditsUsed).toBe(settled);
		expect(sandbox.ledger.charged()).toBe(settled);
	});

	test('a reset forgets batches and never gives their IDs again', async () => {
		const sandbox = await quick();
		const first = await submitted(sandbox, VALIDATION, { emails: emails(1) });
		sandbox.reset();
		expect((await first.status()).status).toBe(404);
		const second = await submitted(sandbox, VALIDATION, { emails: emails(1) });
		expect(second.batchId).not.toBe(first.batchId);
	});
});

describe('submits', () => {
	test('have limits of their own besides the others', async () => {
		const sandbox = await start({ plan: 'free', speed: 0.01 });
		const tries = [];
		for (let i = 0; i < 2; i++) tries.push(await call(sandbox, VALIDATION, { emails: emails(1) }));
		expect(tries.map(({ status }) => status)).toEqual([200, 429]);
		expect(sandbox.ledger.charged()).toBe(1);
		expect((await call(sandbox, 'validateEmail', { email: 'a@x.com' })).status).toBe(200);
	});
});

const email = fc.constantFrom(...emails(6), 'ANN.LEE1@firm1.com', 'risky@x.com', 'nobody@x.com');
const anyBatch = fc.record({
	submitId: fc.constantFrom(VALIDATION, 'bulkReverseLookup', 'createPhoneBulkJob'),
	emails: fc.array(email, { minLength: 1, maxLength: 12 }),
	fetches: fc.integer({ min: 0, max: 3 }),
	failsAfter: fc.option(fc.integer({ min: 0, max: 12 })),
});

test('adds up to the credit, whatever is submitted and however often it is read', async () => {
	const sandbox = await quick({ balance: 6000 });
	await fc.assert(
		fc.asyncProperty(fc.array(anyBatch, { maxLength: 5 }), async (list) => {
			sandbox.reset();
			let due = 0;
			await Promise.all(
				list.map(async ({ submitId, emails, fetches, failsAfter }) => {
					if (failsAfter !== null) sandbox.failBatch({ afterItems: failsAfter });
					const { reply, results } = await submitted(sandbox, submitId, { emails });
					if (reply.status === 402) return;
					const pages = await Promise.all(Array.from({ length: fetches }, () => results()));
					const used = new Set(pages.map(({ body }) => body.meta.creditsUsed as number));
					expect(used.size).toBeLessThanOrEqual(1);
					due += [...used][0] ?? reply.body.meta.creditsReserved;
				}),
			);
			const { balance } = sandbox.ledger;
			expect(balance).toBeGreaterThanOrEqual(0);
			expect(sumOf(sandbox)).toBe(balance);
			expect([sandbox.ledger.charged(), 6000 - balance]).toEqual([due, due]);
			for (const { type, amount } of sandbox.ledger.transactions)
				expect(type === 'deduction' ? amount < 0 : amount > 0).toBe(true);
		}),
		{ numRuns: 40 },
	);
});

test('every operation of a batch has a place in the sandbox', () => {
	for (const { submit } of batches) expect(operationOf(submit.operationId)).toBe(submit);
});
