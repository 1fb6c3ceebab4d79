import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
	type IDataObject,
	type INode,
	type INodePropertyOptions,
	type INodeTypeDescription,
	resolveWebhookDescriptionField,
	webhookDescriptionIsNativelyResolvable,
} from 'n8n-workflow';
import { startSandbox } from '../../sandbox/server';
import { type Engine, loadEngine } from '../../testkit/n8nEngine';
import { POLLED_EVENTS } from '../../nodes/EnrichTrigger/polling/events';
import { EVENT_KINDS } from '../../shared/contract/event';
import { events } from '../../shared/providers/enrich/events';
import { bench } from '../../testkit/enrichWorkflow';
import {
	addressesFor,
	callBack,
	endOf,
	resultOf,
	submit,
	triggerNode,
	type TriggerNode,
	triggerWorkflow,
} from '../../testkit/triggerWorkflow';
import { ADDS_RESULTS, LOSES_ANSWERS, TAKES_LONG, without } from '../../testkit/oddities';

const b = bench({
	...without(...LOSES_ANSWERS, ...ADDS_RESULTS, ...TAKES_LONG),
	batchItemsPerSecond: 1_000_000,
	balance: 10_000_000,
});

interface Door {
	url: string;
	/** The items of each start. */
	starts: IDataObject[][];
	staticData: IDataObject;
	items(): IDataObject[];
}

const servers: Server[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) server.close();
});

interface DoorOptions {
	mode?: 'manual' | 'webhook';
	/** n8n cannot start the workflow. */
	isBroken?: () => boolean;
	startMs?: number;
	/** Default: one with the credential of the sandbox. */
	engine?: Engine;
}

/** What n8n's server is around a trigger: it reads the call, starts the workflow, and answers. */
async function open(trigger: TriggerNode, options: DoorOptions = {}): Promise<Door> {
	const { mode = 'webhook', isBroken = () => false, startMs = 0, engine = b.engine } = options;
	const starts: IDataObject[][] = [];
	const staticData: IDataObject = {};
	const serve = async (request: IncomingMessage, response: ServerResponse) => {
		const rawBody = Buffer.concat(await request.toArray());
		const isJson = request.headers['content-type'] === 'application/json';
		const read = {
			headers: request.headers,
			query: Object.fromEntries(new URL(request.url ?? '', 'http://x').searchParams),
			...(isJson && { rawBody, body: rawBody.length > 0 ? JSON.parse(rawBody.toString()) : {} }),
			readRawBody: async () => void Object.assign(read, { rawBody }),
		};
		const express = Object.assign(response, {
			status: (code: number) => Object.assign(response, { statusCode: code }),
			set: (headers: Record<string, string>) => {
				for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
				return response;
			},
			json: (body: unknown) => response.end(JSON.stringify(body)),
		});
		const { workflowData, noWebhookResponse } = await engine.webhook(triggerWorkflow(trigger), {
			...{ request: read, response: express, staticData, mode },
		});
		if (workflowData && startMs > 0) await new Promise((done) => setTimeout(done, startMs));
		if (workflowData && isBroken()) return express.status(500).end('broken');
		if (workflowData)
			starts.push(
				(workflowData[0] ?? []).map(({ json, binary }) => ({ ...json, ...(binary && { binary }) })),
			);
		if (noWebhookResponse !== true) response.end('started');
	};
	const server = createServer((request, response) => {
		void serve(request, response).catch(() => response.writeHead(500).end('thrown'));
	});
	servers.push(server);
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	return { url, starts, staticData, items: () => starts.flat() };
}

const started = async (door: Door) => {
	while (door.starts.length === 0) await new Promise((done) => setTimeout(done, 20));
};
const statusOf = async (url: string, body: unknown) => (await callBack(url, body)).status;
const ended = (count = 3) => submit(b.sandbox, 'emailValidation', { emails: addressesFor(count) });
const reads = () =>
	b.sandbox.requests.filter(({ operationId }) => operationId.endsWith('BatchStatus')).length;
const results = (more: object = {}) => triggerNode({ event: 'resultReceived', ...more });
const ends = (more: object = {}) => triggerNode({ event: 'batchCompleted', ...more });

