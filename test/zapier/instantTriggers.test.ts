import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Data } from '../../shared/contract/data';
import { events } from '../../shared/providers/enrich/events';
import type { Sandbox } from '../../sandbox/server';
import { instantTriggers } from '../../zapier/src/instantTriggers';
import { sandboxes } from '../sandbox/support';
import {
	App,
	bundleFor,
	createAppTester,
	failureOf,
	type Field,
	validationOf,
	withoutJitter,
	zapierRunner,
} from './support';

const start = sandboxes();
withoutJitter();

const END = 'batch_completed_instant';
const RESULT = 'batch_result_received';
const app = { ...App, triggers: { ...App.triggers, ...instantTriggers } };
const runnerOf = (options = {}) => zapierRunner({ app, ...options });
const MINUTE = 60_000;
const emails = (count: number) => Array.from({ length: count }, (_, i) => `person${i}@figma.com`);

/** A trigger as it is written. */
const definitionOf = (key: string) =>
	instantTriggers[key]?.operation as unknown as {
		outputFields: Field[];
		sample: Data;
		perform: never;
		performList: never;
	};

const reads = ({ requests }: Sandbox) =>
	requests.filter(({ operationId }) => /Status|Progress/.test(operationId));

/** Gives a callback to a trigger, as Zapier does with what comes to its address. */
function zapOf(sandbox: Sandbox, key: string, inputData: Data = {}, runner = runnerOf()) {
	return async (body: unknown): Promise<Data[]> => {
		const bundle = { ...bundleFor(sandbox, inputData), cleanedRequest: body };
		return (await runner.run(`triggers.${key}.operation.perform`, bundle)) as Data[];
	};
}

/** Waiting takes no time. */
function withoutWaiting() {
	const wait = setTimeout;
	jest
		.spyOn(globalThis, 'setTimeout')
		.mockImplementation(((work: () => void, ms = 0, ...rest: []) =>
			wait(work, ms >= 1000 ? 1 : ms, ...rest)) as typeof setTimeout);
}

