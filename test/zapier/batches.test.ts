import type { Data } from '../../shared/contract/data';
import type { Sandbox } from '../../sandbox/server';
import { CANARY_KEY } from '../../testkit/fakeClient';
import { sandboxes } from '../sandbox/support';
import {
	App,
	bundleFor,
	createAppTester,
	failureOf,
	type Field,
	shortenTimeouts,
	storedFiles,
	withoutJitter,
	zapierRunner,
} from './support';
import { ADDS_RESULTS, LOSES_ANSWERS, TAKES_LONG, without } from '../../testkit/oddities';

// A cache that was lost is made up for by bookings that are listed.
const start = sandboxes(without(...LOSES_ANSWERS, ...ADDS_RESULTS, ...TAKES_LONG, 'lateBookings'));
shortenTimeouts();
withoutJitter();

const AT_ONCE = { batchItemsPerSecond: Infinity };
const NEVER = { batchItemsPerSecond: 0 };
const HOUR = 3_600_000;

const PEOPLE = [
	{ first_name: 'Emily', last_name: 'Zhang', domain: 'figma.com' },
	{ first_name: 'Emily', last_name: 'Nobody', domain: 'figma.com' },
];
const emails = (count: number) => Array.from({ length: count }, (_, i) => `person${i}@figma.com`);

const submits = ({ requests }: Sandbox) =>
	requests.filter(({ operationId }) => /^batch|^createPhone/.test(operationId ?? ''));

/** Starts a batch and gets its results, as two steps of a zap. */
async function startAndGet(sandbox: Sandbox, key: string, inputData: Data, more: Data = {}) {
	const { create } = zapierRunner();
	const started = await create(key, bundleFor(sandbox, inputData));
	const { batch } = started;
	return {
		started,
		got: await create('get_batch_results', bundleFor(sandbox, { batch, ...more })),
	};
}

const keysOf = (from: Data | readonly Field[]): string[] =>
	(Array.isArray(from) ? from.map(({ key }) => String(key)) : Object.keys(from)).sort();

interface Case {
	key: string;
	input: Data;
	rows: number;
	reserved: number;
	/** A result that was found. */
	gives: Data;
}

const CASES: Case[] = [
	{
		key: 'start_email_finder_batch',
		input: { rows: PEOPLE },
		rows: 2,
		reserved: 20,
		gives: { outcome: 'found', email: 'emily.zhang@figma.com', first_name: 'Emily' },
	},
	{
		key: 'start_email_validation_batch',
		input: { emails: ['emily.zhang@figma.com', 'Emily.Zhang@Figma.com', 'x@figma.com'] },
		rows: 2,
		reserved: 2,
		gives: { outcome: 'found', email: 'emily.zhang@figma.com', result: 'valid' },
	},
	{
		key: 'start_phone_batch',
		input: { emails: ['emily.zhang@figma.com'], linkedins: ['linkedin.com/in/nobody'] },
		rows: 2,
		reserved: 1000,
		gives: { outcome: 'found', email: 'emily.zhang@figma.com', phones: expect.any(String) },
	},
	{
		key: 'start_ip_batch',
		input: { ips: ['8.8.8.8'] },
		rows: 1,
		reserved: 100,
		gives: { outcome: 'found', search_ip: '8.8.8.8', ip_domain: 'google.com' },
	},
];

