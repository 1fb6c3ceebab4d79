import * as z from 'zod';
import { isRecord } from '../../shared/contract/data';
import { type FieldType, simplifiedKeys } from '../../shared/contract/form';
import { followed } from '../../shared/contract/followUp';
import type { Operation } from '../../shared/contract/operation';
import type { Provider } from '../../shared/contract/provider';
import { resultsOf } from './additions';
import { ESSENTIAL_KEYS, resultField, type ResultKey } from '../../shared/rows/resultFields';
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
			previewOf(placed, kit.provider),
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

const derivedIn = ({ derived = {} }: Operation): Record<string, unknown> =>
	propertiesOf(
		z.object(Object.fromEntries(Object.entries(derived).map(([key, { field }]) => [key, field]))),
	);

/** Of an answer whose fields no schema names, those that the documentation shows. */
function examplesOf({ output, example, mayHold = [] }: Operation): Record<string, unknown> {
	const { additionalProperties } = z.toJSONSchema(output, { io: 'output' });
	const keys = [...Object.keys(example.data), ...mayHold];
	return Object.fromEntries(keys.map((key) => [key, additionalProperties]));
}

function previewOf(placed: PlacedOperation, provider: Provider): JsonSchema {
	const { batch, followUp } = placed;
	if (placed.operation.answers === 'csv') return schemaOf({ fileName: { type: 'string' } });
	const ended = followUp && followed(placed.operation, followUp);
	const operation = resultsOf(placed.operation, provider);
	const properties = {
		...(ended && propertiesOf(ended.entry ?? ended.output)),
		...(ended && derivedIn(ended)),
		...(batch?.results.entry && propertiesOf(batch.results.entry)),
		...propertiesOf(operation.entry ?? operation.output),
		...derivedIn(operation),
		...(operation.output.def.catchall && examplesOf(operation)),
	};
	const shown = operation.simplified ? simplifiedKeys(operation) : Object.keys(properties);
	return schemaOf({
		...Object.fromEntries(shown.map((key) => [key, bare(properties[key])])),
		...(operation.price && typesOf(ESSENTIAL_KEYS)),
	});
}

/** What rows and batches say of themselves. */
const typesOf = (keys: readonly ResultKey[]): Record<string, JsonSchema> =>
	Object.fromEntries(keys.map((key) => [key, { type: TYPES[resultField(key).type] ?? 'string' }]));

const TYPES: Partial<Record<FieldType, string>> = { number: 'number', yesNo: 'boolean' };

/** What the steps for batches return. */
const BATCH_SCHEMAS: Record<keyof typeof BATCH_OPERATIONS, Record<string, JsonSchema>> = {
	wait: typesOf(['batchId', 'product', 'status', 'progress', 'totalItems']),
	getResults: { email: { type: 'string' }, ...typesOf(ESSENTIAL_KEYS) },
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
