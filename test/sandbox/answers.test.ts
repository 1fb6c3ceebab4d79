import type { Sandbox } from '../../sandbox/server';
import { operations } from '../../shared/providers/enrich/operations';
import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import { batches } from '../../shared/providers/enrich/batches';
import { faultsOf, responseSchema } from '../contract/contract';
import { call, operationOf, type Reply, sandboxes } from './support';

const start = sandboxes();

/** The paths of all keys, of lists the first entry's. */
function keysOf(value: unknown, at = ''): string[] {
	if (Array.isArray(value)) return value.length > 0 ? keysOf(value[0], `${at}[]`) : [];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => [
		`${at}.${name}`,
		...keysOf(inner, `${at}.${name}`),
	]);
}

/**
 * The example's input; the ID in the examples of a batch's status and results is nobody's until
 * the example's submit has been made, so it is replaced by that one's.
 */
async function exampleInput(sandbox: Sandbox, id: string): Promise<Data> {
	const { input } = operationOf(id).example;
	const batch = batches.find(({ status, results }) =>
		[status.operationId, results.operationId].includes(id),
	);
	if (!batch) return input;
	const { operationId, example } = batch.submit;
	const { body } = await call(sandbox, operationId, example.input);
	return { ...input, [batch.idName]: body.data.batchId };
}

/** Lists and files in an object of their own, as the connector reads them. */
const dataOf = ({ answers, output }: Operation, body: Reply['body']): Data =>
	answers
		? { [Object.keys(output.shape)[0] as string]: answers === 'csv' ? body : body.data }
		: body.data;

describe.each(
	Object.values<Operation>(operations).map(
		(operation) => [operation.operationId, operation] as const,
	),
)('%s', (id, operation) => {
	const { example, output, entry, paging } = operation;
	// A wallet that has seen a charge and jobs of leads, so that there is something to list.
	const ask = async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity });
		sandbox.addLeadJob({ kind: 'reveal' });
		sandbox.addLeadJob({ kind: 'export' });
		await call(sandbox, 'validateEmail', operationOf('validateEmail').example.input);
		return call(sandbox, id, await exampleInput(sandbox, id));
	};

	test('finds its example and answers all that the example documents', async () => {
		const { status, body } = await ask();
		expect(status).toBe(200);
		expect(operation.outcome(dataOf(operation, body)).found).toBe(true);
		// The registry's example of results shows single answers, which batches shape anew.
		const isShapedAnew = (key: string) => key.startsWith('.results[') && id !== 'searchLeads';
		const documented = keysOf(example.data).filter((key) => !isShapedAnew(key));
		expect(keysOf(dataOf(operation, body))).toEqual(expect.arrayContaining(documented));
	});

	test('answers what the registry declares, and nothing else', async () => {
		const { body } = await ask();
		// Results of batches say more about themselves than the registry needs: see the contract.
		if (batches.some(({ results }) => results.operationId === id)) return;
		const data = dataOf(operation, body);
		const isOpen = output.def.catchall !== undefined;
		expect((isOpen ? output : output.strict()).safeParse(data).error).toBeUndefined();
		const entries = paging ? (data[paging.entries] as unknown[]) : [];
		for (const one of entries) expect(entry?.strict().safeParse(one).error).toBeUndefined();
	});

	test('answers the same to the same input, on every start', async () => {
		// What the wallet, the lists of jobs and what was just made answer holds the time.
		if (/^\/wallets|-jobs$/.test(operation.path) || operation.billing === 'freeWrite') return;
		const [first, second] = [await ask(), await ask()];
		expect(second.body.data).toEqual(first.body.data);
	});

	test('keeps to the published contract', async () => {
		const { body } = await ask();
		expect(faultsOf(id, 200, body)).toEqual([]);
		const sandbox = await start({ balance: 0 });
		const refused = await call(sandbox, id, example.input, {
			headers: { 'x-api-key': 'sk_wrong' },
		});
		expect(faultsOf(id, 401, refused.body)).toEqual([]);
		// A reveal says only later that the balance was too low.
		if (documentedCost(operation, example.input) && responseSchema(id, 402)) {
			const { status, body } = await call(sandbox, id, example.input);
			expect(status).toBe(402);
			expect(faultsOf(id, 402, body)).toEqual([]);
		}
	});
});

const people = Array.from({ length: 300 }, (_, i) => ({
	firstName: 'Ann',
	lastName: `Lee ${'abcdefghijklmnopqrst'[i % 20]}${'uvwxyzabcdefghi'[i % 15]}`,
	domain: `firm${i}.com`,
}));

test('about 70 % of ordinary people are found', async () => {
	const sandbox = await start({ balance: 1e6 });
	const answers = await Promise.all(people.map((person) => call(sandbox, 'findEmail', person)));
	const found = answers.filter(({ body }) => body.data.found).length;
	expect(found).toBeGreaterThan(180);
	expect(found).toBeLessThan(240);
});

test('an email that was found is valid, or risky on a catch-all domain', async () => {
	const sandbox = await start({ balance: 1e6 });
	for (const person of people.slice(0, 60)) {
		const { data } = (await call(sandbox, 'findEmail', person)).body;
		if (!data.found) continue;
		const { data: checked } = (await call(sandbox, 'validateEmail', { email: data.email })).body;
		expect([checked.result, checked.isCatchAll]).toEqual(
			data.isCatchAll ? ['risky', true] : ['valid', false],
		);
	}
});

