import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { RESUME_WEBHOOKS, webhook } from './background';
import { properties } from './description';
import { execute } from './execute';

const named = (...names: string[]) =>
	`[${names.map((displayName) => `{ type: "${NodeConnectionTypes.Main}", displayName: "${displayName}" }`).join(', ')}]`;

/** What stands at the node's outputs, by what is chosen. */
const outputs: `={{${string}}}` = `={{ $parameter["resource"] === "batch" ? ($parameter["operation"] === "wait" ? ${named('Still Running', 'Ended')} : ["${NodeConnectionTypes.Main}"]) : $parameter["notFound"] === "output" && $parameter["waiting"] !== "none" ? ${named('Found', 'Not Found')} : ["${NodeConnectionTypes.Main}"] }}`;

/**
 * Programmatic rather than declarative, because equal rows are looked up once, rows keep their
 * outcome when others fail, calls are paced by what the API answers, and paid calls are never
 * repeated by themselves.
 */
export class Enrich implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrich',
		name: 'enrich',
		icon: { light: 'file:../../icons/enrich.svg', dark: 'file:../../icons/enrich.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Find and validate B2B contact data, and never pay twice for a row',
		defaults: { name: 'Enrich' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs,
		credentials: [{ name: 'enrichApi', required: true }],
		webhooks: RESUME_WEBHOOKS,
		waitingNodeTooltip: 'Waiting for Enrich to complete the batch',
		properties,
	};

	execute = execute;

	webhook = webhook;
}
