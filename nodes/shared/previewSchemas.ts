import * as z from 'zod';
import { isRecord, type Operation } from '../../shared/contract/operation';
import { batchStartedBy } from '../../shared/providers/enrich/batches';
import { offered, perRow } from './fields';

type JsonSchema = Record<string, unknown>;

/**
 * What the editor shows of an operation's output before it has run, so that fields can be dragged
 * without spending a credit. Keys are `<resource>/<operation>`; written to `__schema__` by the build.
 */
export function previewSchemas(): Record<string, JsonSchema> {
	return {
		...Object.fromEntries(
			offered.map((operation) => [
				`${operation.n8n.resource}/${operation.n8n.operation}`,
				previewOf(operation),
			]),
		),
		'batch/wait': schemaOf(BATCH),
		'batch/getResults': schemaOf(RESULT),
	};
}

const schemaOf = (properties: Record<string, JsonSchema>): JsonSchema => ({
	type: 'object',
	properties,
	version: 1,
});

const propertiesOf = (schema: z.ZodType): Record<string, unknown> =>
	z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }).properties ?? {};

function previewOf(chosen: Operation): JsonSchema {
	const operation = perRow(chosen);
	const batch = batchStartedBy(chosen);
	const properties = {
		...(batch?.results.entry && propertiesOf(batch.results.entry)),
		...propertiesOf(operation.entry ?? operation.output),
	};
	const shown = operation.simplified ?? Object.keys(properties);
	return schemaOf({
		...Object.fromEntries(shown.map((key) => [key, bare(properties[key])])),
		...(operation.price && ACCOUNT),
		...(batch && { batchId: { type: 'string' } }),
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
const BATCH: Record<string, JsonSchema> = {
	batchId: { type: 'string' },
	product: { type: 'string' },
	status: { type: 'string' },
	progress: { type: 'number' },
	totalItems: { type: 'number' },
};
const RESULT: Record<string, JsonSchema> = {
	email: { type: 'string' },
	outcome: { type: 'string' },
	reason: { type: 'string' },
	batchId: { type: 'string' },
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
