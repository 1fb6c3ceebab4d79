/**
 * Runs a workflow JSON in n8n's own engine (n8n-core) inside this process: no server, no database.
 *
 * Only what n8n's server would add is supplied here: the start node, the credentials and the
 * execution's surroundings (ids, URLs, hooks). Routing, retries, item linking, expressions and
 * HTTP helpers are n8n's.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PackageDirectoryLoader } from 'n8n-core';
import type {
	ExecutionError,
	ExecutionStatus,
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	ICredentialType,
	IDataObject,
	IExecuteContextData,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	INodeTypes,
	IRun,
	ITaskData,
	IVersionedNodeType,
	IWebhookData,
	IWebhookResponseData,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	NodeExecutionHint,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** Decrypted credential data by credential type, e.g. `{ enrichApi: { apiKey: '…' } }`. */
export type CredentialData = Record<string, Record<string, unknown>>;

/** A workflow as n8n exports it. Loosely typed, so that a JSON file can be imported and passed in. */
export interface WorkflowJson {
	id?: string;
	name?: string;
	/** Only `name` and `type` are required on a node. */
	nodes: object[];
	connections: object;
	settings?: object;
	staticData?: object | null;
	pinData?: Record<string, object[]>;
}

export interface EngineOptions {
	/** Directories whose package.json lists nodes and credentials; default: the repository root alone. */
	packageDirs?: string[];
	/** Used by every run that does not bring its own. */
	credentials?: CredentialData;
}

export interface RunOptions {
	/** What the trigger emits, as items or plain rows; default: its pinned data, else one empty item. */
	items?: ReadonlyArray<INodeExecutionData | IDataObject>;
	/** Aborting it cancels the execution, as the editor's stop button does. */
	signal?: AbortSignal;
	/** Merged over the engine's credentials, type by type. */
	credentials?: CredentialData;
	/** Earlier `getContext()` data, keyed `node:<name>` or `flow`. */
	contextData?: IExecuteContextData;
	/** Default: `manual`. */
	mode?: WorkflowExecuteMode;
	/** Goes on with an execution that waits, as n8n does when its time is over. */
	waited?: EngineResult;
}

/** A call of a trigger's address. */
export interface WebhookCall {
	/** With its body, query and `rawBody`, as n8n's server has read them. */
	request: object;
	response: object;
	/** What the workflow remembers from one call to the next; changed in place. */
	staticData: IDataObject;
	/** `manual`: the editor listens for a test. Default: `webhook`. */
	mode?: WorkflowExecuteMode;
}

/** One run of one node. */
export interface NodeResult {
	status: ExecutionStatus | undefined;
	/** Items per output, in the order of the node's outputs. */
	outputs: INodeExecutionData[][];
	/** What the node threw, also when it continues on errors. */
	error?: ExecutionError;
	hints: NodeExecutionHint[];
	/** How often n8n called the node; above 1 only with 'Retry On Fail'. */
	tries: number;
	startTime: number;
	executionTime: number;
}

export interface EngineResult {
	executionId: string;
	status: ExecutionStatus;
	error?: ExecutionError;
	/** The node's last run; throws if it never ran. */
	node(name: string): NodeResult;
	/** All runs of the node; empty if it never ran. */
	runs(name: string): NodeResult[];
	/** The items of all outputs of the node that ran last. */
	last: INodeExecutionData[];
	raw: IRun;
}

export interface Engine {
	/** The first package: its node and credential types after n8n's own checks. */
	loader: PackageDirectoryLoader;
	/** All packages, in the order of their directories. */
	loaders: PackageDirectoryLoader[];
	/** Hands a call to a trigger's webhook, as n8n's server does before it starts the workflow. */
	webhook(workflow: WorkflowJson, call: WebhookCall): Promise<IWebhookResponseData>;
	/** Rejects only if the workflow cannot start (no trigger, unknown type, missing required parameter). */
	run(workflow: WorkflowJson, options?: RunOptions): Promise<EngineResult>;
	/** The workflow's polling trigger as an active workflow has it; `staticData` is what it remembers. */
	activate(workflow: WorkflowJson, options?: PollOptions): Poller;
}

export interface PollOptions extends Pick<RunOptions, 'credentials'> {
	/** How long a poll may take; default: n8n's own. */
	pollBudgetMs?: number;
}