describe('its description', () => {
	test('offers the events and products', () => {
		const { description } = b.engine.loader.nodeTypes.enrichTrigger!.type;
		const valuesOf = (name: string) => {
			const { properties } = description as { properties: { name: string; options?: unknown }[] };
			const found = properties.find((property) => property.name === name);
			return (found?.options as { value: string }[]).map(({ value }) => value);
		};
		const all = [...Object.keys(EVENT_KINDS), ...Object.keys(POLLED_EVENTS)];
		expect(valuesOf('event')).toEqual(all.sort());
		const products = new Set(events.map(({ job }) => job.product));
		expect(valuesOf('products').sort()).toEqual([...products].sort());
		expect(JSON.stringify(description)).not.toMatch(/\b(?:error|problem|failure|mistake)\b/i);
	});

	test('brings the results of a batch unless told otherwise', () => {
		const { properties } = b.engine.loader.nodeTypes.enrichTrigger!.type
			.description as INodeTypeDescription;
		expect(properties.find(({ name }) => name === 'results')?.default).toBe('items');
	});

	/** An expression for each call would halve the calls that n8n can take. */
	test('says without an expression for which events it listens', () => {
		const { webhooks, properties } = b.engine.loader.nodeTypes.enrichTrigger!.type
			.description as INodeTypeDescription;
		const webhook = webhooks![0]!;
		expect(webhookDescriptionIsNativelyResolvable(webhook)).toBe(true);
		const options = properties.find(({ name }) => name === 'event')?.options ?? [];
		for (const { value: event } of options as INodePropertyOptions[]) {
			const listens = Object.hasOwn(EVENT_KINDS, String(event));
			const node = { parameters: { event } } as unknown as INode;
			const valueOf = (field: 'httpMethod' | 'ndvHideUrl') => {
				const { value } = resolveWebhookDescriptionField(node, webhook, field) as {
					value: unknown;
				};
				const text = String(webhook[field]).replace(/^=\{\{|\}\}$/g, '');
				const inEditor: unknown = new Function('$parameter', `return ${text}`)({ event });
				expect(inEditor).toBe(value);
				return value;
			};
			expect(valueOf('httpMethod')).toBe(listens ? 'POST' : '');
			expect(valueOf('ndvHideUrl')).toBe(!listens);
		}
	});
});