/** The address of a zap: Zapier takes what comes, and runs what it throttled once more. */
async function addressOf(zap: (body: unknown) => Promise<Data[]>) {
	const rows: Data[] = [];
	const failures: string[] = [];
	const runs: Promise<void>[] = [];
	const runTwice = async (body: unknown) => {
		for (let run = 0; run < 2; run++)
			try {
				return void rows.push(...(await zap(body)));
			} catch (error) {
				failures.push((error as Error).name);
			}
	};
	const server = createServer(async (request, response) => {
		let text = '';
		for await (const chunk of request) text += String(chunk);
		response.end();
		runs.push(runTwice(JSON.parse(text)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	servers.push(server);
	return { url: `http://127.0.0.1:${port}/hook`, rows, failures, runs };
}
const servers: { close(): unknown; closeAllConnections(): void }[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

/** A batch that has called back all that it is going to. */
async function calledBack(sandbox: Sandbox, key: string, settings: object, count = 6) {
	sandbox.setCallbacks(settings);
	const runner = runnerOf();
	const address = await addressOf(zapOf(sandbox, key, {}, runner));
	const { batch_id: batchId } = await runner.create(
		'start_email_validation_batch',
		bundleFor(sandbox, { emails: emails(count), send_callbacks_to: address.url }),
	);
	const isLast = () => {
		const sent = sandbox.callbacks.filter(({ kind }) => kind === 'genuine');
		return sent.length >= count + 1 && sent.every(({ status }) => status !== undefined);
	};
	while (!isLast()) await new Promise((resolve) => setTimeout(resolve, 10));
	await new Promise((resolve) => setTimeout(resolve, 50));
	await Promise.all(address.runs);
	return { ...address, batchId };
}

test('an app with both has the structure that Zapier asks for; the editor shows their addresses', async () => {
	expect(await validationOf(app)).toEqual([]);
	for (const { display, operation } of Object.values(instantTriggers)) {
		expect(operation).toMatchObject({ type: 'hook' });
		expect(operation).not.toHaveProperty('performSubscribe');
		expect((display as { directions?: string }).directions).toContain("'Send Callbacks To'");
	}
});

test('only a private build has them, and it asks for the key alone', () => {
	const builds = Object.fromEntries(
		['public', 'private', 'development'].map((kind) => {
			let built = {} as { default: typeof App };
			jest.isolateModules(() => {
				process.env.ENRICH_ZAPIER_BUILD = kind;
				built = jest.requireActual('../../zapier/src');
				delete process.env.ENRICH_ZAPIER_BUILD;
			});
			const { triggers = {}, authentication } = built.default;
			const fields = authentication?.fields?.map((field) => (field as Field).key);
			return [kind, [END, RESULT].filter((key) => key in triggers).concat(fields ?? [])];
		}),
	);
	expect(builds).toEqual({
		public: ['apiKey', 'accountName'],
		private: [END, RESULT, 'apiKey', 'accountName'],
		development: ['apiKey', 'accountName', 'headerStyle', 'baseUrl'],
	});
});

describe.each(events)('$name', ({ name, kind, job }) => {
	const key = kind === 'batchCompleted' ? END : RESULT;
	const other = kind === 'batchCompleted' ? RESULT : END;
	const { outputFields, sample } = definitionOf(key);
	/** A batch of that product which has ended. */
	async function endedBatch(sandbox: Sandbox): Promise<unknown> {
		if (job.product === 'companyFollowers') return sandbox.addFollowerJob({});
		const submits: Record<string, [string, object]> = {
			emailFinder: [
				'/email-finder/batch',
				{ leads: [{ firstName: 'Emily', lastName: 'Zhang', domain: 'figma.com' }] },
			],
			emailValidation: ['/email-validation/batch', { emails: emails(1) }],
			phones: ['/reverse-lookup/phones/bulk', { emails: emails(1) }],
			reverseLookup: ['/reverse-lookup/bulk-lookup', { emails: emails(1) }],
		};
		const [path, body] = submits[job.product]!;
		const response = await fetch(sandbox.url + path, {
			method: 'POST',
			headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		const { data } = (await response.json()) as { data: Data };
		return data.batchId ?? data.jobId ?? data.id;
	}
	const bodyOf = (id: unknown) => ({
		event: name,
		timestamp: '2026-06-03T14:20:00.000Z',
		data: {
			job_id: id,
			result_id: 'a@figma.com',
			type: 'success',
			result: { email: 'a@figma.com' },
		},
	});

	test('runs the zap once, with every declared key; the other trigger leaves it alone', async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity });
		const id = await endedBatch(sandbox);
		const rows = await zapOf(sandbox, key)(bodyOf(id));
		expect(rows).toHaveLength(1);
		const [row = {}] = rows;
		expect(Object.keys(row).sort()).toEqual(outputFields.map((field) => field.key).sort());
		expect(Object.keys(row)).toEqual(expect.arrayContaining(Object.keys(sample)));
		expect(row).toMatchObject({ id: expect.any(String), product: job.title });
		for (const value of Object.values(row)) expect(typeof value === 'object' && value).toBeFalsy();
		expect(await zapOf(sandbox, other)(bodyOf(id))).toEqual([]);
		expect(await zapOf(sandbox, key, { product: 'ipToCompany' })(bodyOf(id))).toEqual([]);
		expect(await zapOf(sandbox, key, { product: job.product })(bodyOf(id))).toHaveLength(1);
	});

	test('of a batch that Enrich does not know never runs the zap', async () => {
		withoutWaiting();
		const sandbox = await start();
		const zap = zapOf(sandbox, key);
		expect((await failureOf(zap(bodyOf('f'.repeat(24))))).name).toBe('ThrottledError');
		expect(await zap(bodyOf('f'.repeat(24)))).toEqual([]);
	});
});

describe('callbacks of a batch', () => {
	test.each([
		['results first', { order: 'inOrder' }],
		['the end first', { order: 'endFirst' }],
		['each twice', { duplicates: 1 }],
		['thirty at once, in any order', { order: 'random', concurrency: 30 }],
		['among forged ones', { forged: 1 }],
	])(
		'run the zap once for each result, and once at the end: %s',
		async (_, settings) => {
			const count = 10;
			const options = { batchItemsPerSecond: 200 };
			const results = await calledBack(await start(options), RESULT, settings, count);
			const rows = results.rows.filter(({ row }) => row !== 'mallory@forged.example');
			expect(new Set(rows.map(({ row }) => row)).size).toBe(count);
			expect(rows).toHaveLength(count);
			expect(results.rows.every(({ batch_id }) => batch_id === results.batchId)).toBe(true);
			// An end that is forged is waited for: see below.
			if ('forged' in settings) return;
			expect(results.failures).toEqual([]);
			const ends = await calledBack(await start(options), END, settings, count);
			expect(ends.rows).toMatchObject([{ id: ends.batchId, status: 'completed', items: count }]);
		},
		60_000,
	);

	test('are verified by one read in ten minutes, however many come at once', async () => {
		const sandbox = await start({ batchItemsPerSecond: 0 });
		const runner = runnerOf();
		const zap = zapOf(sandbox, RESULT, {}, runner);
		const { batch_id } = await runner.create(
			'start_email_validation_batch',
			bundleFor(sandbox, { emails: emails(40) }),
		);
		const before = reads(sandbox).length;
		const bodyOf = (email: string) => ({
			event: 'webhook:email_lookup.completed',
			timestamp: '2026-06-03T14:20:00.000Z',
			data: { job_id: batch_id, result_id: email, result: { email, result: 'valid' } },
		});
		const all = await Promise.all(emails(30).map((email) => zap(bodyOf(email))));
		expect(all.flat()).toHaveLength(30);
		expect(reads(sandbox)).toHaveLength(before + 1);
		runner.pass(9 * MINUTE);
		await zap(bodyOf('late@figma.com'));
		expect(reads(sandbox)).toHaveLength(before + 1);
		runner.pass(2 * MINUTE);
		await zap(bodyOf('later@figma.com'));
		expect(reads(sandbox)).toHaveLength(before + 2);
	});

	test('are given on where the cache fails', async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity });
		const { batch_id } = await runnerOf().create(
			'start_email_validation_batch',
			bundleFor(sandbox, { emails: emails(1) }),
		);
		const zap = zapOf(sandbox, END, {}, runnerOf({ hasCache: false }));
		const body = { event: 'validation.completed', data: { job_id: batch_id } };
		expect(await zap(body)).toHaveLength(1);
	});

	test('that say too early that a batch has ended come again, and run no zap until it has', async () => {
		withoutWaiting();
		const sandbox = await start({ batchItemsPerSecond: 0 });
		const runner = runnerOf();
		const { batch_id } = await runner.create(
			'start_email_validation_batch',
			bundleFor(sandbox, { emails: emails(1) }),
		);
		const zap = zapOf(sandbox, END, {}, runner);
		const body = { event: 'validation.completed', data: { job_id: batch_id } };
		expect(await failureOf(zap(body))).toMatchObject({ name: 'ThrottledError', delay: 30 });
		sandbox.failBatch({ batchId: String(batch_id) });
		expect(await zap(body)).toEqual([expect.objectContaining({ status: 'failed' })]);
		expect(await zap(body)).toEqual([]);
	});

	test.each([null, 'text', [], {}, { event: 'other', data: {} }, { event: 'finder.completed' }])(
		'%j runs no zap and asks for nothing',
		async (body) => {
			const sandbox = await start();
			expect(await zapOf(sandbox, END)(body)).toEqual([]);
			expect(sandbox.requests).toEqual([]);
		},
	);

	test('a key that was revoked holds the zap; a rate limit is waited for as long as Zapier does', async () => {
		const sandbox = await start();
		const zap = zapOf(sandbox, RESULT);
		const body = {
			event: 'webhook:email_lookup.completed',
			data: { job_id: 'a'.repeat(24), result_id: 'a@b.co', result: {} },
		};
		sandbox.fault({ when: 'before', kind: 'status', status: 401 });
		expect((await failureOf(zap(body))).name).toBe('ExpiredAuthError');
		const headers = { 'retry-after': '900' };
		sandbox.fault({ when: 'before', kind: 'status', status: 429, headers });
		const failure = await failureOf(zap({ ...body, timestamp: 'x' }));
		expect(failure).toMatchObject({ name: 'ThrottledError', delay: 300 });
	});
});

describe.each([END, RESULT])('%s in the editor', (key) => {
	test('shows up to three rows that are real, and the batch that follows is understood', async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity });
		const runner = runnerOf();
		await runner.create('start_email_validation_batch', bundleFor(sandbox, { emails: emails(5) }));
		const bundle = bundleFor(sandbox, {}, { meta: { isLoadingSample: true } });
		const rows = (await runner.run(`triggers.${key}.operation.performList`, bundle)) as Data[];
		expect(rows.length).toBeGreaterThan(0);
		expect(rows.length).toBeLessThanOrEqual(3);
		const { outputFields } = definitionOf(key);
		expect(Object.keys(rows[0]!).sort()).toEqual(outputFields.map((field) => field.key).sort());
		const got = await runner.create(
			'get_batch_results',
			bundleFor(sandbox, { batch: rows[0]?.batch }),
		);
		expect(got).toMatchObject({ is_complete: true, results_count: 5 });
	});

	test("works in Zapier's own tester, also without any batch", async () => {
		const sandbox = await start();
		const { performList, perform } = definitionOf(key);
		const tester = createAppTester(app as typeof App);
		expect(await tester(performList, bundleFor(sandbox))).toEqual([]);
		const bundle = { ...bundleFor(sandbox), cleanedRequest: {} };
		expect(await tester(perform, bundle)).toEqual([]);
	});
});
