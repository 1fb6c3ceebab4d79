import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { RESUME_WEBHOOKS, webhook } from '../shared/background';
import { RESOURCES } from '../../shared/contract/operation';
import { offered, perRow, properties } from '../shared/fields';
import { execute } from '../shared/execute';

const named = (...names: string[]) =>
	`[${names.map((displayName) => `{ type: "${NodeConnectionTypes.Main}", displayName: "${displayName}" }`).join(', ')}]`;

/** Operations for which a stale 'When Not Found' must not open a second output. */
const neverMissing = offered
	.filter((operation) => perRow(operation).neverMisses)
	.map(({ n8n }) => n8n.operation);

/** "Email: Validate Many", as the texts name it. */
const names = Object.fromEntries([
	...offered.map(({ n8n }) => [
		`${n8n.resource}/${n8n.operation}`,
		`${RESOURCES[n8n.resource]}: ${n8n.name}`,
	]),
	['batch/wait', 'Batch: Wait'],
	['batch/getResults', 'Batch: Get Results'],
]) as Record<string, string>;
const subtitle = `={{ (${JSON.stringify(names)})[$parameter["resource"] + "/" + $parameter["operation"]] }}`;

/** What stands at the node's outputs, by what is chosen. */
const outputs: `={{${string}}}` = `={{ $parameter["resource"] === "batch" ? ($parameter["operation"] === "wait" ? ${named('Still Running', 'Ended')} : ["${NodeConnectionTypes.Main}"]) : $parameter["notFound"] === "output" && $parameter["waiting"] !== "none" && !["csv", "jsonl"].includes($parameter["format"]) && !${JSON.stringify(neverMissing)}.includes($parameter["operation"]) ? ${named('Found', 'Not Found')} : ["${NodeConnectionTypes.Main}"] }}`;

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
		subtitle,
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
