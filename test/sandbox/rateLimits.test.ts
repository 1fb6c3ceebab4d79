import { setTimeout as sleep } from 'node:timers/promises';
import { type CallKind, limitsOf, type Plan } from '../../sandbox/enrich/plans';
import { type HeaderStyle, RateLimits, type RateLimitSettings } from '../../sandbox/rateLimits';
import { call, sandboxes } from './support';

const start = sandboxes();

/** How many calls of a kind are admitted at these times, in milliseconds. */
function admitted(limits: RateLimits<CallKind>, times: number[], kind: CallKind = 'other'): number {
	return times.filter((time) => limits.admit(kind, 1000 + time).retryAfter === undefined).length;
}
const spread = (count: number, ms: number) =>
	Array.from({ length: count }, (_, i) => (i * ms) / count);

describe.each<[Plan, number, number, number, number, number]>([
	['free', 5, 60, 10, 1, 2],
	['growth', 25, 300, 100, 3, 10],
	['scale', 50, 1000, 500, 5, 20],
	['pro', 100, 5000, 2000, 10, 50],
	['enterprise', 200, 10_000, 10_000, 200, 10_000],
])('%s', (plan, burst, perMinute, enrichmentPerMinute, bulkPerSecond, bulkPerMinute) => {
	const limits = () => new RateLimits(limitsOf(plan), 1, 'tightest');

	test('admits its burst per second, and again in the next second', () => {
		const used = limits();
		expect(admitted(used, spread(3 * burst, 999))).toBe(burst);
		expect(admitted(used, [1000])).toBe(1);
	});

	test('admits its calls per minute, and fewer enrichment POSTs', () => {
		expect(admitted(limits(), spread(perMinute + 50, 59_999))).toBe(perMinute);
		expect(admitted(limits(), spread(perMinute + 50, 59_999), 'enrichment')).toBe(
			enrichmentPerMinute,
		);
	});

	test('admits fewer submits of batches', () => {
		expect(admitted(limits(), spread(3 * burst, 999), 'bulk')).toBe(bulkPerSecond);
		expect(admitted(limits(), spread(bulkPerMinute + 5, 59_999), 'bulk')).toBe(bulkPerMinute);
	});

	test('has shorter windows at a higher speed', () => {
		const used = new RateLimits(limitsOf(plan), 60, 'tightest');
		expect(admitted(used, spread(perMinute, 999))).toBe(perMinute);
		expect(admitted(used, [999])).toBe(0);
		expect(admitted(used, [1000])).toBe(1);
	});
});

describe('headers', () => {
	const headersAfter = (calls: number, ...[plan, speed, style]: [Plan, number, HeaderStyle]) => {
		const limits = new RateLimits(limitsOf(plan), speed, style);
		for (let i = 1; i < calls; i++) limits.admit('enrichment', 1000);
		return limits.admit('enrichment', 1100).headers;
	};

	test('describe the window that leaves the slowest pace', () => {
		expect(headersAfter(2, 'growth', 1, 'tightest')).toEqual({
			'x-ratelimit-limit': '100',
			'x-ratelimit-remaining': '98',
			'x-ratelimit-reset': '60',
		});
	});

	test('or always the burst, or nothing', () => {
		expect(headersAfter(2, 'growth', 1, 'burst')).toEqual({
			'x-ratelimit-limit': '25',
			'x-ratelimit-remaining': '23',
			'x-ratelimit-reset': '1',
		});
		expect(headersAfter(2, 'growth', 1, 'none')).toEqual({});
		expect(headersAfter(2, 'unlimited', 1, 'tightest')).toEqual({});
	});

	test('count parts of seconds where windows are shortened', () => {
		expect(headersAfter(2, 'growth', 30, 'tightest')).toMatchObject({
			'x-ratelimit-reset': '1.900',
		});
	});

	test('a refusal says when the refusing window ends', () => {
		expect(headersAfter(6, 'free', 1, 'burst')['retry-after']).toBe('1');
		expect(headersAfter(11, 'free', 1, 'burst')['retry-after']).toBe('60');
		expect(headersAfter(11, 'free', 100, 'none')['retry-after']).toBe('0.500');
	});
});

