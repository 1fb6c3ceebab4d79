import type { Sandbox, SandboxOptions } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import { ODDITIES, type Oddity, ODDITY_NAMES } from '../../sandbox/enrich/oddities';
import { call, sandboxes } from './support';

const open = sandboxes();
const start = (oddities: Oddity[], options: SandboxOptions = {}) =>
	open({ balance: 1e6, batchItemsPerSecond: Infinity, oddities, ...options });

const RESULTS = 'getEmailValidationBatchResults';
const addresses = (count: number) =>
	Array.from({ length: count }, (_, i) => `invalid.${i}@firm.com`);

async function batch(sandbox: Sandbox, emails = addresses(25)) {
	const { batchId } = (await call(sandbox, 'batchValidateEmails', { emails })).body.data;
	return {
		status: () => call(sandbox, 'getEmailValidationBatchStatus', { batchId }),
		page: async (page = 1, limit = 100) => call(sandbox, RESULTS, { batchId, page, limit }),
	};
}
const emailsOf = ({ body }: { body: Data }) =>
	((body.data as Data).results as (Data | null)[]).map((entry) => entry?.email);

describe('results', () => {
	test('arrive late: the first two reads after the end hold half of them', async () => {
		const { page } = await batch(await start(['lateResults']));
		const counts = [];
		for (let i = 0; i < 3; i++) counts.push(emailsOf(await page()).length);
		expect(counts).toEqual([12, 12, 25]);
	});

	test('are refused until the end, each time otherwise', async () => {
		const sandbox = await start(['resultsRefusedUntilEnd'], { batchItemsPerSecond: 0 });
		const { page } = await batch(sandbox);
		const statuses = [];
		for (let i = 0; i < 4; i++) statuses.push((await page()).status);
		expect(statuses).toEqual([409, 404, 400, 409]);
	});

	test.each<[Oddity, unknown]>([
		['missingAddress', undefined],
		['errorEntry', undefined],
		['nullEntry', undefined],
	])('%s: two of 25 do not name what they answer', async (name) => {
		const { page } = await batch(await start([name]));
		const emails = emailsOf(await page());
		expect(emails).toHaveLength(25);
		expect(emails.filter((email) => email === undefined).length).toBeGreaterThanOrEqual(2);
		expect(emails.filter((email) => email === undefined).length).toBeLessThanOrEqual(3);
	});

	test('name addresses otherwise', async () => {
		const sandbox = await start(['droppedTag', 'punycode']);
		const { page } = await batch(sandbox, ['invalid+x@müller.de']);
		expect(emailsOf(await page())).toEqual(['invalid@xn--mller-kva.de']);
	});

	test('hold an entry that nobody asked for', async () => {
		const { page } = await batch(await start(['strayEntry']));
		const strays = emailsOf(await page()).filter((email) => !String(email).endsWith('@firm.com'));
		expect(strays).toHaveLength(1);
	});

	test('repeat an entry from page to page, and the last page after the end', async () => {
		const doubled = await batch(await start(['doubledEntries']));
		const [one, two] = [await doubled.page(1, 10), await doubled.page(2, 10)].map(emailsOf);
		expect(two?.[0]).toBe(one?.at(-1));
		const repeated = await batch(await start(['repeatedLastPage']));
		const [third, tenth] = [await repeated.page(3, 10), await repeated.page(10, 10)].map(emailsOf);
		expect(tenth).toEqual(third);
		expect(third).toHaveLength(5);
	});

	test('fail on their second page for good', async () => {
		const { page } = await batch(await start(['failingPage']));
		const statuses = [];
		for (const one of [1, 2, 2, 3]) statuses.push((await page(one, 10)).status);
		expect(statuses).toEqual([200, 500, 500, 200]);
	});

	test('come with totals that are off, or with none', async () => {
		const wrong = await batch(await start(['wrongTotal']));
		expect((await wrong.page()).body.data.totalItems).toBe(26);
		const { data, meta } = (await (await batch(await start(['missingTotals']))).page()).body;
		expect({ ...data, ...meta }).not.toHaveProperty('totalItems');
		expect({ ...data, ...meta }).not.toHaveProperty('processedCount');
	});
});

test('a batch is unknown at first, and lacks a row', async () => {
	const { status, page } = await batch(await start(['lateStatus', 'droppedRow']));
	const statuses = [];
	for (let i = 0; i < 3; i++) statuses.push((await status()).status);
	expect(statuses).toEqual([404, 404, 200]);
	expect(emailsOf(await page())).toHaveLength(24);
});

describe('an IP batch of the same addresses', () => {
	const ips = { ips: [{ ip: '8.8.8.8' }, { ip: '1.1.1.1' }] };
	const again = { ips: [...ips.ips].reverse() };
	const submit = (sandbox: Sandbox, body: Data) => call(sandbox, 'batchIpToCompany', body);

	test('is refused while the first one runs, as documented', async () => {
		const sandbox = await start([], { batchItemsPerSecond: 0 });
		expect((await submit(sandbox, ips)).status).toBe(200);
		const { status, body } = await submit(sandbox, again);
		expect([status, body]).toEqual([
			409,
			{ error: 'Conflict', message: 'Duplicate batch submission detected', statusCode: 409 },
		]);
		expect(sandbox.ledger.charged()).toBe(200);
	});

	test('is accepted after its end, unless that is odd', async () => {
		const sandbox = await start([]);
		expect((await submit(sandbox, ips)).status).toBe(200);
		expect((await submit(sandbox, again)).status).toBe(200);
		sandbox.setOddities(['repeatedBatchRefused']);
		expect((await submit(sandbox, ips)).status).toBe(409);
	});
});

