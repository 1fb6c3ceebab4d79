/** Company followers in n8n's engine: estimates and lists that are waited for, and files of them. */
import { parse } from 'csv-parse/sync';
import { bench, jsonOf } from '../../testkit/enrichWorkflow';
import type { EngineResult } from '../../testkit/n8nEngine';

const FIGMA = 'https://www.linkedin.com/company/figma';
const ROWS = [{ company: FIGMA, list: 'May' }];
const b = bench({ balance: 1_000_000, batchItemsPerSecond: 1_000_000 });
/** A list of two takes half an hour. */
const endless = bench({ balance: 1_000_000, batchItemsPerSecond: 0.001 });

const follower = (operation: string, more: object = {}) => ({
	resource: 'follower',
	operation,
	...more,
});
const estimate = (more: object = {}) =>
	follower('estimate', { companyUrl: '={{ $json.company }}', ...more });
const list = (count: number, more: object = {}) =>
	follower('startList', { companyUrl: '={{ $json.company }}', max_limit: count, ...more });
const starts = ({ sandbox }: typeof b) =>
	sandbox.requests.filter(({ operationId }) => operationId.startsWith('start')).length;

/** Whatever runs meanwhile sees a clock that is so much ahead once this has been called. */
async function laterFrom(operationId: string, aheadMs: number, run: () => Promise<EngineResult>) {
	const { now: realNow } = Date;
	const isCalled = () =>
		endless.sandbox.requests.some((request) => request.operationId === operationId);
	const now = jest
		.spyOn(Date, 'now')
		.mockImplementation(() => realNow() + (isCalled() ? aheadMs : 0));
	return await run().finally(() => now.mockRestore());
}

describe('an estimate', () => {
	test('is waited for unless told otherwise, and says how many followers match', async () => {
		const result = await b.run(estimate(), ROWS);
		const [item] = jsonOf(result.node('Enrich'));
		expect(item).toMatchObject({
			...{ list: 'May', status: 'completed', outcome: 'found', creditsUsed: 100 },
			totalCount: expect.any(Number),
		});
		expect(item!.reason).toMatch(/^About [\d,]+ followers match$/);
	});

	test('is only started where nobody waits, and read later', async () => {
		const started = await b.run(estimate({ waiting: 'none' }), ROWS);
		const [{ batchId } = {}] = jsonOf(started.node('Enrich'));
		const read = await b.run(follower('getEstimate', { batchId: '={{ $json.batchId }}' }), [
			{ batchId },
		]);
		expect(jsonOf(read.node('Enrich'))).toMatchObject([{ batchId, status: 'completed' }]);
		expect(b.sandbox.ledger.charged()).toBe(100);
	});
});

describe('a list', () => {
	test('is only started unless told otherwise', async () => {
		const result = await b.run(list(3), ROWS);
		const [item, ...others] = jsonOf(result.node('Enrich'));
		expect(others).toEqual([]);
		expect(item).toMatchObject({ list: 'May', batchId: expect.any(String), outcome: 'found' });
	});

	test('that is waited for brings its followers, and what it cost', async () => {
		const result = await b.run(list(3, { waiting: 'stay' }), ROWS);
		expect(result.error?.message).toBeUndefined();
		const items = jsonOf(result.node('Enrich'));
		const [job] = b.sandbox.followerJobs;
		expect(items).toHaveLength(job!.total);
		for (const item of items)
			expect(item).toMatchObject({ list: 'May', profileUrl: expect.stringContaining('linkedin') });
		const credits = items.map(({ creditsUsed }) => Number(creditsUsed));
		expect(credits.reduce((sum, one) => sum + one, 0)).toBe(b.sandbox.ledger.charged());
	});

	test('rests in the background, looks again, and is paid for once', async () => {
		const parameters = list(2, { waiting: 'background' });
		const looksAt = 'getCompanyFollowerProgress';
		const resting = await laterFrom(
			looksAt,
			20_000,
			async () => await endless.run(parameters, ROWS),
		);
		expect(resting.status).toBe('waiting');
		const again = await laterFrom(
			looksAt,
			80_000,
			async () => await endless.run(parameters, [], { waited: resting }),
		);
		expect(again.status).toBe('waiting');
		const done = await laterFrom(
			looksAt,
			3_600_000,
			async () => await endless.run(parameters, [], { waited: again }),
		);
		expect(done.error?.message).toBeUndefined();
		expect(done.status).toBe('success');
		const [job, ...others] = endless.sandbox.followerJobs;
		expect(others).toEqual([]);
		expect(jsonOf(done.node('Enrich'))).toHaveLength(job!.total);
		expect(jsonOf(done.node('Enrich'))[0]).toMatchObject({ ...ROWS[0], outcome: 'found' });
		expect(starts(endless)).toBe(1);
	}, 20_000);

	test('that takes too long keeps its row, and names the list', async () => {
		const parameters = list(50, { waiting: 'stay', options: { maxWait: 0.001 } });
		const result = await endless.run(parameters, ROWS, {
			settings: { onError: 'continueRegularOutput' },
		});
		const { batchId } = endless.sandbox.followerJobs[0]!;
		const [item] = jsonOf(result.node('Enrich'));
		expect(item).toMatchObject({ list: 'May', outcome: 'failed' });
		expect(item!.reason).toContain(batchId);
		expect(item!.reason).toContain('nothing is lost');
	});

	test('that ended too early is continued, and brings what it then holds', async () => {
		const batchId = b.sandbox.addFollowerJob({ total: 2, partial: true });
		const parameters = follower('continueList', {
			batchId: '={{ $json.batchId }}',
			waiting: 'stay',
		});
		const result = await b.run(parameters, [{ batchId }]);
		const items = jsonOf(result.node('Enrich'));
		expect(items).toHaveLength(4);
		expect(items[0]).toMatchObject({ batchId, outcome: 'found', reason: 'The list is complete' });
	});

	test('of an account that is not approved is explained', async () => {
		b.fault({
			...{ when: 'before', kind: 'status', status: 403 },
			operationId: 'startCompanyFollowerScrape',
		});
		const result = await b.run(list(3), ROWS);
		expect(result.error?.message).toContain('for accounts that Enrich has approved');
		expect((result.error as { description?: string }).description).toContain('Contact Enrich');
		expect(b.sandbox.ledger.charged()).toBe(0);
	});
});

