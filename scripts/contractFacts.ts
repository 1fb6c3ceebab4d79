import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** A JSON Schema with OpenAPI's `nullable`; `$ref` is `#/definitions/…` of the facts. */
export interface Schema {
	$ref?: string;
	type?: string;
	nullable?: true;
	format?: string;
	enum?: unknown[];
	const?: unknown;
	default?: unknown;
	pattern?: string;
	minLength?: number;
	maxLength?: number;
	minimum?: number;
	maximum?: number;
	minItems?: number;
	maxItems?: number;
	required?: string[];
	properties?: Record<string, Schema>;
	additionalProperties?: boolean | Schema;
	items?: Schema;
	oneOf?: Schema[];
}

export interface OperationFacts {
	method: string;
	path: string;
	parameters?: { in: string; name: string; required?: true; schema: Schema }[];
	/** Always `application/json`. */
	body?: Schema;
	/** Schemas by status and content type. */
	responses: Record<string, Record<string, Schema>>;
}

/** What the API's published contract states, without its texts and examples. */
export interface Facts {
	baseUrl: string;
	/** By operation ID. */
	operations: Record<string, OperationFacts>;
	/** Bodies of callbacks, by the names of the webhooks. */
	callbacks: Record<string, Schema>;
	definitions: Record<string, Schema>;
}

type Content = Record<string, { schema: Published }>;
type Published = Record<string, unknown>;
interface PublishedOperation {
	operationId: string;
	parameters?: { in: string; name: string; required?: boolean; schema: Published }[];
	requestBody?: { content: Content };
	responses: Record<string, { content?: Content }>;
}
interface Document {
	servers: { url: string }[];
	paths: Record<string, Record<string, PublishedOperation>>;
	webhooks: Record<string, { post: PublishedOperation }>;
	components: { schemas: Record<string, Published> };
}

const ROOT = path.resolve(__dirname, '..');
export const CONTRACT_FILE = path.resolve(ROOT, '../shared/contract/enrich-v3.openapi.yaml');
export const FACTS_FILE = path.resolve(ROOT, 'test/contract/enrich-v3.facts.json');

const JSON_TYPE = 'application/json';
const PROSE = /^(title|description|summary|examples?|deprecated|x-.*)$/;
const FACTS =
	/^(format|const|default|pattern|required|minLength|maxLength|minimum|maximum|minItems|maxItems)$/;
/** Longer lists of values are definitions of their own, named after their property. */
const MAX_INLINE_VALUES = 20;

/**
 * The facts of an OpenAPI document.
 * @throws Error where the document uses what facts cannot hold yet
 */
