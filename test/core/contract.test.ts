import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { operations } from '../../shared/providers/enrich/operations';
import {
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
} from '../../shared/providers/enrich/operations/companyFollowers';

const file = path.resolve(__dirname, '../../../shared/contract/enrich-v3.openapi.yaml');

type Schema = Record<string, unknown>;
interface Described {
	operationId: string;
	parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
	requestBody?: { content: Record<string, { schema: Schema }> };
	responses: Record<string, { content: Record<string, { schema: Schema }> }>;
}

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

if (existsSync(file)) {
	const contract = parse(readFileSync(file, 'utf8')) as {
		paths: Record<string, Record<string, Described>>;
		components: { schemas: Record<string, Schema> };
	};
	const described = Object.entries(contract.paths).flatMap(([at, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({
			at,
			method: method.toUpperCase(),
			operation,
		})),
	);

	const resolved = (schema: Schema): Schema => {
		const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').pop() : undefined;
		return name === undefined ? schema : resolved(contract.components.schemas[name] as Schema);
	};

	/** A schema reduced to what both sides must agree on. */
	function reduced(schema: Schema, isInput: boolean): Schema {
		const { properties, items, required, type, oneOf, anyOf, additionalProperties, ...rest } =
			resolved(schema);
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

	const requestOf = ({ parameters = [], requestBody }: Described): Schema => {
		const body = requestBody?.content['application/json']?.schema;
		if (body) return body;
		const query = parameters.filter((parameter) => ['path', 'query'].includes(parameter.in));
		return {
			type: 'object',
			properties: Object.fromEntries(
				// IDs are opaque: their documented lengths disagree.
				query.map(({ name, in: place, schema }) => [
					name,
					place === 'path' ? { type: 'string', minLength: 1 } : schema,
				]),
			),
			required: query.filter(({ required }) => required).map(({ name }) => name),
		};
	};

	const answerOf = ({ responses }: Described): Schema => {
		const envelope = resolved(responses['200']?.content['application/json']?.schema as Schema);
		return (envelope.properties as Record<string, Schema>).data as Schema;
	};

	test('the base URL is the contract’s', async () => {
		const { DEFAULT_BASE_URL } = await import('../../shared/providers/enrich/auth');
		expect((contract as unknown as { servers: { url: string }[] }).servers[0]?.url).toBe(
			DEFAULT_BASE_URL,
		);
	});

	const all = [...operations, getCompanyFollowerProgress, getCompanyFollowerResults];
	describe.each(all.map((operation) => [operation.operationId, operation] as const))(
		'%s is as in the contract:',
		(operationId, operation) => {
			const theirs = described.find((other) => other.operation.operationId === operationId);
			if (!theirs) throw new Error(`The contract has no ${operationId}`);

			test('method and path', () => {
				expect([operation.method, operation.path]).toEqual([theirs.method, theirs.at]);
			});

			test('what is sent: names, kinds, required fields, bounds, choices, defaults', () => {
				const ours = reduced(z.toJSONSchema(operation.input, { io: 'input' }) as Schema, true);
				expect(ours).toEqual(reduced(requestOf(theirs.operation), true));
			});

			test('what is answered: names, kinds, required fields, choices', () => {
				const ours = reduced(z.toJSONSchema(operation.output, { io: 'output' }) as Schema, false);
				expect(ours).toEqual(reduced(answerOf(theirs.operation), false));
			});
		},
	);
} else {
	test.skip('NOT RUN: the contract ../shared/contract/enrich-v3.openapi.yaml is not on this machine', () => {});
}
