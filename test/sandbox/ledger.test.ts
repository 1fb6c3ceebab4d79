import fc from 'fast-check';
import type { Data } from '../../shared/contract/data';
import { call, sandboxes } from './support';

const start = sandboxes();
const emily = { email: 'emily.zhang@figma.com' };
const find = { firstName: 'Emily', lastName: 'Zhang', domain: 'figma.com' };

test.each<[string, Data, number]>([
	['findEmail', find, 10],
	['validateEmail', emily, 1],
	['reverseLookup', emily, 10],
	['phoneLookup', emily, 500],
	['ipToCompany', { ip: '8.8.8.8' }, 100],
	['countLeads', { filters: {} }, 0],
	['searchLeads', { filters: {} }, 0],
	['searchLeads', { filters: {}, page: 3 }, 0],
	['searchLeads', { filters: {}, page: 4 }, 25],
	['searchLeads', { filters: {}, page: 1, pageSize: 100 }, 25],
	['searchLeads', { filters: {}, page: 2, pageSize: 60 }, 45],
	['searchLeads', { filters: {}, page: 4, pageSize: 1 }, 1],
])('%s of %j costs %i', async (id, input, credits) => {
	const sandbox = await start({ balance: 1000 });
	const { body } = await call(sandbox, id, input);
	expect(sandbox.ledger.charged()).toBe(credits);
	expect(sandbox.requests[0]).toMatchObject({
		operationId: id,
		charged: credits,
		status: 200,
		refused: false,
	});
	// What a search costs is not told.
	const isTold = !['countLeads', 'searchLeads'].includes(id);
	const receipt = { creditsUsed: credits, creditsRemaining: 1000 - credits };
	expect(body.meta).toEqual({
		requestId: expect.any(String),
		...(isTold && receipt),
		// No time is documented for IP to company.
		...(isTold && id !== 'ipToCompany' && { processingTimeMs: expect.any(Number) }),
	});
});

test('charges only the results that are there on the last page', async () => {
	const sandbox = await start();
	const { data } = (await call(sandbox, 'countLeads', { filters: {} })).body;
	const page = Math.ceil(data.count / 100);
	const last = await call(sandbox, 'searchLeads', { filters: {}, page, pageSize: 100 });
	expect(sandbox.ledger.charged()).toBe(last.body.data.results.length);
});

test('counts lookups that were charged although they had been before, by themselves or in a batch', async () => {
	const sandbox = await start({ batchItemsPerSecond: Infinity });
	await call(sandbox, 'findEmail', find);
	await call(sandbox, 'findEmail', { ...find, firstName: 'Emil', lastName: 'Nobody' });
	await call(sandbox, 'validateEmail', emily);
	expect(sandbox.ledger.paidAgain()).toBe(0);
	await call(sandbox, 'findEmail', { ...find, firstName: 'EMILY' });
	expect(sandbox.ledger.paidAgain()).toBe(1);

	const emails = [emily.email, 'invalid.1@example.com'];
	const { body } = await call(sandbox, 'batchValidateEmails', { emails });
	const { batchId } = body.data;
	await call(sandbox, 'getEmailValidationBatchResults', { batchId });
	await call(sandbox, 'getEmailValidationBatchResults', { batchId });
	expect(sandbox.ledger.paidAgain()).toBe(2);
	sandbox.reset();
	expect(sandbox.ledger.paidAgain()).toBe(0);
});

test('serves lookups of people and companies again without charge, and charges the others each time', async () => {
	const sandbox = await start();
	const twice = async (id: string, input: Data) => {
		await call(sandbox, id, input);
		return (await call(sandbox, id, input)).body.meta.creditsUsed;
	};
	expect(await twice('reverseLookup', emily)).toBe(0);
	expect(await twice('ipToCompany', { ip: '8.8.8.8' })).toBe(0);
	expect(await twice('findEmail', find)).toBe(10);
	expect(await twice('validateEmail', emily)).toBe(1);
	expect(await twice('phoneLookup', emily)).toBe(500);
	sandbox.ledger.reset();
	expect((await call(sandbox, 'reverseLookup', emily)).body.meta.creditsUsed).toBe(10);
});

