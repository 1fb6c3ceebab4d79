import path from 'node:path';
import { CONTRACT_FILE, contractFacts, readContractFacts } from '../../scripts/contractFacts';
import { facts, faultsOf, faultsOfCallback, faultsOfRequest, resolved } from './contract';

const operations = Object.entries(facts.operations);

/** All texts but those of `enum`, and all names. */
function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => [
		key,
		// `enum` of a schema is a list; a property of that name would be a schema.
		...(key === 'enum' && Array.isArray(inner) ? [] : textsOf(inner)),
	]);
}

test('all operations and callbacks are there, and the one that the contract does not list', () => {
	expect(operations).toHaveLength(51 + 1);
	expect(Object.keys(facts.callbacks)).toHaveLength(10);
	const places = operations.map(([, { method, path }]) => `${method} ${path}`);
	const twice = places.filter((place, i) => places.indexOf(place) !== i);
	expect(twice).toEqual(['POST /company-follower']);
});

test('all parameters in paths are described', () => {
	for (const [operationId, { path, parameters = [] }] of operations) {
		const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
		const described = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
		expect([operationId, described]).toEqual([operationId, names]);
	}
});

test('all schemas can be checked against', () => {
	for (const [operationId, { body, responses }] of operations) {
		// No request and no answer is a number.
		expect(faultsOfRequest(operationId, { body: 7 })).not.toEqual([]);
		if (body) expect(resolved(body).type).toBe('object');
		for (const status of Object.keys(responses))
			expect([operationId, status, faultsOf(operationId, Number(status), 7).length]).toEqual([
				operationId,
				status,
				1,
			]);
	}
	for (const callback of Object.values(facts.callbacks)) {
		const event = resolved(callback).properties?.event?.const as string;
		expect(faultsOfCallback({ event })).not.toEqual([]);
		expect(faultsOfCallback({ event })).not.toContain(`event: ${event} is not documented`);
	}
});

test('they are facts alone: no descriptions, titles or examples', () => {
	const texts = textsOf(facts);
	expect(texts.length).toBeGreaterThan(1000);
	expect(texts.filter((text) => text.length > 60 || /\s/.test(text))).toEqual([]);
});

test('what facts cannot hold is an error, not left out', () => {
	const document = (schema: object) =>
		({ paths: {}, webhooks: {}, servers: [], components: { schemas: { Odd: schema } } }) as never;
	expect(() => contractFacts(document({ not: {} }))).toThrow('Odd has an unknown not');
	expect(() => contractFacts(document({ type: ['string', 'number'] }))).toThrow('several types');
});

const latest = readContractFacts();
const where = path.basename(CONTRACT_FILE);
if (latest) {
	test(`they are those of ${where}: else run npm run contract:facts`, () => {
		expect(facts).toEqual(latest);
	});
} else {
	test.skip(`NOT RUN: ${where} is not here to compare with`, () => {});
}
