import fc from 'fast-check';
import { type CufinderOperationId, operations } from '../../sandbox/cufinder/operations';
import type { CufinderSandbox, Sandbox, SandboxOptions } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import { call as callEnrich, read, type Reply, sandboxes } from './support';

const startBoth = sandboxes();
const start = async (options: SandboxOptions['cufinder'] = {}): Promise<CufinderSandbox> =>
	(await startBoth({ cufinder: options })).cufinder;

type Entries = [name: string, value: string][];

/** Sends a form, as any client would. */
async function call(
	{ url, apiKey }: CufinderSandbox,
	code: string,
	form: Record<string, string> | Entries,
	headers: Record<string, string> = {},
): Promise<Reply> {
	return read(
		await fetch(`${url}/${code}`, {
			method: 'POST',
			headers: { 'x-api-key': apiKey, ...headers },
			body: new URLSearchParams(form),
		}),
	);
}

const post = async ({ url, apiKey }: CufinderSandbox, code: string, type: string, body: string) =>
	read(
		await fetch(`${url}/${code}`, {
			method: 'POST',
			headers: { 'x-api-key': apiKey, 'content-type': type },
			body,
		}),
	);

const FOUND: [CufinderOperationId, Record<string, string>, unknown, number][] = [
	['enc', { query: 'figma.com' }, 'figma.com', 3],
	['tep', { full_name: 'Emily Zhang', company: 'Figma' }, 'Emily Zhang at Figma', 10],
	['rel', { email: 'emily.zhang@figma.com' }, 'emily.zhang@figma.com', 5],
	['fwe', { linkedin_url: 'linkedin.com/in/emilyzhang' }, 'linkedin.com/in/emilyzhang', 4],
	['cuf', { company_name: 'Figma', country_code: 'US' }, 'Figma', 1],
	['cse', { country: 'germany' }, { country: 'germany' }, 3],
];

describe.each(FOUND)('%s', (code, form, query, price) => {
	test('answers in the envelope, and says what is left after the charge', async () => {
		const cufinder = await start({ balance: 100 });
		const { status, body } = await call(cufinder, code, form);
		expect([status, body.status]).toEqual([200, 1]);
		const { confidence_level, credit_count, query: echo, ...added } = body.data;
		expect(echo).toEqual(query);
		expect([Number.isInteger(confidence_level), credit_count]).toEqual([true, 100 - price]);
		expect(operations[code].output.safeParse(added).error).toBeUndefined();
		expect([cufinder.ledger.balance, cufinder.ledger.charged()]).toEqual([100 - price, price]);
		expect(cufinder.requests).toMatchObject([
			{ operationId: code, input: form, status: 200, charged: price, refused: false },
		]);
	});

	test('answers JSON bodies as it answers forms, the same on every start', async () => {
		const [first, second] = [await start(), await start()];
		const fromForm = await call(first, code, form);
		const fromJson = await post(second, code, 'application/json', JSON.stringify(form));
		expect(fromJson.body).toEqual(fromForm.body);
	});

	test('refuses with 400 what the balance does not cover, and charges nothing', async () => {
		const cufinder = await start({ balance: price - 1 });
		const { status, body } = await call(cufinder, code, form);
		expect([status, body]).toEqual([400, { status: -1, message: 'Not enough credits!' }]);
		expect(cufinder.ledger.balance).toBe(price - 1);
	});

	test('refuses an unknown key with 401, and names no key', async () => {
		const cufinder = await start({ apiKey: 'good-canary' });
		for (const key of ['', 'bad-canary', 'GOOD-CANARY']) {
			const { status, body } = await call(cufinder, code, form, { 'x-api-key': key });
			expect([status, body]).toEqual([
				401,
				{ status: -1, message: 'API key verification failed!' },
			]);
		}
		expect(JSON.stringify(cufinder.requests)).not.toMatch(/canary/i);
		expect(cufinder.ledger.charged()).toBe(0);
	});
});

