import * as z from 'zod';
import { isRecord } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { BATCH_OPERATIONS } from './batchProperties';
import { type NodeKit, type PlacedOperation, placedOperations } from './kit';

type JsonSchema = Record<string, unknown>;

/**
 * What the editor shows of an operation's output before it has run, so that fields can be dragged
 * without spending a credit. Keys are `<resource>/<operation>`; written to `__schema__` by the build.
 */
export const previewSchemas = (kit: NodeKit): Record<string, JsonSchema> => ({
	...Object.fromEntries(
		placedOperations(kit).map((placed) => [
			`${placed.resource}/${placed.value}`,
			previewOf(placed),
		]),
	),
	...(kit.provider.batches &&
		Object.fromEntries(
			Object.entries(BATCH_SCHEMAS).map(([value, fields]) => [`batch/${value}`, schemaOf(fields)]),
		)),
});

const schemaOf = (properties: Record<string, JsonSchema>): JsonSchema => ({
	type: 'object',
	properties,
	version: 1,
});

const propertiesOf = (schema: z.ZodType): Record<string, unknown> =>
	z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }).properties ?? {};

/** Of an answer whose fields no schema names, those that the documentation shows. */
function examplesOf({ output, example }: Operation): Record<string, unknown> {
	const { additionalProperties } = z.toJSONSchema(output, { io: 'output' });
	return Object.fromEntries(Object.keys(example.data).map((key) => [key, additionalProperties]));
}

function previewOf({ operation, perRow, batch }: PlacedOperation): JsonSchema {
	const properties = {
		...(batch?.results.entry && propertiesOf(batch.results.entry)),
		...propertiesOf(perRow.entry ?? perRow.output),
		...(perRow.output.def.catchall && examplesOf(perRow)),
	};
	const shown = perRow.simplified ?? Object.keys(properties);
	return schemaOf({
		...Object.fromEntries(shown.map((key) => [key, bare(properties[key])])),
		...(operation.price && ACCOUNT),
		...(batch && { batchId: { type: 'string' }, reusedFrom: { type: 'string' } }),
	});
}

/** What stands beside the answer of every priced lookup. */
const ACCOUNT: Record<string, JsonSchema> = {
	outcome: { type: 'string' },
	reason: { type: 'string' },
	creditsUsed: { type: 'number' },
	creditsRemaining: { type: 'number' },
	requestId: { type: 'string' },
};

/** What the steps for batches return. */
const BATCH_SCHEMAS: Record<keyof typeof BATCH_OPERATIONS, Record<string, JsonSchema>> = {
	wait: {
		batchId: { type: 'string' },
		product: { type: 'string' },
		status: { type: 'string' },
		progress: { type: 'number' },
		totalItems: { type: 'number' },
	},
	getResults: {
		email: { type: 'string' },
		outcome: { type: 'string' },
		reason: { type: 'string' },
		batchId: { type: 'string' },
	},
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