/** A polling trigger of an active workflow. */
export interface Poller {
	/** The items that start the workflow; none: it does not start. Rejects with what the node throws. */
	poll(): Promise<INodeExecutionData[]>;
	/** What n8n would save of the workflow: to be given to another one as its `staticData`. */
	readonly staticData: IDataObject;
}

// One folder per process; n8n creates it on the first execution, and each run removes it again.
const userFolder = join(tmpdir(), `n8n-engine-${randomUUID()}`);

/** Loads n8n on demand: it takes a second or two and reads its settings from the environment. */
function loadN8n() {
	process.env.N8N_USER_FOLDER = userFolder;
	process.env.N8N_DIAGNOSTICS_ENABLED = 'false';
	process.env.N8N_LOG_LEVEL ??= 'silent';
	// Not `import()`: that would give us another copy of n8n-workflow than the engine and the nodes have.
	const load = createRequire(__filename);
	return {
		...(load('n8n-core') as typeof import('n8n-core')),
		...(load('n8n-workflow') as typeof import('n8n-workflow')),
	};
}
type N8n = ReturnType<typeof loadN8n>;
type Loaders = PackageDirectoryLoader[];

/** Loads the packages' node and credential types once; the returned engine can run any number of workflows. */
export async function loadEngine(options: EngineOptions = {}): Promise<Engine> {
	const n8n = loadN8n();
	const loaders: Loaders = [];
	for (const directory of options.packageDirs ?? [resolve(__dirname, '..')]) {
		const loader = new n8n.PackageDirectoryLoader(directory);
		await loader.loadAll();
		loaders.push(loader);
	}
	return {
		loader: loaders[0] as PackageDirectoryLoader,
		loaders,
		webhook: async (workflow, call) =>
			await runWebhook(n8n, loaders, workflow, call, options.credentials ?? {}),
		run: async (workflow, runOptions = {}) =>
			await runWorkflow(n8n, loaders, workflow, {
				...runOptions,
				credentials: { ...options.credentials, ...runOptions.credentials },
			}),
		activate: (workflow, pollOptions = {}) =>
			createPoller(n8n, loaders, workflow, {
				...pollOptions,
				credentials: { ...options.credentials, ...pollOptions.credentials },
			}),
	};
}

function createPoller(
	n8n: N8n,
	loaders: Loaders,
	json: WorkflowJson,
	{ credentials = {}, pollBudgetMs }: PollOptions,
): Poller {
	const nodeTypes = createNodeTypes(n8n, loaders, () => {});
	const workflow = new n8n.Workflow({ ...toWorkflowBase(n8n.deepCopy(json)), nodeTypes });
	const [node] = workflow.getPollNodes();
	if (!node) throw new n8n.UserError('The workflow has no polling trigger');
	const additionalData = createAdditionalData(
		n8n,
		createCredentialsHelper(n8n, loaders, credentials),
	);
	const context = new n8n.PollContext(workflow, node, additionalData, 'trigger', 'activate');
	if (pollBudgetMs) Object.assign(context, { getPollBudgetMs: () => pollBudgetMs });
	const { poll } = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
	return {
		poll: async () => {
			try {
				return (await poll?.call(context))?.flat() ?? [];
			} finally {
				rmSync(userFolder, { recursive: true, force: true });
			}
		},
		get staticData() {
			return n8n.deepCopy(workflow.staticData);
		},
	};
}

async function runWebhook(
	n8n: N8n,
	loaders: Loaders,
	json: WorkflowJson,
	{ request, response, staticData, mode = 'webhook' }: WebhookCall,
	credentials: CredentialData,
): Promise<IWebhookResponseData> {
	const nodeTypes = createNodeTypes(n8n, loaders, () => {});
	// As it is read from the database for each call.
	const loaded = Object.keys(staticData).length > 0 ? n8n.deepCopy(staticData) : undefined;
	const base = { ...toWorkflowBase(json), staticData: loaded, nodeTypes };
	const workflow = new n8n.Workflow(base);
	const typeOf = ({ type, typeVersion }: INode) => nodeTypes.getByNameAndVersion(type, typeVersion);
	const node = Object.values(workflow.nodes).find((one) => typeOf(one).webhook);
	if (!node) throw new n8n.UserError('The workflow has no trigger with a webhook');
	const { webhook, description } = typeOf(node);
	const additionalData = createAdditionalData(
		n8n,
		createCredentialsHelper(n8n, loaders, credentials),
	);
	Object.assign(additionalData, { httpRequest: request, httpResponse: response });
	const webhookData = {
		node: node.name,
		webhookDescription: description.webhooks?.[0],
		workflowExecuteAdditionalData: additionalData,
	} as unknown as IWebhookData;
	const context = new n8n.WebhookContext(
		workflow,
		node,
		additionalData,
		mode,
		webhookData,
		[],
		null,
	);
	const answer = (await webhook?.call(context)) ?? {};
	// n8n starts the workflow with the same data, and then saves what still counts as changed.
	if (answer.workflowData && !answer.noWebhookResponse) new n8n.Workflow(base);
	if ((workflow.staticData as { __dataChanged?: boolean }).__dataChanged)
		Object.assign(staticData, n8n.deepCopy(workflow.staticData));
	return answer;
}

