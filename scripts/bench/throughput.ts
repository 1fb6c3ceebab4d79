import type { Plan } from '../../sandbox/enrich/plans';
import { plans } from '../../shared/providers/enrich/plans';
import { withSandbox } from './children';
import { type Figure, type Part, ratio } from './figure';
import { loadNode, rowsOf, timed } from './node';

interface Setting {
	plan: Plan;
	/** Divides the length of the rate-limit windows. */
	speed: number;
	latencyMs: number;
	windows: number;
	atLeast: number;
}

/**
 * Windows are shortened little or not at all, because what is not shortened with them would weigh
 * more: the latency (at 900 ms the pro plan needs 30 calls in flight, at twice the pace 60) and the
 * client's own bound of a burst per second. Each run takes over two minutes, all at the same time.
 */
const SETTINGS: Setting[] = [
	{ plan: 'growth', speed: 2, latencyMs: 50, windows: 5, atLeast: 0.95 },
	{ plan: 'pro', speed: 1, latencyMs: 900, windows: 3, atLeast: 0.9 },
	{ plan: 'free', speed: 2, latencyMs: 50, windows: 5, atLeast: 0.95 },
];

export const throughputs = SETTINGS.map((setting): Part => {
	const name = `throughput-${setting.plan}`;
	return { name, measure: () => measure(name, setting) };
});

async function measure(name: string, setting: Setting): Promise<Figure[]> {
	const { plan, speed, latencyMs, windows, atLeast } = setting;
	const windowMs = 60_000 / speed;
	const limit = limitOf(plan).perWindow;
	// Who uses a smaller share of each window than the target needs one window more than the bound.
	const rows = Math.ceil(atLeast * windows * limit);

	return await withSandbox({ plan, speed, latencyMs }, async (sandbox) => {
		const throughNode = await loadNode(sandbox);
		const ms = await timed(() => throughNode(rowsOf(rows)));
		const { calls } = await sandbox.report();
		const refused = calls.filter(({ status }) => status === 429);
		const steadyFrom = (calls[0]?.at ?? 0) + windowMs;
		const steady = refused.filter(({ at }) => at >= steadyFrom).length;
		return [
			{ name, value: ratio(boundMs(setting, rows) / ms), unit: 'of bound', atLeast },
			{ name: `${name}: rows at ${latencyMs} ms latency`, value: rows, unit: 'rows' },
			{ name: `${name}: windows, shortened by ${speed}`, value: windowMs / 1000, unit: 's' },
			{ name: `${name}: 429s in the first window`, value: refused.length - steady, unit: 'calls' },
			{ name: `${name}: 429s after it`, value: steady, unit: 'calls', atMost: 0 },
		];
	});
}

/** The least time that the limits allow: (⌈N/L⌉ − 1)·W, then the rest at B each second, + latency. */
function boundMs({ plan, speed, latencyMs }: Setting, rows: number): number {
	const { perWindow, burst } = limitOf(plan);
	const fullWindows = Math.ceil(rows / perWindow) - 1;
	const fullSeconds = Math.ceil((rows - fullWindows * perWindow) / burst) - 1;
	return (fullWindows * 60_000 + fullSeconds * 1000) / speed + latencyMs;
}

function limitOf(plan: Plan): { perWindow: number; burst: number } {
	const limits = plans.find(({ name }) => name.toLowerCase() === plan);
	if (!limits?.enrichmentPerMinute) throw new Error(`The plan ${plan} does not limit lookups`);
	return { perWindow: limits.enrichmentPerMinute, burst: limits.burstPerSecond };
}
