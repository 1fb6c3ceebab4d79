import { normalizeList, normalizeNumber, normalizeYesNo } from '../../shared/input/values';
import { refusalOf } from './support';

describe('numbers', () => {
	test.each([
		[0, 0],
		[-0, 0],
		[7, 7],
		[1.5, 1.5],
		['0', 0],
		['-0', 0],
		['7', 7],
		[' 7 ', 7],
		['+7', 7],
		['-7', -7],
		['−7', -7],
		['007', 7],
		['1.5', 1.5],
		['.5', 0.5],
		['5.', 5],
		['1.25', 1.25],
		['1.0000', 1],
		['1e3', 1000],
		['1E3', 1000],
		['1,000', 1000],
		['1 000', 1000],
		['1\u00a0000', 1000],
		['1\u202f000', 1000],
		["1'000", 1000],
		['1’000', 1000],
		['1_000', 1000],
		['1,000,000', 1_000_000],
		['1,000.50', 1000.5],
		['1.000.000', 1_000_000],
		['1.000.000,5', 1_000_000.5],
		['1.000,50', 1000.5],
		['10,00,000', 1_000_000],
		['-1,000', -1000],
		['１２３', 123],
		['1\u200b000', 1000],
	])('%j is %d', (given, number) => {
		expect(normalizeNumber(given)).toBe(number);
	});

	test.each([
		['1.000', 'that means the same everywhere'],
		['12.500', 'that means the same everywhere'],
		['1,5', 'not a number'],
		['1,00', 'not a number'],
		['1,0000', 'not a number'],
		['1234,567', 'not a number'],
		['1,000.000.000', 'not a number'],
		['', 'not a number'],
		['   ', 'not a number'],
		[',', 'not a number'],
		['.', 'not a number'],
		['-', 'not a number'],
		['many', 'not a number'],
		['1k', 'not a number'],
		['10M', 'not a number'],
		['50%', 'not a number'],
		['$100', 'not a number'],
		['51-200', 'not a number'],
		['1+1', 'not a number'],
		['=1', 'not a number'],
		['1 2', 'not a number'],
		['0x10', 'not a number'],
		['0b1', 'not a number'],
		['1e999', 'not a number'],
		['Infinity', 'not a number'],
		['NaN', 'not a number'],
		[Infinity, 'not a number'],
		[-Infinity, 'not a number'],
		[NaN, 'not a number'],
		[true, 'a boolean'],
		[null, 'not empty'],
		[[7], 'a list'],
		[{ value: 7 }, 'an object'],
	])('%j is refused: %s', (given, reason) => {
		expect(refusalOf(normalizeNumber, given)).toContain(reason);
	});
});

describe('yes or no', () => {
	test.each([true, 'true', 'TRUE', 'True', 'yes', 'Yes', ' YES ', 'y', 'T', '1', 1, 'on'])(
		'%j is yes',
		(given) => {
			expect(normalizeYesNo(given)).toBe(true);
		},
	);

	test.each([false, 'false', 'FALSE', 'False', 'no', 'No', ' NO ', 'n', 'F', '0', 0, 'off'])(
		'%j is no',
		(given) => {
			expect(normalizeYesNo(given)).toBe(false);
		},
	);

	test.each(['', 'perhaps', 'ja', '2', 2, -1, 'truee', 'yes no'])('%j is neither', (given) => {
		expect(refusalOf(normalizeYesNo, given)).toContain('neither yes nor no');
	});

	test.each([[null], [{}], [[true]], [NaN]])('%j is no text', (given) => {
		expect(refusalOf(normalizeYesNo, given)).toContain('must be text');
	});
});

describe('lists', () => {
	test.each([
		[[], []],
		['CEO', ['CEO']],
		[' CEO ', ['CEO']],
		[
			['CEO', 'CTO'],
			['CEO', 'CTO'],
		],
		[[' CEO ', '', null, undefined, '\u200b'], ['CEO']],
		[
			['CEO', ['CTO', ['CFO']]],
			['CEO', 'CTO', 'CFO'],
		],
		[
			[1, 'two'],
			['1', 'two'],
		],
		['Vice President, Sales', ['Vice President, Sales']],
		[null, []],
		['  ', []],
	])('%j is %j', (given, list) => {
		expect(normalizeList(given)).toEqual(list);
	});

	test.each([
		[[{}], 'an object'],
		[[true], 'a boolean'],
		[[[[[['too deep']]]]], 'a list'],
		[{ 0: 'CEO' }, 'an object'],
		[['x'.repeat(5001)], 'too long'],
	])('%j is refused: %s', (given, reason) => {
		expect(refusalOf(normalizeList, given)).toContain(reason);
	});
});
