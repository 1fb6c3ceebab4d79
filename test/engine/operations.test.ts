import type { PlacedOperation } from '../../nodes/shared/kit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsOf } from '../../nodes/shared/additions';
import { simplifiedKeys } from '../../shared/contract/form';
import { followed } from '../../shared/contract/followUp';
import { enrich } from '../../shared/providers/enrich';
import { bench, jsonOf, placed, ROOT } from '../../testkit/enrichWorkflow';
import { without } from '../../testkit/oddities';

// Of the transactions only those that are listed can be.
const b = bench({ ...without('lateBookings'), batchItemsPerSecond: 1_000_000 });

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	items?: Schema;
}

const schemaOf = ({ resource, value }: PlacedOperation): Schema => {
	const file = join('dist/nodes/Enrich/__schema__/v1.0.0', resource, `${value}.json`);
	return JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Schema;
};

/** What an item says of the file that it carries. */
const FILE = ['fileName'];

/** Where a value is not what the schema says; n8n reads nothing but types. */
function misfits(schema: Schema | undefined, value: unknown, path = ''): string[] {
	if (value === null || value === undefined) return [];
	if (!schema) return [`${path} is not in the schema`];
	const type = Array.isArray(value) ? 'array' : typeof value;
	if (type !== schema.type) return [`${path} is ${type}, not ${schema.type}`];
	if (Array.isArray(value))
		return value.flatMap((entry, i) => misfits(schema.items, entry, `${path}/${i}`));
	if (typeof value !== 'object' || !schema.properties) return [];
	return Object.entries(value).flatMap(([key, entry]) =>
		misfits(schema.properties?.[key], entry, `${path}/${key}`),
	);
}

const run = ({ resource, value, operation }: PlacedOperation, more: object = {}) =>
	b.run(
		{
			resource,
			operation: value,
			filtersBy: 'json',
			// Of what only starts something, its own answer.
			waiting: 'none',
			...operation.example.input,
			...more,
		},
		[{}],
	);

describe.each(placed.map((one) => [one.operation.operationId, one] as const))('%s', (_, chosen) => {
	const operation = resultsOf(chosen.operation, enrich);
	test("its example gives what the registry says, and the preview's fields", async () => {
		// So that the lists of jobs have something to list.
		b.sandbox.addLeadJob({ kind: 'reveal' });
		b.sandbox.addLeadJob({ kind: 'export' });
		const result = await run(chosen);
		expect(result.error).toBeUndefined();
		const items = result.node('Enrich').outputs[0]!;
		expect(items.length).toBeGreaterThan(0);
		for (const { json, pairedItem } of items) {
			expect(pairedItem).toEqual({ item: 0 });
			expect(misfits(schemaOf(chosen), json)).toEqual([]);
			if (operation.price) expect(json).toMatchObject({ outcome: 'found' });
		}
		const { paging, simplified, example } = chosen.operation;
		// What a job brings is not in the example of its start.
		if (/^(?:getWalletTransactions|revealLeads|enrichLeads)$/.test(operation.operationId)) return;
		const entries = paging ? (example.data[paging.entries] as object[]) : [example.data];
		const kept = Object.keys(entries[0] ?? {}).filter((key) => simplified?.includes(key) ?? true);
		const shown = operation.answers === 'csv' ? FILE : kept;
		expect(Object.keys(items[0]!.json)).toEqual(expect.arrayContaining(shown));
	});

	test('every field of the preview can be dragged: the simplified output names no other', () => {
		const known = Object.keys(schemaOf(chosen).properties ?? {});
		expect(known).toEqual(
			expect.arrayContaining(operation.answers === 'csv' ? FILE : simplifiedKeys(operation)),
		);
	});

	if (operation.simplified) {
		// What starts an estimate has these once it has waited for it; lists have tests of their own.
		const followUp = chosen.followUp?.results ? undefined : chosen.followUp;
		const shown = followUp ? followed(chosen.operation, followUp) : operation;
		const waits = followUp && { waiting: 'stay' };
		const [first, second] = (shown.simplified ?? simplifiedKeys(shown)) as [string, string];
		test('all fields, and selected fields', async () => {
			const all = jsonOf((await run(chosen, { output: 'raw', ...waits })).node('Enrich'))[0]!;
			const few = { output: 'selected', outputFields: [first, second, 'noSuchField'], ...waits };
			const selected = jsonOf((await run(chosen, few)).node('Enrich'))[0]!;
			const simplified = jsonOf((await run(chosen, waits)).node('Enrich'))[0]!;
			const account = ['outcome', 'reason', 'creditsUsed'];
			// Where nobody waits, there is no choice: all that the start answers is shown.
			const chosenKeys = chosen.followUp && !followUp ? operation.simplified! : [first, second];
			const kept = [...chosenKeys, ...(operation.price ? account : [])];
			expect(Object.keys(selected).sort()).toEqual(kept.sort());
			expect(Object.keys(all).length).toBeGreaterThanOrEqual(Object.keys(simplified).length);
			// What a step makes has another ID each time.
			const isAnew = /^(?:startCompanyFollowerScrape|exportLeads)$/.test(operation.operationId);
			const same = operation.billing === 'freeWrite' ? second : first;
			expect(all[same]).toEqual(
				isAnew ? expect.stringMatching(/^(?:\w{24}|ej_\w{16})$/) : selected[same],
			);
			expect(await run(chosen, { ...few, outputFields: [] })).toMatchObject({
				status: 'success',
			});
		});
	}
});

