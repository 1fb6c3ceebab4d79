/** CUFinder's node in n8n's own engine, against the sandbox. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import publishing from '../../publishing.json';
import type { PlacedOperation } from '../../nodes/shared/kit';
import { isRecord } from '../../shared/contract/data';
import { cufinderNode, enrichCompany, placed } from '../../testkit/cufinderWorkflow';
import { bench, chain, jsonOf } from '../../testkit/enrichWorkflow';

const b = bench();
const poor = bench({ cufinder: { balance: 0 } });

/** What nobody knows, by operation. */
const UNKNOWN: Record<string, object> = {
	enrichCompany: { query: 'nobody.example' },
	enrichPerson: { full_name: 'Ann Nobody', company: 'Figma' },
	findPersonByEmail: { email: 'nobody@figma.com' },
	findEmailByProfile: { linkedin_url: 'https://www.linkedin.com/in/nobody' },
	findCompanyDomain: { company_name: 'Nobody', country_code: 'us' },
	searchCompanies: { filters: { name: 'Nobody' } },
};

interface Run {
	input?: object;
	settings?: object;
	apiKey?: string;
	on?: typeof b;
}

async function run({ operation, resource, value }: PlacedOperation, given: Run = {}) {
	const { input = operation.example.input, settings, on = b } = given;
	const { url, apiKey } = on.sandbox.cufinder;
	const parameters = { resource, operation: value, ...input };
	const result = await on.runAll(chain(cufinderNode(parameters, settings)), [{ id: 1 }], {
		credentials: { cufinderApi: { apiKey: given.apiKey ?? apiKey, baseUrl: url } },
	});
	return { ...result, items: result.runs('CUFinder').flatMap((one) => jsonOf(one)) };
}

const requests = () => b.sandbox.cufinder.requests;
const ledger = () => b.sandbox.cufinder.ledger;

describe.each(placed.map((one) => [one.operation.operationId, one] as const))('%s', (id, one) => {
	test('finds its example, beside the row', async () => {
		const input = { ...one.operation.example.input, output: 'raw' };
		const { items } = await run(one, { input });
		expect(items[0]).toMatchObject({
			id: 1,
			outcome: 'found',
			// CUFinder reports what is left, never what a call cost.
			creditsUsed: null,
			creditsLeft: ledger().balance,
		});
		expect(ledger().charged()).toBe(requests().reduce((sum, { charged }) => sum + charged, 0));
		expect(ledger().charged()).toBeGreaterThan(0);
		if (!one.operation.paging) expect(requests()).toHaveLength(1);
	});

	test('a miss is no failure, and free', async () => {
		const { items, status } = await run(one, { input: UNKNOWN[id] });
		expect(status).toBe('success');
		expect(items).toMatchObject([{ id: 1, outcome: 'notFound' }]);
		expect(items[0]).not.toHaveProperty('error');
		expect(requests().map(({ status }) => status)).toEqual([404]);
		expect(ledger().charged()).toBe(0);
	});

	test('without credits it says where to top up', async () => {
		const { error } = await run(one, { on: poor });
		expect(error).toMatchObject({
			message: expect.stringContaining('Not enough credits'),
			description: expect.stringContaining('cufinder.io'),
		});
	});

	test('a key that is refused is explained, and never shown', async () => {
		const { error, raw } = await run(one, { apiKey: 'mistyped_canary' });
		expect(error).toMatchObject({ message: 'CUFinder refused the API key' });
		expect(JSON.stringify(raw)).not.toContain('mistyped_canary');
		expect(requests().map(({ status }) => status)).toEqual([401]);
	});

	test('a 500 may have been charged: it is said, and not sent again, not even by Retry On Fail', async () => {
		b.sandbox.cufinder.fault({ when: 'after', kind: 'status', status: 500 });
		const settings = {
			onError: 'continueRegularOutput',
			retryOnFail: true,
			maxTries: 3,
			waitBetweenTries: 0,
		};
		const { items } = await run(one, { settings });
		expect(items).toMatchObject([
			{
				id: 1,
				outcome: 'failed',
				creditsUsed: null,
				reason: expect.stringContaining('may have been charged'),
			},
		]);
		expect(requests()).toHaveLength(1);
		expect(ledger().charged()).toBe(requests()[0]!.charged);
	});

	test('the preview shows what comes out', async () => {
		const file = join(
			publishing.packages.cufinder,
			'dist/nodes/Cufinder/__schema__/v1.0.0',
			one.resource,
			`${one.value}.json`,
		);
		expect(existsSync(file)).toBe(true);
		const schema = JSON.parse(readFileSync(file, 'utf8')) as { properties: object };
		const { items } = await run(one);
		const found = Object.fromEntries(Object.entries(items[0]!).filter(([key]) => key !== 'id'));
		expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(found)));
		for (const [key, value] of Object.entries(found)) {
			const { type } = (schema.properties as Record<string, { type: string }>)[key]!;
			if (value !== null)
				expect([key, isRecord(value) ? 'object' : typeof value]).toEqual([key, type]);
		}
	});
});