test('refuses with 402 what the balance does not cover, and says by how much', async () => {
	const sandbox = await start({ balance: 3 });
	const { status, body } = await call(sandbox, 'findEmail', find);
	expect(status).toBe(402);
	expect(body).toMatchObject({
		type: 'https://dev.enrich.so/errors/insufficient-credits',
		detail: 'Not enough credits. Required: 10, available: 3',
		currentBalance: 3,
		required: 10,
		shortfall: 7,
	});
	expect([sandbox.ledger.balance, sandbox.ledger.charged()]).toEqual([3, 0]);
	expect((await call(sandbox, 'validateEmail', emily)).body.meta.creditsRemaining).toBe(2);
});

test('takes what the balance just covers', async () => {
	const sandbox = await start({ balance: 10 });
	expect((await call(sandbox, 'findEmail', find)).body.meta.creditsRemaining).toBe(0);
});

test('lists transactions newest first, by type and in pages', async () => {
	const sandbox = await start({ balance: 100 });
	await call(sandbox, 'findEmail', find);
	await call(sandbox, 'validateEmail', emily);
	const list = async (input: Data) =>
		(await call(sandbox, 'getWalletTransactions', input)).body.data;
	const all = await list({});
	expect(
		all.transactions.map((one: Data) => [one.type, one.amount, one.balanceAfter, one.description]),
	).toEqual([
		['deduction', -1, 89, 'Email validation: emily.zhang@figma.com'],
		['deduction', -10, 90, 'Email finder: emily.zhang@figma.com'],
		['topup', 100, 100, 'Credit purchase'],
	]);
	expect(all.pagination).toEqual({ page: 1, limit: 50, total: 3, totalPages: 1 });
	expect(all.transactions).toEqual(sandbox.ledger.transactions);
	const second = await list({ type: 'deduction', limit: 1, page: 2 });
	expect(second.transactions).toEqual([all.transactions[1]]);
	expect(second.pagination).toEqual({ page: 2, limit: 1, total: 2, totalPages: 2 });
	expect((await list({ page: 9 })).transactions).toEqual([]);
	const { data } = (await call(sandbox, 'getWalletBalance', {})).body;
	expect(data).toMatchObject({ balance: 89, currency: 'credits' });
});

const email = fc.constantFrom(
	'emily.zhang@figma.com',
	'ann@x.com',
	'risky@x.com',
	'nobody@x.com',
	'bob@catchall.example',
);
const anyCall = fc.oneof(
	fc.tuple(fc.constantFrom('validateEmail', 'reverseLookup', 'phoneLookup'), fc.record({ email })),
	fc.tuple(
		fc.constant('findEmail'),
		fc.record({
			firstName: fc.constantFrom('Ann', 'Bo'),
			lastName: fc.constantFrom('Lee', 'Nobody'),
			domain: fc.constantFrom('x.com', 'gmail.com'),
		}),
	),
	fc.tuple(
		fc.constant('ipToCompany'),
		fc.record({ ip: fc.constantFrom('8.8.8.8', '1.1.1.1', '10.0.0.1') }),
	),
	fc.tuple(
		fc.constant('searchLeads'),
		fc.record({ filters: fc.constant({}), page: fc.integer({ min: 1, max: 6 }) }),
	),
	fc.tuple(fc.constant('findEmail'), fc.constant({})),
);

test('adds up to the credit, whatever is called at once and whatever the balance', async () => {
	const sandbox = await start({ balance: 1200, latencyMs: 1 });
	await fc.assert(
		fc.asyncProperty(fc.array(anyCall, { maxLength: 12 }), async (calls) => {
			sandbox.reset();
			const replies = await Promise.all(calls.map(([id, input]) => call(sandbox, id, input)));
			const { balance, transactions } = sandbox.ledger;
			const booked = transactions.reduce((sum, { amount }) => sum + amount, 0);
			const recorded = sandbox.requests.reduce((sum, { charged }) => sum + charged, 0);
			expect(balance).toBeGreaterThanOrEqual(0);
			const told = replies.reduce((sum, { body }) => sum + (body.meta?.creditsUsed ?? 0), 0);
			const searched = sandbox.requests
				.filter(({ operationId }) => operationId === 'searchLeads')
				.reduce((sum, { charged }) => sum + charged, 0);
			const used = told + searched;
			expect([booked, sandbox.ledger.charged(), recorded]).toEqual([balance, used, used]);
			expect(balance + used).toBe(1200);
		}),
		{ numRuns: 60 },
	);
});
