import { type Sandbox } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import App from '../../zapier/src';
import * as zapierCore from '../../zapier/node_modules/zapier-platform-core';
import type { Bundle } from '../../zapier/node_modules/zapier-platform-core';

type Handler = (event: object) => Promise<{ results: unknown }>;

/** Its published type lacks the handler that Zapier's servers run. */
const zapier = zapierCore as typeof zapierCore & { createAppHandler(app: object): Handler };

export const { createAppTester } = zapier;

/** What Zapier hands to a step. Its tester fills in nothing that is left out. */
export const bundleFor = (
	{ url, apiKey }: Pick<Sandbox, 'url' | 'apiKey'>,
	inputData: Data = {},
	{
		authData = {},
		meta = {},
	}: { authData?: Record<string, string>; meta?: Partial<Bundle['meta']> } = {},
): Bundle => ({
	authData: { apiKey, baseUrl: url, ...authData },
	inputData,
	inputDataRaw: {},
	meta: {
		isBulkRead: false,
		isFillingDynamicDropdown: false,
		isLoadingSample: false,
		isPopulatingDedupe: false,
		isTestingAuth: false,
		limit: -1,
		page: 0,
		timezone: null,
		inputFields: {},
		...meta,
	},
});

interface RunnerOptions {
	/** False: the cache fails. */
	hasCache?: boolean;
	/** Prints the logs that Zapier keeps of each request. */
	prints?: boolean;
	/** Leaves out what Zapier prints of each run outside tests. */
	isQuiet?: boolean;
}

/** Runs a step the way Zapier's servers do, with a cache that outlives the run. */
export function zapierRunner({ hasCache = true, prints = false, isQuiet }: RunnerOptions = {}) {
	const handler = zapier.createAppHandler(App);
	const cache: Record<string, string> = {};
	const run = async (method: string, bundle: Bundle): Promise<unknown> => {
		const event = {
			command: 'execute',
			method,
			bundle,
			logToStdout: prints,
			detailedLogToStdout: prints,
			...(isQuiet && { calledFromCli: true }),
			...(hasCache && { zcacheTestObj: cache }),
		};
		return (await handler(event)).results;
	};
	return {
		cache,
		run,
		search: (key: string, bundle: Bundle) =>
			run(`searches.${key}.operation.perform`, bundle) as Promise<Data[]>,
		connect: (bundle: Bundle) => run('authentication.test', bundle) as Promise<Data>,
	};
}

/** Zapier's errors carry their details as JSON in the message. */
export interface ZapierFailure {
	name: string;
	message: string;
	code?: string;
	status?: number;
	delay?: number;
}

export async function failureOf(work: Promise<unknown>): Promise<ZapierFailure> {
	try {
		await work;
	} catch (thrown) {
		const { name } = thrown as Error;
		// Under test, and only then, Zapier adds what led to the error.
		const [message = ''] = (thrown as Error).message.split('\nWhat happened:');
		const isJson = message.startsWith('{');
		const details = isJson ? (JSON.parse(message) as Omit<ZapierFailure, 'name'>) : { message };
		return { name, ...details };
	}
	throw new Error('It was expected to end in an error');
}

/** Until the end of each test, what takes 25 seconds takes two. */
export function shortenTimeouts(): void {
	beforeEach(() => {
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			const controller = new AbortController();
			setTimeout(() => controller.abort(), ms / 12).unref();
			return controller.signal;
		});
	});
	afterEach(() => jest.restoreAllMocks());
}

export interface Definition {
	authentication: { type: string; connectionLabel?: string; fields: Field[] };
	searches: Record<string, SearchDefinition>;
	triggers?: Record<string, TriggerDefinition>;
}

export interface SearchDefinition {
	key: string;
	noun: string;
	display: { label: string; description: string };
	operation: { inputFields: Field[]; outputFields: Field[]; sample: Data };
}

export interface TriggerDefinition {
	display: { label: string; description: string };
	operation: { type?: string; performSubscribe?: unknown };
}

export interface Field {
	key: string;
	label?: string;
	type?: string;
	required?: boolean;
	list?: boolean;
	helpText?: string;
	placeholder?: string;
	default?: string;
	children?: Field[];
	[key: string]: unknown;
}

export const validationOf = async (app: object) =>
	(await zapier.createAppHandler(app)({ command: 'validate' })).results;

export async function definitionOf(app: object): Promise<Definition> {
	return (await zapier.createAppHandler(app)({ command: 'definition' })).results as Definition;
}

export { App };
