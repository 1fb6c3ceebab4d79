import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { properties } from './description';
import { execute } from './execute';

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
		outputs: `={{ $parameter["notFound"] === "output" ? [{ type: "${NodeConnectionTypes.Main}", displayName: "Found" }, { type: "${NodeConnectionTypes.Main}", displayName: "Not Found" }] : ["${NodeConnectionTypes.Main}"] }}`,
		credentials: [{ name: 'enrichApi', required: true }],
		properties,
	};

	execute = execute;
}