test.each<[string, Record<string, string> | Entries, RegExp]>([
	['enc', {}, /^query: /],
	['enc', { query: '  ' }, /^query: /],
	['enc', { name: 'figma' }, /^query: /],
	['tep', { full_name: 'Emily Zhang' }, /^company: /],
	['rel', { mail: 'emily.zhang@figma.com' }, /^email: /],
	['fwe', { url: 'linkedin.com/in/emilyzhang' }, /^linkedin_url: /],
	['cuf', { company_name: 'Figma', country_code: 'USA' }, /^country_code: /],
	['cse', { page: '0' }, /^page: Pages are counted from 1/],
	['cse', { page: 'one' }, /^page: /],
	['cse', { employee_size: 'many' }, /^employee_size: /],
	['cse', { contry: 'germany' }, /contry/],
	[
		'enc',
		[
			['query', 'a'],
			['query', 'b'],
		],
		/^query: /,
	],
	[
		'enc',
		[
			['__proto__', 'x'],
			['query', 'figma'],
		],
		/__proto__/,
	],
])('%s of %j is refused with 422, for free', async (code, form, message) => {
	const cufinder = await start();
	const { status, body } = await call(cufinder, code, form);
	expect([status, body]).toEqual([422, { status: -1, message: expect.stringMatching(message) }]);
	expect(cufinder.ledger.charged()).toBe(0);
});

test.each([
	['application/json', '{"query":', 422],
	['application/json', '[]', 422],
	['application/json', '{"query":7}', 422],
	['text/csv', 'query', 415],
])('an unreadable body of %s %j is refused in its shape', async (type, body, status) => {
	const reply = await post(await start(), 'enc', type, body);
	expect([reply.status, reply.body]).toEqual([status, { status: -1, message: expect.any(String) }]);
});

test('an unknown address and another method are not found, in its shape', async () => {
	const cufinder = await start();
	expect((await call(cufinder, 'xyz', {})).body).toMatchObject({ status: -1 });
	const get = await fetch(`${cufinder.url}/enc?query=figma`, {
		headers: { 'x-api-key': cufinder.apiKey },
	});
	expect([get.status, await get.json()]).toMatchObject([404, { status: -1 }]);
});

test('Enrich takes no forms on the same server', async () => {
	const sandbox = await startBoth();
	const response = await fetch(`${sandbox.url}/email-validation`, {
		method: 'POST',
		headers: { 'x-api-key': sandbox.apiKey },
		body: new URLSearchParams({ email: 'emily.zhang@figma.com' }),
	});
	expect([response.status, sandbox.ledger.charged()]).toEqual([415, 0]);
});

describe('what is typed decides', () => {
	test.each<[string, Record<string, string>]>([
		['enc', { query: 'nobody.example' }],
		['enc', { query: 'unknown.example' }],
		['enc', { query: 'https://www.linkedin.com/company/nobody/' }],
		['tep', { full_name: 'Ann Nobody', company: 'Figma' }],
		['tep', { full_name: 'Ann Lee', company: 'unknown.example' }],
		['rel', { email: 'nobody@figma.com' }],
		['rel', { email: 'no address' }],
		['fwe', { linkedin_url: 'linkedin.com/in/nobody-7' }],
		['fwe', { linkedin_url: 'linkedin.com/company/figma' }],
		['cuf', { company_name: 'Nobody Inc' }],
		['cse', { name: 'Nobody' }],
	])('%s of %j is a miss: 404, for free', async (code, form) => {
		const cufinder = await start();
		const { status, body } = await call(cufinder, code, form);
		expect([status, body]).toEqual([404, { status: -1, message: expect.any(String) }]);
		expect([cufinder.ledger.charged(), cufinder.requests[0]?.charged]).toEqual([0, 0]);
	});

	test('a company is the same one by name, domain and LinkedIn page', async () => {
		const cufinder = await start();
		const queries = ['Figma', 'https://www.figma.com/about', 'linkedin.com/company/figma'];
		const replies = await Promise.all(queries.map((query) => call(cufinder, 'enc', { query })));
		const companies = replies.map(({ body }) => body.data.company);
		expect(companies).toEqual(Array(3).fill(companies[0]));
		expect(companies[0]).toMatchObject({ name: 'figma', domain: 'figma.com' });
	});

	test('somebody from "elsewhere." is unknown to Enrich and known here', async () => {
		const sandbox = await startBoth();
		for (let i = 0; i < 20; i++) {
			const email = `ann.lee${i}@elsewhere.example`;
			const first = await callEnrich(sandbox, 'reverseLookup', { email });
			expect([first.status, first.body.data]).toEqual([200, {}]);
			expect((await call(sandbox.cufinder, 'rel', { email })).status).toBe(200);
		}
	});

	test('about 70 % of ordinary inputs are found', async () => {
		const cufinder = await start();
		const replies = await Promise.all(
			Array.from({ length: 300 }, (_, i) => call(cufinder, 'cuf', { company_name: `Firm ${i}` })),
		);
		const found = replies.filter(({ status }) => status === 200).length;
		expect(found).toBeGreaterThan(180);
		expect(found).toBeLessThan(240);
		expect(cufinder.ledger.charged()).toBe(found);
	});
});

