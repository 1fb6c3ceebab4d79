import { join } from 'node:path';
import type { IDataObject, IExecuteContextData } from 'n8n-workflow';
import {
	type CredentialData,
	type Engine,
	type EngineResult,
	loadEngine,
	type NodeResult,
	type WorkflowJson,
} from './n8nEngine';
import { type Sandbox, type SandboxOptions, startSandbox } from '../sandbox/server';
import type { FaultRule } from '../sandbox/faults';
import publishing from '../publishing.json';
import { kit } from '../nodes/Enrich/catalog';
import { placedOperations } from '../nodes/shared/kit';

export const ROOT = join(__dirname, '..');
const CUFINDER = join(ROOT, publishing.packages.cufinder);

/** What the Enrich node offers. */
export const placed = placedOperations(kit);

type Json = Record<string, unknown>;
const to = (node: string) => [{ node, type: 'main', index: 0 }];

export interface Shape {
	/** Names of the NoOps, one per output of the Enrich node. */
	outputs?: string[];
	/** Settings of the node itself, such as `onError` and `retryOnFail`. */
	settings?: object;
}

/** The Enrich node as it stands in a workflow. */
export const enrichNode = (parameters: object, settings: object = {}, name = 'Enrich') => ({
	name,
	type: 'n8n-nodes-enrich.enrich',
	parameters,
	credentials: { enrichApi: { id: '1', name: 'Enrich account' } },
	...settings,
});

/** Trigger → Enrich → one NoOp per output. */
export function enrichWorkflow(
	parameters: object,
	{ outputs = ['Out'], settings = {} }: Shape = {},
): WorkflowJson {
	return {
		nodes: [
			{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' },
			enrichNode(parameters, settings),
			...outputs.map((name) => ({ name, type: 'n8n-nodes-base.noOp' })),
		],
		connections: {
			Trigger: { main: [to('Enrich')] },
			Enrich: { main: outputs.map(to) },
		},
	};
}

/** Trigger → the nodes, one after the other. */
export const chain = (...nodes: { name: string }[]): WorkflowJson => ({
	nodes: [{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' }, ...nodes],
	connections: Object.fromEntries(
		nodes.map(({ name }, i) => [nodes[i - 1]?.name ?? 'Trigger', { main: [to(name)] }]),
	),
});

/** Parameters of the operations that most tests use. */
export const find = (more: object = {}) => ({
	resource: 'email',
	operation: 'find',
	firstName: '={{ $json.first }}',
	lastName: '={{ $json.last }}',
	domain: '={{ $json.domain }}',
	...more,
});
export const validate = (more: object = {}) => ({
	resource: 'email',
	operation: 'validate',
	email: '={{ $json.email }}',
	...more,
});

/** Rows that the sandbox answers for certain. */
export const FOUND = { first: 'Emily', last: 'Zhang', domain: 'figma.com' };
export const NOT_FOUND = { first: 'Thomas', last: 'Nobody', domain: 'acme.com' };
export const UNUSABLE = { first: 'Priya', last: 'Patel', domain: 'Notion Labs' };
export const BLANK = { first: '', last: '', domain: '' };
/** Addresses whose check is charged for certain: 1 credit each. */
export const addresses = (count: number) =>
	Array.from({ length: count }, (_, i) => ({ email: `valid.${i + 1}@example.com`, row: i + 1 }));

export interface RunOptions extends Shape {
	contextData?: IExecuteContextData;
	credentials?: CredentialData;
	signal?: AbortSignal;
	/** An execution that waits, and whose time is over. */
	waited?: EngineResult;
}

export interface Bench {
	engine: Engine;
	sandbox: Sandbox;
	run(parameters: object, items: readonly object[], options?: RunOptions): Promise<EngineResult>;
	/** Any workflow, with the sandbox's credential. */
	runAll(
		workflow: WorkflowJson,
		items: readonly object[],
		options?: Omit<RunOptions, keyof Shape>,
	): Promise<EngineResult>;
	fault(rule: FaultRule): void;
	/** How often a call was sent whose input holds this text. */
	sent(part: string): number;
}

/** n8n's engine with the built packages, and a sandbox that is as at the start before each test. */
export function bench(options: SandboxOptions = {}): Bench {
	let engine: Engine;
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await startSandbox({ plan: 'unlimited', ...options });
		engine = await loadEngine({
			packageDirs: [ROOT, CUFINDER],
			credentials: {
				enrichApi: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
				cufinderApi: { apiKey: sandbox.cufinder.apiKey, baseUrl: sandbox.cufinder.url },
			},
		});
	}, 60_000);
	afterAll(async () => sandbox.close());
	beforeEach(() => sandbox.reset());
	return {
		get engine() {
			return engine;
		},
		get sandbox() {
			return sandbox;
		},
		run: (parameters, items, { outputs, settings, ...rest } = {}) =>
			engine.run(enrichWorkflow(parameters, { outputs, settings }), {
				items: items as IDataObject[],
				...rest,
			}),
		runAll: (workflow, items, rest = {}) =>
			engine.run(workflow, { items: items as IDataObject[], ...rest }),
		fault: (rule) => sandbox.fault(rule),
		sent: (part) =>
			sandbox.requests.filter(({ input }) => JSON.stringify(input).includes(part)).length,
	};
}

export const jsonOf = (result: NodeResult, output = 0): Json[] =>
	(result.outputs[output] ?? []).map(({ json }) => json);
export const outcomesOf = (result: NodeResult, output = 0) =>
	jsonOf(result, output).map(({ outcome }) => outcome);
