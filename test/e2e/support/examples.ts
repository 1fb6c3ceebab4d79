/** The workflows that are shipped as examples, ready to run against a sandbox. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Sandbox } from '../../../sandbox/server';
import type { WorkflowJson } from '../../../testkit/n8nEngine';
import type { N8nApi } from './n8nApi';

const FOLDER = resolve(__dirname, '../../../examples');
/** What a new user runs first; it costs less than a new account holds. */
export const FIRST_EXAMPLE = 'clean-crm-export.json';

/** The IDs of credentials by their type. */
type CredentialIds = Record<string, string>;

export interface Example extends WorkflowJson {
	name: string;
	nodes: {
		name: string;
		type: string;
		credentials?: Record<string, { id: string; name: string }>;
		parameters?: Record<string, unknown>;
		webhookId?: string;
	}[];
}

export const EXAMPLES = readdirSync(FOLDER)
	.filter((file) => file.endsWith('.json'))
	.sort();

/** An example as it is imported; credentials whose type is not among `ids` are left open. */
export function exampleOf(file: string, ids: CredentialIds = {}): Example {
	const workflow = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Example;
	const withOwn = ({ credentials = {}, ...node }: Example['nodes'][number]) => {
		const own = Object.entries(credentials).flatMap(([type, { name }]) => {
			const id = ids[type];
			return id === undefined ? [] : [[type, { id, name }] as const];
		});
		return own.length > 0 ? { ...node, credentials: Object.fromEntries(own) } : node;
	};
	return { ...workflow, nodes: workflow.nodes.map((node) => withWebhook(withOwn(node))) };
}

/** What n8n's editor does at an import: an address of its own for whatever listens. */
function withWebhook(node: Example['nodes'][number]): Example['nodes'][number] {
	if (!/trigger$|\.webhook$/i.test(node.type)) return node;
	const webhookId = randomUUID();
	const { parameters = {} } = node;
	return {
		...node,
		webhookId,
		parameters: parameters.path === '' ? { ...parameters, path: webhookId } : parameters,
	};
}

/** Makes the credentials for both APIs of a sandbox. */
export const connectAll = async (
	api: N8nApi,
	{ url, apiKey, cufinder }: Pick<Sandbox, 'url' | 'apiKey' | 'cufinder'>,
): Promise<CredentialIds> => ({
	enrichApi: await api.connect({ url, apiKey }),
	cufinderApi: await api.connect(cufinder, 'cufinderApi', 'CUFinder account'),
});
