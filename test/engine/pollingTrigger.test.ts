import { inspect } from 'node:util';
import type { Poller, WorkflowJson } from '../../testkit/n8nEngine';
import { bench } from '../../testkit/enrichWorkflow';

const CANARY = 'sk_canary_5be20f71c6';
const b = bench({ apiKey: CANARY });

const REVEAL = { event: 'revealJobFinished' };
const EXPORT = { event: 'exportFinished' };
const BALANCE = { event: 'balanceBelowThreshold', threshold: 24_995 };

const triggered = (parameters: object, staticData?: object, credentialId = '1'): WorkflowJson => ({
	nodes: [
		{
			name: 'Enrich',
			type: 'n8n-nodes-enrich.enrichTrigger',
			parameters: { pollTimes: { item: [{ mode: 'everyMinute' }] }, ...parameters },
			credentials: { enrichApi: { id: credentialId, name: 'Enrich account' } },
		},
		{ name: 'Out', type: 'n8n-nodes-base.noOp' },
	],
	connections: { Enrich: { main: [[{ node: 'Out', type: 'main', index: 0 }]] } },
	staticData,
});

const activate = (
	parameters: object,
	staticData?: object,
	credentialId?: string,
	options?: Parameters<typeof b.engine.activate>[1],
) => b.engine.activate(triggered(parameters, staticData, credentialId), options);
const poll = async (poller: Poller) => (await poller.poll()).map(({ json }) => json);
const idsOf = (items: { jobId?: unknown }[]) => items.map(({ jobId }) => jobId);
const spend = (credits: number) => b.sandbox.ledger.book('deduction', -credits, 'Somebody else');

const pollFailure = async (poller: Poller) =>
	(await poller.poll().then(
		() => undefined,
		(error: unknown) => error,
	)) as { name: string; message: string; description: string; httpCode?: string };

describe.each([
	['reveal', REVEAL],
	['export', EXPORT],
] as const)('a %s that has finished', (kind, parameters) => {
	test('starts once, whatever was finished before; one that was open starts when it ends', async () => {
		b.sandbox.addLeadJob({ kind });
		const open = b.sandbox.addLeadJob({ kind, status: 'pending' });
		const poller = activate(parameters);
		expect(await poll(poller)).toEqual([]);
		expect(await poll(poller)).toEqual([]);

		b.sandbox.endLeadJob({ jobId: open });
		const failed = b.sandbox.addLeadJob({ kind, status: 'failed' });
		b.sandbox.addLeadJob({ kind: kind === 'reveal' ? 'export' : 'reveal' });
		expect(idsOf(await poll(poller)).sort()).toEqual([open, failed].sort());
		expect(await poll(poller)).toEqual([]);
		expect(b.sandbox.ledger.charged()).toBe(0);
	});

	test('starts once per job across all pages', async () => {
		const poller = activate(parameters);
		await poll(poller);
		const jobIds = Array.from({ length: 250 }, () => b.sandbox.addLeadJob({ kind }));
		expect(new Set(idsOf(await poll(poller)))).toEqual(new Set(jobIds));
		expect(await poll(poller)).toEqual([]);
	});

	test('is not lost when a poll goes wrong, on any page', async () => {
		const poller = activate(parameters);
		await poll(poller);
		for (let i = 0; i < 150; i++) b.sandbox.addLeadJob({ kind });
		b.fault({ when: 'before', kind: 'status', status: 401, match: '"page":"2"' });
		const remembered = JSON.stringify(poller.staticData);
		expect(await pollFailure(poller)).toMatchObject({ message: 'Enrich refused the API key' });
		expect(JSON.stringify(poller.staticData)).toBe(remembered);
		expect(await poll(poller)).toHaveLength(150);
	});

	test('starts once although polls overlap', async () => {
		const poller = activate(parameters);
		await poll(poller);
		const jobId = b.sandbox.addLeadJob({ kind });
		const polls = await Promise.all([poll(poller), poll(poller), poll(poller)]);
		expect(idsOf(polls.flat())).toEqual([jobId]);
	});

	test('is remembered by n8n, over a restart', async () => {
		const first = activate(parameters);
		await poll(first);
		b.sandbox.addLeadJob({ kind });
		expect(await poll(first)).toHaveLength(1);
		const next = activate(parameters, JSON.parse(JSON.stringify(first.staticData)));
		const missed = b.sandbox.addLeadJob({ kind });
		expect(idsOf(await poll(next))).toEqual([missed]);
	});

	test('another event or credential starts afresh', async () => {
		const first = activate(parameters);
		await poll(first);
		b.sandbox.addLeadJob({ kind: 'reveal' });
		b.sandbox.addLeadJob({ kind: 'export' });
		const { staticData } = first;
		expect(await poll(activate(kind === 'reveal' ? EXPORT : REVEAL, staticData))).toEqual([]);
		expect(await poll(activate(parameters, staticData, '2'))).toEqual([]);
		expect(await poll(activate(parameters, staticData))).toHaveLength(1);
	});
});

test('a finished export says what to download, without the key', async () => {
	const poller = activate(EXPORT);
	await poll(poller);
	const jobId = b.sandbox.addLeadJob({ kind: 'export', name: 'VPs of Sales', total: 40 });
	const items = await poll(poller);
	const failed = b.sandbox.addLeadJob({ kind: 'export', status: 'failed' });
	items.push(...(await poll(poller)));
	expect(items).toMatchObject([
		{
			jobId,
			name: 'VPs of Sales',
			status: 'completed',
			totalRows: 40,
			fileName: `export-${jobId}.csv`,
			downloadUrl: `${b.sandbox.url}/lead-finder/export-jobs/${jobId}/download`,
		},
		{ jobId: failed, status: 'failed', error: expect.any(String) },
	]);
	expect(items[1]).not.toHaveProperty('downloadUrl');
	expect(JSON.stringify([items, poller.staticData])).not.toContain(CANARY);
});

