import fc from 'fast-check';
import {
	type Callback,
	EVENTS,
	PRODUCTS,
	type Product,
	readBatch,
	readCallback,
	readResults,
	resultOutcome,
	withFields,
} from '../../shared/triggers/callbacks';
import { camelKeys } from '../../shared/triggers/camelKeys';
import type { Client } from '../../shared/http/client';
import type { Data } from '../../shared/contract/operation';
import { batches } from '../../shared/providers/enrich/batches';

const read = (body: unknown): Callback => {
	const callback = readCallback(body);
	if (typeof callback === 'string') throw new Error(callback);
	return callback;
};

const RESULTS: Record<Product, [event: string, data: object, expected: object]> = {
	emailValidation: [
		'webhook:email_lookup.completed',
		{ result_id: 'a@b.co', result: { email: 'a@b.co', result: 'risky', is_catch_all: true } },
		{ email: 'a@b.co', result: 'risky', isCatchAll: true },
	],
	emailFinder: [
		'webhook:finder_lookup.completed',
		{ result_id: 'a@b.co', result: { email: 'a@b.co', result: 'found', confidence: 'high' } },
		{ email: 'a@b.co', result: 'found', confidence: 'high' },
	],
	phones: [
		'webhook:phone_result.completed',
		{ result_id: 'a@b.co', type: 'success', phones: ['+14155550137'], message: 'Found' },
		{ type: 'success', phones: ['+14155550137'], message: 'Found' },
	],
	reverseLookup: [
		'webhook:email_result.completed',
		{ result_id: 'a@b.co', type: 'success', result: { displayName: 'Ann Lee' }, message: 'Yes' },
		{ displayName: 'Ann Lee', type: 'success', message: 'Yes' },
	],
	companyFollowers: [
		'webhook:company_follower_result.completed',
		{ companyUrl: 'https://x.co', follower: { objectURN: 'urn:1', profileUrl: 'p', title: 'CTO' } },
		{ objectURN: 'urn:1', profileUrl: 'p', title: 'CTO', companyUrl: 'https://x.co' },
	],
};

const ENDS: Record<Product, string> = {
	emailValidation: 'validation.completed',
	emailFinder: 'finder.completed',
	phones: 'webhook:phone_completion.completed',
	reverseLookup: 'webhook:email_completion.completed',
	companyFollowers: 'webhook:company_follower_completion.completed',
};

describe.each(Object.keys(PRODUCTS) as Product[])('%s', (product) => {
	const [event, data, expected] = RESULTS[product];

	test('a result has its fields on top, and its outcome', () => {
		const timestamp = '2025-06-03T14:35:00.000Z';
		const ids = product === 'companyFollowers' ? { batchId: 'job-1' } : {};
		const inner = product === 'companyFollowers' ? data : { job_id: 'job-1', ...data };
		expect(read({ event, timestamp, ...ids, data: inner })).toEqual({
			event: 'resultReceived',
			product,
			batchId: 'job-1',
			resultId: product === 'companyFollowers' ? 'urn:1' : 'a@b.co',
			fields: { ...expected, timestamp },
			...{ outcome: { outcome: 'found', reason: expect.stringMatching(/\w/) } },
			identity: expect.any(String),
		});
	});

	test('the end', () => {
		const body = { event: ENDS[product], data: { job_id: 'job-1', not_found: 2 } };
		expect(read(body)).toMatchObject({
			event: 'batchCompleted',
			product,
			batchId: 'job-1',
			fields: { notFound: 2 },
		});
	});
});

test('all events of the registry are read, and no other name', () => {
	const names = batches.flatMap(({ events }) => (events ? [events.result, events.end] : []));
	const known = Object.values(RESULTS).map(([event]) => event);
	expect([...known, ...Object.values(ENDS)]).toEqual(expect.arrayContaining(names));
	for (const event of [...names, 'nope', 'webhook:finder.completed', 'toString', '__proto__']) {
		const got = readCallback({ event, data: { job_id: 'x' } });
		expect(got === 'unknownEvent').toBe(!names.includes(event));
	}
});

describe('a result that is none', () => {
	test.each([
		[{ result: { email: '', result: 'not_found' } }, 'emailFinder', 'notFound'],
		[{ type: 'no_match', message: 'No' }, 'phones', 'notFound'],
		[{ type: 'no_match', message: 'No' }, 'reverseLookup', 'notFound'],
		[{ type: 'error', error: 'Source is down' }, 'phones', 'failed'],
		[{ error: 'Source is down' }, 'reverseLookup', 'failed'],
	] as const)('%j of %s is %s', (data, product, outcome) => {
		const [event] = RESULTS[product];
		const { outcome: told } = read({ event, data: { job_id: 'x', ...data } });
		expect(told?.outcome).toBe(outcome);
		if ('error' in data) expect(told?.reason).toBe(data.error);
	});
});

