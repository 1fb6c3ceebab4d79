import type { Operation } from '../../shared/contract/operation';
import type { Plan } from '../../shared/contract/plan';
import { RATE_LIMITS, RateLimiter } from '../../shared/http/rateLimiter';
import { enrich } from '../../shared/providers/enrich';
import { lookUpRows } from '../../shared/rows/lookUpRows';
import type { RowResult } from '../../shared/rows/result';
import { fakeClient } from '../../testkit/fakeClient';
import { FakeClock, seededRandom } from '../../testkit/fakeClock';
import { FakeEnrich } from '../../testkit/fakeEnrich';
import type { LimitHeaders, PlanLimits } from '../../testkit/fakeLimits';
import { json, scripted, success } from '../../testkit/fakeTransport';

const { phoneLookup, validateEmail } = enrich.operations;
const { plans } = enrich;
const planOf = (name: string) => plans.find((plan) => plan.name === name) as PlanLimits;
const [free, growth, scale] = [planOf('Free'), planOf('Growth'), planOf('Scale')];

interface Setting {
	plan: PlanLimits;
	style?: LimitHeaders;
	latency: { from: number; to: number };
	seed?: number;
	/** Plans that the documentation names; default: Enrich's. */
	documented?: readonly Plan[];
}

/** Rate limits with a server behind them that takes its time in both directions. */
function limitedApi({ plan, style = 'tightest', latency, seed = 1, documented = plans }: Setting) {
	const clock = new FakeClock(seededRandom(seed));
	const random = seededRandom(seed + 1000);
	const latencyMs = () => (latency.from + random() * (latency.to - latency.from)) / 2;
	const balance = Infinity;
	const api = new FakeEnrich({ clock, plan, limitHeaders: style, latencyMs, balance });
	const limiter = new RateLimiter(clock, documented);
	const client = fakeClient(api.transport, { clock, rateLimiter: limiter });
	return { api, clock, client, limiter };
}

const rowsOf = (count: number, prefix = 'a') =>
	Array.from({ length: count }, (_, i) => ({ values: { email: `${prefix}${i}@figma.com` } }));

async function run(setting: Setting, rows: number, operation: Operation = validateEmail) {
	const { api, client } = limitedApi(setting);
	const { results } = await lookUpRows(operation, rowsOf(rows), { client });
	return { stats: api.stats, results, minutes: api.elapsedMs / 60_000 };
}

const found = (results: RowResult[]) => results.filter(({ outcome }) => outcome === 'found').length;
const afterFirstWindow = (refusedAt: number[]) => refusedAt.filter((at) => at > 62_000);

const LATENCIES = {
	quick: { from: 50, to: 50 },
	usual: { from: 300, to: 500 },
	documented: { from: 900, to: 900 },
	uneven: { from: 50, to: 2000 },
};
type Latency = keyof typeof LATENCIES;

/** Calls per minute that the plan and the calls in flight allow at most. */
function bound(plan: PlanLimits, { method }: Operation, latency: Latency) {
	const { from, to } = LATENCIES[latency];
	const byLimit = method === 'POST' ? (plan.enrichmentPerMinute ?? plan.perMinute) : plan.perMinute;
	const byFlight = (RATE_LIMITS.maxInFlight.known / ((from + to) / 2)) * 60_000;
	return { most: Math.min(byLimit, byFlight), isByLimit: byLimit < byFlight };
}

/** What a long run reached of the bound in its second minute; FIGURES=1 prints them. */
const figures: string[] = [];
afterAll(() => {
	if (process.env.FIGURES) console.log(figures.join('\n'));
});

