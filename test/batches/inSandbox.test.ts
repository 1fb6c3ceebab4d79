import type { Batch } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { lookUpMany } from '../../shared/batches/lookUpMany';
import { enrich } from '../../shared/providers/enrich';
import {
	emailFinderBatch,
	emailValidationBatch,
	ipToCompanyBatch,
	phonesBatch,
} from '../../shared/providers/enrich/batches';
import { type Sandbox, startSandbox } from '../../sandbox/server';
import { LOSES_ANSWERS, without } from '../../testkit/oddities';
import { loopbackClient } from '../../testkit/loopbackClient';

const clientOf = (sandbox: Sandbox) => loopbackClient(enrich, sandbox);

describe('batches against the sandbox', () => {
	let sandbox: Sandbox;
	beforeEach(async () => {
		sandbox = await startSandbox({
			...without(...LOSES_ANSWERS),
			plan: 'unlimited',
			batchItemsPerSecond: 20_000,
			balance: 10_000_000,
		});
	});
	afterEach(() => sandbox.close());

	const cases: [Batch, (i: number) => Data][] = [
		[emailValidationBatch, (i) => ({ email: `person${i}@company${i % 50}.com` })],
		[
			emailFinderBatch,
			(i) => ({ firstName: `Ann${i}`, lastName: 'Lee', domain: `company${i % 50}.com` }),
		],
		[
			phonesBatch,
			(i) => (i % 2 ? { email: `p${i}@company.com` } : { linkedin: `linkedin.com/in/p${i}` }),
		],
		[ipToCompanyBatch, (i) => ({ ip: `8.8.${Math.floor(i / 250)}.${(i % 250) + 1}` })],
	];
	test.each(cases.map(([batch, valuesOf]) => [batch.title, batch, valuesOf] as const))(
		'%s answers 2,500 rows as single lookups would, in one batch',
		async (_, batch, valuesOf) => {
			const rows = Array.from({ length: 2_500 }, (_, i) => ({ values: valuesOf(i) }));
			const before = sandbox.ledger.balance;
			const { results, summary } = await lookUpMany(batch, rows, {
				client: clientOf(sandbox),
				maxWaitMs: 1e9,
			});
			expect(summary.failed + summary.skipped).toBe(0);
			expect(summary.found).toBeGreaterThan(1_000);
			expect(summary.creditsUsed).toBe(before - sandbox.ledger.balance);
			expect(
				sandbox.requests.filter((sent) => sent.operationId === batch.submit.operationId),
			).toHaveLength(1);
			const keys = results.map(({ data }) => batch.keysOfResult(data ?? {})[0]);
			expect(new Set(keys).size).toBe(2_500);
		},
	);

	test('adopts the batch whose answer was lost after it was reserved', async () => {
		sandbox.fault({ operationId: 'batchValidateEmails', when: 'after', kind: 'reset' });
		const rows = Array.from({ length: 30 }, (_, i) => ({
			values: { email: `person${i}@company.com` },
		}));
		const { summary } = await lookUpMany(emailValidationBatch, rows, {
			client: clientOf(sandbox),
			maxWaitMs: 1e9,
		});
		expect(summary.found + summary.notFound).toBe(30);
		expect(sandbox.batches).toHaveLength(1);
	});

	test('sends nothing a second time when nothing was reserved', async () => {
		sandbox.fault({ operationId: 'batchValidateEmails', when: 'before', kind: 'reset' });
		const rows = Array.from({ length: 30 }, (_, i) => ({
			values: { email: `person${i}@company.com` },
		}));
		const { summary } = await lookUpMany(emailValidationBatch, rows, {
			client: clientOf(sandbox),
			maxWaitMs: 1e9,
		});
		expect(summary.failed).toBe(30);
		expect(sandbox.batches).toHaveLength(0);
		const sent = sandbox.requests.filter(
			({ operationId }) => operationId === 'batchValidateEmails',
		);
		expect(sent).toHaveLength(1);
	});
});
