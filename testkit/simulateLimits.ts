import type { Operation } from '../shared/contract/operation';
import { RateLimiter } from '../shared/http/rateLimiter';
import { enrich } from '../shared/providers/enrich';
import { lookUpRows } from '../shared/rows/lookUpRows';
import { fakeClient } from './fakeClient';
import { FakeClock, seededRandom } from './fakeClock';
import { FakeEnrich } from './fakeEnrich';
import { type LimitHeaders, type LimitOddities, type PlanLimits, quickest } from './fakeLimits';

export interface Simulation extends LimitOddities {
	plan: PlanLimits;
	/** Default: tightest. */
	headers?: LimitHeaders;
	/** Milliseconds there and back, the same for all calls or between two bounds. */
	latencyMs: number | [from: number, to: number];
	/** Programs of ours that share the key and know nothing of each other; default: 1. */
	processes?: number;
	/** Rows of all processes together. */
	rows: number;
	/** Calls a minute that other programs make with the key. */
	others?: number;
	maxWaitMs?: number;
	operation?: Operation;
	seed?: number;
}

export interface Simulated {
	/** Of the quickest that the limits allow. */
	share: number;
	/** Part of the calls that were let in within the time in which the limits allow all of them. */
	inTime: number;
	failed: number;
	/** Calls that were refused. */
	refused: number;
	minutes: number;
	maxInFlight: number;
}

/** Looks up rows against limits in virtual time: exact, and the same in every run. */
export async function simulateLimits({
	plan,
	headers = 'tightest',
	latencyMs,
	processes = 1,
	rows,
	others = 0,
	maxWaitMs,
	operation = enrich.operations.validateEmail,
	seed = 1,
	...limitOddities
}: Simulation): Promise<Simulated> {
	const random = seededRandom(seed + 1000);
	const [from, to] = typeof latencyMs === 'number' ? [latencyMs, latencyMs] : latencyMs;
	const clock = new FakeClock(seededRandom(seed));
	const api = new FakeEnrich({
		clock,
		plan,
		limitHeaders: headers,
		limitOddities,
		latencyMs: () => (from + random() * (to - from)) / 2,
		balance: Infinity,
	});
	const startsAt = clock.now();
	let isDone = false;
	const other = () => {
		if (isDone) return;
		api.admit(operation.method);
		clock.at(clock.now() + 60_000 / others, other);
	};
	if (others > 0) other();

	const rowsOf = (process: number) =>
		Array.from({ length: Math.ceil((rows - process) / processes) }, (_, row) => ({
			values: { email: `p${process}r${row}@figma.com` },
		}));
	const runs = Array.from({ length: processes }, async (_, process) => {
		const rateLimiter = new RateLimiter(clock, enrich.plans);
		const client = fakeClient(api.transport, { clock, rateLimiter, maxWaitMs });
		return await lookUpRows(operation, rowsOf(process), { client });
	});
	const summaries = (await Promise.all(runs)).map(({ summary }) => summary);
	isDone = true;
	const leastMs = quickest(plan, operation.method, rows, limitOddities, startsAt, others) + from;
	const within = (times: readonly number[]) => times.filter((at) => at <= leastMs).length;
	return {
		share: leastMs / api.elapsedMs,
		inTime: (within(api.stats.arrivedAt) - within(api.stats.refusedAt)) / rows,
		failed: rows - summaries.reduce((sum, { found }) => sum + found, 0),
		refused: api.stats.refusedAt.length,
		minutes: api.elapsedMs / 60_000,
		maxInFlight: api.stats.maxInFlight,
	};
}
