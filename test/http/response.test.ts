import { amountOf, describeBody, firstText, parseJson, redacted } from '../../shared/http/response';

test('what is no JSON is nothing', () => {
	expect(parseJson('{"a":1}')).toEqual({ a: 1 });
	for (const body of ['', '{"a":', '<html>']) expect(parseJson(body)).toBeUndefined();
});

test.each([
	['', {}, 'it is empty'],
	[' \n', {}, 'it is empty'],
	['<!DOCTYPE html>', {}, 'it is a web page, not data'],
	['Gateway', { 'content-type': 'text/HTML' }, 'it is a web page, not data'],
	['{"success": tr', {}, 'it is not valid JSON, or was cut off'],
	['{"success": true}', {}, 'it holds no result'],
])('a body of %j is described: %j, %s', (body, headers, text) => {
	expect(describeBody({ status: 200, body, headers })).toBe(text);
});

test('each place in which a secret stands is blacked out', () => {
	expect(redacted('key k.1, key k.1, k+2', ['k.1', 'k+2', ''])).toBe('key [key], key [key], [key]');
	expect(redacted('k11', ['k.1'])).toBe('k11');
	expect(redacted('text')).toBe('text');
});

test('the first text is taken, cut to fit into a message', () => {
	expect(firstText(undefined, 7, ' ', {}, 'a', 'b')).toBe('a');
	expect(firstText(null)).toBeUndefined();
	expect(firstText('x'.repeat(9999))?.length).toBeLessThan(400);
});

test.each<[unknown, number | undefined]>([
	[3, 3],
	['1,000.5', 1000.5],
	[0, 0],
	['', undefined],
	['many', undefined],
	[-1, undefined],
	[Infinity, undefined],
	[null, undefined],
	[true, undefined],
])('of %j, the amount is %p', (value, amount) => {
	expect(amountOf(value)).toBe(amount);
});
