import type { Data } from '../../shared/contract/data';
import type { Sandbox } from '../../sandbox/server';
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

const start = sandboxes();
shortenTimeouts();
withoutJitter();

const leadIds = (count: number) => Array.from({ length: count }, (_, i) => `enc_lead${i}`);
const sent = ({ requests }: Sandbox, operationId: string) =>
	requests.filter((request) => request.operationId === operationId);
const keysOf = (from: Data | readonly Field[]): string[] =>
	(Array.isArray(from) ? from.map(({ key }) => String(key)) : Object.keys(from)).sort();

interface Case {
	key: string;
	input: Data;
	/** What is paid for. */
	operationId: string;
	cost: number;
}
const CASES: Case[] = [
	{
		key: 'reveal_leads',
		input: { leads: leadIds(3) },
		operationId: 'revealLeads',
		cost: 30,
	},
	{
		key: 'unlock_lead_names',
		input: { leads: leadIds(3) },
		operationId: 'unlockNames',
		cost: 3,
	},
	{
		key: 'start_lead_export',
		input: { city: 'Berlin', max_results: 5, include_names: true },
		operationId: 'exportLeads',
		cost: 5,
	},
];

describe.each(CASES)('$key', ({ key, input, operationId, cost }) => {
	const { outputFields, sample, perform } = App.creates?.[key]?.operation as unknown as {
		outputFields: Field[];
		sample: Data;
		perform: never;
	};

	test('is paid once, however often the step is run, and gives every declared key', async () => {
		const sandbox = await start();
		const { create } = zapierRunner();
		const first = await create(key, bundleFor(sandbox, input));
		const charged = sandbox.ledger.charged();
		expect(charged).toBeGreaterThan(0);
		expect(charged).toBeLessThanOrEqual(cost);
		expect(keysOf(first)).toEqual(keysOf(outputFields));
		expect(keysOf(first)).toEqual(expect.arrayContaining(keysOf(sample)));
		const again = await create(key, bundleFor(sandbox, input));
		expect(again).toMatchObject({ id: first.id, reused_answer: true });
		expect(sandbox.ledger.charged()).toBe(charged);
		expect(sent(sandbox, operationId)).toHaveLength(1);
	});

	test('a test in the editor costs nothing', async () => {
		const sandbox = await start();
		const meta = { isLoadingSample: true };
		const bundle = bundleFor(sandbox, input, { meta });
		expect(await zapierRunner().create(key, bundle)).toEqual(sample);
		expect(await createAppTester(App)(perform, bundle)).toEqual(sample);
		expect(sent(sandbox, operationId)).toEqual([]);
	});

	test('what could cost more than Maximum Credits is not sent', async () => {
		const sandbox = await start();
		const { create } = zapierRunner();
		const limited = (maximum_credits: unknown) =>
			create(key, bundleFor(sandbox, { ...input, maximum_credits }));
		const failure = await failureOf(limited(cost - 1));
		expect(failure.name).toBe('HaltedError');
		expect(failure.message).toMatch(/as documented, more than 'Maximum Credits' allows/);
		expect(await failureOf(limited('many'))).toMatchObject({ code: 'invalid_input' });
		expect(sent(sandbox, operationId)).toEqual([]);
		expect(await limited(cost)).toHaveProperty('id');
	});

	test('too few credits halt the run before anything is sent', async () => {
		const sandbox = await start({ balance: cost - 1 });
		const failure = await failureOf(zapierRunner().create(key, bundleFor(sandbox, input)));
		expect(failure.name).toBe('HaltedError');
		expect(failure.message).toMatch(/needed, .* left\. Top up at least/);
		expect(sent(sandbox, operationId)).toEqual([]);
	});

	test.each(['reset', 'timeout'] as const)(
		'is not sent again when its answer got lost (%s)',
		async (kind) => {
			const sandbox = await start();
			const { create } = zapierRunner();
			sandbox.fault({ operationId, when: 'after', kind });
			for (let run = 0; run < 3; run++) {
				const failure = await failureOf(create(key, bundleFor(sandbox, input)));
				expect(failure.message).toMatch(/may have been charged|looking up the same right now/);
				expect(failure.name).toMatch(run === 0 ? /^Halted/ : /^(?:Halted|Throttled)Error$/);
			}
			expect(sent(sandbox, operationId)).toHaveLength(1);
		},
	);

	test.each([{ hasCache: false }, { isBusy: true }])(
		'nothing is sent without a note of it (%j)',
		async (options) => {
			const sandbox = await start();
			const work = zapierRunner(options).create(key, bundleFor(sandbox, input));
			expect(await failureOf(work)).toMatchObject({ name: 'ThrottledError' });
			expect(sent(sandbox, operationId)).toEqual([]);
		},
	);

	test('a key that was revoked holds the zap', async () => {
		const sandbox = await start();
		sandbox.fault({ when: 'before', kind: 'status', status: 401, times: null });
		const failure = await failureOf(zapierRunner().create(key, bundleFor(sandbox, input)));
		expect(failure.name).toBe('ExpiredAuthError');
	});
});

