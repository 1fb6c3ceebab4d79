import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Sandbox } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import App from '../../zapier/src';
import * as zapierCore from '../../zapier/node_modules/zapier-platform-core';
import type { Bundle } from '../../zapier/node_modules/zapier-platform-core';

type Handler = (event: object) => Promise<{ results: unknown }>;

/** Its published type lacks the handler that Zapier's servers run. */
const zapier = zapierCore as typeof zapierCore & { createAppHandler(app: object): Handler };

export const { createAppTester } = zapier;

// Zapier ends a process that has run often and is large by then; this one runs whatever tests need.
const limits = createRequire(__filename)(
	join(__dirname, '../../zapier/node_modules/zapier-platform-core/src/constants'),
) as { KILL_MIN_LIMIT: number };
limits.KILL_MIN_LIMIT = Infinity;

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

type Params = [key: string, value?: string, ttl?: number, scope?: string[], nx?: boolean];
type Rpc = (method: string, params: Params) => unknown;

/** Zapier's own server for what steps keep and store: its tester's cache knows no expiry and no `nx`. */
const runners = new Map<string, Rpc>();
/** Files that steps have stored, by name. */
export const storedFiles = new Map<string, string>();

const platform = createServer(async (request, response) => {
	const body = await textOf(request);
	if (request.url === '/files') {
		const name = /filename[^=]*="?([^";\r\n]+)/.exec(body)?.[1] ?? '';
		storedFiles.set(name, body);
		return response.writeHead(204).end();
	}
	const { id, method, params } = JSON.parse(body) as { id: string; method: string; params: Params };
	const answer = (more: object) =>
		response
			.writeHead(200, { 'content-type': 'application/json' })
			.end(JSON.stringify({ id, ...more }));
	try {
		const rpc = runners.get(String(request.url)) as Rpc;
		answer({ result: rpc(method, params) });
	} catch (error) {
		answer({ error: String(error) });
	}
});

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

// Whoever has none may not ask; a token would also send the logs away.
process.env.ZAPIER_DEPLOY_KEY = 'test';

let listening: Promise<string> | undefined;
const listen = () =>
	new Promise<string>((resolve) =>
		platform.listen(0, '127.0.0.1', () =>
			resolve(`http://127.0.0.1:${(platform.address() as AddressInfo).port}`),
		),
	);
if (typeof afterAll === 'function')
	afterAll(() => {
		platform.closeAllConnections();
		platform.close();
	});

interface RunnerOptions {
	/** False: the cache fails. */
	hasCache?: boolean;
	/** The cache is too busy to keep anything. */
	isBusy?: boolean;
	/** Prints the logs that Zapier keeps of each request. */
	prints?: boolean;
	/** Leaves out what Zapier prints of each run outside tests. */
	isQuiet?: boolean;
	/** Default: the app as it is. */
	app?: object;
}

/** Runs a step the way Zapier's servers do, with a cache that outlives the run. */
export function zapierRunner({
	hasCache = true,
	isBusy = false,
	prints = false,
	isQuiet,
	app = App,
}: RunnerOptions = {}) {
	const handler = zapier.createAppHandler(app);
	const cache: Record<string, string> = {};
	const expiry: Record<string, number> = {};
	let passedMs = 0;
	const now = () => Date.now() + passedMs;
	const isThere = (key: string) =>
		Object.hasOwn(cache, key) && !(now() >= (expiry[key] ?? Infinity));
	const METHODS: Record<string, (...params: Params) => unknown> = {
		zcache_get: (key) => (isThere(key) ? cache[key] : null),
		zcache_set(key, value = '', ttl, _scope, nx) {
			if (isBusy) return null;
			if (nx && isThere(key)) return false;
			cache[key] = value;
			if (ttl) expiry[key] = now() + ttl * 1000;
			else delete expiry[key];
			return true;
		},
		zcache_delete: (key) => isThere(key) && delete cache[key],
	};
	const path = `/rpc/${runners.size}`;
	runners.set(path, (method, params) => {
		if (method === 'get_presigned_upload_post_data') return upload;
		if (!hasCache) throw new Error('The cache fails');
		return METHODS[method]?.(...params);
	});
	let upload: object;
	const run = async (method: string, bundle: Bundle): Promise<unknown> => {
		const base = await (listening ??= listen());
		upload = { url: `${base}/files`, fields: { key: 'stored' } };
		const event = {
			command: 'execute',
			method,
			bundle,
			logToStdout: prints,
			detailedLogToStdout: prints,
			...(isQuiet && { calledFromCli: true }),
			rpc_base: base + path,
		};
		return (await handler(event)).results;
	};
	return {
		cache,
		run,
		/** Lets what the cache keeps grow older. */
		pass: (ms: number) => void (passedMs += ms),
		create: (key: string, bundle: Bundle) =>
			run(`creates.${key}.operation.perform`, bundle) as Promise<Data>,
		trigger: (key: string, bundle: Bundle) =>
			run(`triggers.${key}.operation.perform`, bundle) as Promise<Data[]>,
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

/** Until the end of each test, throttled runs come back exactly when they may. */
export function withoutJitter(): void {
	beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0));
	afterEach(() => jest.restoreAllMocks());
}

/** Until the end of each test, what takes 24 seconds takes two. */
export function shortenTimeouts(): void {
	beforeEach(() => {
		const wait = setTimeout;
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			const controller = new AbortController();
			wait(() => controller.abort(), ms / 12).unref();
			return controller.signal;
		});
		const shorter = ((work: () => void, ms = 0, ...rest: []) =>
			wait(work, ms >= 2000 ? ms / 12 : ms, ...rest)) as typeof setTimeout;
		jest.spyOn(globalThis, 'setTimeout').mockImplementation(shorter);
	});
	afterEach(() => jest.restoreAllMocks());
}

export interface Definition {
	authentication: { type: string; connectionLabel?: string; fields: Field[] };
	searches: Record<string, ItemDefinition>;
	creates: Record<string, ItemDefinition>;
	triggers: Record<string, ItemDefinition>;
}

export interface ItemDefinition {
	key: string;
	noun: string;
	display: { label: string; description: string; hidden?: boolean };
	operation: {
		inputFields: Field[];
		outputFields: Field[];
		sample: Data;
		/** Of a trigger. */
		type?: string;
		performSubscribe?: unknown;
	};
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
