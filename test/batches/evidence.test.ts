import * as fc from 'fast-check';
import {
	type Evidence,
	fitsCredits,
	isExact,
	judge,
	Matcher,
	mayHoldMore,
} from '../../shared/batches/evidence';
import { validation } from '../../testkit/fakeEnrich';

const evidence = (more: Partial<Evidence> = {}): Evidence => ({
	...{ rows: 20, state: 'completed', total: 20, creditsUsed: 20 },
	...{ matching: 0, similar: 0, others: 0, unnamed: 0 },
	...more,
});

test.each<[string, Partial<Evidence>, ReturnType<typeof judge>]>([
	['all results match', { matching: 20 }, 'ours'],
	['one result is of another row', { matching: 19, others: 1 }, 'ours'],
	['all addresses lost their tag', { similar: 20 }, 'ours'],
	['no address is named', { unnamed: 20 }, 'unknown'],
	['no results yet', { total: 0, state: 'running' }, 'unknown'],
	['the server dropped half', { total: 10, matching: 10 }, 'ours'],
	['a fair number of results, none of which matches', { others: 5 }, 'others'],
	['too few results to say so while it runs', { others: 4, state: 'running' }, 'unknown'],
	['all its results, few as they are, name others', { others: 2, total: 2 }, 'others'],
	['far larger', { total: 500 }, 'others'],
])('%s', (_, more, verdict) => {
	expect(judge(evidence(more))).toBe(verdict);
});

test('a single result never outweighs one that matches', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 50 }),
			fc.nat(4),
			fc.nat(10),
			fc.option(fc.nat(60), { nil: undefined }),
			(matching, others, unnamed, total) =>
				judge(evidence({ matching, others, unnamed, total })) === 'ours',
		),
	);
});

test.each<[string, Partial<Evidence>, boolean]>([
	['every item is accounted for and one is another list’s', { matching: 19, others: 1 }, false],
	['an item has no result', { matching: 18, others: 1 }, true],
	['a result names no row', { matching: 19, unnamed: 1 }, true],
	['the server dropped a row', { matching: 19, total: 19 }, true],
	['it is a part of the list', { matching: 10, total: 10 }, false],
	['it is another list with rows in common', { matching: 12, others: 5 }, false],
	['its size is not reported', { matching: 19, total: undefined }, true],
])('rows that an earlier batch did not answer may be in it: %s', (_, more, may) => {
	expect(mayHoldMore(evidence(more))).toBe(may);
});

test('nobody need look after a batch that answers all rows', () => {
	expect(isExact(evidence({ matching: 20, others: 1 }))).toBe(true);
	expect(isExact(evidence({ matching: 5, state: 'running' }))).toBe(true);
	expect(isExact(evidence({ matching: 19, others: 1 }))).toBe(false);
	expect(isExact(evidence())).toBe(false);
});

test.each([
	[20, true],
	[60, true],
	[17, true],
	[21, false],
])('a charge of %i for 20 rows at 1 credit fits: %s', (credits, fits) => {
	expect(fitsCredits(validation, 20, credits)).toBe(fits);
});

test('a row that is echoed without its tag, accents or dots is no other row', () => {
	const rows = ['ann+news@x.com', 'j.doe@x.com', 'zoë@x.com'];
	const matcher = new Matcher(
		validation,
		rows.map((email, i) => ({ input: { email }, key: email, limit: undefined, rows: [i] })),
	);
	for (const email of ['ann@x.com', 'jdoe@x.com', 'zoe@x.com', 'J.DOE@x.com', 'j.doe@x.com'])
		matcher.add({ email });
	matcher.add({ error: 'Internal error' });
	expect(matcher).toMatchObject({ matching: 1, similar: 3, unnamed: 1, others: 0 });
});