describe('a balance below the threshold', () => {
	test('starts once each time it falls', async () => {
		const poller = activate(BALANCE);
		expect(await poll(poller)).toEqual([]);
		spend(6);
		expect(await poll(poller)).toMatchObject([
			{ balance: 24_994, threshold: 24_995, currency: 'credits', asOf: expect.any(String) },
		]);
		spend(10);
		expect(await poll(poller)).toEqual([]);
		b.sandbox.ledger.book('topup', 11, 'Credit purchase');
		expect(await poll(poller)).toEqual([]);
		spend(1);
		expect(await poll(poller)).toMatchObject([{ balance: 24_994 }]);
	});

	test('that is low already is told once, over a restart too', async () => {
		const poller = activate({ ...BALANCE, threshold: 30_000 });
		expect(await poll(poller)).toHaveLength(1);
		expect(await poll(poller)).toEqual([]);
		const next = activate({ ...BALANCE, threshold: 30_000 }, poller.staticData);
		expect(await poll(next)).toEqual([]);
	});

	test.each([[0], [-5], ['many'], ['']])('a threshold of %j is refused', async (threshold) => {
		const failure = await pollFailure(activate({ ...BALANCE, threshold }));
		expect(failure.message).toBe(
			`'Threshold' must be a number above 0, not ${JSON.stringify(threshold)}`,
		);
		expect(b.sandbox.requests).toEqual([]);
	});
});

describe('fetching a test event', () => {
	const test_ = async (parameters: object, staticData?: object) => {
		const result = await b.engine.run(triggered(parameters, staticData));
		return { ...result, items: result.runs('Enrich').at(-1)?.outputs[0] ?? [] };
	};

	test.each([
		['reveal', REVEAL],
		['export', EXPORT],
	] as const)('gives the newest %s, whether it is news or not', async (kind, parameters) => {
		b.sandbox.addLeadJob({ kind });
		const newest = b.sandbox.addLeadJob({ kind, afterMs: 2 });
		b.sandbox.addLeadJob({ kind, status: 'processing' });
		await new Promise((resolve) => setTimeout(resolve, 10));
		for (let i = 0; i < 2; i++) {
			const { items, status } = await test_(parameters);
			expect([status, idsOf(items.map(({ json }) => json))]).toEqual(['success', [newest]]);
		}
	});

	test('gives the balance, be it low or not', async () => {
		const { items } = await test_({ ...BALANCE, threshold: 5 });
		expect(items.map(({ json }) => json)).toMatchObject([{ balance: 25_000, threshold: 5 }]);
	});

	test.each([
		[REVEAL, 'No reveal job has ended in the last 30 days'],
		[EXPORT, 'No export of leads has ended in the last 30 days'],
	])('says so when there is none: %j', async (parameters, message) => {
		b.sandbox.addLeadJob({ kind: 'reveal', status: 'pending' });
		const { status, error } = await test_(parameters);
		expect(status).toBe('error');
		expect(error).toMatchObject({
			message,
			description: expect.stringContaining('execute this step again'),
		});
	});

	test('leaves what is remembered as it is', async () => {
		const poller = activate(REVEAL);
		await poll(poller);
		const { staticData } = poller;
		const jobId = b.sandbox.addLeadJob({ kind: 'reveal' });
		const { raw } = await test_(REVEAL, staticData);
		expect(raw.data.resultData.error).toBeUndefined();
		expect(idsOf(await poll(activate(REVEAL, staticData)))).toEqual([jobId]);
	});
});

describe('a poll that cannot look', () => {
	test('says so when Enrich cannot be reached', async () => {
		const credentials = { enrichApi: { apiKey: CANARY, baseUrl: 'http://127.0.0.1:1' } };
		const failure = await pollFailure(activate(REVEAL, undefined, 'off', { credentials }));
		expect(failure).toMatchObject({
			name: 'NodeOperationError',
			message: 'Enrich could not be reached',
			description: expect.stringMatching(/Nothing is lost: the next poll.*ECONNREFUSED/),
		});
		expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(CANARY);
	});

	test('ends in the time that n8n gives it, and the next one starts what it missed', async () => {
		const poller = activate(REVEAL, undefined, 'slow', { pollBudgetMs: 500 });
		await poll(poller);
		const jobId = b.sandbox.addLeadJob({ kind: 'reveal' });
		b.fault({ when: 'before', kind: 'timeout', times: 2 });
		const startedAt = Date.now();
		expect(await pollFailure(poller)).toMatchObject({
			message: 'Enrich did not answer within 1 second',
			description: expect.stringContaining('Nothing is lost: the next poll'),
		});
		expect(Date.now() - startedAt).toBeLessThan(2000);
		b.sandbox.clearFaults();
		expect(idsOf(await poll(poller))).toEqual([jobId]);
	});

	test.each([
		[401, 'Enrich refused the API key', /Check the key in the credential/],
		[403, 'Your Enrich account may not use this', /Contact Enrich/],
		[500, 'Enrich could not complete the request (status 500)', /Nothing is lost: the next poll/],
		[429, 'The rate limit of your plan is still reached', /Nothing is lost: the next poll/],
	])('says what happened and what to do: %i', async (status, message, nextStep) => {
		const headers = status === 429 ? { 'retry-after': '60' } : undefined;
		b.fault({ when: 'before', kind: 'status', status, headers, times: null });
		const failure = await pollFailure(activate(BALANCE));
		expect(failure).toMatchObject({
			name: 'NodeApiError',
			message,
			httpCode: String(status),
			description: expect.stringMatching(nextStep),
		});
		expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(CANARY);
	});
});