async function runWorkflow(
	n8n: N8n,
	loaders: Loaders,
	json: WorkflowJson,
	options: RunOptions,
): Promise<EngineResult> {
	const mode = options.mode ?? 'manual';
	const executionId = options.waited?.executionId ?? randomUUID();
	const workflowData = toWorkflowBase(n8n.deepCopy(json));
	const tries = new Map<number, number>();
	let executionIndex = 0;

	const nodeTypes = createNodeTypes(n8n, loaders, () =>
		tries.set(executionIndex, (tries.get(executionIndex) ?? 0) + 1),
	);
	const workflow = new n8n.Workflow({ ...workflowData, nodeTypes });
	const start = Object.values(workflow.nodes).find(
		(node) =>
			!node.disabled &&
			nodeTypes
				.getByNameAndVersion(node.type, node.typeVersion)
				.description.group.includes('trigger'),
	);
	if (!start) throw new n8n.UserError('The workflow has no trigger to start from');

	const hooks = new n8n.ExecutionLifecycleHooks(mode, executionId, workflowData);
	hooks.addHandler('nodeExecuteBefore', (_name, task) => {
		executionIndex = task.executionIndex;
	});

	const items = toItems(options.items ?? workflowData.pinData?.[start.name] ?? [{}]);
	const executionData = options.waited
		? asStored(options.waited)
		: n8n.createRunExecutionData({
				startData: {},
				executionData: {
					contextData: n8n.deepCopy(options.contextData ?? {}),
					nodeExecutionStack: [{ node: start, data: { main: [items] }, source: null }],
				},
			});
	const additionalData = createAdditionalData(
		n8n,
		createCredentialsHelper(n8n, loaders, options.credentials ?? {}),
	);
	Object.assign(additionalData, { executionId, workflowId: workflow.id, hooks });

	const execution = new n8n.WorkflowExecute(
		additionalData,
		mode,
		executionData,
	).processRunExecutionData(workflow);
	const cancel = () => execution.cancel();
	if (options.signal?.aborted) cancel();
	options.signal?.addEventListener('abort', cancel, { once: true });
	try {
		return toResult(executionId, await execution, tries);
	} finally {
		options.signal?.removeEventListener('abort', cancel);
		rmSync(userFolder, { recursive: true, force: true });
	}
}

/** n8n stores executions as JSON. */
const asStored = ({ raw }: EngineResult): IRun['data'] =>
	JSON.parse(JSON.stringify(raw.data)) as IRun['data'];

function toResult(executionId: string, raw: IRun, tries: Map<number, number>): EngineResult {
	const { runData, lastNodeExecuted, error } = raw.data.resultData;
	const runs = (name: string) =>
		(runData[name] ?? []).map(
			(task: ITaskData): NodeResult => ({
				status: task.executionStatus,
				outputs: (task.data?.main ?? []).map((items) => items ?? []),
				error: task.error,
				hints: task.hints ?? [],
				tries: tries.get(task.executionIndex) ?? 0,
				startTime: task.startTime,
				executionTime: task.executionTime,
			}),
		);
	const node = (name: string) => {
		const last = runs(name).at(-1);
		if (!last) throw new Error(`Node "${name}" did not run`);
		return last;
	};
	const last =
		lastNodeExecuted === undefined ? [] : (runs(lastNodeExecuted).at(-1)?.outputs.flat() ?? []);
	return { executionId, status: raw.status, error, node, runs, last, raw };
}