describe('a long run', () => {
	const cases = plans
		.flatMap((plan) =>
			(Object.keys(LATENCIES) as Latency[]).flatMap((latency) =>
				[validateEmail, phoneLookup].map((operation) => ({ plan, latency, operation })),
			),
		)
		.map((entry) => [entry.plan.name, entry.operation.title, entry.latency, entry] as const);

	test.each(cases)(
		'on %s, %s at %s latency, uses its rate limit and meets no 429',
		async (...[, , , entry]) => {
			const { plan, latency, operation } = entry;
			const { most, isByLimit } = bound(plan, operation, latency);
			const windows = most > 3000 ? 2.2 : 4.2;
			const { results, stats } = await run(
				{ plan, latency: LATENCIES[latency] },
				Math.round(most * windows),
				operation,
			);
			const steady = stats.arrivedAt.filter(
				(at) => at > 60_000 && at <= (most > 3000 ? 120_000 : 240_000),
			);
			const ratio = steady.length / most / (most > 3000 ? 1 : 3);
			figures.push(
				`${plan.name} ${operation.method} ${latency}: ${ratio.toFixed(3)}, 429s ${stats.refusedAt.length}, most in flight ${stats.maxInFlight}`,
			);
			expect(found(results)).toBe(results.length);
			expect(afterFirstWindow(stats.refusedAt)).toEqual([]);
			const least = plan.name === 'Pro' && latency === 'documented' ? 0.9 : 0.95;
			expect(ratio).toBeGreaterThanOrEqual(isByLimit ? least : 0.85);
			expect(stats.maxInFlight).toBeLessThanOrEqual(RATE_LIMITS.maxInFlight.known);
		},
	);

	test.each(['burst', 'none'] as const)(
		'recovers and loses no row with "%s" headers',
		async (style) => {
			for (const plan of plans.slice(0, 3)) {
				const rows = (plan.enrichmentPerMinute ?? 0) * 3;
				const { results, stats, minutes } = await run(
					{ plan, style, latency: LATENCIES.usual },
					rows,
				);
				expect(found(results)).toBe(rows);
				expect(minutes).toBeLessThan(6);
				expect(stats.maxInFlight).toBeLessThanOrEqual(RATE_LIMITS.maxInFlight.known);
			}
		},
	);

	test('still ends well when somebody else uses up the same limit', async () => {
		const { api, clock, client } = limitedApi({ plan: growth, latency: LATENCIES.usual });
		const startedAt = clock.now();
		for (let i = 0; i < 200; i++) clock.at(startedAt + i * 1200, () => void api.admit('POST'));
		const { results } = await lookUpRows(validateEmail, rowsOf(200), { client });
		expect(found(results)).toBe(200);
		expect(api.stats.refusedAt.length).toBeLessThan(30);
	});

	test('shares the limit with another run on the same limiter, and both meet no 429', async () => {
		const { api, clock, limiter } = limitedApi({ plan: growth, latency: LATENCIES.usual });
		const runOf = (prefix: string) =>
			lookUpRows(validateEmail, rowsOf(150, prefix), {
				client: fakeClient(api.transport, { clock, rateLimiter: limiter }),
			});
		const runs = await Promise.all([runOf('a'), runOf('b')]);
		expect(runs.map(({ results }) => found(results))).toEqual([150, 150]);
		expect(api.stats.refusedAt).toEqual([]);
	});
});

describe('a short run', () => {
	test('that fits into what is left is held back by nothing but the burst limit', async () => {
		const { minutes, stats } = await run({ plan: growth, latency: LATENCIES.quick }, 75);
		expect(minutes * 60).toBeLessThan(4.5);
		expect(stats.refusedAt).toEqual([]);
	});

	test('of as many rows as a burst takes is sent at once when the limits are known', async () => {
		const { clock, client } = limitedApi({ plan: scale, latency: LATENCIES.documented });
		await lookUpRows(validateEmail, rowsOf(1), { client });
		await clock.rest(3000);
		const startedAt = clock.now();
		await lookUpRows(validateEmail, rowsOf(50, 'b'), { client });
		expect(clock.now() - startedAt).toBe(900);
	});

	test('after hours of idleness starts at once, and with a full window', async () => {
		const { api, clock, client } = limitedApi({ plan: free, latency: LATENCIES.quick });
		await lookUpRows(validateEmail, rowsOf(12), { client });
		await clock.rest(5 * 3_600_000);
		const startedAt = clock.now();
		await lookUpRows(validateEmail, rowsOf(10, 'b'), { client });
		expect(clock.now() - startedAt).toBeLessThan(1500);
		expect(api.stats.refusedAt).toEqual([]);
	});
});