describe.each(CASES)('$key', ({ key, input, rows, reserved, gives }) => {
	const { outputFields, sample } = App.creates?.[key]?.operation ?? {};

	test('starts one batch, whose results come back as line items and as a file', async () => {
		const sandbox = await start(AT_ONCE);
		const { started, got } = await startAndGet(sandbox, key, input);
		expect(started).toMatchObject({
			items: rows,
			credits_reserved: reserved,
			refused_count: 0,
			reused_batch: false,
		});
		expect(got).toMatchObject({ is_complete: true, progress: 100, items: rows, next_page: null });
		expect(got.results).toContainEqual(expect.objectContaining(gives));
		expect(got.results_file).toMatch(/^hydrate\|\|\|/);
		expect(got.credits_used).toBe(sandbox.ledger.charged());
		expect(submits(sandbox)).toHaveLength(1);
	});

	test('gives every declared key, and samples hold nothing else', async () => {
		const sandbox = await start(AT_ONCE);
		const { started, got } = await startAndGet(sandbox, key, input);
		expect(keysOf(started)).toEqual(keysOf(outputFields as Field[]));
		expect(keysOf(started)).toEqual(expect.arrayContaining(keysOf(sample as Data)));
		const results = App.creates?.get_batch_results?.operation;
		expect(keysOf(got)).toEqual(keysOf(results?.outputFields as Field[]));
		expect(keysOf(got)).toEqual(expect.arrayContaining(keysOf(results?.sample as Data)));
		const [row] = got.results as Data[];
		const [sampleRow] = results?.sample?.results as Data[];
		expect(keysOf(row as Data)).toEqual(expect.arrayContaining(keysOf(sampleRow as Data)));
	});

	test('a test in the editor starts nothing, and its sample is understood by the next step', async () => {
		const sandbox = await start();
		const { create } = zapierRunner();
		const meta = { isLoadingSample: true };
		const { batch } = await create(key, bundleFor(sandbox, input, { meta }));
		const got = await create('get_batch_results', bundleFor(sandbox, { batch }, { meta }));
		expect(got).toMatchObject({ is_complete: true, results: [expect.any(Object)] });
		expect(sandbox.requests).toEqual([]);
	});

	test("works in Zapier's own tester", async () => {
		const sandbox = await start();
		const perform = App.creates?.[key]?.operation.perform as never;
		const meta = { isLoadingSample: true };
		const output = await createAppTester(App)(perform, bundleFor(sandbox, input, { meta }));
		expect(output).toMatchObject({ batch: expect.stringContaining('.sample.') });
	});
});

describe('rows', () => {
	const textStart = async (key: string, text: string, more: Data = {}) => {
		const sandbox = await start(AT_ONCE);
		const inputData = { rows_as_text: text, ...more };
		return { ...(await startAndGet(sandbox, key, inputData)), sandbox };
	};

	test.each([
		['CSV', 'First Name,Last Name,Company Domain,Note\nEmily,Zhang,figma.com,x\n\n'],
		['CSV with semicolons', '\uFEFFfirst_name;last_name;domain\r\nEmily;Zhang;figma.com\r\n'],
		['a pasted spreadsheet', 'Full Name\tdomain\nEmily Zhang\tfigma.com'],
		['JSON', '[{"firstName": "Emily", "last_name": "Zhang", "Company Domain": "figma.com"}]'],
	])('come as text: %s', async (_, text) => {
		const { started, got } = await textStart('start_email_finder_batch', text);
		expect(started).toMatchObject({ items: 1 });
		expect(got.results).toEqual([expect.objectContaining({ email: 'emily.zhang@figma.com' })]);
	});

	test.each([
		['start_email_validation_batch', 'emily.zhang@figma.com\nx@figma.com\n'],
		['start_email_validation_batch', '["emily.zhang@figma.com", "x@figma.com"]'],
		['start_phone_batch', 'emily.zhang@figma.com\nhttps://www.linkedin.com/in/nobody'],
	])('of %s come as one value per line: %j', async (key, text) => {
		expect((await textStart(key, text)).started).toMatchObject({ items: 2 });
	});

	test('of all fields go into one batch, equal ones once', async () => {
		const text = 'b@figma.com\nc@figma.com';
		const { started } = await textStart('start_email_validation_batch', text, {
			emails: ['a@figma.com', 'B@figma.com'],
		});
		expect(started).toMatchObject({ items: 3, duplicates_removed: 1 });
	});

	test('that cannot be looked up are all named before anything is sent', async () => {
		const sandbox = await start();
		const rows = [
			...PEOPLE,
			{ first_name: 'Emily', last_name: 'Zhang', domain: 'Figma Inc' },
			{ first_name: '', last_name: null, domain: '' },
			{ first_name: 'Emily', domain: 'figma.com' },
		];
		const bundle = bundleFor(sandbox, { rows, rows_as_text: 'Full Name,Domain\nEmily Zhang,=x' });
		const failure = await failureOf(zapierRunner().create('start_email_finder_batch', bundle));
		expect(failure).toMatchObject({ name: 'AppError', code: 'invalid_input' });
		expect(failure.message).toMatch(
			/^3 of 5 rows cannot.* Row 3: 'Company Domain'.* Row 5: 'Last Name'.* Line 2 of the text: .*Nothing was started or charged/,
		);
		expect(sandbox.requests).toEqual([]);
	});

	test('that cannot be looked up are left out when that is asked for, and come back', async () => {
		const sandbox = await start();
		const bundle = bundleFor(sandbox, {
			emails: ['emily.zhang@figma.com', 'nonsense'],
			refused_rows: 'leave_out',
		});
		expect(await zapierRunner().create('start_email_validation_batch', bundle)).toMatchObject({
			items: 1,
			refused_count: 1,
			refused: [{ row: "'Emails' 2", reason: expect.stringContaining('not an email address') }],
		});
	});

	test('of which hundreds cannot be looked up are named without end', async () => {
		const sandbox = await start();
		const bundle = bundleFor(sandbox, { emails: Array(300).fill('nonsense') });
		const failure = await failureOf(zapierRunner().create('start_email_validation_batch', bundle));
		expect(failure.message).toMatch(/^300 of 300 rows.*Also: 'Emails' 21, .*'Emails' 300\./);
	});

	test.each([
		[{}],
		[{ emails: [] }],
		[{ emails: [' ', null] }],
		[{ rows_as_text: '  \n' }],
		[{ rows_as_text: '[]' }],
	])('that are none (%j) halt the run: a nightly list may be empty', async (inputData) => {
		const sandbox = await start();
		const bundle = bundleFor(sandbox, inputData);
		const failure = await failureOf(zapierRunner().create('start_email_validation_batch', bundle));
		expect(failure.name).toBe('HaltedError');
		expect(failure.message).toMatch(/no row to look up.*Nothing was started/);
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		['start_email_finder_batch', { rows_as_text: '[{' }, /'Rows as Text' is not valid JSON/],
		['start_email_finder_batch', { rows_as_text: 'Emily,Zhang,x.co' }, /a line that names the col/],
		['start_email_finder_batch', { rows_as_text: 'domain\n"x' }, /'Rows as Text' is no table/],
		['start_ip_batch', { ips: ['8.8.8.8'], maximum_credits: 'x' }, /'Maximum Credits' must be/],
		[
			'start_phone_batch',
			{ emails: ['a@b.co'], send_callbacks_to: 'hooks.zapier.com' },
			/'Send Callbacks To' must be a web address/,
		],
	])('%s refuses %j', async (key, inputData, says) => {
		const sandbox = await start();
		const failure = await failureOf(zapierRunner().create(key, bundleFor(sandbox, inputData)));
		expect(failure).toMatchObject({ name: 'AppError', message: expect.stringMatching(says) });
		expect(sandbox.requests).toEqual([]);
	});
});

