import { engineCost, withSandbox } from './children';
import { type Part, rounded } from './figure';

const ROWS = 100_000;

/** All rows differ, and nothing holds them up but the work itself. */
export const costOfManyRows: Part = {
	name: 'cost',
	measure: () =>
		withSandbox({ plan: 'unlimited', balance: 10 * ROWS, remember: 0 }, async (sandbox) => {
			const { ms, cpuMs, peakBytes } = await engineCost({ ...sandbox, rows: ROWS });
			const rows = `${ROWS.toLocaleString('en-US')} distinct rows, n8n's engine included`;
			return [
				{ name: `cpu-per-row (${rows})`, value: rounded(cpuMs / ROWS, 3), unit: 'ms' },
				{
					name: `peak-memory above idle (${rows})`,
					value: rounded(peakBytes / 1e6, 0),
					unit: 'MB',
				},
				{ name: `time (${rows})`, value: rounded(ms / 1000), unit: 's' },
			];
		}),
};
