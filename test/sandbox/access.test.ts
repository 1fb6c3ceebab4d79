import { faultsOf } from '../contract/contract';
import { call, operationOf, read, sandboxes } from './support';

const start = sandboxes();
const example = (id: string) => operationOf(id).example.input;

describe('keys', () => {
	test.each([
		['x-api-key', { 'x-api-key': 'sk_mine' }],
		['Authorization: Bearer', { 'x-api-key': '', authorization: 'Bearer sk_mine' }],
	])('takes the key as %s', async (_, headers) => {
		const sandbox = await start({ apiKey: 'sk_mine' });
		// An empty x-api-key stands for none: fetch cannot leave out what the helper adds.
		const send = { headers: headers as Record<string, string> };
		const { authorization } = send.headers;
		const response = await fetch(`${sandbox.url}/wallets/balance`, {
			headers: authorization ? { authorization } : send.headers,
		});
		expect(response.status).toBe(200);
	});

	test.each([
		['none', '', 401, 'unauthorized', /No API key/],
		['no sk_', 'pk_sandbox', 401, 'unauthorized', /start with sk_/],
		['an unknown one', 'sk_other', 401, 'unauthorized', /invalid/],
		['a hostile one', '__proto__', 401, 'unauthorized', /start with sk_/],
		['a disabled one', 'sk_sandbox_disabled', 401, 'unauthorized', /disabled/],
		['a revoked one', 'sk_sandbox_revoked', 401, 'unauthorized', /revoked/],
		['one of a suspended account', 'sk_sandbox_suspended', 403, 'forbidden', /suspended/],
	])('refuses %s', async (_, key, status, type, detail) => {
		const sandbox = await start();
		const reply = await call(sandbox, 'findEmail', example('findEmail'), {
			headers: { 'x-api-key': key },
		});
		expect(reply.status).toBe(status);
		expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
		expect(reply.body).toMatchObject({ type: `https://dev.enrich.so/errors/${type}`, status });
		expect(reply.body.detail).toMatch(detail);
		expect(sandbox.ledger.charged()).toBe(0);
	});

	test.each(['none', 'pending', 'rejected', 'revoked'])(
		'refuses leads where access is "%s"',
		async (accessStatus) => {
			const sandbox = await start();
			const send = { headers: { 'x-api-key': `sk_sandbox_leads_${accessStatus}` } };
			const refused = await call(sandbox, 'countLeads', example('countLeads'), send);
			expect(refused.status).toBe(403);
			expect(refused.body).toMatchObject({
				type: 'https://dev.enrich.so/errors/access-denied',
				accessStatus,
			});
			expect((await call(sandbox, 'getWalletBalance', {}, send)).status).toBe(200);
		},
	);

	test('IP to company refuses in its own documented shape', async () => {
		const sandbox = await start({ balance: 3 });
		const unknown = await call(sandbox, 'ipToCompany', example('ipToCompany'), {
			headers: { 'x-api-key': 'sk_x' },
		});
		expect(unknown.body).toEqual({
			error: 'Unauthorized',
			message: 'The API key is invalid',
			statusCode: 401,
		});
		const poor = await call(sandbox, 'ipToCompany', example('ipToCompany'));
		expect([poor.status, poor.body.error, poor.body.message]).toEqual([
			402,
			'Payment Required',
			'Not enough credits. Required: 100, available: 3',
		]);
	});

	test('no key is remembered with the calls', async () => {
		const sandbox = await start({ apiKey: 'sk_canary' });
		await call(sandbox, 'findEmail', example('findEmail'));
		expect(JSON.stringify(sandbox.requests)).not.toContain('canary');
	});
});

describe('input', () => {
	test.each([
		['reverseLookup', { email: 'nonsense' }, 'body/email Invalid email'],
		['reverseLookup', {}, 'body/email Required'],
		['phoneLookup', { email: 'nonsense' }, 'querystring/email Invalid email'],
		['phoneLookup', {}, /^querystring .*email, linkedin/],
		['findEmail', { firstName: '', lastName: 'B', domain: 'c.de' }, /^body\/firstName /],
		['findEmail', { firstName: 7, lastName: 'B', domain: 'c.de' }, /^body\/firstName /],
		[
			'findEmail',
			{ firstName: 'x'.repeat(101), lastName: 'B', domain: 'c.de' },
			/^body\/firstName /,
		],
		['searchLeads', { filters: { planet: 'Mars' } }, /^body\/filters .*planet/],
		['searchLeads', { filters: {}, pageSize: 101 }, /^body\/pageSize /],
		['searchLeads', { filters: {}, page: 41 }, /^body\/page /],
		[
			'searchLeads',
			{ filters: {}, excludeFilters: { city: 'Rome' } },
			/^body\/excludeFilters .*city/,
		],
		['getWalletTransactions', { limit: 101 }, /^querystring\/limit /],
		['getWalletTransactions', { page: 'one' }, /^querystring\/page /],
	])('%s refuses %j', async (id, input, detail) => {
		const sandbox = await start();
		const { status, body } = await call(sandbox, id, input);
		expect(status).toBe(400);
		expect(body).toMatchObject({
			type: 'https://dev.enrich.so/errors/validation-error',
			title: 'Validation Error',
		});
		expect(body.detail).toEqual(
			typeof detail === 'string' ? detail : expect.stringMatching(detail),
		);
		expect(faultsOf(id, 400, body)).toEqual([]);
		expect(sandbox.ledger.charged()).toBe(0);
	});

	test('tolerates fields that it does not know', async () => {
		const { status } = await call(await start(), 'findEmail', {
			...example('findEmail'),
			surplus: 1,
		});
		expect(status).toBe(200);
	});

	test.each([
		['{"email":', 400],
		['[]', 400],
		['"text"', 400],
		['null', 400],
		['', 400],
		['{"__proto__":{"email":"a@b.de"}}', 400],
	])('refuses the body %j', async (body, status) => {
		const { url, apiKey } = await start();
		const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
		const reply = await read(
			await fetch(`${url}/reverse-lookup/lookup`, { method: 'POST', headers, body }),
		);
		expect([reply.status, reply.body.status]).toEqual([status, status]);
		expect(reply.body.detail).toMatch(/^body/);
	});

	test('answers 404 where there is nothing, and runs nothing for a HEAD', async () => {
		const { url, apiKey, ledger } = await start();
		const headers = { 'x-api-key': apiKey };
		expect(await read(await fetch(`${url}/elsewhere`, { headers }))).toMatchObject({
			status: 404,
			body: { type: 'https://dev.enrich.so/errors/not-found' },
		});
		const head = await fetch(`${url}/reverse-lookup/phones?email=emily.zhang@figma.com`, {
			method: 'HEAD',
			headers,
		});
		expect([head.status, ledger.charged()]).toEqual([404, 0]);
	});
});
