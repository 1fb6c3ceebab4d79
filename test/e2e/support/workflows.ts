import type { WorkflowJson } from '../../../testkit/n8nEngine';

interface Node {
	name: string;
	type: string;
	credentials?: object;
}
type Target = { node: string; type: string; index: number };

/** The connections of a node: one node per output. */
export const to = (...outputs: string[]): { main: Target[][] } => ({
	main: outputs.map((node) => [{ node, type: 'main', index: 0 }]),
});

/** The connection of what an AI agent or an MCP server uses, such as `ai_tool`, with that node. */
export const usedBy = (node: string, type: string): Record<string, Target[][]> => ({
	[type]: [[{ node, type, index: 0 }]],
});

/** What n8n's editor gives each node, and the credential to those that have one. */
export function complete(workflow: WorkflowJson, credentialId: string): WorkflowJson {
	const nodes = (workflow.nodes as Node[]).map((node, i) => ({
		id: `node-${i + 1}`,
		typeVersion: 1,
		position: [220 * i, 0],
		parameters: {},
		...node,
		...(node.credentials &&
			'enrichApi' in node.credentials && {
				credentials: { enrichApi: { id: credentialId, name: 'Enrich account' } },
			}),
	}));
	return { name: 'Workflow', settings: { executionOrder: 'v1' }, ...workflow, nodes };
}

/** A Webhook, and its rows (`{ rows: […] }`) as items of a node with the name `rows`. */
export const webhookRows = (path: string, rows = 'Rows') => ({
	nodes: [
		{
			name: 'Webhook',
			type: 'n8n-nodes-base.webhook',
			typeVersion: 2,
			webhookId: path,
			parameters: { httpMethod: 'POST', path },
		},
		{ name: rows, type: 'n8n-nodes-base.splitOut', parameters: { fieldToSplitOut: 'body.rows' } },
	],
	connections: { Webhook: to(rows) },
});

/** An 'Edit Fields' node that adds `value` to each item as the field `linked`. */
export const linkedField = (name: string, value: string) => ({
	name,
	type: 'n8n-nodes-base.set',
	typeVersion: 3.4,
	parameters: {
		assignments: { assignments: [{ id: '1', name: 'linked', value, type: 'string' }] },
		includeOtherFields: true,
	},
});
