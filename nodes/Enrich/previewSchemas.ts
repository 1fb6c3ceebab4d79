import * as z from 'zod/v4';
import { isRecord, type Operation } from '../../shared/operation';
import { offered, perRow } from './description';

type JsonSchema = Record<string, unknown>;

/**
 * What the editor shows of an operation's output before it has run, so that fields can be dragged
 * without spending a credit. Keys are `<resource>/<operation>`; written to `__schema__` by the build.
 */
export function previewSchemas(): Record<string, JsonSchema> {
	return Object.fromEntries(
		offered.map((operation) => [
			`${operation.n8n.resource}/${operation.n8n.operation}`,
			previewOf(perRow(operation)),
		]),
	);
}

function previewOf(operation: Operation): JsonSchema {
	const { properties = {} } = z.toJSONSchema(operation.entry ?? operation.output, {
		io: 'output',
		unrepresentable: 'any',
	});
	const shown = operation.simplified ?? Object.keys(properties);
	return {
		type: 'object',
		properties: {
			...Object.fromEntries(shown.map((key) => [key, bare(properties[key])])),
			...(operation.price && ACCOUNT),
		},
		version: 1,
	};
}

/** What stands beside the answer of every priced lookup. */
const ACCOUNT: Record<string, JsonSchema> = {
	outcome: { type: 'string' },
	reason: { type: 'string' },
	creditsUsed: { type: 'number' },
	creditsRemaining: { type: 'number' },
	requestId: { type: 'string' },
};

/** n8n's preview reads types alone. */
function bare(schema: unknown): JsonSchema {
	const { type, properties, items, anyOf } = (schema ?? {}) as JsonSchema;
	if (Array.isArray(anyOf)) return bare(anyOf.find((option: JsonSchema) => option.type !== 'null'));
	return {
		type: type === 'integer' ? 'number' : (type ?? 'object'),
		...(isRecord(properties) && {
			properties: Object.fromEntries(
				Object.entries(properties).map(([key, value]) => [key, bare(value)]),
			),
		}),
		...(isRecord(items) && { items: bare(items) }),
	};
}
