import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../../sandbox/faults';
import { call, rawCall, read, sandboxes } from './support';

const start = sandboxes();
const emily = { email: 'emily.zhang@figma.com' };
const hostile = async (rule: Partial<FaultRule> & Pick<FaultRule, 'kind'>) => {
	const sandbox = await start();
	sandbox.fault({ when: 'before', ...rule });
	return sandbox;
};

describe.each(['before', 'after'] as const)('%s the call was processed', (when) => {
	const credits = when === 'after' ? 1 : 0;

	test.each<[FaultRule['kind'], number]>([
		['status', 500],
		['html', 502],
		['empty', 200],
		['notJson', 200],
	])('%s is answered', async (kind, status) => {
		const sandbox = await hostile({ kind, when });
		const reply = await call(sandbox, 'validateEmail', emily);
		expect(reply.status).toBe(status);
		if (kind === 'status')
			expect(reply.body.type).toBe('https://dev.enrich.so/errors/internal-error');
		if (kind === 'html')
			expect([reply.headers.get('content-type'), reply.text]).toEqual([
				expect.stringMatching(/^text\/html/),
				expect.stringMatching(/^<!DOCTYPE html>/),
			]);
		if (kind === 'empty') expect(reply.text).toBe('');
		if (kind === 'notJson') expect([reply.text === '', reply.body]).toEqual([false, undefined]);
		expect(sandbox.ledger.charged()).toBe(credits);
		expect(sandbox.requests[0]).toMatchObject({ status, charged: credits, fault: kind });
		expect((await call(sandbox, 'validateEmail', emily)).status).toBe(200);
	});

	test('a reset cuts the connection without a byte', async () => {
		const sandbox = await hostile({ kind: 'reset', when });
		expect(await rawCall(sandbox)).toMatchObject({ received: '', error: 'ECONNRESET' });
		expect(sandbox.ledger.charged()).toBe(credits);
		expect(sandbox.requests[0]?.status).toBeUndefined();
	});

	test('a timeout never answers, and closing ends it promptly', async () => {
		const sandbox = await hostile({ kind: 'timeout', when });
		const waiting = rawCall(sandbox);
		await sleep(100);
		expect(sandbox.ledger.charged()).toBe(credits);
		const began = performance.now();
		await sandbox.close();
		expect((await waiting).received).toBe('');
		expect(performance.now() - began).toBeLessThan(5000);
	});

	test('a truncated body is shorter than announced', async () => {
		const sandbox = await hostile({ kind: 'truncate', when });
		const { received } = await rawCall(sandbox);
		const [head = '', body = ''] = received.split('\r\n\r\n');
		expect(Number(/content-length: (\d+)/.exec(head)?.[1])).toBeGreaterThan(body.length);
		expect(body).toContain(when === 'after' ? '"success":true' : '"status":500');
		sandbox.fault({ kind: 'truncate', when });
		await expect(call(sandbox, 'validateEmail', emily)).rejects.toThrow();
		expect(sandbox.ledger.charged()).toBe(2 * credits);
	});

	test('a drip sends the whole body, byte by byte', async () => {
		const sandbox = await hostile({ kind: 'drip', when, bytesPerSecond: 1000 });
		const { received, ms } = await rawCall(sandbox);
		expect(ms).toBeGreaterThan(150);
		expect(received).toContain(when === 'after' ? '"success":true' : '"status":500');
		expect(sandbox.ledger.charged()).toBe(credits);
	});

	test('an oversized body is tens of megabytes', async () => {
		const sandbox = await hostile({ kind: 'oversize', when });
		const { status, text } = await call(sandbox, 'validateEmail', emily);
		expect([status, text.length > 30_000_000]).toEqual([200, true]);
		sandbox.fault({ kind: 'oversize', when });
		const response = await fetch(`${sandbox.url}/wallets/balance`, {
			headers: { 'x-api-key': sandbox.apiKey },
		});
		await response.body?.cancel();
		await sandbox.close();
	});
});

