import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { FaultRule } from '../../sandbox/faults';
import {
	addresses,
	BLANK,
	bench,
	find,
	FOUND,
	jsonOf,
	NOT_FOUND,
	outcomesOf,
	UNUSABLE,
	validate,
} from '../../testkit/enrichWorkflow';
import { HIDES_STATUS, without } from '../../testkit/oddities';

const b = bench(without(...HIDES_STATUS));
const ERROR_BRANCH = { onError: 'continueErrorOutput' };
const GO_ON = { onError: 'continueRegularOutput' };
/** Enough calls to see whether the rest of a run is sent; more than are in flight at once. */
const MANY = 30;
const status = (code: number, more: Partial<FaultRule> = {}): FaultRule => ({
	when: 'before',
	kind: 'status',
	status: code,
	...more,
});

describe('some rows fail', () => {
	test('all rows come back, with the reason', async () => {
		b.fault(status(500, { match: 'valid.2@' }));
		const node = (await b.run(validate(), addresses(3))).node('Enrich');
		expect(outcomesOf(node)).toEqual(['found', 'failed', 'found']);
		expect(jsonOf(node)[1]).toMatchObject({
			row: 2,
			reason: expect.stringMatching(
				/^Enrich could not complete the request \(status 500\)\. .*may have been charged/,
			),
			creditsUsed: null,
		});
	});

	test('the workflow stops if it is to, once all rows are done', async () => {
		const parameters = find({ options: { onFailedRows: 'stop' } });
		const result = await b.run(parameters, [NOT_FOUND, UNUSABLE, FOUND]);
		expect(result.status).toBe('error');
		expect(b.sandbox.requests).toHaveLength(2);
		expect(result.error).toMatchObject({
			message: expect.stringMatching(/^Row 2: 'Company Domain' "Notion Labs"/i),
			description: expect.stringContaining(
				'2 rows done: retrying this execution does not pay for them again',
			),
			context: { itemIndex: 1 },
		});
	});

	test('a row that cannot work does not stop a list that has nothing left to do', async () => {
		const result = await b.run(find(), [BLANK, UNUSABLE]);
		expect(result.status).toBe('success');
		expect(outcomesOf(result.node('Enrich'))).toEqual(['skipped', 'failed']);
	});

	test('nothing was answered: the workflow stops, though some rows were blank', async () => {
		b.fault(status(401, { times: null }));
		const result = await b.run(find(), [BLANK, UNUSABLE, FOUND]);
		expect(result.error?.message).toBe('Enrich refused the API key');
	});

	test('of a step that costs nothing: the workflow stops', async () => {
		b.fault(status(400));
		const result = await b.run({ resource: 'wallet', operation: 'getBalance' }, [{}]);
		expect(result.status).toBe('error');
	});
});

test.each([
	['a row that cannot work', UNUSABLE, undefined],
	['a row that is refused', FOUND, status(400)],
	['a lost answer', FOUND, status(500)],
])('%s stops no workflow, though it is the only row of a round', async (_, row, rule) => {
	if (rule) b.fault(rule);
	const result = await b.run(find(), [row]);
	expect(result.status).toBe('success');
	expect(outcomesOf(result.node('Enrich'))).toEqual(['failed']);
});

describe('nothing is answered, and the workflow is to stop', () => {
	const stop = find({ options: { onFailedRows: 'stop' } });

	test('our own words, the next step, the row and the status', async () => {
		b.fault(
			status(400, { body: { detail: 'body/domain Invalid domain', instance: '/requests/abc' } }),
		);
		const { error } = await b.run(stop, [FOUND]);
		expect(error).toMatchObject({
			name: 'NodeApiError',
			message: "'Company Domain' Invalid domain",
			description: expect.stringMatching(/Correct 'Company Domain'.*Request ID: abc\./),
			httpCode: '400',
			context: { itemIndex: 0 },
		});
	});

	test('the message names the row if there are several', async () => {
		const { error } = await b.run(stop, [UNUSABLE, UNUSABLE]);
		expect(error?.message).toMatch(
			/^Row 1: 'Company Domain' "Notion Labs" looks like a company name/i,
		);
		expect(error).toMatchObject({ name: 'NodeOperationError', context: { itemIndex: 0 } });
	});

	test('n8n does not reword a message in which it sees a system code', async () => {
		const { error } = await b.run(stop, [{ ...FOUND, domain: 'Eperm & Enoent' }]);
		expect(error?.message).toContain('"Eperm & Enoent" looks like a company name');
	});
});

