import fc from 'fast-check';
import { fetchProgress } from '../../shared/batches/progress';
import { resultPages } from '../../shared/batches/results';
import type { Data } from '../../shared/contract/data';
import { EVENT_KINDS } from '../../shared/contract/event';
import { enrich } from '../../shared/providers/enrich';
import { companyFollowers } from '../../shared/providers/enrich/events';
import {
	type Callback,
	readCallback,
	toRowOutcome,
	withFields,
} from '../../shared/triggers/callbacks';
import { fakeClient } from '../../testkit/fakeClient';
import { scripted, success } from '../../testkit/fakeTransport';

const parse = (body: unknown) => readCallback(enrich.events, body);
const read = (body: unknown): Callback => {
	const callback = parse(body);
	if (typeof callback === 'string') throw new Error(callback);
	return callback;
};

type Product = 'emailValidation' | 'emailFinder' | 'phones' | 'reverseLookup' | 'companyFollowers';

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

describe.each(Object.keys(RESULTS) as Product[])('%s', (product) => {
	const [event, data, expected] = RESULTS[product];

	test('a result has its fields on top, and its outcome', () => {
		const timestamp = '2025-06-03T14:35:00.000Z';
		const ids = product === 'companyFollowers' ? { batchId: 'job-1' } : {};
		const inner = product === 'companyFollowers' ? data : { job_id: 'job-1', ...data };
		expect(read({ event, timestamp, ...ids, data: inner })).toEqual({
			event: 'resultReceived',
			job: expect.objectContaining({ product }),
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
			job: { product },
			batchId: 'job-1',
			fields: { notFound: 2 },
		});
	});
});

test('all events of the provider are read, and no other name', () => {
	const names = enrich.events.map(({ name }) => name);
	const known = Object.values(RESULTS).map(([event]) => event);
	expect([...known, ...Object.values(ENDS)].sort()).toEqual([...names].sort());
	for (const event of [...names, 'nope', 'webhook:finder.completed', 'toString', '__proto__']) {
		const got = parse({ event, data: { job_id: 'x' } });
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
		const { outcome: reported } = read({ event, data: { job_id: 'x', ...data } });
		expect(reported?.outcome).toBe(outcome);
		if ('error' in data) expect(reported?.reason).toBe(data.error);
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
		(id) => expect(parse({ event, data: { job_id: id } })).toBe('malformed'),
	);
	test('a long one is none', () =>
		expect(parse({ event, data: { job_id: 'x'.repeat(201) } })).toBe('malformed'));
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

	test('is the same with another field, and with the keys in another order', () => {
		const { identity } = read(body(bob));
		const again = { first_name: 'Bob', email: 'a@b.co', delivery: 2 };
		const { event, timestamp, data } = body({ attempt: 2, result: again });
		expect(read({ data, sent: 'again', timestamp, event } as object).identity).toBe(identity);
	});

	test.each(Object.keys(RESULTS) as Product[])(
		'of %s is the same however it is spelled',
		(product) => {
			const [event, data] = RESULTS[product];
			const reversed = (value: unknown): unknown =>
				typeof value !== 'object' || value === null || Array.isArray(value)
					? value
					: Object.fromEntries(
							Object.entries(value)
								.reverse()
								.map(([key, inner]) => [key, reversed(inner)]),
						);
			const send = (more: object) => read({ event, batchId: 'x', data: { ...more, ...data } });
			const again = read({ event, batchId: 'x', data: reversed({ ...data, retry_count: 1 }) });
			expect(again.identity).toBe(send({}).identity);
		},
	);

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
		(body) => expect(parse(body)).toBe('malformed'),
	);
	test.each([undefined, null, 1, 'x', [], [{ job_id: 'x' }]])('data that is %j, too', (data) =>
		expect(parse({ event: 'finder.completed', data })).toBe('malformed'),
	);

	test('one that goes too deep', () => {
		const data = JSON.parse('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)) as object;
		const body = { event: 'finder.completed', data: { job_id: 'x', data } };
		expect(parse(body)).toBe('malformed');
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
				const callback = parse(body);
				if (callback === 'malformed') return;
				expect(Object.keys(EVENT_KINDS)).toContain((callback as Callback).event);
				expect((callback as Callback).batchId).toMatch(/^[^\s/]+$/);
			}),
		);
		fc.assert(fc.property(fc.jsonValue(), (body) => typeof parse(body) === 'string'));
	});
});

describe('the item of a result', () => {
	const always = { event: 'resultReceived', product: 'phones', batchId: 'x' };

	test('keeps what every item holds, and loses no field of the same name', () => {
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

	test('what is reported about a result does not push its own fields aside', () => {
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
	test.each<[Data, object]>([
		[
			{ total: -1, done: false },
			{ state: 'running', status: 'processing' },
		],
		[
			{ total: 342, processed: 171, done: false },
			{ state: 'running', status: 'processing', total: 342, percent: 50 },
		],
		[
			{ total: 342, done: true },
			{ state: 'completed', status: 'completed', total: 342 },
		],
		[
			{ total: 342, done: true, partial: true },
			{ state: 'completed', status: 'partial', total: 342 },
		],
	])('%j', async (data, progress) => {
		const transport = scripted(success(data));
		expect(await fetchProgress(companyFollowers, 'x', fakeClient(transport))).toEqual(progress);
		expect(transport.requests.map(({ url }) => new URL(url).pathname)).toEqual([
			expect.stringMatching('/company-follower/x/progress$'),
		]);
	});

	test('all pages', async () => {
		const page = (number: number) =>
			success({
				data: [{ name: `Follower ${number}` }],
				pagination: { page: number, limit: 500, total: 2, totalPages: 2 },
			});
		const transport = scripted(page(1), page(2));
		const read: Data[] = [];
		for await (const { results } of resultPages(companyFollowers, 'x', fakeClient(transport)))
			read.push(...results);
		expect(read).toEqual([{ name: 'Follower 1' }, { name: 'Follower 2' }]);
		expect(transport.requests.map(({ url }) => url.split('/company-follower/')[1])).toEqual([
			'x/results?page=1&limit=500',
			'x/results?page=2&limit=500',
		]);
		expect(toRowOutcome(companyFollowers.outcome(read[0]!))).toEqual({
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
