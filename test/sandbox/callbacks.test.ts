import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CALLBACK_BODIES, type CallbackSettings } from '../../sandbox/enrich/callbacks';
import type { Sandbox, SandboxOptions } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import { batches } from '../../shared/providers/enrich/batches';
import { faultsOfCallback } from '../contract/contract';
import { call, sandboxes } from './support';

const start = sandboxes();
const quick = (options?: SandboxOptions) =>
	start({ balance: 1e7, batchItemsPerSecond: Infinity, ...options });

interface Received {
	event: string;
	timestamp: string;
	data: Data;
}

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
	await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that takes callbacks, and what it has received so far. */
async function receiver(respond: Respond = (_, response) => response.writeHead(204).end()) {
	const received: Received[] = [];
	const server = createServer(async (request, response) => {
		let text = '';
		for await (const chunk of request) text += chunk;
		received.push(JSON.parse(text));
		respond(request, response);
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	closing.push(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
	return { url, received };
}

async function until(isSo: () => boolean): Promise<void> {
	for (let i = 0; !isSo(); i++) {
		if (i > 1000) throw new Error('It did not happen');
		await sleep(5);
	}
}

const emails = (count: number) =>
	Array.from({ length: count }, (_, i) => `ann.lee${i}@firm${i}.com`);
const VALIDATION = 'batchValidateEmails';
const isEnd = ({ event }: { event: string }) => event === 'validation.completed';

async function validate(
	sandbox: Sandbox,
	count: number,
	url: string,
	settings: CallbackSettings = {},
) {
	sandbox.setCallbacks(settings);
	const { body } = await call(sandbox, VALIDATION, { emails: emails(count), webhookUrl: url });
	const { batchId } = body.data;
	const page = async () =>
		(await call(sandbox, 'getEmailValidationBatchResults', { batchId, limit: 1000 })).body;
	return { batchId: batchId as string, page };
}

const resultIds = (received: readonly Received[]) =>
	received.filter((one) => !isEnd(one)).map(({ data }) => data.result_id);

describe('payloads', () => {
	test.each<[string, Data, string[], number]>([
		[
			VALIDATION,
			{ emails: [...emails(8), 'risky@x.com'] },
			['webhook:email_lookup.completed', 'validation.completed'],
			9,
		],
		[
			'batchFindEmails',
			{
				leads: emails(9).map((_, i) => ({
					firstName: 'Ann',
					lastName: 'Lee',
					domain: `f${i}.com`,
				})),
			},
			['webhook:finder_lookup.completed', 'finder.completed'],
			9,
		],
		[
			'createPhoneBulkJob',
			{ emails: emails(8), linkedins: ['https://www.linkedin.com/in/ann'] },
			['webhook:phone_result.completed', 'webhook:phone_completion.completed'],
			9,
		],
		[
			'bulkReverseLookup',
			{ emails: [...emails(8), 'nobody@x.com'] },
			['webhook:email_result.completed', 'webhook:email_completion.completed'],
			9,
		],
	])(
		'of %s: one for each result and one at the end',
		async (submitId, body, [result, end], size) => {
			const sandbox = await quick();
			const { url, received } = await receiver();
			const reply = await call(sandbox, submitId, { ...body, webhookUrl: url });
			await until(() => received.some(({ event }) => event === end));
			expect(received.map(({ event }) => event)).toEqual([...Array(size).fill(result), end]);
			for (const one of received) {
				expect(faultsOfCallback(one)).toEqual([]);
				expect(one.data.job_id).toBe(reply.body.data.batchId);
				expect(new Date(one.timestamp).toISOString()).toBe(one.timestamp);
				expect(Math.abs(Date.parse(one.timestamp) - Date.now())).toBeLessThan(5000);
			}
			expect(received.at(-1)?.data).toMatchObject({
				status: 'completed',
				total_items: size,
				completed_at: expect.any(String),
			});
			const { successful, failed, found, not_found, valid, invalid, risky } = received.at(-1)
				?.data as Record<string, number>;
			for (const counts of [
				[successful, failed],
				[found, not_found],
				[valid, invalid, risky],
			]) {
				if (counts.some((count) => count === undefined)) continue;
				expect(counts.reduce((sum = 0, count = 0) => sum + count, 0)).toBe(size);
			}
			// The receiver knows of the last one before its answer is noted down.
			await until(() => sandbox.callbacks.every(({ status }) => status));
			expect(sandbox.callbacks.map(({ kind, status }) => [kind, status])).toEqual(
				Array(size + 1).fill(['genuine', 204]),
			);
		},
	);

	test('say in snake_case what the results say in camelCase', async () => {
		const sandbox = await quick();
		const { url, received } = await receiver();
		const { page } = await validate(sandbox, 10, url);
		await until(() => received.length === 11);
		const { results } = (await page()).data;
		expect(received.slice(0, 10).map(({ data }) => data)).toEqual(
			results.map(({ email, result, message, provider, confidence, isCatchAll }: Data) => ({
				job_id: expect.any(String),
				result_id: email,
				result: {
					...{ email, result, message, provider, confidence },
					is_catch_all: isCatchAll,
					domain: String(email).split('@')[1],
				},
			})),
		);
		const count = (wanted: string) =>
			results.filter(({ result }: Data) => result === wanted).length;
		expect(received[10]?.data).toMatchObject({
			valid: count('valid'),
			invalid: count('invalid'),
			risky: count('risky'),
			failed: count('invalid'),
		});
	});

	test('are described for each product that documents callbacks', () => {
		const documented = batches.filter(({ submit }) => 'webhookUrl' in submit.input.shape);
		expect(Object.keys(CALLBACK_BODIES).toSorted()).toEqual(
			documented.map(({ single }) => single.operationId).toSorted(),
		);
	});
});

describe('targets', () => {
	test.each([
		'http://example.com/',
		'ftp://127.0.0.1/',
		'http://127.0.0.1.example.com/',
		'http://10.0.0.1/',
	])('accepts %s, sends nothing there and says so', async (webhookUrl) => {
		const said: string[] = [];
		const sandbox = await quick({ say: (line) => said.push(line) });
		const { status } = await call(sandbox, VALIDATION, { emails: emails(1), webhookUrl });
		expect(status).toBe(200);
		expect(said).toEqual([expect.stringContaining(`nothing is sent to ${webhookUrl}`)]);
		expect(sandbox.callbacks).toEqual([]);
	});

	test('does not follow a redirect', async () => {
		const sandbox = await quick();
		const elsewhere = await receiver();
		const { url } = await receiver((_, response) =>
			response.writeHead(307, { location: elsewhere.url }).end(),
		);
		await validate(sandbox, 1, url);
		await until(() => sandbox.callbacks.filter(({ status }) => status === 307).length === 2);
		expect(elsewhere.received).toEqual([]);
	});
});

describe('delivery', () => {
	test('follows the processing, in its order', async () => {
		const sandbox = await start({ batchItemsPerSecond: 40 });
		const { url, received } = await receiver();
		const { page } = await validate(sandbox, 40, url);
		await until(() => received.length > 3);
		const { data } = await page();
		expect(data.status).toBe('processing');
		expect(received.length).toBeLessThanOrEqual(data.processedCount + 5);
		await until(() => received.some(isEnd));
		const { results } = (await page()).data;
		expect(resultIds(received)).toEqual(results.map(({ email }: Data) => email));
		expect(isEnd(received.at(-1) ?? { event: '' })).toBe(true);
	});

	test('is not repeated by default, and as often as was set otherwise', async () => {
		const sandbox = await quick();
		let calls = 0;
		const { url, received } = await receiver((_, response) =>
			response.writeHead(++calls === 1 ? 500 : 200).end(),
		);
		await validate(sandbox, 3, url);
		await until(() => received.some(isEnd));
		expect(received).toHaveLength(4);
		calls = 0;
		await validate(sandbox, 3, url, { retries: 2 });
		await until(() => received.filter(isEnd).length === 2);
		expect(received).toHaveLength(9);
		expect(received[4]).toEqual(received[5]);
		expect(sandbox.callbacks.map(({ kind }) => kind).slice(4, 7)).toEqual([
			'genuine',
			'retry',
			'genuine',
		]);
	});

	test('goes on when nobody is there', async () => {
		const sandbox = await quick();
		await validate(sandbox, 2, 'http://127.0.0.1:9/');
		await until(() => sandbox.callbacks.filter(({ error }) => error).length === 3);
	});

	test('never ends a failed batch', async () => {
		const sandbox = await quick();
		sandbox.failBatch({ afterItems: 4 });
		const { url, received } = await receiver();
		await validate(sandbox, 9, url);
		await until(() => received.length === 4);
		await sleep(50);
		expect(received.filter(isEnd)).toEqual([]);
		expect(received).toHaveLength(4);
	});

	test.each(['close', 'reset'] as const)('ends with %s', async (how) => {
		const sandbox = await quick();
		const { url, received } = await receiver();
		await validate(sandbox, 5000, url);
		await until(() => received.length > 5);
		const began = performance.now();
		await sandbox[how]();
		expect(performance.now() - began).toBeLessThan(5000);
		await sleep(30);
		const { length } = received;
		await sleep(60);
		expect([received.length, length < 5000]).toEqual([length, true]);
	});
});

describe('switches', () => {
	test('duplicates: some arrive twice', async () => {
		const sandbox = await quick();
		const { url, received } = await receiver();
		await validate(sandbox, 40, url, { duplicates: 0.5 });
		await until(() => received.some(isEnd));
		const ids = resultIds(received);
		expect(new Set(ids).size).toBe(40);
		expect(ids.length).toBeGreaterThan(50);
		expect(ids.length).toBeLessThan(75);
	});

	test('loss: some never arrive, the same ones for the same seed', async () => {
		const lost = async () => {
			const sandbox = await quick({ seed: 3 });
			const { url, received } = await receiver();
			await validate(sandbox, 40, url, { loss: 0.5 });
			await until(() => sandbox.callbacks.length === 41);
			await until(() => sandbox.callbacks.every(({ kind, status }) => kind === 'lost' || status));
			const missing = sandbox.callbacks.filter(({ kind }) => kind === 'lost');
			expect(received).toHaveLength(41 - missing.length);
			return missing.map(({ resultId }) => resultId);
		};
		const first = await lost();
		expect(first.length).toBeGreaterThan(8);
		expect(first.length).toBeLessThan(33);
		expect(await lost()).toEqual(first);
	});

	test('order: the end first', async () => {
		const sandbox = await quick();
		const { url, received } = await receiver();
		await validate(sandbox, 5, url, { order: 'endFirst' });
		await until(() => received.length === 6);
		expect(received.map(isEnd)).toEqual([true, false, false, false, false, false]);
	});

	test('order: random, each once', async () => {
		const sandbox = await quick();
		const { url, received } = await receiver();
		const { page } = await validate(sandbox, 250, url, { order: 'random', concurrency: 5 });
		await until(() => received.length === 251);
		const inOrder = (await page()).data.results.map(({ email }: Data) => email);
		expect(resultIds(received)).not.toEqual(inOrder);
		expect(resultIds(received).toSorted()).toEqual(inOrder.toSorted());
	});

	test('delayMs: all come so much later', async () => {
		const sandbox = await quick();
		const { url, received } = await receiver();
		const began = performance.now();
		await validate(sandbox, 5, url, { delayMs: 150 });
		await until(() => received.length === 6);
		expect(performance.now() - began).toBeGreaterThan(149);
		expect(performance.now() - began).toBeLessThan(5000);
	});

	test('forged: others send wrong IDs, made-up contents and an early end', async () => {
		const sandbox = await quick();
		const { url, received } = await receiver();
		const { batchId, page } = await validate(sandbox, 6, url, { forged: 1 });
		await until(() => received.length === 14);
		const forged = sandbox.callbacks.filter(({ kind }) => kind === 'forged');
		const bodies = forged.map(({ body }) => JSON.parse(body) as Received);
		expect(bodies).toHaveLength(7);
		expect(bodies.filter(({ data }) => data.job_id !== batchId)).toHaveLength(3);
		expect(resultIds(bodies)).toContain('mallory@forged.example');
		expect(isEnd(bodies[2] ?? { event: '' })).toBe(true);
		const { results } = (await page()).data;
		expect(results.map(({ email }: Data) => email)).not.toContain('mallory@forged.example');
	});

	test('are set and shown by the control endpoint', async () => {
		const sandbox = await quick();
		const control = (body?: object) =>
			fetch(new URL('/__sandbox/callbacks', sandbox.url), {
				...(body && { method: 'POST', body: JSON.stringify(body) }),
				headers: body && { 'content-type': 'application/json' },
			});
		const set = await control({ loss: 1, order: 'random' });
		expect([set.status, await set.json()]).toEqual([
			201,
			expect.objectContaining({ loss: 1, order: 'random', duplicates: 0 }),
		]);
		expect((await control({ loss: 2 })).status).toBe(400);
		expect((await control({ weather: 'bad' })).status).toBe(400);
		await call(sandbox, VALIDATION, { emails: ['a@x.com'], webhookUrl: 'http://localhost:9' });
		await until(() => sandbox.callbacks.length === 2);
		expect(await (await control()).json()).toMatchObject({
			settings: { loss: 1 },
			sent: [{ kind: 'lost', resultId: 'a@x.com' }, { kind: 'lost' }],
		});
		sandbox.reset();
		expect(await (await control()).json()).toMatchObject({ settings: { loss: 0 }, sent: [] });
	});
});
