/** What the end-to-end suites share: an n8n, sandboxes that it has credentials for, and workflows. */
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/server';
import type { WorkflowJson } from '../../../testkit/n8nEngine';
import type { Execution, N8nApi } from './n8nApi';
import { complete, to, webhookRows } from './workflows';

/** An Enrich account: a sandbox, and n8n's credential for it. */
export interface Account {
	sandbox: Sandbox;
	credentialId: string;
}

/** An active workflow that takes rows. */
export interface RowsWorkflow {
	id: string;
	/** Of its webhook. */
	path: string;
	/** Resolves to the ID of the execution, which has begun. */
	start(rows: readonly object[]): Promise<string>;
	/** Resolves to the execution, which has ended. */
	run(rows: readonly object[]): Promise<Execution>;
}

interface RowsOptions {
	/** Beside those from the webhook to the first of the nodes. */
	connections?: object;
	/** The name of the node that gives the rows. */
	rows?: string;
	account?: Account;
}

interface Installation {
	readonly api: N8nApi;
	remove(): Promise<void>;
}

export interface SetUp<N> {
	readonly n8n: N;
	readonly api: N8nApi;
	/** As at the start before each test, but for those that run at once. */
	readonly sandbox: Sandbox;
	readonly credentialId: string;
	/** Starts another sandbox, for tests that run at once or need other settings. */
	connect(options?: SandboxOptions): Promise<Account>;
	/** Saves a workflow; each node that has credentials gets the account's. */
	save(workflow: WorkflowJson, account?: Account): Promise<{ id: string; versionId: string }>;
	/** Saves and activates Webhook → Rows → the first of the nodes. */
	activate(nodes: readonly { name: string }[], options?: RowsOptions): Promise<RowsWorkflow>;
}

/** One n8n and one sandbox for all tests of a suite. */
export function setUp<N extends Installation>(
	create: () => Promise<N>,
	options: SandboxOptions = {},
): SetUp<N> {
	let n8n: N;
	let main: Account;
	let paths = 0;
	const sandboxes: Sandbox[] = [];

	const connect = async (more: SandboxOptions = {}): Promise<Account> => {
		const sandbox = await startSandbox({ plan: 'unlimited', ...options, ...more });
		sandboxes.push(sandbox);
		return { sandbox, credentialId: await n8n.api.connect(sandbox) };
	};
	beforeAll(async () => {
		n8n = await create();
		main = await connect();
	});
	afterAll(async () => {
		await n8n?.remove();
		await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
	});
	beforeEach(() => main.sandbox.reset());

	return {
		get n8n() {
			return n8n;
		},
		get api() {
			return n8n.api;
		},
		get sandbox() {
			return main.sandbox;
		},
		get credentialId() {
			return main.credentialId;
		},
		connect,
		save: (workflow, { credentialId } = main) =>
			n8n.api.createWorkflow(complete(workflow, credentialId)),
		async activate(nodes, { connections, rows = 'Rows', account = main } = {}) {
			const path = `rows-${++paths}`;
			const start = webhookRows(path, rows);
			const workflow = {
				nodes: [...start.nodes, ...nodes],
				connections: { ...start.connections, [rows]: to(nodes[0]?.name ?? ''), ...connections },
			};
			const id = await n8n.api.createActive(complete(workflow, account.credentialId));
			return {
				id,
				path,
				start: (items) => n8n.api.startByWebhook(id, path, { rows: items }),
				run: (items) => n8n.api.runByWebhook(id, path, { rows: items }),
			};
		},
	};
}
