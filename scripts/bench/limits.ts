import { plans } from '../../shared/providers/enrich/plans';
import type { LimitOddities, WindowKind } from '../../testkit/fakeLimits';
import { simulateLimits, type Simulation } from '../../testkit/simulateLimits';
import { type Figure, type Part, ratio } from './figure';

const WINDOWS: WindowKind[] = ['fixed', 'sliding'];
const PLANS = ['Free', 'Growth', 'Pro'];
const LATENCIES_MS = [50, 900, 3000];
const MINUTES = 5;

const planOf = (name: string) => {
	const plan = plans.find((one) => one.name === name);
	if (!plan?.enrichmentPerMinute) throw new Error(`The plan ${name} does not limit lookups`);
	return { ...plan, perWindow: plan.enrichmentPerMinute };
};

/** Alone on the key: as many rows as fill whole windows, the hardest number to be quick with. */
const alone = PLANS.flatMap((plan) =>
	WINDOWS.flatMap((window) =>
		LATENCIES_MS.map((latencyMs): Case => {
			const { perWindow } = planOf(plan);
			const what = `${plan}, ${window} windows, answers after ${latencyMs} ms`;
			return { what, plan, window, latencyMs, rows: MINUTES * perWindow, atLeast: 0.9 };
		}),
	),
);

/** Processes that know nothing of each other; refused calls take room from others in fixed windows. */
const four = WINDOWS.flatMap((window) =>
	(['tightest', 'none'] as const).flatMap((headers) =>
		[50, 900].map((latencyMs): Case => {
			const atLeast = 0.85;
			const rows = Math.ceil(atLeast * MINUTES * planOf('Growth').perWindow);
			const what = `4 processes, Growth, ${window} windows, ${headers === 'none' ? 'no' : 'with'} headers, answers after ${latencyMs} ms`;
			return { what, plan: 'Growth', window, headers, latencyMs, processes: 4, rows, atLeast };
		}),
	),
);

const oddRetryAfter = (what: string, retryAfter: LimitOddities['retryAfter']): Case => ({
	what: `4 processes, Growth, no headers, Retry-After ${what}`,
	...{ plan: 'Growth', latencyMs: 400, processes: 4, headers: 'none', retryAfter, rows: 1000 },
});
const odd = [
	oddRetryAfter('missing', () => undefined),
	oddRetryAfter('always 1', () => 1),
	oddRetryAfter('600 now and then', (seconds, n) => (n % 10 === 3 ? 600 : seconds)),
];

interface Case extends Omit<Simulation, 'plan'> {
	what: string;
	plan: string;
	atLeast?: number;
}

/** In virtual time: exact, and over in seconds. The bound comes from the fake's own limits. */
export const rateLimits: Part = {
	name: 'limits',
	async measure() {
		const figures: Figure[] = [];
		for (const { what, plan, atLeast, ...setting } of [...alone, ...four, ...odd]) {
			const { share, failed, refused } = await simulateLimits({ ...setting, plan: planOf(plan) });
			figures.push(
				{ name: `limits: ${what}`, value: ratio(share), unit: 'of bound', atLeast },
				{ name: `  rows failed of ${setting.rows}`, value: failed, unit: 'rows', atMost: 0 },
				{ name: '  429s', value: refused, unit: 'calls' },
			);
		}
		return figures;
	},
};
