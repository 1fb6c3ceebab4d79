import { enrich } from '../../shared/providers/enrich';
import { lookUpRows } from '../../shared/rows/lookUpRows';
import { fakeClient } from '../../testkit/fakeClient';
import { FakeClock } from '../../testkit/fakeClock';
import type { LimitOddities, WindowKind } from '../../testkit/fakeLimits';
import { json, success } from '../../testkit/fakeTransport';
import { simulateLimits, type Simulation } from '../../testkit/simulateLimits';

const planOf = (name: string) => {
	const plan = enrich.plans.find((one) => one.name === name);
	if (!plan) throw new Error(`No plan ${name}`);
	return plan;
};
const WINDOWS: WindowKind[] = ['fixed', 'aligned', 'sliding'];
const HEADERS = ['tightest', 'burst', 'none'] as const;

describe('no row fails because of a rate limit, whoever else uses the key', () => {
	const run = async (simulation: Omit<Simulation, 'plan' | 'rows' | 'latencyMs'>, rows = 250) => {
		const { failed, refused } = await simulateLimits({
			plan: planOf('Growth'),
			latencyMs: [200, 900],
			rows,
			...simulation,
		});
		expect(failed).toBe(0);
		return refused;
	};

	test.each(WINDOWS.flatMap((window) => HEADERS.map((headers) => [window, headers] as const)))(
		'four processes, %s windows, headers: %s',
		async (window, headers) => {
			await run({ processes: 4, window, headers });
			await run({ processes: 4, window, headers, countsRefused: true });
		},
	);

	const ODD: [string, LimitOddities['retryAfter']][] = [
		['is missing', () => undefined],
		['is a second too short', (seconds) => Math.max(0, seconds - 1)],
		['is always one second', () => 1],
		['is always zero', () => 0],
		['is now and then ten minutes', (seconds, n) => (n % 10 === 3 ? 600 : seconds)],
		['is once a day', (seconds, n) => (n === 3 ? 86_400 : seconds)],
	];
	test.each(
		ODD.flatMap(([name, retryAfter]) =>
			HEADERS.flatMap((headers) =>
				[1, 4].map((count) => [name, headers, count, retryAfter] as const),
			),
		),
	)('Retry-After %s, headers: %s, processes: %i', async (_, headers, processes, retryAfter) => {
		for (const window of WINDOWS) await run({ processes, window, headers, retryAfter });
	});

	test.each(HEADERS)('another program takes half of the limit, headers: %s', async (headers) => {
		for (const window of WINDOWS) await run({ window, headers, others: 50 });
	});
});

describe('share of what the limits allow', () => {
	const shareOf = async (
		plan: string,
		windows: number,
		simulation: Omit<Simulation, 'plan' | 'rows'>,
	) => {
		const { enrichmentPerMinute = 0, ...limits } = planOf(plan);
		const rows = Math.ceil(windows * enrichmentPerMinute);
		const { share, failed } = await simulateLimits({
			plan: { ...limits, enrichmentPerMinute },
			rows,
			...simulation,
		});
		expect(failed).toBe(0);
		return share;
	};

	test.each(
		['Free', 'Growth', 'Pro'].flatMap((plan) =>
			(['fixed', 'sliding'] as const).flatMap((window) =>
				[900, 3000].map((latencyMs) => [plan, window, latencyMs] as const),
			),
		),
	)('alone, %s, %s windows, answers after %i ms: 0.95', async (plan, window, latencyMs) => {
		expect(await shareOf(plan, 5, { window, latencyMs })).toBeGreaterThanOrEqual(0.95);
	});

	test('alone, calls that overtake each other use up a window to the last call', async () => {
		expect(await shareOf('Growth', 5, { latencyMs: [200, 1500] })).toBeGreaterThanOrEqual(0.95);
	});

	test.each([900, 3000])('alone, Pro, no headers, answers after %i ms: 0.85', async (latencyMs) => {
		const share = await shareOf('Pro', 4.75, { headers: 'none', latencyMs });
		expect(share).toBeGreaterThanOrEqual(0.85);
	});

	test.each(
		(['fixed', 'sliding'] as const).flatMap((window) =>
			(['tightest', 'none'] as const).flatMap((headers) =>
				[50, 900, 3000].map((latencyMs) => [window, headers, latencyMs] as const),
			),
		),
	)(
		'four processes, %s windows, headers: %s, answers after %i ms: 0.85',
		async (window, headers, latencyMs) => {
			const simulation = { processes: 4, window, headers, latencyMs };
			expect(await shareOf('Growth', 8.5, simulation)).toBeGreaterThanOrEqual(0.85);
		},
	);

	test.each<[string, LimitOddities['retryAfter']]>([
		['missing', () => undefined],
		['always one second', () => 1],
	])('four processes, no headers, Retry-After %s: 0.8', async (_, retryAfter) => {
		for (const window of ['fixed', 'sliding'] as const) {
			const simulation = { processes: 4, headers: 'none', latencyMs: 400 } as const;
			const share = await shareOf('Growth', 10, { ...simulation, window, retryAfter });
			expect(share).toBeGreaterThanOrEqual(0.8);
		}
	});
});

