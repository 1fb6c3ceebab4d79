import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

const FILE = resolve(__dirname, '..', '..', '..', 'shared', 'contract', 'enrich-v3.openapi.yaml');

interface Schema {
	$ref?: string;
	type?: string | string[];
	nullable?: boolean;
	const?: unknown;
	enum?: unknown[];
	required?: string[];
	properties?: Record<string, Schema>;
	additionalProperties?: boolean;
	items?: Schema;
}

interface Body {
	'application/json': { schema: Schema };
}

export interface Contract {
	/** What is wrong with an answer, by the documented schema of its status; empty: nothing. */
	faultsOf(operationId: string, status: number, body: unknown): string[];
	/** What is wrong with a callback, by the documented schema of its event. */
	faultsOfCallback(body: { event: string }): string[];
}

/** The published contract, where it lies beside the repository. */
export function readContract(): Contract | undefined {
	if (!existsSync(FILE)) return undefined;
	const document = parse(readFileSync(FILE, 'utf8'));
	const described = new Map<
		string,
		Record<string, { content: Record<string, { schema: Schema }> }>
	>();
	for (const path of Object.values<Record<string, { operationId: string; responses: never }>>(
		document.paths,
	)) {
		for (const { operationId, responses } of Object.values(path))
			described.set(operationId, responses);
	}

	const resolved = (schema: Schema): Schema => {
		if (!schema.$ref) return schema;
		const target = schema.$ref.slice(2).split('/');
		return resolved(target.reduce((node, name) => node[name], document));
	};

	function check(reference: Schema, value: unknown, at: string): string[] {
		const schema = resolved(reference);
		if (value === null && schema.nullable) return [];
		const types = schema.type === undefined ? [] : [schema.type].flat();
		if (types.length > 0 && !types.some((type) => isOf(type, value)))
			return [`${at} is not ${types.join('|')}`];
		if (schema.enum && !schema.enum.includes(value))
			return [`${at} is none of ${schema.enum.join(', ')}`];
		if (schema.const !== undefined && schema.const !== value)
			return [`${at} is not ${String(schema.const)}`];
		if (Array.isArray(value)) {
			return value.flatMap((entry, i) => check(schema.items ?? {}, entry, `${at}/${i}`));
		}
		if (typeof value !== 'object' || value === null || !schema.properties) return [];
		const entries = Object.entries(value);
		const missing = (schema.required ?? [])
			.filter((name) => !(name in value))
			.map((name) => `${at}/${name} is missing`);
		const faults = entries.flatMap(([name, inner]) => {
			const property = schema.properties?.[name];
			if (property) return check(property, inner, `${at}/${name}`);
			// Error bodies and `meta` may say more than is documented; data may not.
			const isOpen = schema.additionalProperties === true || !at.includes('/data');
			return isOpen ? [] : [`${at}/${name} is not documented`];
		});
		return [...missing, ...faults];
	}

	const callbacks = Object.values<{ post: { requestBody: { content: Body } } }>(
		document.webhooks,
	).map(({ post }) => post.requestBody.content['application/json'].schema);

	return {
		faultsOfCallback: (body) => {
			const schema = callbacks.find((one) => resolved(one).properties?.event?.const === body.event);
			return schema ? check(schema, body, '') : [`${body.event} is not documented`];
		},
		faultsOf: (operationId, status, body) => {
			const schema = described.get(operationId)?.[status]?.content['application/json']?.schema;
			return schema ? check(schema, body, '') : [`${operationId} documents no ${status}`];
		},
	};
}

function isOf(type: string, value: unknown): boolean {
	if (type === 'integer') return Number.isInteger(value);
	if (type === 'array') return Array.isArray(value);
	if (type === 'object')
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	return type === 'null' ? value === null : typeof value === type;
}