describe('a batch that is complete', () => {
	test('starts the workflow once, with what Enrich itself says', async () => {
		const door = await open(ends());
		const batchId = await ended();
		const body = endOf(batchId, { status: 'made up', total_items: 99, valid: 3 });
		const all = await Promise.all([1, 2, 3].map(() => statusOf(door.url, body)));
		expect(all).toEqual([200, 200, 200]);
		expect(await statusOf(door.url, body)).toBe(200);
		expect(door.starts).toHaveLength(1);
		expect(door.items()[0]).toEqual({
			event: 'batchCompleted',
			product: 'emailValidation',
			batchId,
			status: 'completed',
			totalItems: 3,
			isVerified: true,
			receivedAt: expect.any(String),
			reported: { valid: 3 },
		});
		// Of what it keeps, nothing tells who or what it was.
		expect(JSON.stringify(door.staticData)).not.toContain(batchId);
	});

	test('stays known in the workflow, where it outlives a restart', async () => {
		const door = await open(ends());
		for (let i = 0; i < 2; i++) await statusOf(door.url, endOf(await ended()));
		const [kept] = Object.values(door.staticData) as { endedBatches: string[] }[];
		expect(kept?.endedBatches).toEqual([expect.any(String), expect.any(String)]);
	});

	test('is taken again when n8n could not start the workflow', async () => {
		let isBroken = true;
		const door = await open(ends(), { isBroken: () => isBroken });
		const batchId = await ended();
		expect(await statusOf(door.url, endOf(batchId))).toBe(500);
		isBroken = false;
		expect(await statusOf(door.url, endOf(batchId))).toBe(200);
		expect(door.starts).toHaveLength(1);
	});

	test('brings all results as items', async () => {
		const door = await open(ends({ results: 'items' }));
		const batchId = await ended(1_200);
		expect(await statusOf(door.url, endOf(batchId))).toBe(200);
		await started(door);
		expect(new Set(door.items().map(({ email }) => email)).size).toBe(1_200);
		const [first] = door.items();
		expect(first).toMatchObject({
			batchId,
			outcome: first!.result === 'invalid' ? 'notFound' : 'found',
			reason: expect.any(String),
			isVerified: true,
		});
	});

	test.each(['csv', 'jsonl'])('brings all results as one %s file', async (format) => {
		const door = await open(ends({ results: format }));
		const batchId = await ended(1_200);
		await statusOf(door.url, endOf(batchId));
		await started(door);
		const [item, ...others] = door.items();
		expect(others).toEqual([]);
		expect(item).toMatchObject({ batchId, results: 1_200, totalItems: 1_200 });
		const { data } = (item!.binary as { data: { data: string } }).data;
		const lines = Buffer.from(data, 'base64').toString('utf8').trim().split('\n');
		expect(lines).toHaveLength(format === 'csv' ? 1_201 : 1_200);
		expect(lines.at(-1)).toMatch(/\b(?:found|notFound)\b/);
	});

	test('says what it could not read, after what it could', async () => {
		const door = await open(ends({ results: 'items' }));
		const batchId = await ended(1_200);
		const isSecond = { operationId: 'getEmailValidationBatchResults', match: '"page":"2"' };
		b.fault({ when: 'before', kind: 'status', status: 403, times: null, ...isSecond });
		expect(await statusOf(door.url, endOf(batchId))).toBe(200);
		await started(door);
		expect(door.items()).toHaveLength(1_001);
		expect(door.items().at(-1)).toMatchObject({
			outcome: 'failed',
			reason: expect.stringMatching(/^Only 1,000 of 1,200 results could be read, without page 2/),
			nextStep: expect.stringContaining('free'),
		});
	});

	test('brings all results though one page could not be read at first', async () => {
		const door = await open(ends({ results: 'items' }));
		const batchId = await ended(2_500);
		const isSecond = { operationId: 'getEmailValidationBatchResults', match: '"page":"2"' };
		b.fault({ when: 'before', kind: 'status', status: 403, ...isSecond });
		expect(await statusOf(door.url, endOf(batchId))).toBe(200);
		await started(door);
		expect(new Set(door.items().map(({ email }) => email)).size).toBe(2_500);
		expect(door.items()).toHaveLength(2_500);
	});

	test('whose results cannot be read at all is told to come again', async () => {
		const door = await open(ends({ results: 'items' }));
		const batchId = await ended();
		b.fault({
			operationId: 'getEmailValidationBatchResults',
			when: 'before',
			kind: 'status',
			status: 403,
		});
		expect(await statusOf(door.url, endOf(batchId))).toBe(503);
		expect(await statusOf(door.url, endOf(batchId))).toBe(200);
		expect(door.starts).toHaveLength(1);
		expect(door.items()).toHaveLength(3);
	});

	test('a moment after it was said to be starts the workflow', async () => {
		const slow = await open(ends());
		const batchId = await submit(b.sandbox, 'emailValidation', {
			emails: addressesFor(200_000),
		});
		const [first, second] = await Promise.all([
			statusOf(slow.url, endOf(batchId)),
			statusOf(slow.url, endOf(batchId)),
		]);
		expect([first, second]).toEqual([200, 200]);
		expect(slow.starts).toHaveLength(1);
	});

	test('much later than it was said to be does, too, though the caller heard "not now"', async () => {
		const sandbox = await startSandbox({
			...without(...LOSES_ANSWERS, ...ADDS_RESULTS, ...TAKES_LONG),
			plan: 'unlimited',
			batchItemsPerSecond: 20,
		});
		const engine = await loadEngine({
			credentials: { enrichApi: { apiKey: sandbox.apiKey, baseUrl: sandbox.url } },
		});
		try {
			const door = await open(ends(), { engine });
			const batchId = await submit(sandbox, 'emailValidation', { emails: addressesFor(80) });
			expect(await statusOf(door.url, endOf(batchId))).toBe(503);
			expect(await statusOf(door.url, endOf(batchId))).toBe(503);
			expect(door.starts).toEqual([]);
			await started(door);
			expect(door.items()).toMatchObject([{ batchId, totalItems: 80, isVerified: true }]);
			expect(await statusOf(door.url, endOf(batchId))).toBe(200);
			expect(door.starts).toHaveLength(1);
		} finally {
			await sandbox.close();
		}
	});

	const lagging = (results: object[]) => ({
		operationId: 'getEmailValidationBatchResults',
		when: 'before' as const,
		kind: 'status' as const,
		status: 200,
		body: { success: true, data: { status: 'completed', totalItems: 3, page: 1, results } },
	});

	test.each([
		['a part of the results is there', lagging([{ email: 'person1@company0.com' }])],
		['no result is there', lagging([])],
		['they are not known yet', { ...lagging([]), status: 404, body: { detail: 'Not found' } }],
		['they are refused as too early', { ...lagging([]), status: 409, body: { detail: 'Running' } }],
	])(
		'of which at first %s brings all of them',
		async (_what, fault) => {
			const door = await open(ends({ results: 'items' }));
			const batchId = await ended();
			b.fault({ ...fault, times: 2, match: batchId });
			expect(await statusOf(door.url, endOf(batchId))).toBe(200);
			await started(door);
			expect(door.starts).toHaveLength(1);
			expect(new Set(door.items().map(({ email }) => email))).toEqual(new Set(addressesFor(3)));
			expect(door.items()).toHaveLength(3);
		},
		20_000,
	);

	test('is written into one file once all of its results are there', async () => {
		const door = await open(ends({ results: 'csv' }));
		const batchId = await ended();
		b.fault(lagging([{ email: 'person1@company0.com' }]));
		await statusOf(door.url, endOf(batchId));
		await started(door);
		expect(door.items()).toMatchObject([{ batchId, results: 3, totalItems: 3 }]);
	});

	test('and is not known for a moment starts the workflow', async () => {
		const door = await open(ends());
		const batchId = await ended();
		const status = { operationId: 'getEmailValidationBatchStatus', when: 'before' as const };
		b.fault({ ...status, kind: 'status', status: 404, times: 4, match: batchId });
		await statusOf(door.url, endOf(batchId));
		await started(door);
		expect(door.items()).toMatchObject([{ batchId, isVerified: true }]);
	}, 20_000);

	test('is answered at once while a long run uses up the rate limit', async () => {
		const door = await open(ends());
		const batchId = await ended();
		const busy = new AbortController();
		b.fault({
			...{ operationId: 'getEmailValidationBatchStatus', when: 'before', kind: 'status' },
			...{ status: 429, headers: { 'retry-after': '60' }, match: batchId },
		});
		const parameters = { resource: 'batch', operation: 'getResults' };
		const run = b.run(parameters, [{ batchId, product: 'emailValidation' }], {
			signal: busy.signal,
		});
		await new Promise((done) => setTimeout(done, 300));
		const startedAt = Date.now();
		expect(await statusOf(door.url, endOf(batchId))).toBe(200);
		expect(Date.now() - startedAt).toBeLessThan(5_000);
		expect(door.starts).toHaveLength(1);
		busy.abort();
		await run;
	}, 20_000);

	test('of which nobody knows starts nothing', async () => {
		const door = await open(ends());
		expect(await statusOf(door.url, endOf('0123456789abcdef01234567'))).toBe(404);
		expect(door.starts).toEqual([]);
	});
});

