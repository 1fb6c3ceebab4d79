import fc from 'fast-check';
import * as z from 'zod';
import type { Data } from '../../shared/contract/data';
import { readLeniently } from '../../shared/contract/lenient';
import type { Operation } from '../../shared/contract/operation';
import { enrich } from '../../shared/providers/enrich';

const inner = z.object({ city: z.string(), code: z.int().nullable() });
const schema = z.object({
	name: z.string(),
	count: z.number(),
	isNew: z.boolean(),
	kind: z.enum(['a', 'b']),
	at: z.iso.datetime(),
	note: z.string().nullable().optional(),
	place: inner,
	places: z.array(inner).optional(),
	tags: z.array(z.string()),
	details: z.record(z.string(), z.unknown()).optional(),
});

const read = (value: Data) => readLeniently(schema, value);

test('what fits stays the same, down to the object itself', () => {
	const value = {
		name: 'Ann',
		count: 2,
		isNew: false,
		kind: 'a',
		at: '2026-06-03T14:20:00.000Z',
		note: null,
		place: { city: 'Bonn', code: null },
		places: [],
		tags: ['x'],
		details: { any: [1] },
	};
	const { data, dropped } = read(value);
	expect(data).toBe(value);
	expect(dropped).toEqual([]);
});

test('unknown keys stay, at any depth', () => {
	const value = { extra: { deep: [1] }, place: { city: 'Bonn', zip: '53111' } };
	expect(read(value)).toEqual({ data: value, dropped: [] });
});

test('values of a choice or of a form that is not known yet stay', () => {
	const value = { kind: 'c', at: 'yesterday' };
	expect(read(value)).toEqual({ data: value, dropped: [] });
});

test('what is missing is missing, and no word is lost about it', () => {
	expect(read({})).toEqual({ data: {}, dropped: [] });
	expect(read({ name: undefined }).dropped).toEqual([]);
});

test('null is missing, but where the schema has it', () => {
	const { data, dropped } = read({ name: null, note: null, place: { city: null, code: null } });
	expect(data).toEqual({ note: null, place: { code: null } });
	expect(dropped).toEqual([]);
});

test.each([
	[{ count: '42' }, { count: 42 }],
	[{ count: ' 4.5 ' }, { count: 4.5 }],
	[{ isNew: 'TRUE' }, { isNew: true }],
	[{ isNew: 'false' }, { isNew: false }],
	[{ name: 7 }, { name: '7' }],
	[{ tags: [1, 'x'] }, { tags: ['1', 'x'] }],
	[{ place: { code: '5' } }, { place: { code: 5 } }],
])('%j is read as %j', (value, data) => {
	expect(read(value)).toEqual({ data, dropped: [] });
});

test.each<[Data, string[]]>([
	[{ name: {} }, ['name']],
	[{ name: true }, ['name']],
	[{ count: 'many' }, ['count']],
	[{ count: '' }, ['count']],
	[{ count: NaN }, ['count']],
	[{ count: '1e999' }, ['count']],
	[{ isNew: 1 }, ['isNew']],
	[{ isNew: 'constructor' }, ['isNew']],
	[{ place: 'Bonn' }, ['place']],
	[{ place: [] }, ['place']],
	[{ tags: 'x' }, ['tags']],
	[{ details: [] }, ['details']],
	[{ place: { city: [] } }, ['place/city']],
])('of %j, what is of another type is left out and named', (value, dropped) => {
	const result = read(value);
	expect(result.dropped).toEqual(dropped);
	const [top = '', below] = (dropped[0] ?? '').split('/');
	expect(result.data).toEqual(below ? { [top]: {} } : {});
});

test('a bad entry of a list is left out, the others stay in their order', () => {
	const places = [{ city: 'Bonn' }, null, 'Bern', { city: 'Basel', code: {} }];
	const { data, dropped } = read({ places, tags: ['x', null, {}, 'y'] });
	expect(data).toEqual({ places: [{ city: 'Bonn' }, { city: 'Basel' }], tags: ['x', 'y'] });
	expect([...dropped].sort()).toEqual([
		'places/1',
		'places/2',
		'places/3/code',
		'tags/1',
		'tags/2',
	]);
});

test('the answer itself is never changed', () => {
	const value = Object.freeze({
		count: '1',
		name: null,
		places: Object.freeze([Object.freeze({ city: 5 }), null]),
	});
	expect(read(value as Data).data).toEqual({ count: 1, places: [{ city: '5' }] });
	expect(value.count).toBe('1');
});

test('prototypes are left alone', () => {
	const value = JSON.parse('{"__proto__": {"name": "x"}, "constructor": 1, "count": "2"}') as Data;
	const { data } = read(value);
	expect(data.count).toBe(2);
	expect(data.name).toBeUndefined();
	expect({}).not.toHaveProperty('name');
});

describe('whatever an API answers', () => {
	const operations = Object.entries<Operation>(enrich.operations);
	const isReadable = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
	const anything = fc.anything({
		withNullPrototype: true,
		withBigInt: true,
		withSparseArray: true,
	});

	test.each(operations)('it is never refused: %s', (_, { output, example }) => {
		const keys = Object.keys(output.shape);
		const value = fc.dictionary(
			fc.oneof(...(keys.length > 0 ? [fc.constantFrom(...keys)] : []), fc.string()),
			fc.oneof(anything, fc.constantFrom(...Object.values(example.data))),
		);
		fc.assert(
			fc.property(value, (answer) => {
				const { data, dropped } = readLeniently(output, answer);
				for (const key of Object.keys(answer)) {
					const isKnown = keys.includes(key);
					if (!isKnown) expect(data[key]).toBe(answer[key]);
					// Nothing is left out without a word, but null and undefined.
					else if (data[key] === undefined && answer[key] != null) expect(dropped).toContain(key);
				}
			}),
			{ numRuns: 100 },
		);
		expect(readLeniently(output, example.data as Data).dropped).toEqual([]);
	});

	test('what remains of a field has the type of its schema', () => {
		const types = {
			name: z.string(),
			count: z.number(),
			isNew: z.boolean(),
			tags: z.array(z.string()),
		};
		const value = fc.record(
			{ name: anything, count: anything, isNew: anything, tags: anything },
			{ requiredKeys: [] },
		);
		fc.assert(
			fc.property(value, (answer) => {
				const { data } = read(answer);
				for (const [key, type] of Object.entries(types)) {
					const field = data[key as keyof typeof data];
					if (field !== undefined) expect(isReadable(type, field)).toBe(true);
				}
			}),
			{ numRuns: 2000 },
		);
	});
});