describe('money', () => {
	const INPUT = { emails: emails(20) };
	const KEY = 'start_email_validation_batch';

	test('a batch that could cost more than Maximum Credits is not started', async () => {
		const sandbox = await start();
		const bundle = bundleFor(sandbox, { ...INPUT, maximum_credits: 19 });
		const failure = await failureOf(zapierRunner().create(KEY, bundle));
		expect(failure.name).toBe('HaltedError');
		expect(failure.message).toMatch(/20 rows could cost 20 credits.*\(19\)/);
		expect(sandbox.requests).toEqual([]);
	});

	test('too few credits halt the run and say what is missing', async () => {
		const sandbox = await start({ balance: 5 });
		const failure = await failureOf(zapierRunner().create(KEY, bundleFor(sandbox, INPUT)));
		expect(failure.name).toBe('HaltedError');
		expect(failure.message).toMatch(/20 needed, 5 left\. Top up at least 15 credits/);
		expect(submits(sandbox)).toEqual([]);
	});

	test('a replay gives the same batch and starts no other', async () => {
		const sandbox = await start(NEVER);
		const { create } = zapierRunner();
		const first = await create(KEY, bundleFor(sandbox, INPUT));
		const again = { emails: emails(20).reverse() };
		const second = await create(KEY, bundleFor(sandbox, again));
		expect(second).toMatchObject({ batch: first.batch, reused_batch: true });
		expect(submits(sandbox)).toHaveLength(1);
	});

	test('the same rows are looked up anew the next day', async () => {
		const sandbox = await start(NEVER);
		const { create, pass } = zapierRunner();
		await create(KEY, bundleFor(sandbox, INPUT));
		pass(21 * HOUR);
		const tomorrow = Date.now() + 21 * HOUR;
		jest.spyOn(Date, 'now').mockReturnValue(tomorrow);
		sandbox.ledger.reset();
		await create(KEY, bundleFor(sandbox, INPUT));
		expect(submits(sandbox)).toHaveLength(2);
	});

	test('two zaps that start the same rows at once start one batch', async () => {
		const sandbox = await start({ ...NEVER, latencyMs: 20 });
		const { create } = zapierRunner();
		const ends = await Promise.allSettled([1, 2].map(() => create(KEY, bundleFor(sandbox, INPUT))));
		expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(submits(sandbox)).toHaveLength(1);
	});

	test('a cache that was lost is made up for by the wallet', async () => {
		const sandbox = await start(AT_ONCE);
		const first = await zapierRunner().create(KEY, bundleFor(sandbox, INPUT));
		const second = await zapierRunner().create(KEY, bundleFor(sandbox, INPUT));
		expect(second).toMatchObject({ batch_id: first.batch_id, reused_batch: true });
		expect(submits(sandbox)).toHaveLength(1);
	});

	test.each([{ hasCache: false }, { isBusy: true }])(
		'nothing is started without a note of it (%j)',
		async (options) => {
			const sandbox = await start();
			const work = zapierRunner(options).create(KEY, bundleFor(sandbox, INPUT));
			expect(await failureOf(work)).toMatchObject({ name: 'ThrottledError' });
			expect(submits(sandbox)).toEqual([]);
		},
	);

	test.each(['reset', 'timeout'] as const)(
		'a start whose answer got lost (%s) is taken over, however often Zapier runs the step again',
		async (kind) => {
			const sandbox = await start({ batchItemsPerSecond: 6 });
			const { create } = zapierRunner();
			sandbox.fault({ operationId: 'batchValidateEmails', when: 'after', kind });
			let started: Data | undefined;
			while (!started) {
				const again = create(KEY, bundleFor(sandbox, INPUT));
				started = await again.catch(() => undefined);
				if (started) break;
				expect((await failureOf(again)).name).toBe('ThrottledError');
				await new Promise((resolve) => setTimeout(resolve, 100));
			}
			expect(started).toMatchObject({ batch_id: sandbox.batches[0]?.batchId, items: 20 });
			expect(submits(sandbox)).toHaveLength(1);
			expect(sandbox.ledger.charged()).toBeLessThanOrEqual(20);
		},
	);

	test('a start that never arrived is halted, as nobody can tell, and is not sent again', async () => {
		const sandbox = await start(AT_ONCE);
		const { create } = zapierRunner();
		sandbox.fault({ operationId: 'batchValidateEmails', when: 'before', kind: 'timeout' });
		const lost = await failureOf(create(KEY, bundleFor(sandbox, INPUT)));
		expect(lost.name).toBe('ThrottledError');
		expect(lost.message).toMatch(/may have been charged.*takes over the batch/);
		const later = Date.now() + 2 * 60_000;
		jest.spyOn(Date, 'now').mockImplementation(() => later);
		const again = await failureOf(create(KEY, bundleFor(sandbox, INPUT)));
		expect(again.name).toBe('HaltedError');
		expect(again.message).toMatch(/may have been charged/);
		expect(submits(sandbox)).toHaveLength(1);
	});

	test('callbacks go to the address of a Catch Hook', async () => {
		const sandbox = await start(NEVER);
		const send_callbacks_to = 'http://127.0.0.1:9/hook';
		await zapierRunner().create(KEY, bundleFor(sandbox, { ...INPUT, send_callbacks_to }));
		expect(submits(sandbox)[0]?.input).toMatchObject({ webhookUrl: send_callbacks_to });
	});

	test('the key is in no reference and in no name of the cache', async () => {
		const sandbox = await start({ apiKey: CANARY_KEY });
		const { create, cache } = zapierRunner();
		const started = await create(KEY, bundleFor(sandbox, INPUT));
		expect(JSON.stringify([started, cache])).not.toContain(CANARY_KEY);
	});
});