describe('after a 429', () => {
	// What refusals teach of an account's limits holds for all that follows.
	const limited = bench();
	// After few calls, the first refusal would slow down to a pace of seconds.
	beforeAll(async () => {
		const rows = Array.from({ length: 60 }, (_, i) => ({ company: `nobody.${i}.example` }));
		await limited.runAll(chain(cufinderNode(enrichCompany())), rows);
	});

	test.each(placed.map((one) => [one.operation.operationId, one] as const))(
		'%s waits as long as it is told, and is charged once',
		async (_id, one) => {
			const { cufinder } = limited.sandbox;
			const headers = { 'retry-after': '1' };
			cufinder.fault({ when: 'before', kind: 'status', status: 429, headers });
			const input = one.operation.paging ? { ...one.operation.example.input, limit: 1 } : undefined;
			const { items } = await run(one, { on: limited, input });
			expect(items).toMatchObject([{ outcome: 'found' }]);
			expect(cufinder.requests.map(({ status }) => status)).toEqual([429, 200]);
			expect(cufinder.ledger.charged()).toBe(cufinder.requests[1]!.charged);
		},
	);
});

describe('a search of companies', () => {
	const [search] = placed.filter(({ operation }) => operation.paging);

	test('reads pages up to the limit, an item for each company', async () => {
		const input = { filters: { country: 'Germany' }, limit: 12 };
		const { items } = await run(search!, { input });
		expect(items).toHaveLength(12);
		expect(requests().map(({ input }) => input)).toMatchObject([
			{ country: 'germany', page: '1' },
			{ country: 'germany', page: '2' },
		]);
	});

	test.each(['emptyList', 'miss'] as const)('reads all, up to an end by %s', async (endOfPages) => {
		b.sandbox.cufinder.set({ endOfPages });
		const { items } = await run(search!, {
			input: { filters: { country: 'germany' }, returnAll: true },
		});
		expect(items.length).toBeGreaterThan(10);
		expect(requests().at(-1)?.charged).toBe(0);
	});
});

test('equal rows are looked up once', async () => {
	const rows = ['figma.com', ' figma.com', 'nobody.example'].map((company) => ({ company }));
	const node = cufinderNode(enrichCompany({ output: 'raw' }));
	const result = await b.runAll(chain(node), rows);
	expect(
		jsonOf(result.node('CUFinder')).map(({ outcome, sameAsRow }) => [outcome, sameAsRow]),
	).toEqual([
		['found', null],
		['found', 1],
		['notFound', null],
	]);
	expect(requests()).toHaveLength(2);
});

test('what is not found goes to an output of its own', async () => {
	const rows = ['figma.com', 'nobody.example'].map((company) => ({ company }));
	const result = await b.runAll(chain(cufinderNode(enrichCompany({ notFound: 'output' }))), rows);
	const outputs = result
		.node('CUFinder')
		.outputs.map((items) => items.map(({ json }) => json.company));
	expect(outputs).toEqual([['figma.com'], ['nobody.example']]);
});

test('without a documented price, nothing is sent while a limit of credits is set', async () => {
	const [lookup] = placed.filter(({ operation }) => operation.operationId === 'findPersonByEmail');
	const input = { email: 'emily@figma.com', options: { maxCredits: 1000 } };
	const { items } = await run(lookup!, { input });
	expect(items).toMatchObject([{ outcome: 'skipped', creditsUsed: 0 }]);
	expect(requests()).toEqual([]);
});

test('the summary claims no charge that was not reported', async () => {
	const rows = ['figma.com', 'nobody.example'].map((company) => ({ company }));
	const { hints } = (await b.runAll(chain(cufinderNode(enrichCompany())), rows)).node('CUFinder');
	expect(hints[0]?.message).toBe(
		'2 rows: 1 found, 1 not found, 0 skipped, 0 failed. Credits used: not reported, 9,997 left.',
	);
});