describe('reveal_leads', () => {
	test('waits, says how far it is, and goes on with the same job', async () => {
		const sandbox = await start({ batchItemsPerSecond: 3 });
		const { create } = zapierRunner();
		const bundle = bundleFor(sandbox, { leads: leadIds(20), reveal: 'both' });
		const failure = await failureOf(create('reveal_leads', bundle));
		expect(failure).toMatchObject({ name: 'ThrottledError', delay: 15 });
		expect(failure.message).toMatch(/^The leads are being revealed.*nothing is charged for that/);
		for (const { jobId } of sandbox.leadJobs) sandbox.endLeadJob({ jobId });
		const got = await create('reveal_leads', bundle);
		expect(got).toMatchObject({ status: 'completed', leads_count: 20 });
		expect((got.leads as Data[])[0]).toMatchObject({ id: expect.stringMatching(/^enc_lead/) });
		expect(sent(sandbox, 'revealLeads')).toHaveLength(1);
	});

	test('a job that failed can be started anew by a replay', async () => {
		const sandbox = await start({ batchItemsPerSecond: 0.1 });
		const { create } = zapierRunner();
		const bundle = bundleFor(sandbox, { leads: leadIds(2) });
		await failureOf(create('reveal_leads', bundle));
		for (const { jobId } of sandbox.leadJobs) sandbox.endLeadJob({ jobId, status: 'failed' });
		expect((await failureOf(create('reveal_leads', bundle))).name).toBe('HaltedError');
		await failureOf(create('reveal_leads', bundle));
		expect(sent(sandbox, 'revealLeads')).toHaveLength(2);
	});

	test.each([
		[{ leads: [] }, "'Leads' is empty"],
		[{ leads: leadIds(26) }, "'Leads' holds 26; 25 are the most at once"],
		[{ leads: leadIds(1), reveal: 'all' }, "'Reveal' is none of its choices"],
	])('refuses %j', async (input, says) => {
		const sandbox = await start();
		const failure = await failureOf(
			zapierRunner().create('reveal_leads', bundleFor(sandbox, input)),
		);
		expect(failure).toMatchObject({ code: 'invalid_input' });
		expect(failure.message).toContain(says);
		expect(sandbox.requests).toEqual([]);
	});
});

test('leads of a search can be mapped into the reveal, and equal ones are revealed once', async () => {
	const sandbox = await start();
	const { search, create } = zapierRunner();
	const rows = await search('find_leads', bundleFor(sandbox, { city: 'Berlin', limit: 2 }));
	const ids = rows.map(({ id }) => id);
	const leads = [...ids, ...ids];
	expect(await create('reveal_leads', bundleFor(sandbox, { leads }))).toMatchObject({
		leads_count: 2,
	});
});

test('an export that has been started triggers once it has ended, with its file', async () => {
	const sandbox = await start({ batchItemsPerSecond: Infinity });
	const { create, trigger, run } = zapierRunner();
	const { id } = await create('start_lead_export', bundleFor(sandbox, { city: 'Berlin' }));
	const [row] = await trigger('lead_export_finished', bundleFor(sandbox));
	expect(row).toMatchObject({ id, status: 'completed', file: expect.stringMatching(/^hydrate/) });
	const { method, bundle } = JSON.parse(/\|\|\|(.*)\|\|\|/.exec(String(row?.file))?.[1] ?? '') as {
		method: string;
		bundle: Data;
	};
	expect(await run(method, bundleFor(sandbox, bundle))).toMatch(/stored$/);
	expect(storedFiles.get(`enrich-leads-${String(id)}.csv`)).toContain(',');
});
