import { z } from 'zod';
import type { Facts, OperationFacts, Schema } from '../../scripts/contractFacts';
import published from './enrich-v3.facts.json';

/** What the API's published contract states: written by `npm run contract:facts`. */
export const facts = published as unknown as Facts;

/** Where the contract contradicts itself: what tests go by instead of it, and why. */
const EXCEPTIONS = {
	pathParameters: {
		schema: { type: 'string', minLength: 1 } as Schema,
		why: 'IDs are opaque: their documented forms disagree.',
	},
	/** Fields that the connector always asks for, though the API does not. */
	required: {
		revealLeads: {
			fields: ['fields'],
			why: 'Left out, it means both, for 535 credits a lead: somebody has to choose.',
		},
	} as Record<string, { fields: string[]; why: string }>,
	/** By operation ID and status. */
	responses: {
		revealLeads: {
			200: {
				schema: { $ref: '#/definitions/RevealJobSubmitResponse' },
				why: 'Its text says that it starts a job; its schema is of the time when it did not.',
			},
		},
		getWalletTransactions: {
			400: {
				schema: { $ref: '#/definitions/ErrorEnvelope' },
				why: 'Its input has bounds, but no answer is documented to what is out of them.',
			},
		},
	} as Record<string, Record<number, { schema: Schema; why: string }>>,
};

/** Definitions of more values than a package should carry; the API refuses one that it does not know. */
const LONG_LISTS = ['countries', 'states', 'jobTitles', 'departments'];

export const isLongList = ({ $ref = '' }: Schema): boolean =>
	LONG_LISTS.includes($ref.replace('#/definitions/', ''));

export const requiredThough = (operationId: string): string[] =>
	EXCEPTIONS.required[operationId]?.fields ?? [];

/** @throws Error where the contract has no such operation */
export function operationFacts(operationId: string): OperationFacts {
	const operation = facts.operations[operationId];
	if (!operation) throw new Error(`The contract has no ${operationId}`);
	return operation;
}

/** What is sent in a URL's path or query, as the schema of an object by parameter name. */
export function parametersSchema(operationId: string, place: 'path' | 'query'): Schema {
	const parameters = (operationFacts(operationId).parameters ?? []).filter(
		(parameter) => parameter.in === place,
	);
	const isPath = place === 'path';
	return {
		type: 'object',
		properties: Object.fromEntries(
			parameters.map(({ name, schema }) => [
				name,
				isPath ? EXCEPTIONS.pathParameters.schema : schema,
			]),
		),
		required: parameters.filter(({ required }) => required).map(({ name }) => name),
	};
}

/** The schema of an answer; undefined: none is documented. */
export function responseSchema(operationId: string, status: number): Schema | undefined {
	const { responses } = operationFacts(operationId);
	const exception = EXCEPTIONS.responses[operationId]?.[status];
	return exception?.schema ?? Object.values(responses[status] ?? {})[0];
}

/** The schema itself, where it is a reference to one. */
export function resolved(schema: Schema): Schema {
	const { $ref, ...others } = schema;
	if ($ref === undefined) return schema;
	const target = facts.definitions[$ref.replace('#/definitions/', '')];
	if (!target) throw new Error(`The contract has no ${$ref}`);
	return { ...resolved(target), ...others };
}

export interface Sent {
	/** Values by parameter name; of a query they may be texts, as a URL holds them. */
	path?: Record<string, unknown>;
	query?: Record<string, unknown>;
	body?: unknown;
}

/** What is wrong with a request, by its documented parameters and body; empty: nothing. */
export function faultsOfRequest(operationId: string, { path, query, body }: Sent): string[] {
	const { body: bodySchema } = operationFacts(operationId);
	const querySchema = parametersSchema(operationId, 'query');
	return [
		...faults('path', parametersSchema(operationId, 'path'), path ?? {}),
		...faults('query', querySchema, fromUrl(querySchema, query ?? {})),
		...(bodySchema ? faults('body', bodySchema, body) : []),
		...(!bodySchema && body !== undefined ? ['body: not documented'] : []),
	];
}

/** What is wrong with an answer, by the documented schema of its status; empty: nothing. */
export function faultsOf(operationId: string, status: number, body: unknown): string[] {
	const schema = responseSchema(operationId, status);
	return schema ? faults('body', schema, body, 'data') : [`status: ${status} is not documented`];
}

/** What is wrong with a callback, by the documented schema of its event; empty: nothing. */
export function faultsOfCallback(body: { event: string }): string[] {
	const schema = Object.values(facts.callbacks).find(
		(one) => resolved(one).properties?.event?.const === body.event,
	);
	return schema ? faults('body', schema, body, 'data') : [`event: ${body.event} is not documented`];
}

/** Numbers are texts in a URL. */
function fromUrl({ properties }: Schema, query: Record<string, unknown>): Record<string, unknown> {
	const isNumber = (name: string) => /integer|number/.test(properties?.[name]?.type ?? '');
	return Object.fromEntries(
		Object.entries(query).map(([name, value]) => [
			name,
			isNumber(name) && typeof value === 'string' && value.trim() !== '' ? Number(value) : value,
		]),
	);
}

const checkers = new WeakMap<Schema, z.ZodType>();

/**
 * What is wrong with a value, `place: what` each. Members that are not documented are wrong
 * everywhere, or only within this property: error bodies and `meta` may say more than is documented.
 */
function faults(place: string, schema: Schema, value: unknown, closedWithin?: string): string[] {
	let checker = checkers.get(schema);
	if (!checker) {
		const whole = expanded(schema, closedWithin === undefined, closedWithin);
		// OpenAPI 3.0 is the one that has `nullable`.
		checker = z.fromJSONSchema(whole as JsonSchema, { defaultTarget: 'openapi-3.0' });
		checkers.set(schema, checker);
	}
	const issues = checker.safeParse(value).error?.issues ?? [];
	return issues.map(({ path, message }) => `${[place, ...path].join('/')}: ${message}`);
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

/** A schema without references and defaults; where closed, its objects take what is documented alone. */
function expanded(reference: Schema, isClosed: boolean, closedWithin?: string): Schema {
	const { properties, items, oneOf, additionalProperties, ...others } = resolved(reference);
	// zod would fill in what is missing.
	delete others.default;
	// As in paths, IDs are opaque: other operations document the same one otherwise.
	if (others.format === 'uuid') delete others.format;
	const inner = (schema: Schema) => expanded(schema, isClosed, closedWithin);
	return {
		...others,
		...(properties && {
			properties: Object.fromEntries(
				Object.entries(properties).map(([name, schema]) => [
					name,
					expanded(schema, isClosed || name === closedWithin, closedWithin),
				]),
			),
			...(isClosed && { additionalProperties: false }),
		}),
		...(additionalProperties !== undefined && {
			additionalProperties:
				typeof additionalProperties === 'object'
					? inner(additionalProperties)
					: additionalProperties,
		}),
		...(items && { items: inner(items) }),
		...(oneOf && { oneOf: oneOf.map(inner) }),
	};
}