export function contractFacts(document: Document): Facts {
	const definitions: Record<string, Schema> = {};

	function define(name: string, schema: Schema): Schema {
		const known = definitions[name];
		if (known && JSON.stringify(known) !== JSON.stringify(schema))
			throw new Error(`There are two definitions of ${name}`);
		definitions[name] = schema;
		return { $ref: `#/definitions/${name}` };
	}

	function schemaOf(published: Published, property: string): Schema {
		const facts: Record<string, unknown> = {};
		const inner = (schema: unknown) => schemaOf(schema as Published, property);
		for (const [key, value] of Object.entries(published)) {
			if (PROSE.test(key)) continue;
			else if (FACTS.test(key) || key === 'enum') facts[key] = value;
			else if (key === '$ref')
				facts.$ref = (value as string).replace('#/components/schemas/', '#/definitions/');
			else if (key === 'nullable') {
				if (value === true) facts.nullable = true;
			} else if (key === 'type') {
				const types = [value].flat();
				const [type, ...others] = types.filter((name) => name !== 'null');
				if (others.length > 0) throw new Error(`${property} has several types`);
				facts.type = type;
				if (types.includes('null')) facts.nullable = true;
			} else if (key === 'properties')
				facts.properties = mapped(value as Record<string, Published>, schemaOf);
			else if (key === 'items') facts.items = inner(value);
			else if (key === 'oneOf') facts.oneOf = (value as Published[]).map(inner);
			else if (key === 'additionalProperties')
				facts[key] = typeof value === 'object' ? inner(value) : value;
			else throw new Error(`${property} has an unknown ${key}`);
		}
		const values = facts.enum as unknown[] | undefined;
		return values && values.length > MAX_INLINE_VALUES ? define(property, facts) : facts;
	}

	function bodyOf(operation: PublishedOperation): Schema | undefined {
		const content = operation.requestBody?.content;
		if (!content) return undefined;
		const [type, ...others] = Object.keys(content);
		if (type !== JSON_TYPE || others.length > 0)
			throw new Error(`${operation.operationId} takes other bodies than JSON`);
		return schemaOf((content[JSON_TYPE] as Content[string]).schema, operation.operationId);
	}

	function operationOf(method: string, at: string, published: PublishedOperation): OperationFacts {
		const { operationId, parameters = [] } = published;
		const body = bodyOf(published);
		return {
			method: method.toUpperCase(),
			path: at,
			...(parameters.length > 0 && {
				parameters: parameters.map(({ in: place, name, required, schema }) => ({
					in: place,
					name,
					...(required && { required }),
					schema: schemaOf(schema, name),
				})),
			}),
			...(body && { body }),
			responses: mapped(published.responses, ({ content = {} }) =>
				mapped(content, ({ schema }) => schemaOf(schema, operationId)),
			),
		};
	}

	for (const [name, schema] of Object.entries(document.components.schemas))
		define(name, schemaOf(schema, name));
	const operations = Object.fromEntries(
		Object.entries(document.paths).flatMap(([at, methods]) =>
			Object.entries(methods).map(([method, published]) => [
				published.operationId,
				operationOf(method, at, published),
			]),
		),
	);
	return {
		baseUrl: document.servers[0]?.url ?? '',
		operations: { ...operations, ...supplements(operations) },
		callbacks: mapped(document.webhooks, ({ post }) => bodyOf(post) as Schema),
		definitions,
	};
}

/**
 * Operations that the documentation describes and the contract does not list. To start a scrape of
 * followers is the same path as to continue one, without `batchId` and with a body.
 */
function supplements(operations: Record<string, OperationFacts>): Record<string, OperationFacts> {
	const { method, path, responses } = operations.continueCompanyFollowerScrape as OperationFacts;
	// The others are about the scrape that is continued.
	const own = Object.entries(responses).filter(([status]) =>
		/^(200|400|401|402|429)$/.test(status),
	);
	return {
		startCompanyFollowerScrape: {
			method,
			path,
			body: { $ref: '#/definitions/CompanyFollowerRequest' },
			responses: Object.fromEntries(own),
		},
	};
}

const mapped = <T, U>(record: Record<string, T>, map: (value: T, key: string) => U) =>
	Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));

/** The facts of the contract beside the repository; undefined: there is none. */
export const readContractFacts = (): Facts | undefined =>
	existsSync(CONTRACT_FILE)
		? contractFacts(parse(readFileSync(CONTRACT_FILE, 'utf8')) as Document)
		: undefined;

async function main() {
	const facts = readContractFacts();
	if (!facts) throw new Error(`There is no ${path.relative(ROOT, CONTRACT_FILE)}`);
	// Not at the top: tests import this file, and jest cannot load prettier.
	const { format, resolveConfig } = await import('prettier');
	const style = { ...(await resolveConfig(FACTS_FILE)), filepath: FACTS_FILE };
	writeFileSync(FACTS_FILE, await format(JSON.stringify(facts), style));
	const [operations, callbacks] = [facts.operations, facts.callbacks].map(
		(record) => Object.keys(record).length,
	);
	console.log(
		`${path.relative(ROOT, FACTS_FILE)}: ${operations} operations, ${callbacks} callbacks`,
	);
}

if (require.main === module)
	main().catch((error: Error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