describe('failures that concern all rows', () => {
	test.each([
		[401, 'Enrich refused the API key', 'Check the key in the credential'],
		[403, 'Your Enrich account may not use this', 'Contact Enrich'],
	])('%i: the rest is not sent', async (code, message, next) => {
		b.fault(status(code, { times: null }));
		const { error } = await b.run(validate(), addresses(MANY));
		expect(error).toMatchObject({
			message,
			httpCode: String(code),
			description: expect.stringContaining(next),
		});
		expect(b.sandbox.requests.length).toBeLessThan(MANY / 2);
		expect(b.sandbox.ledger.charged()).toBe(0);
	});

	test('402 says what is missing', async () => {
		b.fault(
			status(402, {
				times: null,
				body: { detail: 'Not enough', required: 10, currentBalance: 4, shortfall: 6 },
			}),
		);
		const { error } = await b.run(find(), [FOUND]);
		expect(error).toMatchObject({
			message: 'Not enough credits: 10 needed, 4 left',
			description: expect.stringContaining('this row alone lacks 6 credits'),
			httpCode: '402',
		});
	});

	test('credits run out midway: what was found stays, the rest is not sent', async () => {
		b.sandbox.ledger.book('deduction', -(b.sandbox.ledger.balance - 3), 'Elsewhere');
		const singly = validate({ options: { lookUp: 'single' } });
		const result = await b.run(singly, addresses(MANY));
		expect(result.status).toBe('success');
		const outcomes = outcomesOf(result.node('Enrich'));
		expect(outcomes.filter((outcome) => outcome === 'found')).toHaveLength(3);
		expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(MANY - 3);
		expect(b.sandbox.ledger.balance).toBe(0);
		expect(b.sandbox.requests.length).toBeLessThan(MANY / 2);
		expect(jsonOf(result.node('Enrich')).at(-1)).toMatchObject({
			reason: expect.stringMatching(/^Not sent: Not enough credits.*Nothing was charged/),
		});
	});

	test('nobody listens', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => server.once('listening', resolve));
		const { port } = server.address() as AddressInfo;
		await new Promise((resolve) => server.close(resolve));
		const credentials = { enrichApi: { apiKey: 'sk_test', baseUrl: `http://127.0.0.1:${port}` } };
		const { error } = await b.run(find(), [FOUND, NOT_FOUND], { credentials });
		expect(error).toMatchObject({
			message: 'Enrich could not be reached',
			description: expect.stringContaining(
				'Nothing was charged for this row. Details: ECONNREFUSED',
			),
		});
	});
});

test('429: it recovers, and nobody notices', async () => {
	b.fault(status(429, { headers: { 'retry-after': '0.2' }, times: 3 }));
	const result = await b.run(validate(), addresses(12));
	expect(outcomesOf(result.node('Enrich'))).toEqual(Array(12).fill('found'));
	expect(b.sandbox.ledger.charged()).toBe(12);
});

