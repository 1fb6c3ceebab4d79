/** The provider and the sandbox were described apart from each other: here they must agree. */
import type { Operation } from '../../shared/contract/operation';
import { paginate } from '../../shared/http/paginate';
import { cufinder } from '../../shared/providers/cufinder';
import { operations } from '../../shared/providers/cufinder/operations';
import { loopbackClient } from '../../testkit/loopbackClient';
import { sandboxes } from '../sandbox/support';
import type { CufinderOptions } from '../../sandbox/cufinder/api';

const startBoth = sandboxes();
async function start(options: CufinderOptions = {}) {
	const sandbox = (await startBoth({ cufinder: options })).cufinder;
	return { sandbox, client: loopbackClient(cufinder, sandbox) };
}

const { enrichCompany, findPersonByEmail, searchCompanies } = operations;

test.each(Object.values<Operation>(operations).map((one) => [one.operationId, one] as const))(
	'%s finds its example, reads all of it, and knows what is left',
	async (_id, operation) => {
		const { sandbox, client } = await start({ balance: 100 });
		const { data, receipt, dropped } = await client.call(operation, operation.example.input);
		expect(operation.outcome(data).found).toBe(true);
		expect(dropped).toBeUndefined();
		expect(receipt).toMatchObject({ creditsUsed: null, creditsRemaining: sandbox.ledger.balance });
		expect(sandbox.ledger.charged()).toBeGreaterThan(0);
		expect(sandbox.requests).toHaveLength(1);
	},
);

test.each<[Operation, Record<string, string>]>([
	[operations.enrichCompany, { query: 'nobody.example' }],
	[operations.enrichPerson, { full_name: 'Ann Nobody', company: 'Figma' }],
	[operations.findPersonByEmail, { email: 'nobody@figma.com' }],
	[operations.findEmailByProfile, { linkedin_url: 'https://www.linkedin.com/in/nobody' }],
	[operations.findCompanyDomain, { company_name: 'Nobody', country_code: 'us' }],
	[operations.searchCompanies, { name: 'Nobody' }],
])('a miss is an answer, for free: %#', async (operation, input) => {
	for (const errorShape of ['status', 'type'] as const) {
		const { sandbox, client } = await start({ errorShape });
		const { data } = await client.call(operation, input);
		expect(operation.outcome(data).found).toBe(false);
		expect(sandbox.ledger.charged()).toBe(0);
	}
});

test.each(['emptyList', 'miss'] as const)('a search ends with %s', async (endOfPages) => {
	const { sandbox, client } = await start({ endOfPages });
	const input = { country: 'germany', products_services: ['crm', 'email'], is_school: false };
	let count = 0;
	const call = (page: object) => client.call(searchCompanies as Operation, { ...page });
	for await (const page of paginate(call, searchCompanies as Operation, input)) {
		count += page.entries.length;
	}
	expect(count).toBeGreaterThan(10);
	expect(sandbox.requests.at(-1)?.charged).toBe(0);
	expect(sandbox.requests.filter(({ charged }) => charged === 3)).toHaveLength(
		Math.ceil(count / 10),
	);
	expect(sandbox.requests[0]?.input).toMatchObject({ country: 'germany' });
});

describe.each(['status', 'type'] as const)('errors of the shape `%s`', (errorShape) => {
	test('no credits, a wrong key and refused input are told apart', async () => {
		const { sandbox, client } = await start({ errorShape, balance: 2 });
		const figma = { query: 'figma.com' };
		await expect(client.call(enrichCompany, figma)).rejects.toMatchObject({
			kind: 'insufficientCredits',
		});
		const stranger = loopbackClient(cufinder, { url: sandbox.url, apiKey: 'wrong' });
		await expect(stranger.call(enrichCompany, figma)).rejects.toMatchObject({
			kind: 'unauthorized',
		});
		await expect(client.call(enrichCompany, { query: ' ' })).rejects.toMatchObject({
			kind: 'badInput',
		});
		expect(sandbox.ledger.charged()).toBe(0);
	});

	test('a rate limit is waited for, and the call is charged once', async () => {
		const { sandbox, client } = await start({ errorShape });
		sandbox.fault({
			when: 'before',
			kind: 'status',
			status: 429,
			headers: { 'retry-after': '2' },
		});
		const { data } = await client.call(enrichCompany, { query: 'figma.com' });
		expect(data.domain).toBe('figma.com');
		expect(sandbox.requests.map(({ status }) => status)).toEqual([429, 200]);
		expect(sandbox.ledger.charged()).toBe(3);
	});
});

test('an answer that was charged and lost is not asked for again', async () => {
	const { sandbox, client } = await start();
	sandbox.fault({ when: 'after', kind: 'reset' });
	const lost = client.call(findPersonByEmail, { email: 'emily.zhang@figma.com' });
	await expect(lost).rejects.toMatchObject({ facts: { execution: 'maybe' } });
	expect([sandbox.ledger.charged(), sandbox.requests.length]).toEqual([5, 1]);
});