describe('company search', () => {
	/** All pages until the end, and the answer that was the end. */
	async function allPages(cufinder: CufinderSandbox, form: Record<string, string>) {
		const names: string[] = [];
		for (let page = 1; ; page++) {
			const reply = await call(cufinder, 'cse', { ...form, page: String(page) });
			const companies = (reply.body.data?.companies ?? []) as { name: string }[];
			if (companies.length === 0) return { names, end: reply, pages: page - 1 };
			names.push(...companies.map(({ name }) => name));
		}
	}

	test('ends with an empty list, or with a miss where that was set, and charges only what it lists', async () => {
		const cufinder = await start();
		const first = await allPages(cufinder, { country: 'germany' });
		expect(first.pages).toBeGreaterThan(1);
		expect([first.end.status, first.end.body.data.companies]).toEqual([200, []]);
		expect(first.end.body.data.credit_count).toBe(cufinder.ledger.balance);
		cufinder.set({ endOfPages: 'miss' });
		const second = await allPages(cufinder, { country: 'germany' });
		expect(second.end.status).toBe(404);
		expect(second.names).toEqual(first.names);
		expect(cufinder.ledger.charged()).toBe(3 * (first.pages + second.pages));
	});

	test('shows what was asked for', async () => {
		const cufinder = await start();
		const form = {
			...{ name: 'acme', country: 'germany', state: 'hamburg', city: 'hamburg' },
			...{ industry: 'retail', employee_size: '51-200' },
		};
		const { body } = await call(cufinder, 'cse', form);
		expect(body.data.query).toEqual(form);
		for (const company of body.data.companies) {
			expect(company).toMatchObject({
				name: expect.stringContaining('acme'),
				industry: 'retail',
				employees: { range: '51-200' },
				main_location: { country: 'germany', state: 'hamburg', city: 'hamburg' },
			});
		}
	});

	test('takes lists as clients send them, and typed values', async () => {
		const cufinder = await start();
		const list = ['crm', 'email'];
		const replies = [
			...(await Promise.all(
				['products_services', 'products_services[]'].map((key) =>
					call(
						cufinder,
						'cse',
						list.map((value): Entries[number] => [key, value]),
					),
				),
			)),
			await call(cufinder, 'cse', { products_services: list.join(', ') }),
			await post(cufinder, 'cse', 'application/json', JSON.stringify({ products_services: list })),
		];
		for (const { body } of replies) expect(body.data.query).toEqual({ products_services: list });
		const typed = await call(cufinder, 'cse', { founded_after_year: '2010', is_school: 'false' });
		expect(typed.body.data.query).toEqual({ founded_after_year: 2010, is_school: false });
	});
});

