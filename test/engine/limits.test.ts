import { addresses, bench, find, FOUND, jsonOf, validate } from '../../testkit/enrichWorkflow';

const b = bench();
const withFloor = (minBalance: unknown) => ({
	credentials: { enrichApi: { apiKey: b.sandbox.apiKey, baseUrl: b.sandbox.url, minBalance } },
});

describe('Minimum Balance in the credential', () => {
	test('no paid call leaves that could take the balance below it', async () => {
		const result = await b.run(validate(), addresses(20), withFloor(24_995));
		expect(b.sandbox.ledger.balance).toBe(24_995);
		expect(result.status).toBe('success');
		expect(result.node('Enrich').hints[0]?.message).toContain(
			'Stopped early: Not sent, because it could take the balance below the minimum of 24,995 credits',
		);
	});

	test('the workflow stops where nothing can be looked up at all, as in an endless loop', async () => {
		const { error } = await b.run(find(), [FOUND], withFloor(25_000));
		expect(error?.message).toContain('below the minimum of 25,000 credits: 25,000 left');
		expect(b.sandbox.ledger.charged()).toBe(0);
	});

	test('what is no number is refused, and nothing is sent', async () => {
		const { error } = await b.run(validate(), addresses(1), withFloor('a lot'));
		expect(error?.message).toContain('the minimum balance must be a number');
		expect(b.sandbox.requests).toHaveLength(0);
	});
});

test.each(['Infinity', '1e999', '-1', 'all'])('a limit of %s is refused', async (limit) => {
	const parameters = {
		resource: 'lead',
		operation: 'search',
		limit: `={{ '${limit}' }}`,
		filtersBy: 'json',
		filters: { countryName: ['Germany'] },
	};
	const node = (await b.run(parameters, [{}])).node('Enrich');
	expect(jsonOf(node)[0]).toMatchObject({
		outcome: 'failed',
		reason: expect.stringContaining("'Limit' must be a number from 1 up"),
	});
	expect(b.sandbox.requests).toHaveLength(0);
});

describe('Only Estimate', () => {
	const paid = () =>
		b.sandbox.requests.filter(({ input }) => JSON.stringify(input).includes('example.com'));

	test('says what a run would do, and sends nothing that is paid', async () => {
		const rows = [...addresses(3), ...addresses(2), { email: '' }];
		const node = (await b.run(validate({ options: { onlyEstimate: true } }), rows)).node('Enrich');
		expect(jsonOf(node)).toEqual([
			{ rows: 6, lookups: 3, skipped: 1, unusable: 0, maxCredits: 3, balance: 25_000 },
		]);
		expect(node.hints[0]?.message).toBe(
			'Only estimated: 6 rows, 3 distinct lookups, at most 3 credits as documented, 25,000 left. Nothing paid was sent.',
		);
		expect(paid()).toEqual([]);
		expect(b.sandbox.ledger.charged()).toBe(0);
	});

	test('of many rows: no batch is started', async () => {
		const parameters = {
			resource: 'email',
			operation: 'validate',
			email: '={{ $json.email }}',
			options: { onlyEstimate: true },
		};
		const node = (await b.run(parameters, addresses(50))).node('Enrich');
		expect(jsonOf(node)).toMatchObject([{ rows: 50, lookups: 50, maxCredits: 50 }]);
		expect(b.sandbox.ledger.balance).toBe(25_000);
	});
});
