import { ERRORS } from '../../shared/errors/errorTable';
import { rule, statusRule } from '../../shared/http/status';

const STATUSES = Array.from({ length: 400 }, (_, i) => 200 + i).filter((status) => status >= 300);

test('every status that is no success has a meaning', () => {
	for (const status of STATUSES)
		expect(Object.keys(ERRORS)).toContain(statusRule(status, false).kind);
});

test('what the API refused did not run, and is refused again', () => {
	for (const status of STATUSES.filter((status) => status < 500)) {
		if ([408, 429, 499].includes(status)) continue;
		expect(statusRule(status, true)).toMatchObject({ execution: 'no', retryable: false });
	}
});

test('where the server or a proxy gave up, the call may have run', () => {
	for (const status of [408, 499, 500, 501, 502, 504, 520, 599])
		expect(statusRule(status, false)).toEqual(rule('serverSide', 'maybe', true));
});

test('a rate limit turns calls away before they run', () => {
	expect(statusRule(429, false)).toEqual(rule('rateLimited', 'no', true));
});

test('a 503 did not run only where it says when to try again', () => {
	expect(statusRule(503, false)).toEqual(rule('unavailable', 'maybe', true));
	expect(statusRule(503, true)).toEqual(rule('unavailable', 'no', true));
});

test('a provider can mean something else by a status, and by no other', () => {
	const own = { 400: rule('insufficientCredits') };
	expect(statusRule(400, false, own).kind).toBe('insufficientCredits');
	expect(statusRule(401, false, own)).toEqual(statusRule(401, false));
});
