import { phoneLookup } from '../../shared/providers/enrich/operations/phone';
import { findEmail, validateEmail } from '../../shared/providers/enrich/operations/email';
import type { Operation } from '../../shared/contract/operation';
import { acceptAll, acceptOnly } from '../../shared/rows/accept';
import { type RowResult, summarize, withoutCharge } from '../../shared/rows/result';

const found = (data: object): RowResult => ({
	...withoutCharge('found', 'Found'),
	creditsUsed: 10,
	data: { ...data },
});
const low = found({ email: 'a@b.co', confidence: 'low' });
const find = findEmail as Operation;

test('what is not good enough counts as not found, says why, and what it cost', () => {
	expect(acceptOnly(find, low, ['high', 'medium'])).toEqual({
		...low,
		outcome: 'notFound',
		reason: `Not accepted, as 'Confidence' is "low". Found`,
		withheld: 'confidence',
	});
	expect(acceptOnly(find, found({ email: 'a@b.co' }), ['high'])).toMatchObject({
		outcome: 'notFound',
		reason: expect.stringContaining('is not reported'),
	});
});

test('what is good enough stays as it is, in any case of letters', () => {
	for (const confidence of ['high', 'High']) {
		const result = found({ email: 'a@b.co', confidence });
		expect(acceptOnly(find, result, ['high'])).toBe(result);
	}
});

test('a verdict is an answer of its own, so nothing of it is withheld', () => {
	const risky = found({ email: 'a@b.co', result: 'risky' });
	const judged = acceptOnly(validateEmail as Operation, risky, ['valid']);
	expect(judged).toMatchObject({ outcome: 'notFound' });
	expect(judged).not.toHaveProperty('withheld');
});

test('nothing is refused without a grade, or where all are accepted', () => {
	const phone = found({ phones: ['1'] });
	expect(acceptOnly(phoneLookup as Operation, phone, ['high'])).toBe(phone);
	expect(acceptOnly(find, low, [])).toBe(low);
	const failed = withoutCharge('failed', 'x');
	expect(acceptOnly(find, failed, ['high'])).toBe(failed);
});

test('the sum of a run counts what was not accepted as not found, and every credit', () => {
	const results = [low, found({ email: 'c@d.co', confidence: 'high' })];
	const { summary } = acceptAll(find, { results, summary: summarize(results, 7) }, ['high']);
	expect(summary).toMatchObject({ rows: 2, found: 1, notFound: 1, creditsUsed: 20 });
});