describe('errors', () => {
	test('come in the older shape where that was set', async () => {
		const cufinder = await start({ errorShape: 'type', balance: 0 });
		const bodies = [
			await call(cufinder, 'enc', { query: 'figma' }, { 'x-api-key': 'wrong' }),
			await call(cufinder, 'enc', { query: 'figma' }),
		].map(({ status, body }) => [status, body]);
		expect(bodies).toEqual([
			[401, { type: 'invalid_request', message: 'API key is wrong!' }],
			[400, { type: 'invalid_request', message: 'Not enough credits!' }],
		]);
		cufinder.fault({ kind: 'status', when: 'before' });
		const { status, body } = await call(cufinder, 'enc', { query: 'figma' });
		expect([status, body]).toMatchObject([500, { type: 'api_error' }]);
	});

	test('429 says in whole seconds when to come back, for free', async () => {
		const cufinder = await start({ rateLimit: { calls: 2, perMs: 90_000 } });
		const codes = ['enc', 'cuf', 'enc'];
		const replies = [];
		for (const code of codes) {
			const form = { [code === 'enc' ? 'query' : 'company_name']: 'figma' };
			replies.push(await call(cufinder, code, form));
		}
		expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
		expect(replies[2]?.body).toMatchObject({ status: -1 });
		const seconds = replies[2]?.headers.get('retry-after') ?? '';
		expect(seconds).toMatch(/^(?:8\d|90)$/);
		expect(replies[0]?.headers.get('retry-after')).toBeNull();
		expect(cufinder.requests.map(({ refused }) => refused)).toEqual([false, false, true]);
		expect(cufinder.ledger.charged()).toBe(4);
		cufinder.set({});
		expect((await call(cufinder, 'enc', { query: 'figma' })).status).toBe(200);
	});

	test.each(['before', 'after'] as const)('faults happen %s the charge', async (when) => {
		const cufinder = await start();
		const credits = when === 'after' ? 3 : 0;
		for (const status of [402, 408, 499, 503]) {
			cufinder.reset();
			cufinder.fault({ when, kind: 'status', status, operationId: 'enc', match: 'figma' });
			expect((await call(cufinder, 'cuf', { company_name: 'figma' })).status).toBe(200);
			const { status: answered, body } = await call(cufinder, 'enc', { query: 'figma' });
			expect([answered, body.status, cufinder.ledger.charged()]).toEqual([status, -1, 1 + credits]);
		}
		cufinder.reset();
		cufinder.fault({ when, kind: 'reset' });
		await expect(call(cufinder, 'enc', { query: 'figma' })).rejects.toThrow();
		expect(cufinder.ledger.charged()).toBe(credits);
		cufinder.fault({ when, kind: 'html' });
		expect((await call(cufinder, 'enc', { query: 'figma' })).text).toMatch(/^<!DOCTYPE html>/);
	});

	test('faults name an operation of this API, and meet no calls of the other one', async () => {
		const sandbox = await startBoth();
		const { cufinder } = sandbox;
		const rule = { when: 'before', kind: 'status' } as const;
		expect(() => cufinder.fault({ ...rule, operationId: 'findEmail' })).toThrow(
			'No such operation',
		);
		expect(() => sandbox.fault({ ...rule, operationId: 'enc' })).toThrow('No such operation');
		cufinder.fault({ ...rule, times: null });
		expect((await callEnrich(sandbox, 'getWalletBalance', {})).status).toBe(200);
		expect((await call(cufinder, 'enc', { query: 'figma' })).status).toBe(500);
		cufinder.clearFaults();
		expect((await call(cufinder, 'enc', { query: 'figma' })).status).toBe(200);
	});
});

