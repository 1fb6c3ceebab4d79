import { findEmail } from '../../shared/providers/enrich/operations/email';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { toFailedRow, withoutCharge } from '../../shared/rows/result';
import { addToTrail, isTrail } from '../../shared/rows/trail';

const AT = Date.parse('2026-11-21T20:15:42Z');
const FIRST = 'Find Email by Enrich: not found, 0 credits, 2026-11-21 20:15 UTC';
const miss = withoutCharge('notFound', 'No email found');

test('says who was asked, what came of it, for how much and when', () => {
	expect(addToTrail(undefined, findEmail, 'Enrich', miss, AT)).toBe(FIRST);
	const found = { ...withoutCharge('found', 'x'), creditsUsed: 1 };
	expect(addToTrail(FIRST, { title: 'Enrich Person' }, 'CUFinder', found, AT)).toBe(
		`${FIRST} → Enrich Person by CUFinder: found, 1 credit, 2026-11-21 20:15 UTC`,
	);
});

test('claims no cost that nobody reported', () => {
	const unknown = { ...miss, creditsUsed: null };
	expect(addToTrail('', findEmail, 'CUFinder', unknown, AT)).toContain('cost not reported');
	const facts = { execution: 'maybe', billing: 'chargedEachTime' } as const;
	const lost = toFailedRow(new ConnectorError({ kind: 'timedOut', ...facts }));
	expect(addToTrail('', findEmail, 'Enrich', lost, AT)).toContain('failed, may have been charged');
});

test('a row that was skipped asked nobody', () => {
	const skipped = withoutCharge('skipped', 'Already filled');
	expect(addToTrail(undefined, findEmail, 'Enrich', skipped, AT)).toBeNull();
	expect(addToTrail(FIRST, findEmail, 'Enrich', skipped, AT)).toBe(FIRST);
});

test("is told from somebody's own column of that name", () => {
	expect(isTrail(FIRST)).toBe(true);
	for (const own of ['Pacific Crest', '', null, 7, ['x']]) expect(isTrail(own)).toBe(false);
});
