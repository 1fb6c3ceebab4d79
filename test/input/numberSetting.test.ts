import { ConnectorError } from '../../shared/errors/ConnectorError';
import { numberSetting } from '../../shared/input/numberSetting';
import { numberIn, type NumberRange } from '../../shared/input/values';

const refusal = (value: unknown, range?: NumberRange): string => {
	try {
		return `accepted: ${numberSetting('Limit', value, range)}`;
	} catch (error) {
		return error instanceof ConnectorError ? error.message : 'thrown';
	}
};

test.each([
	[0, 0],
	['0', 0],
	[' 7 ', 7],
	['1,000', 1000],
	[2.5, 2.5],
])('%j is %d', (given, number) => {
	expect(numberSetting('Limit', given)).toBe(number);
});

test.each(['', ' ', null, undefined, 'abc', -1, NaN, Infinity, [], {}, true])(
	'%j is refused, not taken for "no limit"',
	(given) => {
		expect(numberIn(given)).toBeUndefined();
		expect(refusal(given)).toMatch(/^'Limit' must be a number from 0 up, not "/);
	},
);

test('the message says what is allowed', () => {
	const range = { from: 1, to: 75, isWhole: true };
	for (const given of [0, 76, 1.5])
		expect(refusal(given, range)).toBe(
			`'Limit' must be a whole number from 1 to 75, not "${given}"`,
		);
	expect(refusal(75, range)).toBe('accepted: 75');
});