test('ordinary answers keep to the registry and the contract, whatever the outcome', async () => {
	const sandbox = await start({ balance: 1e6 });
	const emails = people
		.slice(0, 40)
		.map(({ domain }, i) => `ann.lee${i}@${i % 5 === 0 ? 'gmail.com' : domain}`);
	const inputs = {
		findEmail: people.slice(0, 40),
		validateEmail: [...emails, 'catchall@catchall.example', 'invalid@x.com', 'nonsense'].map(
			(email) => ({ email }),
		),
		reverseLookup: emails.map((email) => ({ email })),
		phoneLookup: emails.map((email) => ({ email })),
		ipToCompany: emails.map((_, i) => ({ ip: `8.8.4.${i}` })),
	};
	for (const [id, list] of Object.entries(inputs)) {
		for (const input of list) {
			const { body } = await call(sandbox, id, input);
			expect(operationOf(id).output.strict().safeParse(body.data).error).toBeUndefined();
			expect(faultsOf(id, 200, body)).toEqual([]);
		}
	}
});

describe('test values', () => {
	const validated = (email: string) => ['validateEmail', { email }] as const;
	test.each([
		['findEmail', { firstName: 'Ann', lastName: 'Nobody', domain: 'figma.com' }, { found: false }],
		[
			'findEmail',
			{ firstName: 'Emily', lastName: 'Zhang', domain: 'unknown.example' },
			{ found: false },
		],
		['findEmail', { firstName: 'Emily', lastName: 'Zhang', domain: 'gmail.com' }, { found: false }],
		['reverseLookup', { email: 'nobody@figma.com' }, {}],
		['phoneLookup', { email: 'nobody.smith@figma.com' }, { phones: [] }],
		['phoneLookup', { linkedin: 'https://www.linkedin.com/in/nobody' }, { phones: [] }],
		['ipToCompany', { ip: '192.168.0.1' }, { searchIp: '192.168.0.1' }],
		['ipToCompany', { ip: '::1' }, { searchIp: '::1' }],
		['ipToCompany', { ip: 'not an address' }, { searchIp: 'not an address' }],
	])('%s of %j is not found and not charged', async (id, input, data) => {
		const sandbox = await start();
		const { status, body } = await call(sandbox, id, input);
		expect(status).toBe(200);
		expect(body.data).toMatchObject(data);
		expect(operationOf(id).outcome(body.data).found).toBe(false);
		expect([body.meta.creditsUsed, sandbox.ledger.charged()]).toEqual([0, 0]);
	});

	test.each([
		[...validated('ann@catchall.example'), { result: 'risky', isCatchAll: true }, 0],
		[...validated('risky@figma.com'), { result: 'risky', isCatchAll: false }, 0],
		[...validated('invalid+2@figma.com'), { result: 'invalid' }, 1],
		[...validated('ann@unknown.example'), { result: 'invalid' }, 1],
		[...validated('no address'), { result: 'invalid' }, 1],
		[...validated('ann.lee@gmail.com'), { result: 'valid', provider: 'GOOGLE' }, 1],
	])('%s of %j answers %j for %i credits', async (id, input, data, credits) => {
		const { body } = await call(await start(), id, input);
		expect(body.data).toMatchObject(data);
		expect(body.meta.creditsUsed).toBe(credits);
	});

	test('anybody is found at a catch-all domain, with low confidence', async () => {
		const sandbox = await start();
		for (const person of people.slice(0, 20)) {
			const { body } = await call(sandbox, 'findEmail', { ...person, domain: 'catchall.example' });
			expect(body.data).toMatchObject({ found: true, isCatchAll: true, confidence: 'low' });
		}
	});

	test('a name may begin like a test value', async () => {
		const { body } = await call(await start(), 'validateEmail', { email: 'riskyman@gmail.com' });
		expect(body.data.result).toBe('valid');
	});
});

describe('lead search', () => {
	const search = async (input: object) =>
		(await call(await start(), 'searchLeads', { ...input })).body.data;

	test('pages through as many leads as the count says, each once', async () => {
		const sandbox = await start({ balance: 10_000 });
		const filters = { jobTitle: ['VP of Sales'], countryName: 'Germany' };
		const { count } = (await call(sandbox, 'countLeads', { filters })).body.data;
		const ids: string[] = [];
		for (let page = 1, more = true; more; page++) {
			const { data } = (await call(sandbox, 'searchLeads', { filters, page, pageSize: 100 })).body;
			expect(data.pagination).toMatchObject({ page, totalResults: count });
			ids.push(...data.results.map(({ id }: { id: string }) => id));
			more = data.pagination.hasMore;
		}
		expect([ids.length, new Set(ids).size]).toEqual([count, count]);
	});

	test('shows the filters in the leads, and masks last names', async () => {
		const filters = {
			jobTitle: ['CTO', 'CFO'],
			domain: 'figma.com',
			city: 'Berlin',
			employeeCountMin: 50,
			employeeCountMax: 60,
		};
		for (const lead of (await search({ filters })).results) {
			expect(['CTO', 'CFO']).toContain(lead.jobTitle);
			expect(lead).toMatchObject({ domain: 'figma.com', city: 'Berlin' });
			expect(lead.employeeCount).toBeGreaterThanOrEqual(50);
			expect(lead.employeeCount).toBeLessThanOrEqual(60);
			expect(lead.lastName).toMatch(/^.\.$/);
		}
	});

	test('leaves out what is excluded', async () => {
		const { results } = await search({
			filters: { jobTitle: ['CTO', 'CFO'] },
			excludeFilters: { jobTitle: 'cfo' },
			pageSize: 100,
		});
		expect(new Set(results.map(({ jobTitle }: { jobTitle: string }) => jobTitle))).toEqual(
			new Set(['CTO']),
		);
	});

	test('finds none for "Nobody"', async () => {
		const data = await search({ filters: { companyName: ['Nobody'] } });
		expect(data).toMatchObject({
			results: [],
			pagination: { totalResults: 0, totalPages: 0, hasMore: false },
		});
	});
});