describe('an answer that does not arrive', () => {
	const BROKEN: [string, FaultRule, RegExp][] = [
		['500', status(500, { when: 'after' }), /could not complete the request \(status 500\)/],
		['reset', { when: 'after', kind: 'reset' }, /broke off/],
		['truncated', { when: 'after', kind: 'truncate' }, /broke off/],
		['web page', { when: 'after', kind: 'html', status: 200 }, /it is a web page/],
		['web page of a proxy', { when: 'after', kind: 'html' }, /status 502/],
		['empty', { when: 'after', kind: 'empty' }, /it is empty/],
		['not JSON', { when: 'after', kind: 'notJson' }, /not valid JSON/],
		['too long', { when: 'after', kind: 'oversize' }, /longer than 20 MB/],
		['timeout', { when: 'after', kind: 'timeout' }, /did not answer within 1 second/],
		['drip', { when: 'after', kind: 'drip', bytesPerSecond: 20 }, /did not answer within 1 second/],
	];

	test.each(BROKEN)(
		'%s: it is never sent again, and says what the wallet knows of its charge',
		async (_, rule, reason) => {
			b.fault({ ...rule, match: 'valid.2@', times: null });
			const result = await b.run(validate({ options: { timeout: 1 } }), addresses(3), {
				settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
			});
			const node = result.node('Enrich');
			expect(outcomesOf(node)).toEqual(['found', 'failed', 'found']);
			expect(jsonOf(node)[1]).toMatchObject({
				reason: expect.stringMatching(reason),
				creditsUsed: 1,
			});
			expect(jsonOf(node)[1]!.reason).toMatch(/1 credit was charged at \d\d:\d\d UTC/);
			expect([1, 2, 3].map((row) => b.sent(`valid.${row}@`))).toEqual([1, 1, 1]);
			expect(b.sandbox.ledger.charged()).toBe(3);
			expect(node.tries).toBe(1);
		},
	);

	test('an email that the wallet names is found all the same', async () => {
		b.fault({ when: 'after', kind: 'reset' });
		const node = (await b.run(find({ output: 'raw' }), [FOUND])).node('Enrich');
		expect(jsonOf(node)[0]).toMatchObject({
			outcome: 'found',
			email: 'emily.zhang@figma.com',
			creditsUsed: 10,
			isRecovered: true,
		});
		expect(b.sandbox.ledger.charged()).toBe(10);
	});

	test('many in a row: the run stops before more is spent', async () => {
		b.fault(status(500, { when: 'after', times: null }));
		const singly = validate({ options: { lookUp: 'single' } });
		const result = await b.run(singly, addresses(200));
		expect(result.status).toBe('error');
		expect(b.sandbox.requests.length).toBeLessThan(80);
	});

	test('a batch that cannot be started stops the workflow, as it concerns all rows', async () => {
		b.fault(status(500, { when: 'before', times: null }));
		const { error } = await b.run(validate(), addresses(20));
		expect(error?.message).toMatch(/^Enrich could not complete the request/);
		expect(b.sandbox.ledger.charged()).toBe(0);
	});

	test('a free read is sent again by itself', async () => {
		b.fault(status(500, { times: 2 }));
		const result = await b.run({ resource: 'wallet', operation: 'getBalance' }, [{}]);
		expect(result.last[0]!.json).toMatchObject({ balance: 25_000 });
		expect(b.sandbox.requests).toHaveLength(3);
	});
});

