import { parse } from 'csv-parse/sync';
import waterfall from '../../examples/waterfall.json';
import { bench, find, FOUND, jsonOf, NOT_FOUND } from '../../testkit/enrichWorkflow';

const b = bench();
const { Leads: rows } = waterfall.pinData;

describe('the example waterfall: Enrich, then CUFinder', () => {
	test('each row is filled by the first that knows it, and says by whom', async () => {
		const result = await b.runAll(waterfall, rows);
		expect(result.status).toBe('success');
		const found = jsonOf(result.node('CUFinder'));
		expect(found.map(({ email, foundBy }) => [email, foundBy])).toEqual([
			['emily.zhang@figma.com', 'Enrich'],
			['renee.dupont@elsewhere.com', 'CUFinder'],
			['', undefined],
			['chloe.martin@boulangerie-martin.fr', undefined],
		]);
		expect(found.map(({ firstName }) => firstName)).toEqual(rows.map(({ json }) => json.firstName));
		expect(found.map(({ trail }) => trail)).toEqual([
			expect.stringMatching(/^Find Email by Enrich: found, 10 credits, [^→]+ UTC$/),
			expect.stringMatching(
				/^Find Email by Enrich: not found, 0 credits, .+ UTC → Enrich Person by CUFinder: found, cost not reported, /,
			),
			expect.stringMatching(/^Find Email by Enrich: not found, .+ → .+ by CUFinder: not found, /),
			null,
		]);
	});

	test('nobody is asked for what is there, or what the one before has found', async () => {
		await b.runAll(waterfall, rows);
		const asked = (requests: readonly { input?: unknown }[]) =>
			rows.map(({ json }) => JSON.stringify(requests).includes(json.lastName));
		expect(asked(b.sandbox.requests)).toEqual([true, true, true, false]);
		expect(asked(b.sandbox.cufinder.requests)).toEqual([false, true, true, false]);
		expect(b.sandbox.ledger.charged()).toBe(10);
		expect(b.sandbox.cufinder.ledger.charged()).toBe(10);
	});

	test('a provider that fails leaves the rows to the next one', async () => {
		b.fault({ when: 'before', kind: 'status', status: 500, match: 'Zhang', times: Infinity });
		const result = await b.runAll(waterfall, rows);
		expect(jsonOf(result.node('CUFinder')).map(({ foundBy }) => foundBy)).toEqual([
			'CUFinder',
			'CUFinder',
			undefined,
			undefined,
		]);
	});
});

test('who answered stands beside the result also where that has a field of its own', async () => {
	const options = { providerField: ' foundBy ', resultField: 'found' };
	const result = await b.run(find({ options }), [FOUND, NOT_FOUND]);
	expect(jsonOf(result.node('Enrich'))).toEqual([
		{ ...FOUND, foundBy: 'Enrich', found: expect.objectContaining({ outcome: 'found' }) },
		{ ...NOT_FOUND, found: expect.objectContaining({ outcome: 'notFound' }) },
	]);
});

test('who answered has a column in a file of many rows', async () => {
	const parameters = {
		resource: 'email',
		operation: 'find',
		firstName: '={{ $json.first }}',
		lastName: '={{ $json.last }}',
		domain: '={{ $json.domain }}',
		options: { format: 'csv', providerField: 'foundBy' },
	};
	const [file] = (await b.run(parameters, [FOUND, NOT_FOUND])).last;
	const lines = parse<Record<string, string>>(Buffer.from(file!.binary!.data!.data, 'base64'), {
		bom: true,
		columns: true,
	});
	expect(lines.map(({ outcome, foundBy }) => [outcome, foundBy]).sort()).toEqual([
		['found', 'Enrich'],
		['notFound', ''],
	]);
});
