/** What all nodes of a process share that use the same key: see nodes/shared/account.ts. */
import type { IDataObject } from 'n8n-workflow';
import { addresses, type Bench, bench, chain, validate } from '../../testkit/enrichWorkflow';
import { cufinderNode, enrichCompany } from '../../testkit/cufinderWorkflow';
import { endOf, submit, triggerNode, triggerWorkflow } from '../../testkit/triggerWorkflow';

const BALANCE = { resource: 'wallet', operation: 'getBalance' };
const FIGMA = [{ company: 'figma.com' }];

/** A 429 that holds an account's calls for two seconds, and the moment after it came. */
const HELD = {
	when: 'before',
	kind: 'status',
	status: 429,
	headers: { 'retry-after': '2' },
} as const;
async function held(requests: readonly { status?: number }[]): Promise<void> {
	const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
	while (!requests.some(({ status }) => status === 429)) await wait(5);
	// The client has read it by then, and stands in the queue with its retry.
	await wait(300);
}

const idsOf = (requests: readonly { operationId: string }[]) =>
	requests.map(({ operationId }) => operationId);

/** What a refusal teaches of an account's limits stays for all that follows: so each test has its own. */
function freshBench(): Bench {
	const b = bench({ plan: 'pro' });
	// A refusal slows down for long where no answer before it has named the limits.
	beforeEach(async () => {
		await b.run(BALANCE, [{}]);
		b.sandbox.reset();
	});
	return b;
}

function poll(b: Bench): Promise<unknown> {
	const trigger = {
		name: 'Poll',
		type: 'n8n-nodes-enrich.enrichTrigger',
		parameters: { event: 'revealJobFinished', pollTimes: { item: [{ mode: 'everyMinute' }] } },
		credentials: { enrichApi: { id: '1', name: 'Enrich account' } },
	};
	return b.engine.activate(triggerWorkflow(trigger)).poll();
}

function callBack(b: Bench, body: IDataObject): Promise<unknown> {
	const rawBody = Buffer.from(JSON.stringify(body));
	const headers = { 'content-type': 'application/json' };
	const request = { headers, query: {}, body, rawBody, readRawBody: async () => {} };
	const response = { setHeader: () => response, set: () => response } as Record<string, unknown>;
	for (const name of ['status', 'json', 'end', 'send']) response[name] = () => response;
	const trigger = triggerNode({ event: 'batchCompleted' });
	return b.engine.webhook(triggerWorkflow(trigger), { request, response, staticData: {} });
}

describe('one rate limit for all nodes that use a key', () => {
	describe('the polling trigger', () => {
		const b = freshBench();
		test('waits when the action node was refused', async () => {
			b.fault({ ...HELD, operationId: 'getWalletBalance' });
			const step = b.run(BALANCE, [{}]);
			await held(b.sandbox.requests);
			await Promise.all([step, poll(b)]);
			expect(idsOf(b.sandbox.requests)).toEqual([
				'getWalletBalance',
				'getWalletBalance',
				'listRevealJobs',
			]);
		});
	});

	// They do not stand in the queue of a long run, as whoever calls back does not wait for long.
	describe('the callbacks to all triggers', () => {
		const b = freshBench();
		const READ = 'getEmailValidationBatchStatus';
		test('have one of their own', async () => {
			const [first, second, third] = await Promise.all(
				['a', 'b', 'c'].map((name) =>
					submit(b.sandbox, 'emailValidation', { emails: [`${name}@figma.com`] }),
				),
			);
			await callBack(b, endOf(first!));
			const before = b.sandbox.requests.length;
			b.fault({ ...HELD, operationId: READ });
			const refusedOne = callBack(b, endOf(second!));
			await held(b.sandbox.requests);
			await Promise.all([refusedOne, callBack(b, endOf(third!))]);
			const [refused, ...others] = b.sandbox.requests.slice(before);
			expect(idsOf(others)).toEqual([READ, READ]);
			// A lower bound, so that a slow machine does no harm.
			for (const { at } of others) expect(at - refused!.at).toBeGreaterThan(1_900);
		});
	});

	describe('another key', () => {
		const b = freshBench();
		test('does not wait', async () => {
			const { url } = b.sandbox;
			b.fault({ ...HELD, operationId: 'getWalletBalance' });
			const step = b.run(BALANCE, [{}]);
			await held(b.sandbox.requests);
			const credentials = { enrichApi: { apiKey: 'sk_other', baseUrl: url } };
			await b.run(BALANCE, [{}], { credentials });
			await step;
			expect(b.sandbox.requests.map(({ status }) => status)).toEqual([429, 401, 200]);
		});
	});

	describe('CUFinder', () => {
		const b = freshBench();
		test('has its own, a limit for each key as well', async () => {
			const { cufinder } = b.sandbox;
			const lookUp = (apiKey = cufinder.apiKey) =>
				b.runAll(chain(cufinderNode(enrichCompany())), FIGMA, {
					credentials: { cufinderApi: { apiKey, baseUrl: cufinder.url } },
				});
			b.fault({ ...HELD, operationId: 'getWalletBalance' });
			const step = b.run(BALANCE, [{}]);
			await held(b.sandbox.requests);
			await lookUp();
			expect(b.sandbox.requests).toHaveLength(1);
			await step;

			const rows = Array.from({ length: 60 }, (_, i) => ({ company: `nobody.${i}.example` }));
			await b.runAll(chain(cufinderNode(enrichCompany())), rows);
			const before = cufinder.requests.length;
			cufinder.fault({ ...HELD, operationId: 'enc' });
			const first = lookUp();
			await held(cufinder.requests);
			await Promise.all([first, lookUp(), lookUp('another')]);
			const statuses = cufinder.requests.slice(before).map(({ status }) => status);
			expect(statuses).toEqual([429, 401, 200, 200]);
		});
	});
});

describe('one memory of batches', () => {
	const b = freshBench();
	test('makes one batch of the same rows that are started twice at the same moment', async () => {
		const many = {
			...validate(),
			options: { lookUp: 'batch' },
		};
		const runs = [b.run(many, addresses(3)), b.run(many, addresses(3))];
		for (const { status } of await Promise.all(runs)) expect(status).toBe('success');
		expect(b.sandbox.batches).toHaveLength(1);
		expect(b.sandbox.ledger.charged()).toBe(3);
	});
});