describe('results', () => {
	test('cost one read for all of a batch, and start once each', async () => {
		const door = await open(results());
		const batchId = await ended();
		const people = addressesFor(200);
		const before = reads();
		const sends = [...people, ...people.slice(0, 50)].map((email) =>
			statusOf(door.url, resultOf(batchId, email)),
		);
		expect(new Set(await Promise.all(sends))).toEqual(new Set([200]));
		expect(
			door
				.items()
				.map(({ email }) => email)
				.sort(),
		).toEqual([...people].sort());
		expect(reads() - before).toBe(1);
		expect(door.items()[0]).toMatchObject({ isVerified: true, result: 'valid', isCatchAll: false });
	});

	test('gather while n8n is starting the workflow', async () => {
		const door = await open(results(), { startMs: 50 });
		const batchId = await ended();
		const people = addressesFor(60);
		await Promise.all(people.map((email) => statusOf(door.url, resultOf(batchId, email))));
		expect(door.items()).toHaveLength(60);
		expect(door.starts.length).toBeLessThan(10);
	});

	test('that n8n could not start with are taken when they come again', async () => {
		let isBroken = true;
		const door = await open(results(), { startMs: 20, isBroken: () => isBroken });
		const batchId = await ended();
		const people = addressesFor(10);
		const send = () =>
			Promise.all(people.map((email) => statusOf(door.url, resultOf(batchId, email))));
		expect((await send()).every((status) => status >= 500)).toBe(true);
		isBroken = false;
		expect((await send()).every((status) => status === 200)).toBe(true);
		expect(door.items()).toHaveLength(10);
	});

	test('of a batch that is not known for a moment are all taken', async () => {
		const door = await open(results());
		const batchId = await ended();
		const status = { operationId: 'getEmailValidationBatchStatus', when: 'before' as const };
		b.fault({ ...status, kind: 'status', status: 404, match: batchId });
		const people = addressesFor(21);
		const answers = await Promise.all(
			people.map((email) => statusOf(door.url, resultOf(batchId, email))),
		);
		expect(answers).toEqual(people.map(() => 200));
		expect(door.items()).toHaveLength(21);
	});

	test('of a batch that was asked for too early are taken from then on', async () => {
		const door = await open(results());
		const batchId = await ended();
		const status = { operationId: 'getEmailValidationBatchStatus', when: 'before' as const };
		b.fault({ ...status, kind: 'status', status: 404, times: 3, match: batchId });
		expect(await statusOf(door.url, resultOf(batchId, 'early@b.co'))).toBe(404);
		for (const email of addressesFor(20))
			expect(await statusOf(door.url, resultOf(batchId, email))).toBe(200);
	}, 20_000);

	test('of forged batches cost few reads, and keep none of a real one away', async () => {
		const credentials = { enrichApi: { id: 'forged', name: 'Enrich account' } };
		const door = await open({ ...results(), credentials });
		const batchId = await ended();
		expect(await statusOf(door.url, resultOf(batchId, 'a@b.co'))).toBe(200);
		const forged = Array.from({ length: 500 }, (_, i) => i.toString(16).padStart(24, '0'));
		// Ends that earlier tests left unknown are still looked for, and are no part of this.
		const readsOfForged = () =>
			b.sandbox.requests.filter(({ input }) =>
				forged.includes((input as { batchId: string }).batchId),
			);
		const answers = forged.map((id) => statusOf(door.url, resultOf(id, 'a@b.co')));
		expect(await statusOf(door.url, resultOf(batchId, 'b@b.co'))).toBe(200);
		expect(new Set(await Promise.all(answers))).toEqual(new Set([404, 503]));
		expect(readsOfForged().length).toBeGreaterThan(0);
		expect(readsOfForged().length).toBeLessThanOrEqual(30);
		expect(door.items()).toHaveLength(2);
	}, 30_000);

	test('that are delivered again with another field, or otherwise sorted, start nothing', async () => {
		const door = await open(results());
		const body = resultOf(await ended(), 'a@b.co');
		const { data } = body;
		await statusOf(door.url, body);
		await statusOf(door.url, { ...body, data: { attempt: 2, ...data } });
		const result = Object.fromEntries(Object.entries(data.result).reverse());
		await statusOf(door.url, { ...body, data: { ...data, result: { sent: 2, ...result } } });
		expect(door.items()).toHaveLength(1);
	});

	test('of an unknown batch start nothing', async () => {
		const door = await open(results());
		expect(await statusOf(door.url, resultOf('0123456789abcdef01234567', 'a@b.co'))).toBe(404);
		expect(door.starts).toEqual([]);
	});

	test('that could not be checked are taken when they come again', async () => {
		const door = await open(results());
		const batchId = await ended();
		b.fault({
			operationId: 'getEmailValidationBatchStatus',
			when: 'before',
			kind: 'status',
			status: 403,
		});
		expect(await statusOf(door.url, resultOf(batchId, 'a@b.co'))).toBe(503);
		expect(await statusOf(door.url, resultOf(batchId, 'a@b.co'))).toBe(200);
		expect(door.items()).toHaveLength(1);
	});

	test('reach each of two triggers', async () => {
		const batchId = await ended();
		for (const door of [await open(results()), await open(results())]) {
			await statusOf(door.url, resultOf(batchId, 'a@b.co'));
			expect(door.items()).toHaveLength(1);
		}
	});

	test('of a test are shown each time, and not kept from production', async () => {
		const trigger = results();
		const batchId = await ended();
		const testing = await open(trigger, { mode: 'manual' });
		for (let i = 0; i < 2; i++) await statusOf(testing.url, resultOf(batchId, 'a@b.co'));
		expect(testing.starts).toHaveLength(2);
		const production = await open(trigger);
		await statusOf(production.url, resultOf(batchId, 'a@b.co'));
		expect(production.starts).toHaveLength(1);
	});
});

