import fc from 'fast-check';
import { camelKeys } from '../../shared/triggers/camelKeys';

describe('keys in camelCase', () => {
	test.each([
		['is_catch_all', 'isCatchAll'],
		['isCatchAll', 'isCatchAll'],
		['hasSEG', 'hasSEG'],
		['_id', '_id'],
		['line_2', 'line2'],
		['a__b', 'aB'],
	])('%s → %s', (key, name) =>
		expect(camelKeys({ deep: [{ [key]: 'some_value' }] }, 5)).toEqual({
			deep: [{ [name]: 'some_value' }],
		}),
	);

	test('two spellings of one name stay two fields', () =>
		expect(camelKeys({ is_it: 1, isIt: 2 }, 5)).toEqual({ is_it: 1, isIt: 2 }));

	test('no value is changed or lost', () => {
		const leaves = (value: unknown): unknown[] =>
			typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
		const key = fc.stringMatching(/^[a-z_A-Z0-9]{1,6}$/);
		const { tree } = fc.letrec((tie) => ({
			tree: fc.oneof(
				{ depthSize: 'small' },
				fc.integer(),
				fc.dictionary(key, tie('tree')),
				fc.array(tie('tree')),
			),
		}));
		fc.assert(
			fc.property(tree, (value) => {
				const order = (a: unknown, b: unknown) => Number(a) - Number(b);
				expect(leaves(camelKeys(value, 100)).sort(order)).toEqual(leaves(value).sort(order));
			}),
		);
	});
});
