import { type Sandbox, startSandbox } from '../../sandbox/server';
import { type Browser, describeInBrowser, launchBrowser, type Page } from './support/browser';
import { until } from './support/until';

const EMILY = { firstName: 'Emily', lastName: 'Zhang', domain: 'figma.com' };
const addresses = (count: number) =>
	Array.from({ length: count }, (_, i) => `invalid.${i + 1}@example.com`);

describeInBrowser("the sandbox's page", () => {
	let browser: Browser;
	let sandbox: Sandbox;
	let page: Page;
	const errors: string[] = [];
	const requested: string[] = [];

	beforeAll(async () => {
		sandbox = await startSandbox({ plan: 'unlimited', batchItemsPerSecond: 20 });
		browser = await launchBrowser();
		page = await browser.newPage();
		page.on('pageerror', (error) => errors.push(error.message));
		page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
		page.on('request', (request) => requested.push(request.url()));
		await page.goto(new URL('/', sandbox.url).href);
		await page.locator('.card').first().waitFor();
	});
	beforeEach(() => sandbox.reset());
	afterAll(async () => {
		await browser?.close();
		await sandbox?.close();
	});

	const call = (path: string, body: unknown) =>
		fetch(sandbox.url + path, {
			method: 'POST',
			headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
	const textOf = (selector: string) => page.locator(selector).innerText();
	/** Resolves once the part of the page holds the text. */
	const shows = (selector: string, text: string | RegExp) =>
		until(`${selector} shows ${String(text)}`, async () => {
			const shown = await textOf(selector);
			return typeof text === 'string' ? shown.includes(text) : text.test(shown);
		});

	test('shows what a call was asked, what it answered, and what it cost', async () => {
		await call('/email-finder', EMILY);
		await shows('#requests', /findEmail.*"Emily".*200\s+10/);
		await shows('#ledger', /emily.*-10\s+24,990/);
		await shows('#balances', '24,990');
	});

	test('loses the next answer when told to; the call is charged once, and shown so', async () => {
		await page.locator('#fault select[name=what]').selectOption('Lose the answer (it is charged)');
		await page
			.locator('#fault select[name=operation]')
			.selectOption({ label: 'Enrich: findEmail' });
		await page.locator('#fault button').click();
		await shows('#faults', 'Lose the answer');
		await expect(call('/email-finder', EMILY)).rejects.toThrow();
		await shows('#requests', /findEmail.*no answer \(reset\)\s+10/);
		await shows('#balances', 'nothing was paid twice');
		expect((await call('/email-finder', EMILY)).status).toBe(200);
		await shows('#balances', 'the same lookup was charged again');
		expect(sandbox.ledger.charged()).toBe(20);
	});

	test('clears what was to go wrong', async () => {
		await page.locator('#fault select[name=times]').selectOption('');
		await page.locator('#fault button').click();
		await page.locator('#clear-faults').click();
		await until('it is cleared', async () => (await page.locator('#faults li').count()) === 0);
		expect((await call('/email-finder', EMILY)).status).toBe(200);
	});

	test('shows how far a batch is, and its end', async () => {
		await call('/email-validation/batch', { emails: addresses(60) });
		const progress = () => page.evaluate<number>('document.querySelector("#jobs progress").value');
		const seen = await until('it is in the middle', async () => {
			if ((await page.locator('#jobs progress').count()) === 0) return false;
			const value = await progress();
			return value > 0 && value < 60 && value;
		});
		expect(seen).toBeGreaterThan(0);
		await shows('#jobs', /completed\s+60 of 60\s+reserved, not settled/);
		const { batchId } = sandbox.batches[0]!;
		const headers = { 'x-api-key': sandbox.apiKey };
		await fetch(`${sandbox.url}/email-validation/batch/${batchId}/results`, { headers });
		await shows('#jobs', '60 used, 0 refunded');
	});

	test('lets the next batch fail', async () => {
		await page.locator('#fail-batch').click();
		await shows('#message', 'The next batch will fail');
		await call('/email-validation/batch', { emails: addresses(3) });
		await shows('#jobs', 'failed');
	});

	test('switches oddities on, and everything off again', async () => {
		await page.locator('details summary').first().click();
		await page.locator('#oddities input[name=errorsAsText]').check();
		await shows('#odd-count', '1 on');
		const wrong = await call('/email-finder', {});
		expect(wrong.headers.get('content-type')).toContain('text/plain');
		await page.locator('#reset').click();
		await until('it is off', async () => !(await textOf('#odd-count')).includes('on'));
		expect((await call('/email-finder', {})).headers.get('content-type')).toContain('json');
	});

	test('shows input as text, whatever it holds', async () => {
		await call('/email-finder', { ...EMILY, firstName: '<img src=x onerror=alert(1)>' });
		await shows('#requests', '<img src=x');
		expect(await page.locator('#requests img').count()).toBe(0);
	});

	test('needs nothing from elsewhere, and works without an error', () => {
		const origin = new URL(sandbox.url).origin;
		expect(requested.filter((url) => !url.startsWith(origin) && !url.startsWith('data:'))).toEqual(
			[],
		);
		expect(errors).toEqual([]);
	});
});