describe('get_batch_results', () => {
	const startOf = async (options: object, count = 20) => {
		const sandbox = await start(options);
		const { create } = zapierRunner();
		const bundle = bundleFor(sandbox, { emails: emails(count) });
		const { batch } = await create('start_email_validation_batch', bundle);
		const get = (more: Data = {}, meta = {}) =>
			create('get_batch_results', bundleFor(sandbox, { batch, ...more }, { meta }));
		return { sandbox, get, batch: String(batch) };
	};

	test('waits by being run again, says how far the batch is, and never submits', async () => {
		const { sandbox, get } = await startOf({ batchItemsPerSecond: 10 });
		const failure = await failureOf(get());
		expect(failure.name).toBe('ThrottledError');
		expect(failure.message).toMatch(
			/^The batch is \d+% done \(\d+ of 20 rows\)\. Zapier looks again/,
		);
		expect(failure.delay).toBeGreaterThanOrEqual(5);
		expect(failure.delay).toBeLessThanOrEqual(60);
		expect(submits(sandbox)).toHaveLength(1);
	});

	test('gives up after the hours that are set, and names the batch', async () => {
		const { sandbox, get, batch } = await startOf(NEVER);
		const old = batch.replace(/\d+$/, String(Math.floor((Date.now() - 25 * HOUR) / 1000)));
		const failure = await failureOf(get({ batch: old }));
		expect(failure.name).toBe('HaltedError');
		expect(failure.message).toMatch(/still running after 24 hours.*nothing is lost/);
		expect(failure.message).toContain(old);
		expect((await failureOf(get({ batch: old, give_up_after: 26 }))).name).toBe('ThrottledError');
		expect(submits(sandbox)).toHaveLength(1);
	});

	test('goes on without results when that is asked for, and in the editor', async () => {
		const { get } = await startOf(NEVER);
		const open = { is_complete: false, results: [], results_file: null, next_page: null };
		expect(await get({ if_still_running: 'go_on' })).toMatchObject(open);
		expect(await get({}, { isLoadingSample: true })).toMatchObject(open);
	});

	test('a batch that has failed brings what it has', async () => {
		const { sandbox, get } = await startOf(NEVER);
		sandbox.failBatch({ batchId: sandbox.batches[0]?.batchId });
		expect(await get()).toMatchObject({ is_complete: true, status: 'failed', results: [] });
	});

	test('gives any number of results in pages', async () => {
		const { get } = await startOf(AT_ONCE, 25);
		const pages: unknown[] = [];
		for (let page: unknown = 1; page !== null; ) {
			const { results, next_page } = await get({ limit: 10, page });
			pages.push((results as Data[]).map(({ email }) => email));
			page = next_page;
		}
		expect(pages.map((page) => (page as unknown[]).length)).toEqual([10, 10, 5]);
		expect(pages.flat().sort()).toEqual(emails(25).sort());
	});

	test('the files hold all results, in parts that are read when they are asked for', async () => {
		const sandbox = await start({ ...AT_ONCE, balance: 100_000 });
		const { create, run } = zapierRunner();
		const input = { emails: emails(10_050) };
		const { batch } = await create('start_email_validation_batch', bundleFor(sandbox, input));
		const got = await create('get_batch_results', bundleFor(sandbox, { batch }));
		const files = [got.results_file, ...(got.more_results_files as Data[]).map(({ file }) => file)];
		expect(files).toHaveLength(2);
		let rows = 0;
		for (const file of files) {
			const { method, bundle } = JSON.parse(/\|\|\|(.*)\|\|\|/.exec(String(file))?.[1] ?? '') as {
				method: string;
				bundle: Data;
			};
			expect(await run(method, bundleFor(sandbox, bundle))).toMatch(/stored$/);
			const name = `enrich-emailValidation-${String(bundle.batchId)}-${String(bundle.part)}.csv`;
			const stored = storedFiles.get(name) ?? '';
			expect(stored).toContain('Outcome,Outcome Reason,Email');
			rows += stored.match(/person\d+@figma\.com/g)?.length ?? 0;
		}
		expect(rows).toBe(10_050);
	});

	test('a spreadsheet runs nothing that stands in a file, and keeps phone numbers', async () => {
		const sandbox = await start();
		const message = '=HYPERLINK("http://x","y")';
		const results = [{ email: '+1 415-555', message, provider: '-x()' }];
		const data = { batchId: 'b1', status: 'completed', totalItems: 1, results };
		sandbox.fault({ when: 'before', kind: 'status', status: 200, body: { success: true, data } });
		const inputData = { product: 'emailValidation', batchId: 'b1', part: 1 };
		await zapierRunner().run('hydrators.batchResultsCsv', bundleFor(sandbox, inputData));
		const stored = storedFiles.get('enrich-emailValidation-b1-1.csv');
		expect(stored).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
		expect(stored).toMatch(/,\+1 415-555,/);
		expect(stored).toContain("'-x()");
	});

	test.each(['', 'x', 'emailFinder', 'other.abc.1', 'emailFinder.a/../b.1', {}])(
		'refuses %j as a batch',
		async (batch) => {
			const sandbox = await start();
			const work = zapierRunner().create('get_batch_results', bundleFor(sandbox, { batch }));
			expect(await failureOf(work)).toMatchObject({ name: 'AppError', code: 'invalid_input' });
			expect(sandbox.requests).toEqual([]);
		},
	);

	test('a batch of another account is named as unknown', async () => {
		const sandbox = await start();
		const bundle = bundleFor(sandbox, { batch: 'emailFinder.a1b2c3.1500000000' });
		const failure = await failureOf(zapierRunner().create('get_batch_results', bundle));
		expect(failure).toMatchObject({ name: 'AppError', code: 'not_found' });
	});
});
