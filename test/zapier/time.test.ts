import type { Sandbox } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import { call, sandboxes } from '../sandbox/support';
import { slowApi } from './slowApi';
import { App, bundleFor, withoutJitter, zapierRunner } from './support';

const start = sandboxes();
withoutJitter();
afterEach(() => jest.restoreAllMocks());

/** Zapier ends a step after 30 seconds. */
const STEP_MS = 25_000;
const emails = (count: number, domain: string) =>
	Array.from({ length: count }, (_, i) => `person${i}@${domain}`);

/** So many charges of the last minutes; some are of batches of the same size that others have started. */
async function fillLedger(sandbox: Sandbox, charges = 3000): Promise<void> {
	for (const domain of ['one.com', 'two.com', 'three.com'])
		await call(sandbox, 'batchValidateEmails', { emails: emails(20, domain) });
	for (let i = 0; i < charges; i++) sandbox.ledger.book('deduction', -20, `Email finder ${i}`);
}

const INPUT: Record<string, Data> = {
	find_email: { first_name: 'Emily', last_name: 'Zhang', domain: 'figma.com' },
	validate_email: { email: 'emily.zhang@figma.com' },
	find_phone_numbers: { email: 'emily.zhang@figma.com' },
	find_person_by_email: { email: 'emily.zhang@figma.com' },
	find_company_by_ip: { ip: '8.8.8.8' },
	find_leads: { job_level: ['Director'] },
	find_employees: { company_linkedin_url: 'https://www.linkedin.com/company/figma' },
	start_email_finder_batch: { rows_as_text: 'Full Name,Domain\nEmily Zhang,figma.com' },
	start_email_validation_batch: { emails: emails(20, 'figma.com') },
	start_phone_batch: { emails: emails(20, 'figma.com') },
	start_ip_batch: { ips: ['8.8.8.8'] },
	reveal_leads: { leads: ['enc_abc123def456'] },
	unlock_lead_names: { leads: ['enc_abc123def456'] },
	start_lead_export: { city: 'Berlin' },
	get_batch_results: { batch: 'emailFinder.a1b2c3.1500000000' },
	low_credit_balance: { threshold: 1e9 },
};

const performs = (['searches', 'creates', 'triggers'] as const).flatMap((kind) =>
	Object.keys(App[kind] ?? {}).map((key) => [kind, key] as const),
);

describe.each(performs)('%s.%s', (kind, key) => {
	const runIn = async (sandbox: Sandbox, runner = zapierRunner()) =>
		await runner.run(`${kind}.${key}.operation.perform`, bundleFor(sandbox, INPUT[key]));

	test('ends in time where each call takes 900 ms and the ledger is deep', async () => {
		const sandbox = await start({ batchItemsPerSecond: 0, balance: 1e6 });
		await fillLedger(sandbox);
		const clock = slowApi(sandbox);
		await runIn(sandbox).catch(() => undefined);
		expect(clock.elapsedMs()).toBeLessThan(STEP_MS);
	});

	test.each(['timeout', 'reset'] as const)(
		'ends in time where answers are lost (%s)',
		async (fault) => {
			const sandbox = await start({ batchItemsPerSecond: 0, balance: 1e6 });
			await fillLedger(sandbox, 300);
			const runner = zapierRunner();
			sandbox.fault({ when: 'after', kind: fault, times: null });
			const clock = slowApi(sandbox);
			for (let run = 0; run < 2; run++) {
				clock.restart();
				await runIn(sandbox, runner).catch(() => undefined);
				expect(clock.elapsedMs()).toBeLessThan(STEP_MS);
			}
		},
	);
});