describe('lists', () => {
	const leads = (more: object = {}) => ({
		resource: 'lead',
		operation: 'search',
		filtersBy: 'json',
		filters: { jobTitle: '={{ [$json.title] }}' },
		...more,
	});

	test('50 at most, unless told otherwise; each entry is an item, linked to its row', async () => {
		const rows = [{ title: 'CEO' }, { title: 'Nobody' }, { title: 'CTO' }];
		const { outputs } = (await b.run(leads({ limit: 3 }), rows)).node('Enrich');
		expect(
			outputs[0]!.map(({ json, pairedItem }) => [json.title, json.outcome, pairedItem]),
		).toEqual([
			...Array(3).fill(['CEO', 'found', { item: 0 }]),
			['Nobody', 'notFound', { item: 1 }],
			...Array(3).fill(['CTO', 'found', { item: 2 }]),
		]);
		const all = await b.run(leads(), [{ title: 'CEO' }]);
		expect(all.last.length).toBeLessThanOrEqual(50);
		expect(new Set(all.last.map(({ json }) => json.id)).size).toBe(all.last.length);
	});

	test('a limit per row, and one that makes no sense', async () => {
		const rows = [
			{ title: 'CEO', most: 2 },
			{ title: 'CEO', most: 4.7 },
			{ title: 'CTO', most: -1 },
		];
		const { outputs } = (await b.run(leads({ limit: '={{ $json.most }}' }), rows)).node('Enrich');
		const perRow = [0, 1, 2].map(
			(row) =>
				outputs[0]!.filter(({ pairedItem }) => (pairedItem as { item: number }).item === row)
					.length,
		);
		expect(perRow).toEqual([2, 4, 1]);
		expect(outputs[0]!.at(-1)?.json).toMatchObject({
			outcome: 'failed',
			reason: expect.stringContaining(`'Limit' must be a number from 1 up, not "-1". Correct`),
		});
	});

	test('Return All reads page after page; what that cost is not told, and is not guessed', async () => {
		const result = await b.run(leads({ returnAll: true, payForMore: true }), [{ title: 'CEO' }]);
		const items = jsonOf(result.node('Enrich'));
		const total = (b.sandbox.requests.length - 1) * 100;
		expect(items.length).toBeGreaterThan(total);
		expect(b.sandbox.ledger.charged()).toBeGreaterThan(0);
		expect(items[0]!.creditsUsed).toBeNull();
		expect(items.slice(1).every(({ creditsUsed }) => creditsUsed === null)).toBe(true);
	});

	test('a spending limit ends a list early, and says so', async () => {
		const parameters = leads({ returnAll: true, payForMore: true, options: { maxCredits: 0 } });
		const result = await b.run(parameters, [{ title: 'CEO' }]);
		expect(b.sandbox.ledger.charged()).toBe(0);
		expect(result.status).toBe('success');
		expect(jsonOf(result.node('Enrich')).length).toBeLessThanOrEqual(100);
	});

	test('a list that breaks off keeps its first pages', async () => {
		b.fault({
			operationId: 'searchLeads',
			match: '"page":2',
			when: 'before',
			kind: 'status',
			status: 400,
		});
		const result = await b.run(leads({ returnAll: true, payForMore: true }), [{ title: 'CEO' }]);
		const items = jsonOf(result.node('Enrich'));
		expect(items).toHaveLength(100);
		expect(items[0]).toMatchObject({
			outcome: 'found',
			reason: expect.stringMatching(/^Incomplete after 100 entries/),
		});
	});

	test('transactions: all, and a limit', async () => {
		const parameters = { resource: 'wallet', operation: 'getManyTransactions' };
		for (let i = 0; i < 130; i++) b.sandbox.ledger.book('adjustment', 1, `No. ${i}`);
		const all = await b.run({ ...parameters, returnAll: true, payForMore: true }, [{}]);
		expect(all.last).toHaveLength(131);
		expect(new Set(all.last.map(({ json }) => json.id)).size).toBe(131);
		expect((await b.run({ ...parameters, limit: 7 }, [{}])).last).toHaveLength(7);
		expect((await b.run({ ...parameters, type: 'topup' }, [{}])).last).toHaveLength(1);
		const period = (from: string, to = '') =>
			b.run({ ...parameters, returnAll: true, from, to }, [{}]);
		expect((await period('2020-01-01T00:00:00')).last).toHaveLength(131);
		const [none, ...others] = (await period('', '2020-01-01T00:00:00.000Z')).last;
		expect(others).toEqual([]);
		expect(Object.values(none!.json).filter((value) => value !== null)).toEqual([]);
		const { error } = await period('last week');
		expect(error?.message).toContain(`'From' must be a date and time, not "last week"`);
	});
});