describe('without a check', () => {
	test.each([
		['no credential is chosen', triggerNode({ event: 'resultReceived' }, { isChecked: false })],
		['it is switched off', results({ check: false })],
	])('as %s, callbacks are taken as they come', async (_why, trigger) => {
		const door = await open(trigger);
		const before = reads();
		expect(await statusOf(door.url, resultOf('anything', 'a@b.co'))).toBe(200);
		expect(door.items()).toMatchObject([{ email: 'a@b.co', isVerified: false }]);
		expect(reads()).toBe(before);
	});

	test('the end tells what the callback told, and why it has no results', async () => {
		const trigger = triggerNode(
			{ event: 'batchCompleted', results: 'items' },
			{ isChecked: false },
		);
		const door = await open(trigger);
		await statusOf(door.url, endOf('anything', { valid: 1 }));
		expect(door.items()).toEqual([
			expect.objectContaining({
				batchId: 'anything',
				totalItems: 4,
				isVerified: false,
				reason: expect.stringContaining('no Enrich credential'),
				reported: { valid: 1 },
			}),
		]);
	});
});

describe('what is not wanted starts nothing', () => {
	test('other events and products', async () => {
		const door = await open(ends({ products: ['phones'], check: false }));
		expect(await statusOf(door.url, endOf('x'))).toBe(200);
		expect(await statusOf(door.url, resultOf('x', 'a@b.co'))).toBe(200);
		expect(await statusOf(door.url, { event: 'something.new', data: {} })).toBe(200);
		expect(door.starts).toEqual([]);
		const body = { ...endOf('x'), event: 'webhook:phone_completion.completed' };
		await statusOf(door.url, body);
		expect(door.starts).toHaveLength(1);
	});

	test.each([
		['nothing', '', 400],
		['a number', '7', 400],
		['a list', '[{"event":"validation.completed"}]', 400],
		['no data', '{"event":"validation.completed"}', 400],
		['an address as ID', JSON.stringify(endOf('../../wallets')), 400],
		['too much', JSON.stringify(endOf('x', { more: 'x'.repeat(1_100_000) })), 413],
	])('%s', async (_what, body, status) => {
		const door = await open(ends({ check: false }));
		expect(await statusOf(door.url, body)).toBe(status);
		expect(door.starts).toEqual([]);
	});

	test('a web page, but JSON that calls itself something else is read', async () => {
		const door = await open(ends({ check: false }));
		const send = (type: string, body: string) =>
			fetch(door.url, { method: 'POST', headers: { 'content-type': type }, body });
		expect((await send('text/html', '<html></html>')).status).toBe(400);
		expect((await send('text/json', JSON.stringify(endOf('x')))).status).toBe(200);
		expect(door.starts).toHaveLength(1);
	});

	test('whoever does not know the secret', async () => {
		const door = await open(ends({ secret: 'river', check: false }));
		for (const query of ['', '?secret=', '?secret=rive', '?secret=rivers', '?Secret=river'])
			expect(await statusOf(door.url + query, endOf('x'))).toBe(403);
		expect(door.starts).toEqual([]);
		expect(await statusOf(`${door.url}?secret=river`, endOf('x'))).toBe(200);
		expect(door.starts).toHaveLength(1);
	});
});
