/** 30 rows through one step on the Free plan, which lets ten lookups a minute through. */
import { validateEmail } from '../../shared/providers/enrich/operations/email';
import { plans } from '../../shared/providers/enrich/plans';
import { withSandbox } from './children';
import { type Part, ratio, rounded } from './figure';
import { loadNode, rowsOf, timed } from './node';

const ROWS = 30;
const LATENCY_MS = 50;

/** Of single validations, as documented. */
const PRICE = validateEmail.price?.credits ?? NaN;

const free = plans.find(({ name }) => name === 'Free')?.enrichmentPerMinute ?? NaN;
/** What single calls take by the limit: a window for each ten of them. */
const SINGLY_S = (ROWS / free) * 60;

export const fewRowsOnFree: Part = {
	name: 'few-rows-on-free',
	measure: () =>
		withSandbox({ plan: 'free', latencyMs: LATENCY_MS }, async (sandbox) => {
			const throughNode = await loadNode(sandbox, {});
			const seconds = (await timed(() => throughNode(rowsOf(ROWS)))) / 1000;
			const { calls, charged } = await sandbox.report();
			const name = `few-rows-on-free: ${ROWS} rows through one step`;
			return [
				{
					name,
					value: ratio(seconds / SINGLY_S),
					unit: `of ${SINGLY_S} s one by one`,
					atMost: 0.1,
				},
				{ name: `${name}, time`, value: rounded(seconds), unit: 's' },
				{ name: `${name}, credits`, value: charged, unit: 'credits', atMost: PRICE * ROWS },
				{ name: `${name}, requests`, value: calls.length, unit: 'requests' },
			];
		}),
};