test('an AI agent is told that its tool cannot start a list, and nothing is sent', async () => {
	const result = await b.run(list(3), ROWS, {
		settings: { type: 'n8n-nodes-enrich.enrichTool' },
	});
	expect((result.error as { description?: string }).description).toMatch(
		/cannot be used by an AI agent: .*the price is not documented.* Nothing was sent/,
	);
	expect(starts(b)).toBe(0);
});

describe('the CSV file of a list', () => {
	const csv = (more: object = {}) => follower('getCsv', { batchId: '={{ $json.id }}', ...more });

	test.each([true, false])('comes as a file; with the input fields: %s', async (includes) => {
		const id = b.sandbox.addFollowerJob({ total: 3 });
		const parameters = csv({ options: { includeInputFields: includes } });
		const result = await b.run(parameters, [{ id, list: 'May' }]);
		const [[item]] = result.node('Enrich').outputs as never as [[Record<string, never>]];
		expect(item!.json).toEqual({
			...(includes && { id, list: 'May' }),
			fileName: expect.stringMatching(/^[\w-]+\.csv$/),
		});
		const { data, mimeType } = item!.binary!['data'] as { data: string; mimeType: string };
		expect(mimeType).toBe('text/csv');
		const lines: object[] = parse(Buffer.from(data, 'base64'), { columns: true, bom: true });
		expect(lines).toHaveLength(3);
		expect(Object.keys(lines[0]!)).toContain('profileUrl');
	});

	test('comes as items', async () => {
		const id = b.sandbox.addFollowerJob({ total: 3 });
		const result = await b.run(csv({ fileAs: 'items' }), [{ id }]);
		const items = jsonOf(result.node('Enrich'));
		expect(items).toHaveLength(3);
		expect(items[0]).toMatchObject({ id, profileUrl: expect.stringContaining('linkedin') });
	});
});

describe('an export of leads', () => {
	const exported = (more: object = {}) => ({
		resource: 'lead',
		operation: 'export',
		filtersBy: 'fields',
		jobLevel: ['VP'],
		maxResults: 20,
		...more,
	});

	test('is only started unless told otherwise, and its file is read later', async () => {
		const started = await b.run(exported(), [{}]);
		const [{ jobId, status } = {}] = jsonOf(started.node('Enrich'));
		expect(status).toBe('pending');
		const file = { resource: 'lead', operation: 'getExportFile', jobId: '={{ $json.jobId }}' };
		const read = await b.run(file, [{ jobId }]);
		const [item] = read.node('Enrich').outputs[0]!;
		expect(item!.binary!.data!.mimeType).toBe('text/csv');
	});

	test('is waited for where asked, and its leads come as items', async () => {
		const result = await b.run(exported({ waiting: 'stay', fileAs: 'items' }), [{}]);
		expect(jsonOf(result.node('Enrich'))).toHaveLength(20);
		expect(b.sandbox.ledger.charged()).toBe(0);
	});
});
