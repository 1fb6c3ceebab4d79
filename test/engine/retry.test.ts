import type { IExecuteContextData } from 'n8n-workflow';
import type { FaultRule } from '../../sandbox/faults';
import {
	addresses,
	bench,
	chain,
	enrichNode,
	find,
	FOUND,
	jsonOf,
	outcomesOf,
	UNUSABLE,
	validate,
} from '../../testkit/enrichWorkflow';

const b = bench();
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
/** Provably not run, and not to be waited for within one try: n8n's turn. */
const NOT_NOW: FaultRule = {
	when: 'before',
	kind: 'status',
	status: 503,
	headers: { 'retry-after': '600' },
};
const sends = (rows: number) => Array.from({ length: rows }, (_, i) => b.sent(`valid.${i + 1}@`));
const memoryOf = (result: Awaited<ReturnType<typeof b.run>>, name = 'Enrich') =>
	result.raw.data.executionData!.contextData[`node:${name}`] as IExecuteContextData | undefined;

describe('Retry On Fail', () => {
	test('the second try sends only what is missing', async () => {
		b.fault({ ...NOT_NOW, match: 'valid.2@' });
		const result = await b.run(validate(), addresses(3), { settings: RETRY });
		const node = result.node('Enrich');
		expect(node.tries).toBe(2);
		expect(outcomesOf(node)).toEqual(['found', 'found', 'found']);
		expect(sends(3)).toEqual([1, 2, 1]);
		expect(b.sandbox.ledger.charged()).toBe(3);
		expect(node.hints).toHaveLength(1);
		expect(memoryOf(result)).toMatchObject({ enrichPaidCalls: { tries: 0, calls: {} } });
	});

	test('the last try returns what there is', async () => {
		b.fault({ ...NOT_NOW, match: 'valid.2@', times: null });
		const node = (await b.run(validate(), addresses(3), { settings: RETRY })).node('Enrich');
		expect(node.tries).toBe(3);
		expect(outcomesOf(node)).toEqual(['found', 'failed', 'found']);
		expect(sends(3)).toEqual([1, 3, 1]);
		expect(b.sandbox.ledger.charged()).toBe(2);
	});

	test('if nothing was ever answered, it fails', async () => {
		b.fault({ ...NOT_NOW, times: null });
		const result = await b.run(validate(), addresses(3), { settings: RETRY });
		expect(result.status).toBe('error');
		expect(result.node('Enrich').tries).toBe(3);
		expect(result.error).toMatchObject({
			message: 'Enrich is not available right now',
			httpCode: '503',
		});
		expect(b.sandbox.ledger.charged()).toBe(0);
	});

	test('what may have been charged is not sent again in a later try', async () => {
		b.fault({ ...NOT_NOW, match: 'valid.2@' });
		b.fault({ when: 'after', kind: 'reset', match: 'valid.3@' });
		const node = (await b.run(validate(), addresses(3), { settings: RETRY })).node('Enrich');
		expect(node.tries).toBe(2);
		expect(outcomesOf(node)).toEqual(['found', 'found', 'failed']);
		expect(sends(3)).toEqual([1, 2, 1]);
		expect(jsonOf(node)[2]).toMatchObject({
			reason: expect.stringMatching(
				/^An earlier try was sent and brought no answer, so it is not sent again\. .*1 credit was charged at/,
			),
			creditsUsed: 1,
		});
	});

	test('the spending limit is for all tries together', async () => {
		b.fault({ ...NOT_NOW, match: 'valid.2@' });
		const parameters = validate({ options: { maxCredits: 2 } });
		const node = (await b.run(parameters, addresses(3), { settings: RETRY })).node('Enrich');
		expect(b.sandbox.ledger.charged()).toBeLessThanOrEqual(2);
		expect(outcomesOf(node).filter((outcome) => outcome === 'found')).toHaveLength(2);
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'])(
		'%s: n8n tries again because the first row failed, and nothing is paid twice',
		async (onError) => {
			const outputs = ['Out', 'Error'];
			const rows = [UNUSABLE, FOUND, { ...FOUND, last: 'Nobody' }];
			const result = await b.run(find(), rows, { outputs, settings: { ...RETRY, onError } });
			expect(result.node('Enrich').tries).toBe(3);
			expect(b.sandbox.requests).toHaveLength(2);
			expect(b.sandbox.ledger.charged()).toBe(10);
			expect(memoryOf(result)).toMatchObject({ enrichPaidCalls: { tries: 0, calls: {} } });
		},
	);

	test('a first row with an error column of its own is not paid three times', async () => {
		const rows = [{ ...FOUND, error: 'from another step' }];
		const result = await b.run(find(), rows, { settings: RETRY });
		expect(outcomesOf(result.node('Enrich'))).toEqual(['found']);
		expect(b.sandbox.requests).toHaveLength(1);
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'])(
		'%s: the last try hands on every row',
		async (onError) => {
			b.fault({ ...NOT_NOW, match: 'valid.1@', times: null });
			const result = await b.run(validate(), addresses(3), {
				outputs: ['Out', 'Error'],
				settings: { ...RETRY, onError },
			});
			const isAway = onError === 'continueErrorOutput';
			expect(jsonOf(result.node('Out')).map(({ row }) => row)).toEqual(isAway ? [2, 3] : [1, 2, 3]);
			if (isAway) expect(jsonOf(result.node('Error')).map(({ row }) => row)).toEqual([1]);
			expect(sends(3)).toEqual([3, 1, 1]);
			expect(b.sandbox.ledger.charged()).toBe(2);
		},
	);

	test('a wrong key is not tried on and on within a try, and fails as it would without', async () => {
		b.fault({ when: 'before', kind: 'status', status: 401, times: null });
		const result = await b.run(validate(), addresses(2), { settings: RETRY });
		expect(result.error?.message).toBe('Enrich refused the API key');
	});
});

describe('a retry of the failed execution by hand', () => {
	const stop = validate({ options: { onFailedRows: 'stop' } });

	test('does not pay for finished rows again', async () => {
		b.fault({ when: 'before', kind: 'status', status: 400, match: 'valid.2@' });
		const first = await b.run(stop, addresses(3));
		expect(first.status).toBe('error');
		expect(b.sandbox.ledger.charged()).toBe(2);

		// As the database keeps it between the two.
		const contextData = JSON.parse(
			JSON.stringify(first.raw.data.executionData!.contextData),
		) as IExecuteContextData;
		const second = await b.run(stop, addresses(3), { contextData });
		expect(outcomesOf(second.node('Enrich'))).toEqual(['found', 'found', 'found']);
		expect(sends(3)).toEqual([1, 2, 1]);
		expect(b.sandbox.ledger.charged()).toBe(3);
	});

	test('does not send again what may have been charged', async () => {
		b.fault({ when: 'after', kind: 'truncate', match: 'valid.2@' });
		const first = await b.run(stop, addresses(3));
		const { contextData } = first.raw.data.executionData!;
		const second = await b.run(stop, addresses(3), { contextData });
		expect(second.error?.message).toMatch(/^Row 2: An earlier try was sent/);
		expect(sends(3)).toEqual([1, 1, 1]);
	});

	test('has all its tries again', async () => {
		b.fault({ ...NOT_NOW, times: 5 });
		const first = await b.run(stop, addresses(1), { settings: RETRY });
		expect(first.status).toBe('error');
		const { contextData } = first.raw.data.executionData!;
		const second = await b.run(stop, addresses(1), { settings: RETRY, contextData });
		expect(second.status).toBe('success');
		expect(second.node('Enrich').tries).toBe(3);
	});

	test('remembers a call that was under way when n8n died', async () => {
		const first = await b.run(stop, addresses(1));
		expect(first.status).toBe('success');
		const key = 'validateEmail {"email":"valid.1@example.com"}';
		const calls = { [key]: { state: 'sent', at: Date.now() } };
		const contextData = { 'node:Enrich': { enrichPaidCalls: { tries: 1, calls } } };
		const second = await b.run(stop, addresses(1), { contextData });
		expect(second.error?.message).toContain('An earlier try was sent');
		expect(b.sandbox.requests).toHaveLength(1);
	});
});

describe('memory', () => {
	const to = (...nodes: string[]) => ({
		main: [nodes.map((node) => ({ node, type: 'main', index: 0 }))],
	});
	const noOp = (name: string) => ({ name, type: 'n8n-nodes-base.noOp' });
	const trigger = { name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' };

	test('two steps share none', async () => {
		const steps = [enrichNode(validate(), {}, 'One'), enrichNode(validate(), {}, 'Two')];
		b.fault({ when: 'after', kind: 'reset', match: 'valid.1@' });
		const result = await b.runAll(chain(...steps), addresses(2));
		expect(outcomesOf(result.node('One'))).toEqual(['failed', 'found']);
		expect(outcomesOf(result.node('Two'))).toEqual(['found', 'found']);
		expect(sends(2)).toEqual([2, 2]);
	});

	/** Two branches that end in the same step, which so runs twice, as in a loop. */
	const twice = (parameters: object, settings = {}) => ({
		nodes: [trigger, noOp('A'), noOp('B'), enrichNode(parameters, settings)],
		connections: { Trigger: to('A', 'B'), A: to('Enrich'), B: to('Enrich') },
	});

	test('a step that runs twice, as in a loop, pays once, and says so', async () => {
		const result = await b.runAll(twice(validate()), addresses(3));
		const [first, second] = result.runs('Enrich');
		expect(sends(3)).toEqual([1, 1, 1]);
		expect(b.sandbox.ledger.charged()).toBe(3);
		expect(jsonOf(first!).map(({ creditsUsed }) => creditsUsed)).toEqual([1, 1, 1]);
		expect(jsonOf(second!)).toEqual(
			jsonOf(first!).map((json) => expect.objectContaining({ ...json, creditsUsed: 0 })),
		);
		expect(second!.hints[0]?.message).toContain('0 credits used');
	});

	test('a search in two rounds is paid once', async () => {
		const search = {
			resource: 'lead',
			operation: 'search',
			returnAll: false,
			limit: 150,
			payForMore: true,
		};
		const parameters = { ...search, filtersBy: 'json', filters: { countryName: ['Germany'] } };
		const result = await b.runAll(twice(parameters), [{}]);
		const [first, second] = result.runs('Enrich');
		expect(jsonOf(second!)).toHaveLength(jsonOf(first!).length);
		const searches = b.sandbox.requests.filter(({ operationId }) => operationId === 'searchLeads');
		expect(searches).toMatchObject([{ input: { page: 1 } }, { input: { page: 2 } }]);
		// Beside them only the lists of values, which are free.
		const others = b.sandbox.requests.filter((request) => !searches.includes(request));
		expect(others.map(({ operationId }) => operationId)).toEqual(['getFilterOptions']);
		expect(b.sandbox.ledger.charged()).toBe(75);
	});

	test.each([
		['run', 4],
		['execution', 2],
	])('Maximum Credits for each %s', async (maxCreditsFor, charged) => {
		const email = '=valid.{{ $json.row + ($runIndex === 0 ? 0 : 100) }}@example.com';
		const parameters = validate({ email, options: { maxCredits: 2, maxCreditsFor } });
		await b.runAll(twice(parameters), addresses(3));
		expect(b.sandbox.ledger.charged()).toBe(charged);
	});

	test('another execution pays again, unless answers are to be reused', async () => {
		await b.run(validate(), addresses(2));
		await b.run(validate(), addresses(2));
		expect(b.sandbox.ledger.charged()).toBe(4);
		const reusing = validate({ options: { reuseHours: 1 } });
		await b.run(reusing, addresses(3));
		expect(b.sandbox.ledger.charged()).toBe(7);
		const node = (await b.run(reusing, addresses(3))).node('Enrich');
		expect(b.sandbox.ledger.charged()).toBe(7);
		expect(jsonOf(node).map(({ creditsUsed }) => creditsUsed)).toEqual([0, 0, 0]);
		await b.run(validate(), addresses(3));
		expect(b.sandbox.ledger.charged()).toBe(10);
	});

	test('a step that runs twice does not send again what may have been charged', async () => {
		const workflow = twice(validate(), RETRY);
		b.fault({ when: 'after', kind: 'reset', match: 'valid.1@' });
		b.fault({ ...NOT_NOW, match: 'valid.2@' });
		const result = await b.runAll(workflow, addresses(2));
		const runs = result.runs('Enrich');
		expect(runs.map(({ tries }) => tries)).toEqual([2, 1]);
		expect(runs.map((run) => outcomesOf(run))).toEqual([
			['failed', 'found'],
			['failed', 'found'],
		]);
		expect(sends(2)).toEqual([1, 2]);
	});
});

test('cancelling stops the sending', async () => {
	b.fault({ when: 'before', kind: 'timeout', times: null });
	const controller = new AbortController();
	const singly = validate({ options: { lookUp: 'single' } });
	const running = b.run(singly, addresses(50), { signal: controller.signal });
	while (b.sandbox.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
	controller.abort();
	const result = await running;
	expect(result.status).toBe('canceled');
	expect(memoryOf(result)).toHaveProperty('enrichPaidCalls');
	// What was on its way to the sandbox by then still arrives.
	await new Promise((resolve) => setTimeout(resolve, 200));
	const before = b.sandbox.requests.length;
	b.sandbox.clearFaults();
	await new Promise((resolve) => setTimeout(resolve, 200));
	expect(b.sandbox.requests.length).toBe(before);
	expect(before).toBeLessThan(50);
});
