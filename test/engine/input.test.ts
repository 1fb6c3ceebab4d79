import { inputFields } from '../../shared/contract/form';
import {
	addresses,
	bench,
	find,
	FOUND,
	jsonOf,
	placed,
	outcomesOf,
	validate,
} from '../../testkit/enrichWorkflow';

const b = bench({ balance: 1_000_000 });

const HOSTILE: [string, unknown][] = [
	['an object', { a: 1 }],
	['a list of objects', [{ a: 1 }]],
	['an object with prototype keys', JSON.parse('{"__proto__":{"x":1},"constructor":1}')],
	['NaN', NaN],
	['a megabyte', 'x'.repeat(1_000_000)],
	['a formula', '=HYPERLINK("http://spam.example")'],
	['nothing but marks', '\u0007\u202e\u200b!!'],
];

describe('hostile values cost nothing, and the message names row and field', () => {
	const single = placed.flatMap((one) =>
		inputFields(one.operation)
			.filter(({ type }) => type === 'text')
			.map((field) => [`${one.operation.title}: ${field.title}`, one, field] as const),
	);
	// Free text may hold anything short; only reading what it names decides.
	const strict = single.filter(
		([, { operation }, { normalize }]) => operation.price && normalize !== 'text',
	);

	test.each(strict)('%s', async (_, { resource, value: name, operation }, field) => {
		const rows = HOSTILE.map(([, value]) => ({ value }));
		const parameters = {
			resource,
			operation: name,
			...operation.example.input,
			[field.key]: '={{ $json.value }}',
		};
		const result = await b.run(parameters, rows, {
			settings: { onError: 'continueRegularOutput' },
		});
		expect(result.status).toBe('success');
		const json = jsonOf(result.node('Enrich'));
		expect(json).toHaveLength(HOSTILE.length);
		json.forEach(({ outcome, error, reason }, i) => {
			expect([HOSTILE[i]![0], outcome]).toEqual([
				HOSTILE[i]![0],
				expect.stringMatching(/failed|skipped/),
			]);
			if (outcome === 'skipped') return;
			expect(error).toContain(`Row ${i + 1}: '${field.title}'`);
			expect(String(reason).length).toBeLessThan(300);
			expect(reason).not.toMatch(/[\u0000-\u001f\u202e]/);
		});
		expect(b.sandbox.requests).toHaveLength(0);
	});

	test('in the filters of a search', async () => {
		// Of text, anything short may be searched for.
		const rows = HOSTILE.slice(0, 5).map(([, value]) => ({ value }));
		const parameters = {
			resource: 'lead',
			operation: 'search',
			filtersBy: 'json',
			filters: { jobTitle: '={{ $json.value }}' },
		};
		const settings = { onError: 'continueRegularOutput' };
		const result = await b.run(parameters, rows, { settings });
		expect(b.sandbox.requests).toHaveLength(0);
		jsonOf(result.node('Enrich')).forEach(({ error }, i) =>
			expect(error).toMatch(new RegExp(`^Row ${i + 1}: '[^']*Job Title`)),
		);
	});

	test('rows with prototype keys come back as they were', async () => {
		const row = JSON.parse(
			'{"__proto__":{"polluted":1},"constructor":"x","toString":"y","email":"a@b.com"}',
		) as object;
		const result = await b.run(validate(), [row]);
		expect(result.last[0]!.json).toMatchObject({
			email: 'a@b.com',
			outcome: 'found',
			constructor: 'x',
		});
		expect(({} as { polluted?: number }).polluted).toBeUndefined();
	});
});

describe('many rows', () => {
	test('100,000 rows, most of them the same', async () => {
		const rows = Array.from({ length: 100_000 }, (_, i) => ({
			...FOUND,
			first: i % 1000 ? 'Emily' : `Nobody${i}`,
		}));
		const before = process.memoryUsage().rss;
		const result = await b.run(
			{ ...find({ options: { lookUp: 'single' } }), lastName: 'Zhang' },
			rows,
		);
		expect(result.status).toBe('success');
		expect(result.node('Enrich').outputs[0]).toHaveLength(100_000);
		expect(b.sandbox.requests.length).toBe(101);
		expect(process.memoryUsage().rss - before).toBeLessThan(1_500_000_000);
	}, 300_000);

	test('2,000 different rows', async () => {
		const result = await b.run(validate({ options: { lookUp: 'single' } }), addresses(2000));
		expect(outcomesOf(result.node('Enrich')).every((outcome) => outcome === 'found')).toBe(true);
		expect(b.sandbox.ledger.charged()).toBe(2000);
	}, 120_000);

	test('no row at all: nothing happens', async () => {
		const result = await b.run(find(), []);
		expect(result.status).toBe('success');
		expect(b.sandbox.requests).toHaveLength(0);
	});
});

describe('settings', () => {
	const as = (more: object) => ({
		credentials: { enrichApi: { apiKey: b.sandbox.apiKey, baseUrl: b.sandbox.url, ...more } },
	});

	test.each([
		['a slash too many', () => ({ baseUrl: `${b.sandbox.url}/` })],
		['blanks and quotes around the address', () => ({ baseUrl: ` "${b.sandbox.url}" ` })],
		['blanks and quotes around the key', () => ({ apiKey: ` "${b.sandbox.apiKey}" ` })],
		['a key with its header', () => ({ apiKey: `Bearer ${b.sandbox.apiKey}` })],
		['the key as bearer token', () => ({ headerStyle: 'bearer' })],
		['an unknown header style', () => ({ headerStyle: 'smoke signals' })],
	])('%s works', async (_, more) => {
		const result = await b.run(find(), [FOUND], as(more()));
		expect(result.last[0]!.json).toMatchObject({ outcome: 'found' });
	});

	test.each([
		[{ baseUrl: 'http://example.com' }, 'the base URL must start with https://'],
		[{ baseUrl: 'ftp://127.0.0.1' }, 'the base URL must start with https://'],
		[{ baseUrl: 'enrich' }, 'the base URL is not a web address'],
		[{ baseUrl: 'https://me:pass@enrich.so' }, 'neither a password nor a query'],
		[{ apiKey: '' }, 'the API key is empty'],
		[{ apiKey: 'my key' }, 'the API key must start with sk_'],
	])('%j is refused before anything is sent', async (more, message) => {
		const { error } = await b.run(find(), [FOUND, FOUND], as(more));
		expect(error?.message).toBe(
			`The connection to Enrich is not set up correctly: ${error?.message.split(': ')[1]}`,
		);
		expect(error?.message).toContain(message);
		expect(error).toMatchObject({
			description: expect.stringContaining('Check the base URL and the API key'),
		});
		expect(b.sandbox.requests).toHaveLength(0);
	});

	test('an address where Enrich is not', async () => {
		const { error } = await b.run(
			find(),
			[FOUND],
			as({ baseUrl: b.sandbox.url.replace('/api/v3', '/elsewhere') }),
		);
		expect(error).toMatchObject({ httpCode: '404' });
	});

	test('a call that the node does not offer is explained', async () => {
		const { error } = await b.run({ resource: 'email', operation: '__CUSTOM_API_CALL__' }, [{}]);
		expect(error).toMatchObject({ description: expect.stringContaining("'HTTP Request' node") });
	});

	test.each([
		['a timeout that is no number', '={{ "soon" }}'],
		['a negative one', -1],
	])('%s is refused', async (_, timeout) => {
		const { error } = await b.run(find({ options: { timeout } }), [FOUND]);
		expect(error?.message).toContain("'Timeout' must be a number");
	});
});