describe('the rate limiter', () => {
	test.each([
		[
			'rubbish',
			{ 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': 'soon' },
		],
		['zero', { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' }],
		[
			'a time of day for seconds',
			{
				'x-ratelimit-limit': '10',
				'x-ratelimit-remaining': '0',
				'x-ratelimit-reset': '1800000000',
			},
		],
		['blanks', { 'x-ratelimit-limit': ' ', 'x-ratelimit-remaining': '', 'x-ratelimit-reset': '' }],
	])('is not held up by headers that hold %s', async (_, headers) => {
		const clock = new FakeClock();
		const startedAt = clock.now();
		const client = fakeClient(scripted({ ...success(validateEmail.example.data), headers }), {
			clock,
		});
		const { results } = await lookUpRows(validateEmail, rowsOf(20), { client });
		expect(found(results)).toBe(20);
		expect(clock.now() - startedAt).toBeLessThan(10_000);
	});

	const unlimited: Setting = {
		plan: { burstPerSecond: 1e6, perMinute: 1e6 },
		style: 'none',
		latency: LATENCIES.usual,
	};

	test('keeps to a polite number of calls in flight where nobody names limits', async () => {
		const { stats, results } = await run({ ...unlimited, documented: [] }, 300);
		expect(found(results)).toBe(300);
		expect(stats.maxInFlight).toBe(RATE_LIMITS.maxInFlight.none);
	});

	test('has no more calls in flight than the largest documented plan could use', async () => {
		const documented = [{ name: 'Only', burstPerSecond: 100, perMinute: 3000 }];
		const { stats, results } = await run({ ...unlimited, documented }, 300);
		expect(found(results)).toBe(300);
		expect(stats.maxInFlight).toBeGreaterThan(RATE_LIMITS.maxInFlight.none);
		expect(stats.maxInFlight).toBeLessThanOrEqual(25);
	});

	test('holds everybody back for as long as a 429 says', async () => {
		const clock = new FakeClock();
		const sentAt: number[] = [];
		const refusal = json(429, {}, { 'retry-after': '7' });
		const client = fakeClient(
			async () => {
				sentAt.push(clock.now());
				return sentAt.length === 1 ? refusal : success(validateEmail.example.data);
			},
			{ clock },
		);
		const startedAt = clock.now();
		await client.call(validateEmail, { email: 'a@b.co' });
		await client.call(validateEmail, { email: 'c@d.co' });
		expect(sentAt.map((at) => at - startedAt)).toEqual([0, 7000, 7000]);
	});

	test('leaves room between two bursts, as calls overtake each other', async () => {
		const clock = new FakeClock();
		const limiter = new RateLimiter(clock, plans);
		const send = async (tookMs: number) => {
			const ticket = await limiter.acquire('write');
			if (!ticket) throw new Error('Not admitted');
			await clock.rest(tookMs);
			const left = { 'x-ratelimit-remaining': '1900', 'x-ratelimit-reset': '60' };
			limiter.release(ticket, { headers: { 'x-ratelimit-limit': '2000', ...left }, isGood: true });
			return ticket.sentAt;
		};
		const sentAt: number[] = [];
		for (let call = 0; call < 400; call++) sentAt.push(await send(call % 10 ? 0 : 40));
		// The first seconds are slower, as others may start at the same time.
		const apart = sentAt.slice(300).map((at, index) => at - (sentAt[index + 200] ?? 0));
		expect(Math.min(...apart)).toBeGreaterThan(1030);
		expect(Math.max(...apart)).toBeLessThan(1050);
	});

	test('gives the turn back when a waiting call is cancelled', async () => {
		const clock = new FakeClock();
		const limiter = new RateLimiter(clock, plans);
		const tickets = await Promise.all(
			Array.from({ length: RATE_LIMITS.maxInFlight.unknown }, () => limiter.acquire('write')),
		);
		const controller = new AbortController();
		const cancelled = limiter.acquire('write', { signal: controller.signal });
		const next = limiter.acquire('write');
		controller.abort();
		await expect(cancelled).resolves.toBeUndefined();
		limiter.release(tickets[0] as NonNullable<(typeof tickets)[0]>);
		await expect(next).resolves.toMatchObject({ bucket: 'write' });
	});
});
