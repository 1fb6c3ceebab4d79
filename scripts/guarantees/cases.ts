/** The cases of the never-pay-twice suite: test/guarantees/*.json, each scenario's dimensions crossed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FaultRule } from '../../sandbox/faults';
import { type Batch, batchStartedBy } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { enrich, type OperationId } from '../../shared/providers/enrich';

const FOLDER = join(__dirname, '../../test/guarantees');
const DIMENSIONS = 'dimensions.json';

export type Platform = 'n8n' | 'zapier';
export const PLATFORMS: readonly Platform[] = ['n8n', 'zapier'];

const input = z.record(z.string(), z.unknown());
const filledIn = z.strictObject({ n8n: input.optional(), zapier: input.optional() });
const dimensionsSchema = z.strictObject({
	description: z.string(),
	/** By name: the operation, and what else tells its entries apart. */
	operations: z.record(
		z.string(),
		z.strictObject({
			/** Default: the name. */
			operationId: z.string().optional(),
			/** Default: both. */
			platforms: z.array(z.enum(['n8n', 'zapier'])).optional(),
			billing: z.string(),
			/** What the call costs; of a batch, each row. */
			credits: z.int(),
			/** What the API takes; of a batch, its rows. */
			hit: z.union([input, z.array(input)]),
			miss: input.optional(),
			/** What users fill in, where that is something else. */
			filledIn: filledIn.optional(),
			missFilledIn: filledIn.optional(),
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
	/** Default: both. */
	platforms: z.array(z.enum(['n8n', 'zapier'])).optional(),
	/** Which calls meet the faults: of a batch also what reads it, for free. Default: the operation's own. */
	hits: z.array(z.enum(['call', 'status', 'results', 'transactions'])).optional(),
	faults: z.array(z.string()),
	when: z.array(z.enum(['before', 'after'])).optional(),
	/** How often in a row; null: always. */
	times: z.array(z.int().nullable()).optional(),
	/** What the next call meets, once. */
	then: z.array(z.string()).optional(),
	/** What each look at the account's charges meets from then on. */
	meanwhile: z.array(z.string()).optional(),
	expect: expectSchema,
});
export type Scenario = z.output<typeof scenarioSchema> & { name: string };

export interface Case {
	id: string;
	scenario: string;
	/** The same for cases that differ by platform or retry setting alone. */
	meeting: string;
	platform: Platform;
	operation: Operation;
	/** Undefined: it is no submit of a batch. */
	batch?: Batch;
	/** Credits of the whole call, as documented. */
	price: number;
	/** What the API takes. */
	body: Data;
	/** What users fill in, row by row. */
	rows: Data[];
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

/** Looks at the charges before a submit; a Zapier step has less time. */
const LOOKS_BEFORE = { n8n: 2, zapier: 1 };
const TRANSACTIONS = 'getWalletTransactions' satisfies OperationId;

/** What calls meet: which of them, when and how often, and what follows or happens meanwhile. */
function meetings(
	scenario: Scenario,
	platform: Platform,
	operation: Operation,
	batch: Batch | undefined,
): Meets[] {
	const { faults, hits = ['call'], when = [], times = [], then, meanwhile } = scenario;
	const ids = {
		call: operation.operationId,
		status: batch?.status.operationId,
		results: batch?.results.operationId,
		transactions: TRANSACTIONS,
	};
	if (faults.length === 0) return [{ label: 'no fault', rules: [] }];
	const crossed = hits.flatMap((hit) =>
		faults.flatMap((fault) =>
			when.flatMap((moment) => times.map((count) => ({ hit, fault, moment, count }))),
		),
	);
	return crossed.flatMap(({ hit, fault, moment, count }) => {
		const rule = (name: string, of: keyof typeof ids, more: Omit<FaultRule, 'kind'>): FaultRule => {
			const operationId = ids[of];
			if (operationId === undefined) throw new Error(`${operation.operationId} has no ${of}`);
			return { ...named(dimensions.faults, name), operationId, ...more };
		};
		const first = rule(fault, hit, { when: moment, times: count });
		const often = count === null ? 'always' : `${count}×`;
		const label = [hit === 'call' ? [] : hit, fault, `${moment}, ${often}`].flat().join(' ');
		return [
			...(then ?? []).map((next) => ({
				label: `${label}, then ${next}`,
				rules: [first, rule(next, hit, { when: 'before', times: 1, skip: 1 })],
			})),
			...(meanwhile ?? []).map((other) => ({
				label: `${label}, meanwhile transactions ${other}`,
				rules: [
					first,
					rule(other, 'transactions', {
						when: 'before',
						times: null,
						skip: LOOKS_BEFORE[platform],
					}),
				],
			})),
			...(then || meanwhile ? [] : [{ label, rules: [first] }]),
		];
	});
}

/**
 * A scenario's first operation meets every retry setting; those after it, which take the same way,
 * meet one after the other.
 */
function casesOf(scenario: Scenario, name: string, platform: Platform): Case[] {
	const isFirst = name === scenario.operations[0] || scenario.faults.length === 0;
	const retries = Object.keys(dimensions.retries[platform]);
	let turn = scenario.operations.indexOf(name);
	const entry = named(dimensions.operations, name);
	const operation = enrich.operations[(entry.operationId ?? name) as OperationId] as Operation;
	const batch = batchStartedBy(enrich.batches, operation);
	return scenario.inputs.flatMap((kind) => {
		const chosen = entry[kind];
		if (!chosen) throw new Error(`${name} has no miss`);
		const given = [chosen].flat();
		const filledIn = (kind === 'hit' ? entry.filledIn : entry.missFilledIn)?.[platform];
		return meetings(scenario, platform, operation, batch).flatMap(({ label, rules }) =>
			(isFirst ? retries : [retries[turn++ % retries.length] as string]).map(
				(retry): Case => ({
					id: [scenario.name, platform, name, label, retry].join(' / '),
					scenario: scenario.name,
					meeting: [scenario.name, name, label].join(' / '),
					...{ platform, operation, batch, retry },
					price: entry.credits * given.length,
					body: batch ? batch.toBody(given) : (given[0] as Data),
					rows: filledIn ? [filledIn] : given,
					faults: rules,
					expect: scenario.expect,
				}),
			),
		);
	});
}

export const cases: readonly Case[] = scenarios.flatMap((scenario) =>
	(scenario.platforms ?? PLATFORMS).flatMap((platform) =>
		scenario.operations
			.filter((name) =>
				(named(dimensions.operations, name).platforms ?? PLATFORMS).includes(platform),
			)
			.flatMap((name) => casesOf(scenario, name, platform)),
	),
);