describe('the error branch', () => {
	const outputs = ['Found', 'Not Found', 'Error'];
	const rows = [
		{ ...UNUSABLE, message: 'Hi', id: 1 },
		{ ...FOUND, id: 2 },
		{ ...NOT_FOUND, id: 3 },
		{ ...BLANK, id: 4 },
	];
	const idsOf = (result: Awaited<ReturnType<typeof b.run>>) =>
		outputs.map((name) =>
			result.runs(name).length ? jsonOf(result.node(name)).map(({ id }) => id) : [],
		);

	test('gets the failed rows, whole, with the message and the next step', async () => {
		const binary = { file: { data: 'aGk=', mimeType: 'text/plain' } };
		const items = rows.map((json) => ({ json, binary }));
		const result = await b.run(find({ notFound: 'output' }), items, {
			outputs,
			settings: ERROR_BRANCH,
		});
		expect(idsOf(result)).toEqual([[2], [3, 4], [1]]);
		const [item] = result.node('Error').outputs[0]!;
		expect(item).toMatchObject({
			json: {
				...rows[0],
				error: expect.stringMatching(/^Row 1: 'Company Domain' "Notion Labs"/i),
				details: {
					outcome: 'failed',
					kind: 'badInput',
					field: 'Company Domain',
					mayHaveBeenCharged: false,
				},
			},
			binary,
		});
		expect((item!.json.details as { nextStep: string }).nextStep).toContain('Nothing was charged');
		expect(result.status).toBe('success');
	});

	test('gets all rows if nothing works, instead of handing them on as found', async () => {
		b.fault(status(401, { times: null }));
		const result = await b.run(find({ notFound: 'output' }), rows, {
			outputs,
			settings: ERROR_BRANCH,
		});
		expect(idsOf(result)).toEqual([[], [4], [1, 2, 3]]);
		const refused = await b.run(find({ notFound: 'output' }), rows, {
			outputs,
			settings: ERROR_BRANCH,
			credentials: { enrichApi: { apiKey: 'no key' } },
		});
		expect(idsOf(refused)).toEqual([[], [], [1, 2, 3, 4]]);
		expect(jsonOf(refused.node('Error'))[0]).toMatchObject({
			error: expect.stringContaining('must start with sk_'),
		});
	});

	test('402 tells the amount', async () => {
		b.sandbox.ledger.book('deduction', -24_995, 'Elsewhere');
		const result = await b.run(find(), [FOUND], {
			outputs: ['Out', 'Error'],
			settings: ERROR_BRANCH,
		});
		expect(jsonOf(result.node('Error'))[0]!.details).toMatchObject({
			status: 402,
			creditsMissing: 5,
		});
	});

	test('rows that have an error column of their own are not taken for failed ones', async () => {
		const result = await b.run(find(), [{ ...FOUND, error: 'from before' }], {
			outputs: ['Out', 'Error'],
			settings: ERROR_BRANCH,
		});
		expect(result.runs('Error')).toHaveLength(0);
		expect(jsonOf(result.node('Out'))[0]).toMatchObject({ outcome: 'found', error: 'from before' });
	});

	test('free operations: the row comes along as well', async () => {
		b.fault(status(403, { times: null }));
		const result = await b.run({ resource: 'wallet', operation: 'getBalance' }, [{ id: 1 }], {
			outputs: ['Out', 'Error'],
			settings: ERROR_BRANCH,
		});
		expect(result.runs('Out')).toHaveLength(0);
		expect(jsonOf(result.node('Error'))[0]).toMatchObject({
			id: 1,
			error: expect.stringContaining('may not use this'),
		});
	});
});

describe('continuing on the regular output', () => {
	test('failed rows have an error, as from any other node; the others have none', async () => {
		const result = await b.run(find(), [FOUND, UNUSABLE, NOT_FOUND], { settings: GO_ON });
		expect(result.status).toBe('success');
		const json = jsonOf(result.node('Enrich'));
		expect(json.map(({ outcome }) => outcome)).toEqual(['found', 'failed', 'notFound']);
		expect(json.map(({ error }) => typeof error)).toEqual(['undefined', 'string', 'undefined']);
		expect(json[1]).toMatchObject({ ...UNUSABLE, error: expect.stringMatching(/^Row 2: /) });
	});

	test('with the result in a field of its own, the error still stands where n8n looks for it', async () => {
		const parameters = find({ options: { resultField: 'find' } });
		const [json] = jsonOf(
			(await b.run(parameters, [UNUSABLE], { settings: GO_ON })).node('Enrich'),
		);
		expect(json).toEqual({
			...UNUSABLE,
			find: expect.objectContaining({ outcome: 'failed' }),
			error: expect.any(String),
		});
	});

	test('settings that cannot work: every row has the error', async () => {
		const credentials = { enrichApi: { apiKey: 'sk_a', baseUrl: 'http://example.com' } };
		const node = (await b.run(find(), [FOUND, BLANK], { settings: GO_ON, credentials })).node(
			'Enrich',
		);
		expect(jsonOf(node)).toMatchObject([FOUND, BLANK]);
		for (const { error } of jsonOf(node)) expect(error).toContain('must start with https://');
	});
});

test('an answer that stops half way ends with the timeout too', async () => {
	const sockets: Socket[] = [];
	const server = createServer((socket) => {
		sockets.push(socket);
		socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"succ'));
		socket.on('error', () => {});
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	const credentials = { enrichApi: { apiKey: 'sk_test', baseUrl: `http://127.0.0.1:${port}` } };
	const started = Date.now();
	const { last } = await b.run(find({ options: { timeout: 1 } }), [FOUND], { credentials });
	expect(last[0]?.json.reason).toMatch(
		/^Enrich did not answer within 1 second\. This call may have/,
	);
	expect(Date.now() - started).toBeLessThan(5000);
	for (const socket of sockets) socket.destroy();
	await new Promise((resolve) => server.close(resolve));
});
