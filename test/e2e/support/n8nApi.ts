/** What n8n's editor asks of its server. */
import type { IDataObject, INodeExecutionData, IRunExecutionData, ITaskData } from 'n8n-workflow';
import type { WorkflowJson } from '../../../testkit/n8nEngine';
import { loadFromN8n } from './installation';
import { until } from './until';

const flatted = loadFromN8n('flatted') as { parse(text: string): IRunExecutionData };

/** An execution's data as n8n's database and its API hold it. */
export const decoded = (data: string): IRunExecutionData => flatted.parse(data);

const CALL_MS = 90_000;

export interface Owner {
	email: string;
	password: string;
}

const OWNER: Owner = { email: 'owner@example.com', password: 'Passw0rd-e2e' };
const NAMES = { firstName: 'Enrich', lastName: 'Owner' };

/** An execution as it is stored, with its data. */
export interface Execution {
	id: string;
	status: string;
	mode: string;
	retryOf?: string;
	/** Until when it rests. */
	waitTill?: string | null;
	data: IRunExecutionData;
}

export interface ListedExecution {
	id: string;
	status: string;
	mode: string;
	startedAt: string;
	stoppedAt?: string | null;
}

export class N8nApi {
	private cookie = '';

	/** `webhookUrl`: where its webhooks are served, if not by itself. */
	constructor(
		private readonly url: string,
		private readonly webhookUrl = url,
	) {}