describe('a start', () => {
	const KEY = 'start_email_validation_batch';
	const INPUT = { emails: emails(20, 'figma.com') };
	const submits = ({ requests }: Sandbox) =>
		requests.filter(({ operationId }) => operationId === 'batchValidateEmails');

	test('succeeds beside a deep ledger, of which it reads one page', async () => {
		const sandbox = await start({ batchItemsPerSecond: 0, balance: 1e6 });
		await fillLedger(sandbox);
		const before = sandbox.requests.length;
		slowApi(sandbox);
		const { create } = zapierRunner();
		await create(KEY, bundleFor(sandbox, INPUT));
		const asked = sandbox.requests.slice(before).map(({ operationId }) => operationId);
		expect(asked).toEqual(['getWalletBalance', 'getWalletTransactions', 'batchValidateEmails']);
	});

	test.each(['timeout', 'reset'] as const)(
		'whose answer was lost (%s) is taken over behind thousands of charges, and never sent again',
		async (kind) => {
			const sandbox = await start({ batchItemsPerSecond: 1, balance: 1e6 });
			await fillLedger(sandbox, 900);
			sandbox.fault({ operationId: 'batchValidateEmails', when: 'after', kind });
			const { create } = zapierRunner();
			const sent = submits(sandbox).length;
			let started: Data | undefined;
			const clock = slowApi(sandbox);
			for (let run = 0; run < 10 && !started; run++) {
				clock.restart();
				started = await create(KEY, bundleFor(sandbox, INPUT)).catch(() => undefined);
				expect(clock.elapsedMs()).toBeLessThan(STEP_MS);
			}
			expect(started).toMatchObject({ items: 20, batch_id: sandbox.batches.at(-1)?.batchId });
			expect(submits(sandbox)).toHaveLength(sent + 1);
		},
	);

	test('that ran out of time and whose charge is booked late is not sent again', async () => {
		const sandbox = await start({ batchItemsPerSecond: 0, balance: 1e6 });
		sandbox.setOddities(['lateBookings']);
		sandbox.fault({ operationId: 'batchValidateEmails', when: 'after', kind: 'timeout' });
		const { create } = zapierRunner();
		slowApi(sandbox);
		for (let run = 0; run < 4; run++)
			await create(KEY, bundleFor(sandbox, INPUT)).catch(() => undefined);
		expect(submits(sandbox)).toHaveLength(1);
	});

	test('gets further with each run where many batches of the same size must be looked into', async () => {
		const sandbox = await start({ batchItemsPerSecond: Infinity, balance: 1e6 });
		for (let i = 0; i < 9; i++)
			await zapierRunner().create(KEY, bundleFor(sandbox, { emails: emails(20, `x${i}.com`) }));
		const { create } = zapierRunner();
		let runs = 0;
		const clock = slowApi(sandbox);
		for (let started: unknown; !started; runs++) {
			clock.restart();
			started = await create(KEY, bundleFor(sandbox, INPUT)).catch(() => undefined);
			expect(clock.elapsedMs()).toBeLessThan(STEP_MS);
			expect(runs).toBeLessThan(10);
		}
		expect(runs).toBeGreaterThan(1);
		expect(submits(sandbox)).toHaveLength(10);
	});

	test('does not look into batches that this connection has started itself', async () => {
		const sandbox = await start({ batchItemsPerSecond: 0, balance: 1e6 });
		const { create } = zapierRunner();
		for (let i = 0; i < 9; i++)
			await create(KEY, bundleFor(sandbox, { emails: emails(20, `x${i}.com`) }));
		slowApi(sandbox);
		await create(KEY, bundleFor(sandbox, INPUT));
		expect(submits(sandbox)).toHaveLength(10);
	});
});

test('Batch Completed gets further with each look, however many batches have run', async () => {
	const sandbox = await start({ batchItemsPerSecond: Infinity, balance: 1e6 });
	for (let i = 0; i < 30; i++)
		await call(sandbox, 'batchIpToCompany', { ips: [{ ip: `8.8.4.${i}` }] });
	const { trigger } = zapierRunner();
	const seen = new Set<unknown>();
	const clock = slowApi(sandbox);
	for (let look = 0; look < 8; look++) {
		clock.restart();
		for (const { id } of await trigger('batch_completed', bundleFor(sandbox))) seen.add(id);
		expect(clock.elapsedMs()).toBeLessThan(STEP_MS);
	}
	expect(seen.size).toBe(30);
});
