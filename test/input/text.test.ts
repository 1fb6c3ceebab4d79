import { isBlank, normalizeText, quote, shortened } from '../../shared/input/text';
import { refusalOf } from './support';

describe('text is one line without anything that cannot be seen', () => {
	test.each([
		['Emily', 'Emily'],
		['  Emily \t Zhang\r\n', 'Emily Zhang'],
		['Emily\nZhang', 'Emily Zhang'],
		['Emily\u2028Zhang', 'Emily Zhang'],
		['Emily\u0000Zhang', 'Emily Zhang'],
		['Emily\u2800Zhang', 'Emily Zhang'],
		['Em\u200bi\u200cl\u200dy\u2060', 'Emily'],
		['\ufeffEmily', 'Emily'],
		['\u202eEmily\u202c', 'Emily'],
		['Em\u00adily', 'Emily'],
		['Emily\u3164', 'Emily'],
		['Emily\ufe0f', 'Emily'],
		['Emily\ufffc', 'Emily'],
		['\u{e0041}Emily', 'Emily'],
		['Rene\u0301', 'René'],
		['Rene\u034f\u0301', 'René'],
		['Emily\u00a0\u3000Zhang', 'Emily Zhang'],
		['😀', '😀'],
		['half \ud83d a character', 'half \ufffd a character'],
		['=1+1', '=1+1'],
		['', ''],
		[42, '42'],
		[0, '0'],
		[1.5, '1.5'],
	])('%j becomes %j', (given, text) => {
		expect(normalizeText(given)).toBe(text);
	});

	test.each([
		[null, 'must be text, not empty'],
		[undefined, 'must be text, not empty'],
		[true, 'must be text, not a boolean'],
		[NaN, 'must be text, not a number'],
		[10n, 'must be text, not a bigint'],
		[['x'], 'must be text, not a list'],
		[{}, 'must be text, not an object'],
		[Object.create(null), 'must be text, not an object'],
		['x'.repeat(5001), 'is 5001 characters long, which is too long'],
	])('%p is refused: %s', (given, reason) => {
		expect(refusalOf(normalizeText, given)).toBe(reason);
	});
});

describe('blank values', () => {
	test.each([
		[undefined],
		[null],
		[''],
		['  \t\u00a0'],
		['\u200b\ufeff'],
		['\u3164\u2800'],
		[[]],
		[['', [null]]],
	])('%j is blank', (value) => {
		expect(isBlank(value)).toBe(true);
	});

	test.each([[0], [false], ['0'], ['-'], [{}], [[0]], [['', 'x']], [NaN]])('%j is not', (value) => {
		expect(isBlank(value)).toBe(false);
	});
});

describe('quotations', () => {
	test.each<[unknown, string]>([
		['Emily', '"Emily"'],
		[`a\u0007\u001b[31m\nb`, '"a  [31m b"'],
		[Object.create(null), '"an object"'],
		[undefined, '"undefined"'],
		['a'.repeat(60), `"${'a'.repeat(60)}"`],
		['a'.repeat(61), `"${'a'.repeat(60)}…"`],
		['a'.repeat(59) + '😀😀', `"${'a'.repeat(59)}…"`],
	])('%p is quoted as %s', (value, quoted) => {
		expect(quote(value)).toBe(quoted);
	});

	test('may be of any length', () => {
		expect(shortened('Emily Zhang', 5)).toBe('Emily…');
		expect(shortened('Emily', 5)).toBe('Emily');
	});
});