	/** Any call of n8n's REST API; rejects with what n8n answered unless it succeeded. */
	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const answer = await this.fetch(method, path, body);
		const text = await answer.text();
		if (!answer.ok)
			throw new Error(`n8n: ${method} ${path} → ${answer.status} ${text.slice(0, 500)}`);
		const json = (text === '' ? {} : JSON.parse(text)) as { data?: T };
		return json.data ?? (json as T);
	}

	async fetch(method: string, path: string, body?: unknown): Promise<Response> {
		return await fetch(this.url + path, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie, 'browser-id': 'e2e' },
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(CALL_MS),
		});
	}

	/** Makes the owner of a new n8n, and logs in. The login outlives a restart. */
	async setUp(owner = OWNER): Promise<void> {
		await this.enter('/rest/owner/setup', { ...owner, ...NAMES });
	}

	/** Logs in to an n8n that has its owner. */
	async logIn({ email, password } = OWNER): Promise<void> {
		await this.enter('/rest/login', { emailOrLdapLoginId: email, password });
	}

	private async enter(path: string, body: object): Promise<void> {
		const answer = await this.fetch('POST', path, body);
		if (!answer.ok) throw new Error(`n8n: no login → ${answer.status} ${await answer.text()}`);
		this.cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
	}

	async testCredential(type: string, data: object): Promise<{ status: string; message: string }> {
		const credentials = { id: '', name: 'Test', type, data };
		return await this.call('POST', '/rest/credentials/test', { credentials });
	}

	async createCredential(type: string, name: string, data: object): Promise<{ id: string }> {
		return await this.call('POST', '/rest/credentials', { name, type, data });
	}

	/** Makes the credential for an API, such as the sandbox's Enrich; resolves to its ID. */
	async connect(
		{ url: baseUrl, apiKey }: { url: string; apiKey: string },
		type = 'enrichApi',
		name = 'Enrich account',
	): Promise<string> {
		const headerStyle = type === 'enrichApi' ? { headerStyle: 'x-api-key' } : {};
		return (await this.createCredential(type, name, { apiKey, baseUrl, ...headerStyle })).id;
	}

	async createWorkflow(workflow: WorkflowJson): Promise<{ id: string; versionId: string }> {
		return await this.call('POST', '/rest/workflows', { name: 'Workflow', ...workflow });
	}

	async createActive(workflow: WorkflowJson): Promise<string> {
		const saved = await this.createWorkflow(workflow);
		await this.activate(saved);
		return saved.id;
	}

	async activate({ id, versionId }: { id: string; versionId: string }): Promise<void> {
		await this.call('POST', `/rest/workflows/${id}/activate`, { versionId });
	}

	/** The editor's 'Execute workflow', from the trigger of that name; pinned data counts. */
	async runManually(workflowId: string, trigger: string): Promise<Execution> {
		const path = `/rest/workflows/${workflowId}/run`;
		const run = { triggerToStartFrom: { name: trigger } };
		const { executionId } = await this.call<{ executionId: string }>('POST', path, run);
		return await this.ended(executionId);
	}

	/** The editor's 'Execute step' of a trigger that waits to be called at its test URL. */
	async listen(workflowId: string, trigger: string): Promise<void> {
		const path = `/rest/workflows/${workflowId}/run`;
		const run = { triggerToStartFrom: { name: trigger } };
		const answer = await this.call<{ waitingForWebhook?: boolean }>('POST', path, run);
		if (!answer.waitingForWebhook) throw new Error(`n8n: "${trigger}" does not wait to be called`);
	}

	/** What a service sends to the Webhook node or trigger with that path. */
	async callWebhook(path: string, body: unknown): Promise<Response> {
		return await fetch(new URL(`webhook/${path}`, this.webhookUrl), {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
			signal: AbortSignal.timeout(CALL_MS),
		});
	}

	/** Starts an active workflow through its Webhook node, which answers at once. */
	async startByWebhook(workflowId: string, path: string, body: unknown): Promise<string> {
		const before = (await this.executions(workflowId)).length;
		// n8n registers the address a moment after it has activated the workflow.
		await until('the webhook is registered', async () => {
			const answer = await this.callWebhook(path, body);
			if (answer.ok || answer.status === 404) return answer.ok;
			throw new Error(`n8n: webhook → ${answer.status} ${await answer.text()}`);
		});
		return await until('the webhook has started an execution', async () => {
			const executions = await this.executions(workflowId);
			return executions.length > before && executions[0]?.id;
		});
	}

	/** Runs an active workflow through its webhook, to its end. */
	async runByWebhook(workflowId: string, path: string, body: unknown): Promise<Execution> {
		return await this.ended(await this.startByWebhook(workflowId, path, body));
	}

	/** The editor's 'Retry with currently saved workflow', or 'with original workflow'. */
	async retry(executionId: string, loadWorkflow = true): Promise<Execution> {
		const path = `/rest/executions/${executionId}/retry`;
		const { id } = await this.call<{ id: string }>('POST', path, { loadWorkflow });
		return await this.ended(id);
	}

	/** The last 100 of them, newest first. */
	async executions(workflowId: string, status?: readonly string[]): Promise<ListedExecution[]> {
		return (await this.listed(100, { workflowId, status })).results;
	}

	async allExecutions(workflowId: string): Promise<ListedExecution[]> {
		const executions: ListedExecution[] = [];
		for (let cursor: string | null | undefined = ''; cursor !== undefined && cursor !== null; ) {
			const { results, nextCursor }: Listed = await this.listed(100, { workflowId }, cursor);
			executions.push(...results);
			cursor = nextCursor;
		}
		return executions;
	}

	async executionCount(workflowId: string): Promise<number> {
		return (await this.listed(1, { workflowId })).count;
	}

	private async listed(limit: number, filter: object, cursor = ''): Promise<Listed> {
		const query = new URLSearchParams({ limit: String(limit), filter: JSON.stringify(filter) });
		if (cursor) query.set('cursor', cursor);
		return await this.call('GET', `/rest/executions?${query}`);
	}

	async execution(id: string): Promise<Execution> {
		const stored = await this.call<Execution & { data: string }>('GET', `/rest/executions/${id}`);
		return { ...stored, data: decoded(stored.data) };
	}

	/** The execution once it is neither new, running nor waiting any more. */
	async ended(id: string): Promise<Execution> {
		return await until(`execution ${id} has ended`, async () => {
			const execution = await this.execution(id);
			return !['new', 'running', 'waiting'].includes(execution.status) && execution;
		});
	}

	async isResting(id: string): Promise<boolean> {
		return (await this.execution(id)).status === 'waiting';
	}

	/** Resolves as soon as the execution rests, and goes on doing so for at least that long by itself. */
	async rests(id: string, forMs = 0): Promise<void> {
		await until(`execution ${id} rests for ${forMs / 1000} s`, async () => {
			const { status, waitTill } = await this.execution(id);
			return status === 'waiting' && Date.parse(waitTill ?? '') - Date.now() >= forMs;
		});
	}
}

interface Listed {
	results: ListedExecution[];
	count: number;
	nextCursor?: string | null;
}

type WithData = Pick<Execution, 'data'>;

/** The last run of a node; throws if it never ran. */
export function taskOf({ data }: WithData, node: string): ITaskData {
	const task = data.resultData.runData[node]?.at(-1);
	if (!task) throw new Error(`Node "${node}" did not run`);
	return task;
}

export const itemsOf = (execution: WithData, node: string, output = 0): INodeExecutionData[] =>
	taskOf(execution, node).data?.main?.[output] ?? [];

export const jsonOf = (execution: WithData, node: string, output = 0): IDataObject[] =>
	itemsOf(execution, node, output).map(({ json }) => json);
