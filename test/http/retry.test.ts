import fc from 'fast-check';
import { type Billing, isPaid } from '../../shared/contract/operation';
import { delayBefore, RETRY, RETRY_POLICY, retryAfter } from '../../shared/http/retry';

test('a paid call is sent again only where it provably did not run', () => {
	for (const [billing, policy] of Object.entries(RETRY_POLICY)) {
		expect(policy.no).toBe(true);
		if (isPaid(billing as Billing)) expect(policy.maybe).toBe(false);
	}
});

test('a free read is sent again always, a free write only where it did not run', () => {
	expect(RETRY_POLICY.freeRead.maybe).toBe(true);
	expect(RETRY_POLICY.freeWrite.maybe).toBe(false);
});

describe('the delay', () => {
	const attempt = fc.integer({ min: 1, max: 50 });
	const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

	test('is as long as the API asks for', () => {
		expect(delayBefore(3, 7000, 0.9)).toBe(7000);
	});

	test('else doubles with each attempt up to half a minute, never by nothing', () => {
		expect([1, 2, 3, 4].map((n) => delayBefore(n, undefined, 0))).toEqual([250, 500, 1000, 2000]);
		fc.assert(
			fc.property(attempt, random, (n, r) => {
				const ms = delayBefore(n, undefined, r);
				return ms >= RETRY.firstDelayMs / 2 && ms <= RETRY.maxDelayMs;
			}),
		);
	});

	test('is not nothing where the API says "now"', () => {
		expect(delayBefore(1, 0, 0)).toBeGreaterThan(0);
	});
});

test('Retry-After in all its forms', () => {
	const now = Date.parse('2026-06-03T14:00:00Z');
	expect(retryAfter('120', now)).toBe(120_000);
	expect(retryAfter(' 1.5 ', now)).toBe(1500);
	expect(retryAfter('Wed, 03 Jun 2026 14:00:30 GMT', now)).toBe(30_000);
	expect(retryAfter('Wed, 03 Jun 2026 13:00:00 GMT', now)).toBe(0);
	for (const rubbish of [undefined, '', ' ', '-5', 'soon', 'soon 5', 'Infinity', '0x10', '1e3'])
		expect(retryAfter(rubbish, now)).toBeUndefined();
});
