import { enrich } from '../../shared/providers/enrich';
import { estimate } from '../../shared/rows/estimate';

const { findEmail, searchLeads, validateEmail, getWalletTransactions } = enrich.operations;

test('rows, distinct lookups, and the most that they can cost', () => {
	const rows = ['a@b.co', 'A@B.co', 'c@d.co', '', 'broken @'].map((email) => ({
		values: { email },
	}));
	expect(estimate(validateEmail, rows)).toEqual({
		rows: 5,
		lookups: 2,
		skipped: 1,
		unusable: 1,
		maxCredits: 2,
	});
	const found = { values: findEmail.example.input };
	expect(estimate(findEmail, [found, { ...found, skip: 'Filled' }])).toMatchObject({
		lookups: 1,
		skipped: 1,
		maxCredits: 10,
	});
});

test.each([
	[75, 0],
	[200, 125],
	[undefined, 3_925],
])('a search of %p leads', (limit, maxCredits) => {
	const rows = [{ values: { filters: { city: 'Berlin' } }, limit }];
	expect(estimate(searchLeads, rows)).toMatchObject({ lookups: 1, maxCredits });
});

test('a list without an end and without a price', () => {
	expect(estimate(getWalletTransactions, [{ values: {} }]).maxCredits).toBeNull();
});
