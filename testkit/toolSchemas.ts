/** The schemas that a model sees of the Enrich node's operations, each as a tool of its own, made by n8n itself. */
import { getSchema } from 'n8n-core/dist/execution-engine/node-execution-context/utils/create-node-as-tool';
import {
	type INode,
	type INodeProperties,
	type INodeTypeDescription,
	NodeHelpers,
} from 'n8n-workflow';
import { kit } from '../nodes/Enrich/catalog';
import { propertiesOf } from '../nodes/shared/properties';
import { inputFields } from '../shared/contract/form';
import { titleOfKey } from '../shared/contract/titles';
import { placed } from './enrichWorkflow';

export interface ToolSchema {
	operationId: string;
	/** As JSON. */
	schema: string;
}

const TYPES: Partial<Record<string, string>> = { number: 'number', boolean: 'boolean' };

/** Each field that the operation asks for is filled in by the model, with its own help as what it is told. */
export function toolSchemas(): ToolSchema[] {
	const properties = propertiesOf(kit);
	// All that n8n looks at here; by the name it knows a tool.
	const asTool = { name: 'enrichTool', properties } as INodeTypeDescription;
	return placed.map(({ operation, resource, value }) => {
		const chosen = { resource, operation: value };
		const asked = new Set([...inputFields(operation).map(({ key }) => key), 'filters', 'limit']);
		const shown = (property: INodeProperties) =>
			NodeHelpers.displayParameter(
				{ ...defaultsOf(properties), ...chosen },
				property,
				{ typeVersion: 1 },
				asTool,
			);
		const fields = properties.filter(
			(property) => asked.has(property.name) && property.type !== 'notice' && shown(property),
		);
		const parameters = Object.fromEntries(fields.map((field) => [field.name, fromAI(field)]));
		const node = { ...chosen, parameters: { ...chosen, ...parameters } } as unknown as INode;
		return { operationId: operation.operationId, schema: JSON.stringify(asJsonSchema(node)) };
	});
}

/** As n8n hands it to a model: its own zod is an older one, which writes no JSON schema. */
function asJsonSchema(node: INode) {
	const { shape } = getSchema(node) as unknown as {
		shape: Record<string, { description?: string; _def: { typeName?: string; type?: string } }>;
	};
	const properties = Object.entries(shape).map(([key, { description, _def }]) => [
		key,
		{ type: (_def.typeName ?? _def.type)?.replace(/^Zod/, '').toLowerCase(), description },
	]);
	return {
		type: 'object',
		properties: Object.fromEntries(properties) as object,
		required: Object.keys(shape),
		additionalProperties: false,
	};
}

const defaultsOf = (properties: INodeProperties[]) =>
	Object.fromEntries(properties.map(({ name, default: value }) => [name, value]));

/** A title that only repeats the name of the field says nothing. */
function fromAI({ name, displayName, description, type }: INodeProperties): string {
	const title = displayName === titleOfKey(name) ? '' : displayName;
	const told = (description ?? title).replace(/[`\\]/g, '');
	return `={{ $fromAI('${name}', \`${told}\`, '${TYPES[type] ?? 'string'}') }}`;
}
