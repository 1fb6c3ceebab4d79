/** What all nodes of a process share that use the same key: see nodes/shared/account.ts. */
import type { IDataObject } from 'n8n-workflow';
import { addresses, bench, chain, validate } from '../../testkit/enrichWorkflow';
import { cufinderNode, enrichCompany } from '../../testkit/cufinderWorkflow';
import { endOf, submit, triggerNode, triggerWorkflow } from '../../testkit/triggerWorkflow';

// A refusal slows down for long where no answer names the limits.
const b = bench({ plan: 'pro' });
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

function poll(): Promise<unknown> {
	const trigger = {
		name: 'Poll',
		type: 'n8n-nodes-enrich.enrichPollingTrigger',
		parameters: { event: 'revealJobFinished', pollTimes: { item: [{ mode: 'everyMinute' }] } },
		credentials: { enrichApi: { id: '1', name: 'Enrich account' } },
	};
	return b.engine.activate(triggerWorkflow(trigger)).poll();
}

function callBack(body: IDataObject): Promise<unknown> {
	const rawBody = Buffer.from(JSON.stringify(body));
	const headers = { 'content-type': 'application/json' };
	const request = { headers, query: {}, body, rawBody, readRawBody: async () => {} };
	const response = { setHeader: () => response, set: () => response } as Record<string, unknown>;
	for (const name of ['status', 'json', 'end', 'send']) response[name] = () => response;
	const trigger = triggerNode({ event: 'batchCompleted' });
	return b.engine.webhook(triggerWorkflow(trigger), { request, response, staticData: {} });
}

describe('one rate limit for all nodes that use a key', () => {
	test.each([
		['the polling trigger', 'listRevealJobs', poll],
		['the trigger', 'getEmailValidationBatchStatus', callBack],
	] as const)('%s waits when the action node was refused', async (_name, operationId, start) => {
		const batchId = await submit(b.sandbox, 'emailValidation', { emails: ['a@figma.com'] });
		const before = b.sandbox.requests.length;
		b.fault({ ...HELD, operationId: 'getWalletBalance' });
		const step = b.run(BALANCE, [{}]);
		await held(b.sandbox.requests);
		await Promise.all([step, start(endOf(batchId))]);
		expect(idsOf(b.sandbox.requests.slice(before))).toEqual([
			'getWalletBalance',
			'getWalletBalance',
			operationId,
		]);
	});

	test('another key does not wait', async () => {
		const { url } = b.sandbox;
		b.fault({ ...HELD, operationId: 'getWalletBalance' });
		const step = b.run(BALANCE, [{}]);
		await held(b.sandbox.requests);
		const credentials = { enrichApi: { apiKey: 'sk_other', baseUrl: url } };
		await b.run(BALANCE, [{}], { credentials });
		await step;
		expect(b.sandbox.requests.map(({ status }) => status)).toEqual([429, 401, 200]);
	});

	test('CUFinder has its own, a limit for each key as well', async () => {
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

test('one memory of batches: the same rows, started twice at the same moment, are one batch', async () => {
	const many = {
		...validate(),
		operation: 'validateMany',
		waiting: 'stay',
		options: { batchFrom: 1 },
	};
	const runs = [b.run(many, addresses(3)), b.run(many, addresses(3))];
	for (const { status } of await Promise.all(runs)) expect(status).toBe('success');
	expect(b.sandbox.batches).toHaveLength(1);
	expect(b.sandbox.ledger.charged()).toBe(3);
});
