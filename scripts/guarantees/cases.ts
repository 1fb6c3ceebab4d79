/** The cases of the never-pay-twice suite: test/guarantees/*.json, each scenario's dimensions crossed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FaultRule } from '../../sandbox/faults';
import type { Data } from '../../shared/contract/data';

const FOLDER = join(__dirname, '../../test/guarantees');
const DIMENSIONS = 'dimensions.json';

export type Platform = 'n8n' | 'zapier';
export const PLATFORMS: readonly Platform[] = ['n8n', 'zapier'];

const input = z.record(z.string(), z.string());
const dimensionsSchema = z.strictObject({
	description: z.string(),
	operations: z.record(
		z.string(),
		z.strictObject({
			billing: z.string(),
			credits: z.int(),
			hit: input,
			miss: input.optional(),
		}),
	),
	faults: z.record(
		z.string(),
		z.strictObject({
			kind: z.enum(['reset', 'timeout', 'truncate', 'html', 'empty', 'status']),
			status: z.int().optional(),
			headers: z.record(z.string(), z.string()).optional(),
		}),
	),
	retries: z.strictObject({
		n8n: z.record(z.string(), z.string()),
		zapier: z.record(z.string(), z.string()),
	}),
});

const expectSchema = z.strictObject({
	/** How often the documented price may be charged. */
	charges: z.strictObject({ least: z.int(), most: z.int() }),
	outcomes: z.array(z.enum(['found', 'notFound', 'failed'])),
	/** Found is charged once, failed not at all. */
	isPaidIfFound: z.boolean().optional(),
	/** What is reported as charged equals the ledger, or else is said to be unclear. */
	reports: z.enum(['exactly', 'exactlyOrUnclear']),
	/** Where the outcome is failed. */
	mustSay: z.array(z.string()).optional(),
	mustNotSay: z.array(z.string()),
});
export type Expectation = z.output<typeof expectSchema>;

const scenarioSchema = z.strictObject({
	description: z.string(),
	inputs: z.array(z.enum(['hit', 'miss'])),
	operations: z.array(z.string()),
	faults: z.array(z.string()),
	when: z.array(z.enum(['before', 'after'])).optional(),
	/** How often in a row; null: always. */
	times: z.array(z.int().nullable()).optional(),
	/** What the next call meets, once. */
	then: z.array(z.string()).optional(),
	expect: expectSchema,
});
export type Scenario = z.output<typeof scenarioSchema> & { name: string };

export interface Case {
	id: string;
	scenario: string;
	platform: Platform;
	operationId: string;
	/** Credits, as documented. */
	price: number;
	input: Data;
	/** In the order in which calls meet them. */
	faults: FaultRule[];
	retry: string;
	expect: Expectation;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));

export const dimensions = dimensionsSchema.parse(read(DIMENSIONS));

export const scenarios: readonly Scenario[] = readdirSync(FOLDER)
	.filter((name) => name.endsWith('.json') && name !== DIMENSIONS)
	.sort()
	.map((name) => ({ name: name.replace('.json', ''), ...scenarioSchema.parse(read(name)) }));

/** An entry of a dimension; throws where a scenario names one that is not there. */
function named<T>(list: Record<string, T>, name: string): T {
	const entry = list[name];
	if (entry === undefined) throw new Error(`No "${name}" in ${DIMENSIONS}`);
	return entry;
}

interface Meets {
	label: string;
	rules: FaultRule[];
}

/** What calls meet: each fault of a scenario, when and how often it happens, and what follows. */
function meetings({ faults, when = [], times = [], then }: Scenario): Meets[] {
	if (faults.length === 0) return [{ label: 'no fault', rules: [] }];
	return faults.flatMap((fault) =>
		when.flatMap((moment) =>
			times.flatMap((count) =>
				(then ?? [undefined]).map((next): Meets => {
					const first = { ...named(dimensions.faults, fault), when: moment, times: count };
					const often = count === null ? 'always' : `${count}×`;
					const label = `${fault} ${moment}, ${often}`;
					if (next === undefined) return { label, rules: [first] };
					const second = {
						...named(dimensions.faults, next),
						when: 'before' as const,
						times: 1,
						skip: 1,
					};
					return { label: `${label}, then ${next}`, rules: [first, second] };
				}),
			),
		),
	);
}

export const cases: readonly Case[] = scenarios.flatMap((scenario) =>
	PLATFORMS.flatMap((platform) =>
		scenario.operations.flatMap((operationId) => {
			const { credits, hit, miss } = named(dimensions.operations, operationId);
			return scenario.inputs.flatMap((kind) =>
				meetings(scenario).flatMap(({ label, rules }) =>
					Object.keys(dimensions.retries[platform]).map((retry): Case => {
						const chosen = kind === 'hit' ? hit : miss;
						if (!chosen) throw new Error(`${operationId} has no miss`);
						return {
							id: [scenario.name, platform, operationId, label, retry].join(' / '),
							scenario: scenario.name,
							...{ platform, operationId, price: credits, input: chosen, retry },
							faults: rules.map((rule) => ({ ...rule, operationId })),
							expect: scenario.expect,
						};
					}),
				),
			);
		}),
	),
);