describe('IDs', () => {
	const event = 'validation.completed';
	test.each([
		[{ data: { job_id: 'x' } }],
		[{ data: { jobId: 'x' } }],
		[{ data: { batch_id: 'x' } }],
		[{ data: { batchId: 'x' } }],
		[{ batchId: 'x', data: {} }],
		[{ job_id: 'x', data: {} }],
	])('%j', (body) => expect(read({ event, ...body }).batchId).toBe('x'));

	test('a number is an ID too', () =>
		expect(read({ event, data: { job_id: 7 } }).batchId).toBe('7'));

	test.each(['', ' ', '..', '.', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a\\b', 'a b', 'a\u0000', null, {}])(
		'%j is none',
		(id) => expect(readCallback({ event, data: { job_id: id } })).toBe('malformed'),
	);
	test('a long one is none', () =>
		expect(readCallback({ event, data: { job_id: 'x'.repeat(201) } })).toBe('malformed'));
});

describe('the identity', () => {
	const body = (data: object, timestamp = 'now') => ({
		event: 'webhook:finder_lookup.completed',
		timestamp,
		data: { job_id: 'x', result_id: 'a@b.co', ...data },
	});
	const bob = { result: { email: 'a@b.co', first_name: 'Bob' } };

	test('is the same for a repeated delivery', () =>
		expect(read(body(bob, 'later')).identity).toBe(read(body(bob)).identity));

	test('is another for another person with the same address', () =>
		expect(read(body({ result: { email: 'a@b.co', first_name: 'Robert' } })).identity).not.toBe(
			read(body(bob)).identity,
		));

	test('of an end is its batch, whatever else it says', () => {
		const end = (found: number) => ({ event: 'finder.completed', data: { job_id: 'x', found } });
		expect(read(end(1)).identity).toBe(read(end(2)).identity);
	});
});

describe('hostile bodies', () => {
	test.each([undefined, null, 1, 'x', [], [{}], {}, { event: 1 }, { event: null, data: {} }])(
		'%j is malformed',
		(body) => expect(readCallback(body)).toBe('malformed'),
	);
	test.each([undefined, null, 1, 'x', [], [{ job_id: 'x' }]])('data that is %j, too', (data) =>
		expect(readCallback({ event: 'finder.completed', data })).toBe('malformed'),
	);

	test('one that goes too deep', () => {
		const data = JSON.parse('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)) as object;
		const body = { event: 'finder.completed', data: { job_id: 'x', data } };
		expect(readCallback(body)).toBe('malformed');
	});

	test('prototypes are left alone', () => {
		const text =
			'{"event":"webhook:finder_lookup.completed","data":{"job_id":"x","__proto__":{"bad":1},"result":{"__proto__":{"bad":1},"constructor":{"prototype":{"bad":1}},"email":"a@b.co"}}}';
		const { fields } = read(JSON.parse(text));
		expect(fields).toMatchObject({ email: 'a@b.co' });
		expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
		expect(fields).not.toHaveProperty('bad');
		expect({}).not.toHaveProperty('bad');
		expect(Object.keys(fields)).toEqual(['email']);
	});

	test('whatever comes, it is read or refused', () => {
		const events = [...Object.values(ENDS), ...Object.values(RESULTS).map(([event]) => event)];
		const bodies = fc.record({
			event: fc.constantFrom(...events),
			batchId: fc.jsonValue(),
			data: fc.dictionary(
				fc.oneof(fc.constantFrom('job_id', 'result', 'follower', 'error', 'type'), fc.string()),
				fc.jsonValue(),
			),
		});
		fc.assert(
			fc.property(bodies, (body) => {
				const callback = readCallback(body);
				if (callback === 'malformed') return;
				expect(Object.keys(EVENTS)).toContain((callback as Callback).event);
				expect((callback as Callback).batchId).toMatch(/^[^\s/]+$/);
			}),
		);
		fc.assert(fc.property(fc.jsonValue(), (body) => typeof readCallback(body) === 'string'));
	});
});

describe('keys in camelCase', () => {
	test.each([
		['is_catch_all', 'isCatchAll'],
		['isCatchAll', 'isCatchAll'],
		['hasSEG', 'hasSEG'],
		['_id', '_id'],
		['line_2', 'line2'],
		['a__b', 'aB'],
	])('%s → %s', (key, name) =>
		expect(camelKeys({ deep: [{ [key]: 'some_value' }] }, 5)).toEqual({
			deep: [{ [name]: 'some_value' }],
		}),
	);

	test('two spellings of one name stay two fields', () =>
		expect(camelKeys({ is_it: 1, isIt: 2 }, 5)).toEqual({ is_it: 1, isIt: 2 }));

	test('no value is changed or lost', () => {
		const leaves = (value: unknown): unknown[] =>
			typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
		const key = fc.stringMatching(/^[a-z_A-Z0-9]{1,6}$/);
		const { tree } = fc.letrec((tie) => ({
			tree: fc.oneof(
				{ depthSize: 'small' },
				fc.integer(),
				fc.dictionary(key, tie('tree')),
				fc.array(tie('tree')),
			),
		}));
		fc.assert(
			fc.property(tree, (value) => {
				const order = (a: unknown, b: unknown) => Number(a) - Number(b);
				expect(leaves(camelKeys(value, 100)).sort(order)).toEqual(leaves(value).sort(order));
			}),
		);
	});
});

describe('the item of a result', () => {
	const always = { event: 'resultReceived', product: 'phones', batchId: 'x' };

	test('keeps what is always told, and loses no field of the same name', () => {
		expect(withFields(always, { batchId: 'y', resultBatchId: 'z', email: 'a@b.co' })).toEqual({
			...always,
			resultBatchId: 'y',
			resultResultBatchId: 'z',
			email: 'a@b.co',
		});
	});

	test('holds each value, whatever the names', () => {
		const name = fc.constantFrom('event', 'batchId', 'resultEvent', 'resultBatchId', 'email');
		fc.assert(
			fc.property(fc.dictionary(name, fc.integer()), (fields) => {
				const item = withFields(always, fields);
				expect(item).toMatchObject(always);
				expect(Object.keys(item)).toHaveLength(3 + Object.keys(fields).length);
			}),
		);
	});

	test('what is told about a result does not push its own fields aside', () => {
		const event = 'webhook:email_result.completed';
		const data = {
			job_id: 'x',
			result: { message: 'Hi', displayName: 'A' },
			message: 'Person found',
		};
		expect(read({ event, data }).fields).toEqual({
			message: 'Hi',
			displayName: 'A',
			batchMessage: 'Person found',
		});
	});
});

describe('company followers are read as they are documented', () => {
	/** Answers each call with the next of these. */
	const clientThat = (...answers: object[]) => {
		const inputs: object[] = [];
		const call: Client['call'] = async (_operation, input) => {
			inputs.push(input);
			const receipt = { creditsUsed: null, creditsRemaining: null };
			return { data: answers.shift() as Data, receipt };
		};
		return { inputs, client: { call } as Client };
	};

	test.each([
		[
			{ total: -1, done: false },
			{ hasEnded: false, status: 'processing', totalItems: null },
		],
		[
			{ total: 342, done: true },
			{ hasEnded: true, status: 'completed', totalItems: 342 },
		],
		[
			{ total: 342, done: true, partial: true },
			{ hasEnded: true, status: 'partial', totalItems: 342 },
		],
	])('%j', async (data, state) => {
		const { client, inputs } = clientThat(data);
		expect(await readBatch('companyFollowers', 'x', client)).toEqual(state);
		expect(inputs).toEqual([{ batchId: 'x' }]);
	});

	test('all pages', async () => {
		const page = (number: number) => ({
			data: [{ name: `Follower ${number}` }],
			pagination: { page: number, limit: 500, total: 2, totalPages: 2 },
		});
		const { client, inputs } = clientThat(page(1), page(2));
		const read: Data[] = [];
		for await (const results of readResults('companyFollowers', 'x', client)) read.push(...results);
		expect(read).toEqual([{ name: 'Follower 1' }, { name: 'Follower 2' }]);
		expect(inputs).toEqual([1, 2].map((number) => ({ batchId: 'x', page: number, limit: 500 })));
		expect(resultOutcome('companyFollowers', read[0]!)).toEqual({
			outcome: 'found',
			reason: 'Follower found',
		});
	});

	test('a list that was continued ends anew', () => {
		const event = ENDS.companyFollowers;
		const end = (followerCount: number) =>
			read({ event, batchId: 'x', data: { followerCount } }).identity;
		expect(end(10)).not.toBe(end(20));
	});
});