describe('control', () => {
	const controlOf =
		({ url }: Sandbox) =>
		async (method: string, path: string, body?: object) =>
			read(
				await fetch(new URL(`/__sandbox/${path}`, url), {
					method,
					headers: body && { 'content-type': 'application/json' },
					body: body && JSON.stringify(body),
				}),
			);

	test('sets faults and switches, shows requests and ledger, and resets', async () => {
		const sandbox = await startBoth({ cufinder: { balance: 50 } });
		const { cufinder } = sandbox;
		const control = controlOf(sandbox);
		const fault = { kind: 'html', when: 'after', operationId: 'enc' };
		expect((await control('POST', 'cufinder/faults', fault)).status).toBe(201);
		expect((await control('GET', 'faults')).body).toEqual([]);
		expect((await call(cufinder, 'enc', { query: 'figma' })).status).toBe(502);
		expect((await control('GET', 'cufinder/requests')).body).toMatchObject([
			{ fault: 'html', charged: 3 },
		]);
		expect((await control('GET', 'cufinder/ledger')).body).toMatchObject({
			balance: 47,
			charged: 3,
			transactions: [{ description: 'Company enrichment: figma' }, { type: 'topup' }],
		});
		expect((await control('POST', 'cufinder/settings', { errorShape: 'type' })).body).toEqual({
			errorShape: 'type',
			endOfPages: 'emptyList',
			rateLimit: null,
		});
		expect((await control('POST', 'cufinder/settings', { weather: 'bad' })).status).toBe(400);
		expect((await control('GET', 'cufinder/settings')).body).toMatchObject({ errorShape: 'type' });
		expect((await control('POST', 'cufinder/reset')).status).toBe(204);
		expect((await control('GET', 'cufinder/settings')).body).toMatchObject({
			errorShape: 'status',
		});
		expect([cufinder.ledger.balance, cufinder.requests.length]).toEqual([50, 0]);
	});

	test('the reset of all resets both providers', async () => {
		const sandbox = await startBoth();
		await callEnrich(sandbox, 'validateEmail', { email: 'emily.zhang@figma.com' });
		await call(sandbox.cufinder, 'enc', { query: 'figma' });
		expect([sandbox.ledger.charged(), sandbox.cufinder.ledger.charged()]).toEqual([1, 3]);
		await controlOf(sandbox)('POST', 'reset');
		expect([sandbox.ledger.charged(), sandbox.cufinder.ledger.charged()]).toEqual([0, 0]);
		expect([sandbox.requests.length, sandbox.cufinder.requests.length]).toEqual([0, 0]);
	});
});

const name = fc.constantFrom('figma', 'acme', 'nobody', 'elsewhere.example', 'unknown.example', '');
const anyCall = fc.oneof(
	fc.record({ code: fc.constant('enc'), form: fc.record({ query: name }) }),
	fc.record({
		code: fc.constant('tep'),
		form: fc.record({ full_name: fc.constantFrom('Ann Lee', 'Ann Nobody'), company: name }),
	}),
	fc.record({
		code: fc.constant('cse'),
		form: fc.record({ page: fc.constantFrom('1', '2', '9', '0') }),
	}),
);

test('adds up to the credit, whatever is called at once and whatever the balance', async () => {
	const cufinder = await start({ balance: 40 });
	await fc.assert(
		fc.asyncProperty(fc.array(anyCall, { maxLength: 12 }), async (calls) => {
			cufinder.reset();
			const replies = await Promise.all(
				calls.map(({ code, form }) => call(cufinder, code, { ...form })),
			);
			const { balance, transactions } = cufinder.ledger;
			const booked = transactions.reduce((sum, { amount }) => sum + amount, 0);
			const recorded = cufinder.requests.reduce((sum, { charged }) => sum + charged, 0);
			expect(balance).toBeGreaterThanOrEqual(0);
			expect([booked, 40 - recorded, 40 - cufinder.ledger.charged()]).toEqual(
				Array(3).fill(balance),
			);
			const left = replies.flatMap(({ body }) => (body.data as Data)?.credit_count ?? []);
			if (left.length > 0) expect(Math.min(...(left as number[]))).toBe(balance);
		}),
		{ numRuns: 60 },
	);
});
