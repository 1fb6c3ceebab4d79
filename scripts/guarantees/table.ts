import { cases, dimensions, PLATFORMS, scenarios } from './cases';
import type { Report } from './run';

const PLATFORM_NAMES = { n8n: "n8n's engine", zapier: "Zapier's handler" } as const;

const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;

/** How the cases came out, as Markdown tables. */
export function tableOf({ byPlatform, comparison }: Report): string {
	const head = [row('Scenario', ...PLATFORMS.map((one) => PLATFORM_NAMES[one])), '|---|---|---|'];
	const lines = scenarios.map(({ name, description }) =>
		row(
			description,
			...PLATFORMS.map((one) => {
				const { passed = 0, cases: all = 0 } = byPlatform[one].scenarios[name] ?? {};
				return `${passed} of ${all}`;
			}),
		),
	);
	const total = PLATFORMS.map((one) => `${byPlatform[one].passed} of ${byPlatform[one].cases}`);
	return [
		...head,
		...lines,
		row('**All**', ...total),
		'',
		comparisonOf(byPlatform, comparison),
	].join('\n');
}

/** What was paid twice, by us and by what people use instead, as a Markdown table. */
export function comparisonOf(
	byPlatform: Report['byPlatform'],
	comparison: Report['comparison'],
): string {
	const ours = PLATFORMS.map((one) => ({
		name: `Enrich in ${PLATFORM_NAMES[one]}`,
		...byPlatform[one],
	}));
	return [
		row('The same faults, sent by', 'Cases', 'Paid more than once', 'Credits lost by that'),
		'|---|---|---|---|',
		...[...ours, ...comparison].map(({ name, cases, paidTwice, creditsPaidTwice }) =>
			row(name, cases, paidTwice, creditsPaidTwice),
		),
	].join('\n');
}

/** What the cases are made of, as Markdown; it follows from the data alone. */
export function dimensionsText(): string {
	const { operations, faults, retries } = dimensions;
	const list = (names: string[]) => names.join(', ');
	return [
		`- **Operations**: ${list(Object.entries(operations).map(([name, { credits }]) => `${name} (${credits})`))}; in brackets the documented credits, of batches per row`,
		`- **Faults**: ${list(Object.keys(faults))}`,
		'- **When**: before the call is processed (free), or after (charged)',
		'- **How often**: once, twice, always',
		'- **Which calls**: the lookup or the submit itself; of batches also what reads them, and what looks for them in the wallet',
		...PLATFORMS.map(
			(one) =>
				`- **Repeated by ${one === 'n8n' ? 'n8n' : 'Zapier'}**: ${list(Object.entries(retries[one]).map(([name, what]) => `${name} (${what})`))}`,
		),
		'- Of each scenario the first operation meets every one of these settings, the others meet one after the other',
	].join('\n');
}

/** How many cases each scenario has, as a Markdown table; it follows from the data alone. */
export const casesTable = (): string => {
	const count = (platform: string, name?: string) =>
		cases.filter(
			(one) => one.platform === platform && (name === undefined || one.scenario === name),
		).length;
	return [
		row('Scenario', ...PLATFORMS.map((one) => PLATFORM_NAMES[one])),
		'|---|---|---|',
		...scenarios.map(({ name, description }) =>
			row(description, ...PLATFORMS.map((one) => count(one, name))),
		),
		row('**All**', ...PLATFORMS.map((one) => count(one))),
	].join('\n');
};
