import { plans } from '../../shared/providers/enrich/plans';
import type { WindowKind } from '../../testkit/fakeLimits';
import { simulateLimits, type Simulation } from '../../testkit/simulateLimits';
import { type Figure, type Part, ratio } from './figure';

const WINDOWS: WindowKind[] = ['fixed', 'sliding'];
const HEADERS = ['tightest', 'none'] as const;

interface Case extends Omit<Simulation, 'plan' | 'rows'> {
	what: string;
	plan: string;
	/** Rows, in limits of a minute. */
	minutes: number;
	atLeast?: number;
}

/** Alone on the key: as many rows as fill whole windows, the hardest number to be quick with. */
const alone = ['Free', 'Growth', 'Pro'].flatMap((plan) =>
	WINDOWS.flatMap((window) =>
		[900, 3000].map((latencyMs): Case => {
			const what = `${plan}, ${window} windows, answers after ${latencyMs} ms`;
			return { what, plan, window, latencyMs, minutes: 5, atLeast: 0.95 };
		}),
	),
);

const pro = [900, 3000].map((latencyMs): Case => {
	const what = `Pro, no headers, answers after ${latencyMs} ms`;
	return { what, plan: 'Pro', headers: 'none', latencyMs, minutes: 4.75 };
});

/**
 * Processes that know nothing of each other. Refused calls take room from others in fixed windows;
 * whoever uses a smaller share of each window than the target needs a window more than the bound.
 */
const FOUR = { processes: 4, atLeast: 0.85 };
const four = WINDOWS.flatMap((window) =>
	HEADERS.flatMap((headers) =>
		[50, 900, 3000].map((latencyMs): Case => {
			const what = `4 processes, Growth, ${window} windows, ${headers === 'none' ? 'no' : 'with'} headers, answers after ${latencyMs} ms`;
			return { what, plan: 'Growth', window, headers, latencyMs, minutes: 8.5, ...FOUR };
		}),
	),
);
const fourOnPro = HEADERS.map((headers): Case => {
	const what = `4 processes, Pro, ${headers === 'none' ? 'no' : 'with'} headers, answers after 900 ms`;
	return { what, plan: 'Pro', headers, latencyMs: 900, minutes: 4.25, ...FOUR };
});

const odd = (what: string, retryAfter: Simulation['retryAfter']): Case => ({
	what: `4 processes, Growth, no headers, Retry-After ${what}`,
	...{ plan: 'Growth', latencyMs: 400, processes: 4, headers: 'none', retryAfter, minutes: 10 },
});
const oddRetryAfter = [
	odd('missing', () => undefined),
	odd('always 1', () => 1),
	odd('a second too short', (seconds) => Math.max(0, seconds - 1)),
];
/** The calls that meet it wait as told, so that the time says nothing of the others. */
const tenMinutes = odd('600 now and then', (seconds, n) => (n % 10 === 3 ? 600 : seconds));

/** In virtual time: exact, and over in seconds. The bound comes from the fake's own limits. */
export const rateLimits: Part = {
	name: 'limits',
	async measure() {
		const figures: Figure[] = [];
		let failed = 0;
		let rows = 0;
		for (const one of [...alone, ...pro, ...four, ...fourOnPro, ...oddRetryAfter, tenMinutes]) {
			const { what, plan: name, minutes, atLeast, ...simulation } = one;
			const plan = plans.find((documented) => documented.name === name);
			if (!plan?.enrichmentPerMinute) throw new Error(`The plan ${name} does not limit lookups`);
			const count = Math.ceil(minutes * plan.enrichmentPerMinute);
			const simulated = await simulateLimits({ ...simulation, plan, rows: count });
			rows += count;
			failed += simulated.failed;
			if (one === tenMinutes) continue;
			figures.push({
				name: `limits: ${what}`,
				...{ value: ratio(simulated.share), unit: 'of bound', atLeast },
			});
		}
		const runs = `all of these, and Retry-After 600 now and then: rows failed of ${rows}`;
		figures.push({ name: `limits: ${runs}`, value: failed, unit: 'rows', atMost: 0 });
		return figures;
	},
};