describe('rules', () => {
	test('say which operation, which input, and how often', async () => {
		const sandbox = await hostile({
			kind: 'status',
			status: 503,
			operationId: 'validateEmail',
			match: 'ann@',
			times: 2,
		});
		const statusOf = async (id: string, email: string) =>
			(await call(sandbox, id, { email })).status;
		expect(await statusOf('reverseLookup', 'ann@x.com')).toBe(200);
		expect(await statusOf('validateEmail', 'bob@x.com')).toBe(200);
		expect(await statusOf('validateEmail', 'ann@x.com')).toBe(503);
		expect(await statusOf('validateEmail', 'ann@y.com')).toBe(503);
		expect(await statusOf('validateEmail', 'ann@x.com')).toBe(200);
	});

	test.each([null, Infinity])('last until cleared with times %p', async (times) => {
		const sandbox = await hostile({ kind: 'empty', times });
		for (let i = 0; i < 3; i++) expect((await call(sandbox, 'validateEmail', emily)).text).toBe('');
		sandbox.clearFaults();
		expect((await call(sandbox, 'validateEmail', emily)).text).not.toBe('');
	});

	test('give any status, headers and body, after any delay', async () => {
		const body = { error: 'slow down' };
		const sandbox = await hostile({
			kind: 'status',
			status: 429,
			headers: { 'Retry-After': '7' },
			body,
			delayMs: 60,
		});
		const began = performance.now();
		const reply = await call(sandbox, 'validateEmail', emily);
		expect([reply.status, reply.headers.get('retry-after'), reply.body]).toEqual([429, '7', body]);
		expect(performance.now() - began).toBeGreaterThanOrEqual(59);
	});

	test.each([408, 425, 451, 499, 507, 599])(
		'may give %i, which the documentation does not name',
		async (status) => {
			const sandbox = await hostile({ kind: 'status', status });
			const reply = await call(sandbox, 'validateEmail', emily);
			expect([reply.status, reply.body]).toEqual([
				status,
				expect.objectContaining({ status, type: 'about:blank', title: expect.any(String) }),
			]);
			expect(sandbox.ledger.charged()).toBe(0);
		},
	);

	test('happen as often as their probability says, the same way for the same seed', async () => {
		const outcomes = async () => {
			const sandbox = await start({ seed: 7 });
			sandbox.fault({ kind: 'status', when: 'before', times: null, probability: 0.3 });
			const statuses: number[] = [];
			for (let i = 0; i < 100; i++)
				statuses.push((await call(sandbox, 'getWalletBalance', {})).status);
			return statuses;
		};
		const first = await outcomes();
		expect(first.filter((status) => status === 500).length).toBeGreaterThan(15);
		expect(first.filter((status) => status === 500).length).toBeLessThan(45);
		expect(await outcomes()).toEqual(first);
	});

	test('after: leave alone what was not processed', async () => {
		const sandbox = await hostile({ kind: 'empty', when: 'after' });
		expect((await call(sandbox, 'validateEmail', {})).status).toBe(400);
		expect((await call(sandbox, 'validateEmail', emily)).text).toBe('');
	});

	test('name an operation that exists', async () => {
		const sandbox = await start();
		expect(() =>
			sandbox.fault({ kind: 'empty', when: 'before', operationId: 'findEmial' }),
		).toThrow('No such operation');
	});
});

describe('control', () => {
	test('sets, lists and clears faults, shows requests and ledger, and resets', async () => {
		const sandbox = await start({ balance: 50 });
		const control = async (method: string, path: string, body?: object) => {
			const headers = body && { 'content-type': 'application/json' };
			return read(
				await fetch(new URL(`/__sandbox/${path}`, sandbox.url), {
					method,
					headers,
					body: body && JSON.stringify(body),
				}),
			);
		};
		expect(
			(await control('POST', 'faults', { kind: 'html', when: 'after', times: null })).status,
		).toBe(201);
		expect((await control('GET', 'faults')).body).toEqual([
			{ kind: 'html', when: 'after', times: null },
		]);
		expect((await call(sandbox, 'validateEmail', emily)).status).toBe(502);
		expect((await control('DELETE', 'faults')).status).toBe(204);
		expect((await call(sandbox, 'validateEmail', emily)).status).toBe(200);
		expect((await control('GET', 'requests')).body).toMatchObject([
			{ fault: 'html', charged: 1, input: emily },
			{ charged: 1 },
		]);
		expect((await control('GET', 'ledger')).body).toMatchObject({ balance: 48, charged: 2 });
		expect((await control('POST', 'faults', { kind: 'earthquake' })).status).toBe(400);
		expect((await control('POST', 'reset')).status).toBe(204);
		expect((await control('GET', 'requests')).body).toEqual([]);
		expect((await control('GET', 'ledger')).body).toMatchObject({ balance: 50, charged: 0 });
	});
});

test('a fault can let calls pass first', async () => {
	const sandbox = await start();
	sandbox.fault({ when: 'before', kind: 'status', status: 503, skip: 2 });
	const statuses = [];
	for (let i = 0; i < 4; i++) {
		statuses.push((await call(sandbox, 'getWalletBalance', {})).status);
	}
	expect(statuses).toEqual([200, 200, 503, 200]);
});