test('bookings are listed late', async () => {
	const sandbox = await start(['lateBookings']);
	await batch(sandbox, addresses(2));
	const counts = [];
	for (let i = 0; i < 3; i++) {
		const { body } = await call(sandbox, 'getWalletTransactions', {});
		counts.push(body.data.pagination.total);
	}
	expect(counts).toEqual([1, 1, 2]);
	expect(sandbox.ledger.transactions).toHaveLength(2);
});

describe('searches', () => {
	const search = async (sandbox: Sandbox, filters: Data, more: Data = {}) =>
		(await call(sandbox, 'searchLeads', { filters, ...more })).body.data;

	test('the 51st of a month costs what it returns, another page of an earlier one does not', async () => {
		const sandbox = await start([]);
		for (let i = 0; i < 50; i++) await search(sandbox, { city: `City ${i}` }, { pageSize: 1 });
		expect(sandbox.ledger.charged()).toBe(0);
		await search(sandbox, { city: 'City 0' }, { page: 2, pageSize: 1 });
		expect(sandbox.ledger.charged()).toBe(0);
		await search(sandbox, { city: 'City 50' }, { pageSize: 10 });
		expect(sandbox.ledger.charged()).toBe(10);
	});

	test('can match more leads than can be read, and know no values of their own', async () => {
		const sandbox = await start(['manyLeads', 'unknownFilterValues']);
		const { pagination } = await search(sandbox, { countryName: ['Germany'] });
		expect(pagination.totalResults).toBeGreaterThan(4000);
		const none = await search(sandbox, { countryName: ['Deutschland'] });
		expect(none.pagination.totalResults).toBe(0);
	});
});

test.each<[Oddity, RegExp, number]>([
	['errorsWith200', /^\{"success":false,"error":"Not enough credits/, 200],
	['errorsAsList', /^\{"errors":\[\{"message":"Not enough credits/, 402],
	['errorsAsObject', /^\{"error":\{"code":402,"message":"Not enough credits/, 402],
	['errorsAsText', /^Not enough credits/, 402],
	['errorsAsHtml', /<h1>Not enough credits/, 402],
])('%s', async (name, text, expected) => {
	const sandbox = await start([name], { balance: 3 });
	const reply = await call(sandbox, 'validateEmail', { email: 'invalid@firm.com' });
	expect(reply.status).toBe(200);
	const lead = { firstName: 'Emily', lastName: 'Zhang', domain: 'figma.com' };
	const refused = await call(sandbox, 'findEmail', lead);
	expect([refused.status, refused.text]).toEqual([expected, expect.stringMatching(text)]);
});

describe('switches', () => {
	const control = async (sandbox: Sandbox, body?: unknown) => {
		const url = new URL('/__sandbox/oddities', sandbox.url);
		const response = await fetch(url, {
			method: body === undefined ? 'GET' : 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		return { status: response.status, body: (await response.json()) as Data };
	};

	test('are all off, and can be set while it runs until the next reset', async () => {
		const sandbox = await open();
		expect((await control(sandbox)).body).toEqual({ on: [], all: ODDITIES });
		expect((await control(sandbox, ['nullEntry'])).body).toEqual({ on: ['nullEntry'] });
		expect((await control(sandbox, 'all')).body).toEqual({ on: ODDITY_NAMES });
		expect((await control(sandbox, ['weather'])).status).toBe(400);
		sandbox.reset();
		expect((await control(sandbox)).body.on).toEqual([]);
	});
});

describe('files that triggers point to', () => {
	const get = (sandbox: Sandbox, path: string, key = sandbox.apiKey) =>
		fetch(sandbox.url + path, { headers: { 'x-api-key': key } });

	test("an export's, once it is complete", async () => {
		const sandbox = await open();
		const jobId = sandbox.addLeadJob({ kind: 'export', status: 'processing', total: 3 });
		const path = `/lead-finder/export-jobs/${jobId}/download`;
		const early = await get(sandbox, path);
		expect([early.status, (await early.json()).detail]).toEqual([
			409,
			'Export job is not yet completed. Current status: processing',
		]);
		sandbox.endLeadJob({ jobId });
		const file = await get(sandbox, path);
		expect(file.headers.get('content-type')).toMatch(/^text\/csv/);
		expect(file.headers.get('content-disposition')).toContain(`export-${jobId}.csv`);
		const lines = (await file.text()).trim().split('\n');
		expect(lines).toHaveLength(4);
		expect(lines[0]).toBe('First Name,Last Name,Job Title,Company Name,Domain');
		expect((await get(sandbox, path, 'sk_other')).status).toBe(401);
		expect((await get(sandbox, '/lead-finder/export-jobs/ej_0/download')).status).toBe(404);
	});

	test("a followers' list's, with its progress and results", async () => {
		const sandbox = await open();
		const batchId = sandbox.addFollowerJob({ total: 7, partial: true });
		const progress = await call(sandbox, 'getCompanyFollowerProgress', { batchId });
		expect(progress.body.data).toMatchObject({ done: true, partial: true, total: 7 });
		const { data } = (
			await call(sandbox, 'getCompanyFollowerResults', { batchId, page: 2, limit: 5 })
		).body;
		expect(data).toMatchObject({ count: 2, pagination: { total: 7, totalPages: 2 } });
		const file = await get(sandbox, `/company-follower/${batchId}/export`);
		expect((await file.text()).trim().split('\n')).toHaveLength(8);
		const running = sandbox.addFollowerJob({ afterMs: 3_600_000 });
		const early = await call(sandbox, 'getCompanyFollowerProgress', { batchId: running });
		expect(early.body.data).toMatchObject({ done: false, processed: 0 });
		expect((await get(sandbox, `/company-follower/${running}/export`)).status).toBe(404);
	});
});