/** Fills in what n8n's editor and database always write. */
function toWorkflowBase(json: WorkflowJson): IWorkflowBase {
	const now = new Date();
	const nodes = (json.nodes as Array<Partial<INode> & Pick<INode, 'name' | 'type'>>).map(
		(node) => ({
			id: node.name,
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters: {},
			...node,
		}),
	);
	return {
		name: 'Workflow',
		isArchived: false,
		createdAt: now,
		updatedAt: now,
		activeVersionId: null,
		...(json as Partial<IWorkflowBase>),
		id: json.id ?? 'workflow',
		active: false,
		nodes,
		connections: json.connections as IWorkflowBase['connections'],
		staticData: (json.staticData ?? undefined) as IDataObject | undefined,
		settings: { executionOrder: 'v1', ...json.settings },
	};
}

/** Accepts n8n items and plain rows; the items are new objects, because nodes may change their input. */
function toItems(rows: ReadonlyArray<object>): INodeExecutionData[] {
	return rows.map((row) =>
		'json' in row ? { ...(row as INodeExecutionData) } : { json: row as IDataObject },
	);
}

/** Stand-ins for the few n8n-nodes-base types that do nothing but hand on their items. */
const passThrough = (
	name: string,
	group: INodeTypeDescription['group'],
	main: ['main'] | [],
): INodeType => ({
	description: {
		displayName: name,
		name,
		group,
		version: 1,
		description: '',
		defaults: { name },
		inputs: group.includes('trigger') ? [] : main,
		outputs: main,
		properties: [],
	},
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
});
const baseNodes: Record<string, INodeType> = {
	'n8n-nodes-base.manualTrigger': passThrough('manualTrigger', ['trigger'], ['main']),
	'n8n-nodes-base.noOp': passThrough('noOp', ['organization'], ['main']),
	'n8n-nodes-base.stickyNote': passThrough('stickyNote', ['input'], []),
};

function createNodeTypes(n8n: N8n, loaders: Loaders, onExecute: () => void): INodeTypes {
	const counted = new Map<INodeType, INodeType>();
	const getByName = (type: string): INodeType | IVersionedNodeType => {
		const [packageName, name = ''] = type.split('.');
		const loader = loaders.find((one) => one.packageName === packageName);
		// n8n makes a tool for AI agents of a node, by this name.
		const ofTool = loader?.nodeTypes[name.replace(/Tool$/, '')]?.type;
		const found = baseNodes[type] ?? loader?.nodeTypes[name]?.type ?? ofTool;
		if (!found) throw new n8n.UserError(`Unknown node type "${type}"`);
		return found;
	};
	const getByNameAndVersion = (type: string, version?: number): INodeType => {
		const nodeType = n8n.NodeHelpers.getVersionedNodeType(getByName(type), version);
		const { execute } = nodeType;
		if (!execute) return nodeType;
		if (!counted.has(nodeType)) {
			// n8n does not report tries, so each run gets node types that count their calls.
			const wrapper = Object.create(nodeType) as INodeType;
			wrapper.execute = async function (this: IExecuteFunctions, ...args) {
				onExecute();
				return await execute.apply(this, args);
			};
			counted.set(nodeType, wrapper);
		}
		return counted.get(nodeType) as INodeType;
	};
	return { getByName, getByNameAndVersion, getKnownTypes: () => ({}) };
}