describe('a Retry-After of ten minutes on one call', () => {
	const refuseOnce = (seconds: string) => {
		const clock = new FakeClock();
		const startedAt = clock.now();
		const sent: { body: string; at: number }[] = [];
		const client = fakeClient(
			async ({ body = '' }) => {
				const number = sent.push({ body, at: clock.now() - startedAt });
				await clock.rest(200);
				return number === 20
					? json(429, {}, { 'retry-after': seconds })
					: success(enrich.operations.validateEmail.example.data);
			},
			{ clock },
		);
		const rows = Array.from({ length: 200 }, (_, row) => ({ values: { email: `a${row}@b.co` } }));
		const run = lookUpRows(enrich.operations.validateEmail, rows, { client });
		return { run, sent };
	};

	test('is believed for that call, tested by another one soon, and no row fails', async () => {
		const { run, sent } = refuseOnce('600');
		expect((await run).summary).toMatchObject({ found: 200, failed: 0 });
		const refused = sent[19]?.body;
		const again = sent.filter(({ body }) => body === refused).at(-1);
		expect(again?.at).toBeGreaterThan(600_000);
		const refusedAt = (sent[19]?.at ?? 0) + 200;
		const others = sent.filter(({ body, at }) => body !== refused && at > refusedAt);
		expect(others[0]?.at).toBeGreaterThan(refusedAt + 4_000);
		expect(others[0]?.at).toBeLessThan(20_000);
		// One call alone finds out.
		expect((others[1]?.at ?? 0) - (others[0]?.at ?? 0)).toBeGreaterThanOrEqual(200);
		expect(others.at(-1)?.at).toBeLessThan(120_000);
	});

	test('of a day: once others get through, the call is sent again', async () => {
		const { run, sent } = refuseOnce('86400');
		expect((await run).summary).toMatchObject({ found: 200, failed: 0 });
		expect(sent).toHaveLength(201);
	});

	test('of a day for everybody: the run ends after a few tests', async () => {
		const clock = new FakeClock();
		const startedAt = clock.now();
		let sent = 0;
		const client = fakeClient(
			async () => {
				sent += 1;
				await clock.rest(200);
				return json(429, {}, { 'retry-after': '86400' });
			},
			{ clock },
		);
		const rows = Array.from({ length: 200 }, (_, row) => ({ values: { email: `a${row}@b.co` } }));
		const { summary } = await lookUpRows(enrich.operations.validateEmail, rows, { client });
		expect(summary.found).toBe(0);
		expect(sent).toBeLessThan(20);
		expect(clock.now() - startedAt).toBeLessThan(600_000);
	});
});