describe('what the documentation leaves open', () => {
	const limitsWith = (settings: RateLimitSettings) =>
		new RateLimits(limitsOf('growth'), 1, 'tightest', settings);

	test('sliding windows count the last minute, without refused calls', () => {
		const limits = limitsWith({ window: 'sliding' });
		expect(admitted(limits, spread(100, 30_000), 'enrichment')).toBe(100);
		expect(
			admitted(
				limits,
				spread(50, 30_000).map((at) => at + 30_000),
				'enrichment',
			),
		).toBe(0);
		expect(admitted(limits, [60_001], 'enrichment')).toBe(1);
		expect(admitted(limits, [60_002], 'enrichment')).toBe(0);
	});

	test('Retry-After may be too short, very long, or missing', () => {
		const said = (retryAfter: RateLimitSettings['retryAfter']) => {
			const limits = limitsWith({ retryAfter });
			admitted(limits, spread(100, 10_000), 'enrichment');
			return limits.admit('enrichment', 11_000).headers['retry-after'];
		};
		expect([said('true'), said('short'), said('long'), said('none')]).toEqual([
			'50',
			'5',
			'600',
			undefined,
		]);
	});

	test('other programs use up their part: one call of three', () => {
		const limits = limitsWith({ otherCallsPerMinute: 60 });
		expect(admitted(limits, spread(100, 50_000), 'enrichment')).toBe(67);
	});
});

describe('over the wire', () => {
	const emily = { email: 'emily.zhang@figma.com' };

	test('refuses with 429 and charges nothing, until the window ends', async () => {
		const sandbox = await start({ plan: 'free', speed: 100 });
		const replies = await Promise.all(
			Array.from({ length: 12 }, () => call(sandbox, 'validateEmail', emily)),
		);
		const refused = replies.filter(({ status }) => status === 429);
		expect(refused.length).toBeGreaterThan(0);
		expect(sandbox.ledger.charged()).toBe(12 - refused.length);
		expect(sandbox.requests.filter((one) => one.refused)).toHaveLength(refused.length);
		expect(refused[0]?.body).toMatchObject({
			type: 'https://dev.enrich.so/errors/rate-limit-exceeded',
			status: 429,
		});
		await sleep(
			Math.max(...refused.map(({ headers }) => Number(headers.get('retry-after')))) * 1000 + 5,
		);
		expect((await call(sandbox, 'validateEmail', emily)).status).toBe(200);
	});

	test('counts a phone lookup, a GET, toward burst and minute only', async () => {
		const sandbox = await start({ plan: 'free' });
		const { headers } = await call(sandbox, 'phoneLookup', emily);
		expect(headers.get('x-ratelimit-limit')).toBe('60');
		expect((await call(sandbox, 'validateEmail', emily)).headers.get('x-ratelimit-remaining')).toBe(
			'9',
		);
	});

	test('counts calls that are refused for their input, and reports the limits with them', async () => {
		const sandbox = await start({ plan: 'free' });
		const { status, headers } = await call(sandbox, 'validateEmail', {});
		expect([status, headers.get('x-ratelimit-remaining')]).toEqual([400, '9']);
	});

	test('IP to company refuses in its own shape', async () => {
		const sandbox = await start({ plan: 'free' });
		const replies = await Promise.all(
			Array.from({ length: 6 }, () => call(sandbox, 'ipToCompany', { ip: '8.8.8.8' })),
		);
		const refused = replies.find(({ status }) => status === 429);
		expect(refused?.body).toEqual({
			error: 'Too Many Requests',
			message: expect.stringMatching(/^Rate limit exceeded/),
			statusCode: 429,
		});
	});

	test('knows how many calls were in flight at once', async () => {
		const sandbox = await start({ latencyMs: 500 });
		const began = performance.now();
		await Promise.all(Array.from({ length: 7 }, () => call(sandbox, 'validateEmail', emily)));
		expect(performance.now() - began).toBeGreaterThanOrEqual(499);
		expect(sandbox.peakInFlight).toBe(7);
		await call(sandbox, 'validateEmail', emily);
		expect(sandbox.requests.at(-1)?.inFlight).toBe(1);
	});
});
