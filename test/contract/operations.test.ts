import { z } from 'zod';
import type { Schema as ContractSchema } from '../../scripts/contractFacts';
import type { Operation } from '../../shared/contract/operation';
import { enrich } from '../../shared/providers/enrich';
import type { HttpRequest } from '../../shared/http/transport';
import {
	facts,
	faultsOf,
	faultsOfRequest,
	isLongList,
	operationFacts,
	parametersSchema,
	requiredThough,
	resolved,
	responseSchema,
	type Sent,
} from './contract';
import { BASE_URL, fakeClient } from '../../testkit/fakeClient';
import { answerWith, onWire, scripted } from '../../testkit/fakeTransport';

type Schema = Record<string, unknown>;

/** What both sides must agree on; the rest is prose. Of answers, bounds are no concern of ours. */
const INPUT_RULES = [
	'minLength',
	'maxLength',
	'minimum',
	'maximum',
	'enum',
	'default',
	'minItems',
	'maxItems',
];
const OUTPUT_RULES = ['enum'];
const FORMATS = { input: ['email'], output: ['date-time'] };
/** What zod writes although nobody asked: the bounds of safe integers. */
const isAdded = (key: string, value: unknown) =>
	Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER && /imum$/.test(key);

/** A schema reduced to what both sides must agree on. */
function reduced(schema: Schema, isInput: boolean): Schema {
	const { properties, items, required, type, oneOf, anyOf, additionalProperties, ...rest } =
		resolved(schema as ContractSchema) as Schema;
	if (isLongList(schema)) delete rest.enum;
	const choices = (oneOf ?? anyOf) as Schema[] | undefined;
	const isNull = (choice: Schema) => choice.type === 'null';
	const nullable =
		rest.nullable === true ||
		(Array.isArray(type) && type.includes('null')) ||
		choices?.some(isNull) === true;
	const others = choices
		?.filter((choice) => !isNull(choice))
		.map((choice) => reduced(choice, isInput));
	if (others?.length === 1) return { ...others[0], nullable: true };
	const types = (Array.isArray(type) ? type : [type]).filter(
		(name) => name !== undefined && name !== 'null',
	) as string[];
	return {
		...(types.length > 0 && { type: types.join() }),
		...(nullable && { nullable }),
		...Object.fromEntries(
			(isInput ? INPUT_RULES : OUTPUT_RULES)
				.filter((key) => rest[key] !== undefined && !isAdded(key, rest[key]))
				.map((key) => [key, rest[key]]),
		),
		...(FORMATS[isInput ? 'input' : 'output'].includes(String(rest.format)) && {
			format: rest.format,
		}),
		...(others && { choices: others }),
		...(items !== undefined && { items: reduced(items as Schema, isInput) }),
		...(Object.keys(properties ?? {}).length > 0 && {
			properties: Object.fromEntries(
				Object.entries(properties as Record<string, Schema>).map(([key, field]) => [
					key,
					reduced(field, isInput),
				]),
			),
			required: [...((required as string[] | undefined) ?? [])].sort(),
		}),
		// That an object takes nothing else matters for what is sent.
		...(isInput && additionalProperties === false && { isClosed: true }),
	};
}

/** Bodies and parameters alike, as the registry has one input. */
function requestSchema(operationId: string): ContractSchema {
	const { body = { type: 'object' } } = operationFacts(operationId);
	const parts = [
		parametersSchema(operationId, 'path'),
		parametersSchema(operationId, 'query'),
		resolved(body),
	];
	return {
		...resolved(body),
		properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
		required: [...parts.flatMap(({ required = [] }) => required), ...requiredThough(operationId)],
	};
}

/** Of a file, there is no envelope. */
const dataSchema = (operationId: string): ContractSchema => {
	const envelope = resolved(responseSchema(operationId, 200) ?? {});
	return envelope.type === 'string' ? envelope : (envelope.properties?.data ?? {});
};

/** A request as the API sees it, its values by parameter name. */
function sentOf(operationId: string, { url, body }: HttpRequest): Sent {
	const { pathname, searchParams } = new URL(url);
	const pattern = operationFacts(operationId).path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
	const match = new RegExp(`^${new URL(BASE_URL).pathname}${pattern}$`).exec(pathname);
	if (!match) throw new Error(`${pathname} is not the path of ${operationId}`);
	return {
		path: match.groups,
		query: Object.fromEntries(searchParams),
		...(body !== undefined && { body: JSON.parse(body) }),
	};
}

test('every operation of the contract is described', () => {
	expect(Object.keys(enrich.operations).sort()).toEqual(Object.keys(facts.operations).sort());
});

test('the base URL is the contract’s', () => {
	expect(enrich.auth.defaultBaseUrl).toBe(facts.baseUrl);
});

test('every operation stands under its own operationId', () => {
	for (const [id, { operationId }] of Object.entries(enrich.operations))
		expect(operationId).toBe(id);
});

describe.each(Object.entries<Operation>(enrich.operations))(
	'%s is as in the contract:',
	(operationId, operation) => {
		test('method and path', () => {
			const { method, path } = operationFacts(operationId);
			expect([operation.method, operation.path]).toEqual([method, path]);
		});

		test('what is sent: names, kinds, required fields, bounds, choices, defaults', () => {
			const ours = reduced(z.toJSONSchema(operation.input, { io: 'input' }) as Schema, true);
			expect(ours).toEqual(reduced(requestSchema(operationId) as Schema, true));
		});

		test('what is answered: names, kinds, required fields, choices', () => {
			const schema = z.toJSONSchema(operation.output, { io: 'output' }) as Schema;
			const ours = operation.answers ? onWire(operation, schema.properties as Schema) : schema;
			expect(reduced(ours as Schema, false)).toEqual(
				reduced(dataSchema(operationId) as Schema, false),
			);
		});

		test('what the client sends for its example', async () => {
			const { input, data } = operation.example;
			const transport = scripted(answerWith(operation, data));
			const answer = await fakeClient(transport).call(operation, input);
			expect(answer.data).toEqual(data);
			const [request] = transport.requests as [HttpRequest];
			expect(faultsOfRequest(operationId, sentOf(operationId, request))).toEqual([]);
		});

		test('what its example is answered', () => {
			const { body } = answerWith(operation, operation.example.data);
			const answer: unknown = operation.answers === 'csv' ? body : JSON.parse(body);
			expect(faultsOf(operationId, 200, answer)).toEqual([]);
		});
	},
);