/** Does what n8n's server does with stored credentials, minus the storing. */
function createCredentialsHelper(
	n8n: N8n,
	loaders: Loaders,
	data: CredentialData,
): ICredentialsHelper {
	const loaderOf = (name: string) =>
		loaders.find(({ credentialTypes }) => Object.hasOwn(credentialTypes, name)) ??
		(loaders[0] as PackageDirectoryLoader);
	const typeOf = (name: string): ICredentialType => loaderOf(name).getCredential(name).type;
	const getParentTypes = (name: string): string[] =>
		(loaderOf(name).credentialTypes[name]?.type.extends ?? []).flatMap((parent) => [
			parent,
			...getParentTypes(parent),
		]);
	const getCredentialsProperties = (name: string): INodeProperties[] => {
		const properties: INodeProperties[] = [];
		for (const parent of typeOf(name).extends ?? [])
			n8n.NodeHelpers.mergeNodeProperties(properties, getCredentialsProperties(parent));
		n8n.NodeHelpers.mergeNodeProperties(properties, typeOf(name).properties);
		return properties;
	};
	const runPreAuthentication: ICredentialsHelper['runPreAuthentication'] = async (
		helpers,
		credentials,
		name,
	) =>
		(await typeOf(name).preAuthentication?.call(helpers, credentials)) as
			| ICredentialDataDecryptedObject
			| undefined;

	return {
		getParentTypes,
		getCredentialsProperties,
		runPreAuthentication,
		isCredentialUsableByNode(name, nodeType) {
			const loader = loaderOf(name);
			const type = loader.credentialTypes[name]?.type;
			const supported = type?.supportedNodes?.map((node) => `${loader.packageName}.${node}`);
			return type?.restrictToSupportedNodes !== true || supported?.includes(nodeType) === true;
		},
		async authenticate(credentials, name, requestOptions, workflow, node) {
			const request = requestOptions as IHttpRequestOptions;
			const { authenticate } = typeOf(name);
			if (typeof authenticate === 'function') return await authenticate(credentials, request);
			// A key or value that starts with "=" is an expression over $credentials.
			const resolveValue = (value: unknown) => {
				if (!workflow || !node || typeof value !== 'string' || !value.startsWith('=')) return value;
				const keys = { $credentials: credentials };
				return `${workflow.expression.getSimpleParameterValue(node, value, 'internal', keys) || ''}`;
			};
			// In place, as n8n does it: headers that a node shares between requests end up holding the key.
			const target = request as unknown as Record<string, Record<string, unknown> | undefined>;
			for (const [part, values] of Object.entries(authenticate?.properties ?? {})) {
				const resolved = (target[part] ??= {});
				for (const [key, value] of Object.entries(values as IDataObject)) {
					resolved[`${resolveValue(key)}`] = resolveValue(value);
				}
			}
			return request;
		},
		async preAuthentication(helpers, credentials, name, _node, credentialsExpired) {
			const token = typeOf(name).properties.find(({ typeOptions }) => typeOptions?.expirable)?.name;
			if (!token || (credentials[token] !== '' && !credentialsExpired)) return undefined;
			const output = await runPreAuthentication(helpers, credentials, name);
			if (output?.[token] === undefined) return undefined;
			data[name] = { ...data[name], ...output };
			return Object.assign(credentials, output);
		},
		async getCredentials({ id, name }, type) {
			const credentials = new n8n.Credentials({ id, name }, type);
			await credentials.setData((data[type] ?? {}) as ICredentialDataDecryptedObject);
			return credentials;
		},
		async getDecrypted(_additionalData, _nodeCredentials, type, _mode, _executeData, raw) {
			if (!data[type]) throw new n8n.UserError(`No credential data was given for "${type}"`);
			const stored = n8n.deepCopy(data[type]) as INodeParameters;
			const complete = raw
				? stored
				: n8n.NodeHelpers.getNodeParameters(
						getCredentialsProperties(type),
						stored,
						true,
						false,
						null,
						null,
					);
			return complete as ICredentialDataDecryptedObject;
		},
		async updateCredentials() {},
		async updateCredentialsOauthTokenData() {},
	};
}

/** What the server would tell the engine about itself; URLs are those of a local default installation. */
function createAdditionalData(
	n8n: N8n,
	credentialsHelper: ICredentialsHelper,
): IWorkflowExecuteAdditionalData {
	const base = 'http://localhost:5678/';
	const unsupported = () => {
		throw new n8n.UserError('Not available without an n8n server');
	};
	return {
		credentialsHelper,
		externalSecretsProxy: new n8n.ExternalSecretsProxy(),
		currentNodeExecutionIndex: 0,
		variables: {},
		executeWorkflow: unsupported,
		startRunnerTask: unsupported,
		getRunExecutionData: async () => undefined,
		getRuntimeCredential: async () => undefined,
		logAiEvent: () => {},
		instanceBaseUrl: base,
		restApiUrl: `${base}rest`,
		formBaseUrl: `${base}form`,
		formWaitingBaseUrl: `${base}form-waiting`,
		formTestBaseUrl: `${base}form-test`,
		webhookBaseUrl: `${base}webhook`,
		webhookWaitingBaseUrl: `${base}webhook-waiting`,
		webhookTestBaseUrl: `${base}webhook-test`,
		mcpBaseUrl: `${base}mcp`,
		mcpTestBaseUrl: `${base}mcp-test`,
	};
}
