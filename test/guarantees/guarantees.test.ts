import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases, dimensions, PLATFORMS, scenarios } from '../../scripts/guarantees/cases';
import { violationsOf } from '../../scripts/guarantees/judge';
import { runGuarantees } from '../../scripts/guarantees/run';
import { casesTable, dimensionsText } from '../../scripts/guarantees/table';
import { enrich, type OperationId } from '../../shared/providers/enrich';
import { documentedCost } from '../../shared/contract/operation';

/** One case in so many, so that each scenario, fault and platform comes up. */
const SAMPLE = 61;

test('there are at least 500 cases for each platform, each with a name of its own', () => {
	for (const platform of PLATFORMS) {
		const own = cases.filter((one) => one.platform === platform);
		expect(own.length).toBeGreaterThanOrEqual(500);
	}
	expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

test('every operation and every fault is used, and prices are the documented ones', () => {
	const used = scenarios.flatMap(({ faults, then = [], meanwhile = [] }) => [
		...faults,
		...then,
		...meanwhile,
	]);
	expect(new Set(used)).toEqual(new Set(Object.keys(dimensions.faults)));
	expect(new Set(scenarios.flatMap(({ operations }) => operations))).toEqual(
		new Set(Object.keys(dimensions.operations)),
	);
	for (const [name, { operationId = name, credits, billing }] of Object.entries(
		dimensions.operations,
	))
		expect([name, enrich.operations[operationId as OperationId].billing, credits >= 0]).toEqual([
			name,
			billing,
			true,
		]);
	for (const { id, operation, body, price } of cases)
		expect([id, documentedCost(operation, body)]).toEqual([id, price]);
});

test('the table in the documentation is of these cases', () => {
	const text = readFileSync(join(__dirname, '../../docs/guarantees.md'), 'utf8');
	expect(text).toContain(dimensionsText());
	expect(text).toContain(casesTable());
});

test('a second charge, a wrong report and a wrong word are each noticed', () => {
	const [one] = cases.filter(({ scenario }) => scenario === '03-lost-answer');
	const credits = one!.price;
	const said = 'This call may have been charged';
	const failed = { outcome: 'failed', said } as const;
	expect(violationsOf(one!, failed, { charges: 1, credits })).toEqual([]);
	expect(violationsOf(one!, failed, { charges: 2, credits: 2 * credits })).toEqual([
		'charged 2 times',
	]);
	expect(
		violationsOf(one!, { outcome: 'failed', said: 'Nothing was charged' }, { charges: 1, credits }),
	).toHaveLength(2);
	const tooMuch = { outcome: 'found', said, reported: 2 * credits } as const;
	expect(violationsOf(one!, tooMuch, { charges: 1, credits })).toHaveLength(1);
});

test('a sample of the cases holds on both platforms', async () => {
	const sample = cases.filter((_, index) => index % SAMPLE === 0);
	const { failures, cases: count } = await runGuarantees({ cases: sample });
	expect(failures).toEqual([]);
	expect(count).toBe(sample.length);
}, 120_000);
