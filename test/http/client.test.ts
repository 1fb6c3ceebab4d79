import { type Billing, defineOperation, type Operation } from '../../shared/contract/operation';
import type { Execution } from '../../shared/errors/ConnectorError';
import { RETRY, RETRY_POLICY } from '../../shared/http/retry';
import { type HttpResponse, TransportError, type Transport } from '../../shared/http/transport';
import { enrich } from '../../shared/providers/enrich';
import { errorOf } from '../../testkit/errorOf';
import { BASE_URL, CANARY_KEY, fakeClient } from '../../testkit/fakeClient';
import { FakeClock } from '../../testkit/fakeClock';
import { csv, HTML, json, networkError, scripted, success } from '../../testkit/fakeTransport';

const { getWalletBalance, getWalletTransactions, phoneLookup, searchLeads, validateEmail } =
	enrich.operations;
const operations = Object.values<Operation>(enrich.operations);

const ok = success(validateEmail.example.data, { creditsUsed: 1 });

describe('what is sent again: billing class × what happened', () => {
	const BILLINGS: Billing[] = [
		'freeRead',
		'freeWrite',
		'chargedOnceThenCached',
		'chargedEachTime',
		'reservesAtSubmit',
	];
	const kinds: Operation[] = [
		...operations,
		...BILLINGS.map((billing) =>
			defineOperation({
				...validateEmail,
				operationId: billing,
				title: billing,
				billing,
				price: billing.startsWith('free') ? null : validateEmail.price,
			}),
		),
	];
	const status = (code: number, headers = {}) => json(code, { detail: 'x' }, headers);
	const NEVER = [400, 401, 402, 403, 404, 405, 409, 410, 413, 418, 422, 302];
	/** What happened; whether the call may have run; whether it is of any use to send it again. */
	const failures: [string, HttpResponse | Error, Execution, boolean][] = [
		...NEVER.map((code): [string, HttpResponse, Execution, boolean] => [
			`${code}`,
			status(code),
			'no',
			false,
		]),
		...NEVER.map((code): [string, HttpResponse, Execution, boolean] => [
			`${code} with Retry-After`,
			status(code, { 'retry-after': '1' }),
			'no',
			false,
		]),
		['429', status(429), 'no', true],
		['429 with Retry-After', status(429, { 'retry-after': '1' }), 'no', true],
		...[408, 499, 500, 502, 504].flatMap((code): [string, HttpResponse, Execution, boolean][] => [
			[`${code}`, status(code), 'maybe', true],
			[`${code} with Retry-After`, status(code, { 'retry-after': '1' }), 'maybe', true],
		]),
		['503', status(503), 'maybe', true],
		['503 with Retry-After', status(503, { 'retry-after': '1' }), 'no', true],
		['503 with rubbish for Retry-After', status(503, { 'retry-after': 'soon 5' }), 'maybe', true],
		['503 with a negative Retry-After', status(503, { 'retry-after': '-5' }), 'maybe', true],
		['a reset', networkError('ECONNRESET'), 'maybe', true],
		['a timeout', new TransportError('timedOut'), 'maybe', true],
		['an unreachable host', networkError('ECONNREFUSED'), 'no', true],
		['a web page', HTML, 'maybe', true],
		['half an answer', json(200, '{"success": tr'), 'maybe', true],
		['an answer that is too long', new TransportError('tooLong'), 'maybe', true],
		['success: false', json(200, { success: false }), 'maybe', true],
	];
	test.each(
		kinds.flatMap((operation) =>
			failures.map((failure) => [operation.title, ...failure, operation] as const),
		),
	)('%s after %s', async (_, name, answer, ran, isOfUse, operation) => {
		const transport = scripted(answer);
		await errorOf(
			fakeClient(transport, { maxWaitMs: 600_000 }).call(operation, operation.example.input),
		);
		const mayRepeat = isOfUse && RETRY_POLICY[operation.billing][ran];
		// A rate limit ends by itself: only the time that may be waited bounds the attempts.
		if (name.startsWith('429')) expect(transport.requests.length).toBeGreaterThan(10);
		else expect(transport.requests).toHaveLength(mayRepeat ? RETRY.maxAttempts : 1);
	});

	test('the GET that costs 500 credits is not sent again, the POST that is free is', () => {
		expect(RETRY_POLICY[phoneLookup.billing].maybe).toBe(false);
		// Its first pages are documented as free, but only for so many searches a month.
		expect(RETRY_POLICY[searchLeads.billing].maybe).toBe(false);
	});

	test('an answer after repeats is the answer', async () => {
		const transport = scripted(
			networkError('ECONNREFUSED'),
			json(503, {}, { 'retry-after': '1' }),
			json(429, {}),
			ok,
		);
		const answer = await fakeClient(transport).call(validateEmail, { email: 'a@b.co' });
		expect(answer).toMatchObject({
			data: validateEmail.example.data,
			receipt: { requestId: 'req_1', creditsUsed: 1 },
		});
	});
});

describe('how long is waited', () => {
	const waits = async (
		answer: HttpResponse | Error,
		random = 0.5,
		operation: Operation = getWalletBalance,
		maxWaitMs?: number,
	) => {
		const clock = new FakeClock(() => random);
		await errorOf(
			fakeClient(scripted(answer), { clock, maxWaitMs }).call(operation, operation.example.input),
		);
		return clock.slept;
	};

	test('longer each time, with jitter', async () => {
		expect(await waits(json(500, {}), 0)).toEqual([250, 500, 1000]);
		expect(await waits(json(500, {}), 0.999)).toEqual([499.75, 999.5, 1999]);
	});

	test('through a rate limit without a word of when it ends: longer each time, up to half a minute, until the time is over', async () => {
		const slept = await waits(json(429, {}), 0.999, getWalletBalance, 600_000);
		expect(slept.slice(0, 7)).toEqual([...slept.slice(0, 7)].sort((a, b) => a - b));
		expect(Math.max(...slept)).toBeLessThanOrEqual(RETRY.maxDelayMs);
		const waited = slept.reduce((sum, ms) => sum + ms, 0);
		expect(waited).toBeGreaterThan(600_000 - RETRY.maxDelayMs);
		expect(waited).toBeLessThanOrEqual(600_000);
	});

	test('an hour where nothing else is said', async () => {
		const slept = await waits(json(429, {}), 0.999);
		const waited = slept.reduce((sum, ms) => sum + ms, 0);
		expect(waited).toBeGreaterThan(3_600_000 - RETRY.maxDelayMs);
		expect(waited).toBeLessThanOrEqual(3_600_000);
	});

	test('as long as Retry-After says after a 503', async () => {
		expect(await waits(json(503, {}, { 'retry-after': '7' }))).toEqual([7000, 7000, 7000]);
	});

	test.each([
		['the header', json(429, {}, { 'retry-after': '7' })],
		['the body', json(429, { statusCode: 429, error: 'x', message: 'y', retryAfter: 7 })],
	])('after a 429 as long as %s says, and longer where that did not help', async (_, answer) => {
		const [first, ...others] = await waits(answer, 0.5, validateEmail, 120_000);
		expect(first).toBe(7000);
		expect(others.length).toBeGreaterThan(3);
		for (const ms of others) expect(ms).toBeGreaterThan(7000);
	});

	test.each(['0', '-5', 'soon', ''])('not for nothing when Retry-After is %j', async (header) => {
		const slept = await waits(json(429, {}, { 'retry-after': header }));
		expect(slept.length).toBeGreaterThan(10);
		expect(Math.min(...slept)).toBeGreaterThan(0);
	});

	test.each(['3601', '99999999999', 'Fri, 01 Jan 2100 00:00:00 GMT'])(
		'not at all when it would take too long and nobody else tries: %s',
		async (header) => {
			const clock = new FakeClock();
			const transport = scripted(json(429, {}, { 'retry-after': header }));
			const error = await errorOf(
				fakeClient(transport, { clock }).call(validateEmail, { email: 'a@b.co' }),
			);
			expect(transport.requests).toHaveLength(1);
			expect(clock.slept).toEqual([]);
			expect(error.nextStep).toMatch(header === '3601' ? /in 61 minutes/ : /again with fewer rows/);
		},
	);

	test('a call that may not wait is sent at once or not at all', async () => {
		const transport = scripted(json(429, { detail: 'Slow down' }, { 'retry-after': '7' }), ok);
		const client = fakeClient(transport, { maxWaitMs: 0 });
		const refused = await errorOf(client.call(validateEmail, { email: 'a@b.co' }));
		expect(refused).toMatchObject({ kind: 'rateLimited', status: 429, retryAfterMs: 7000 });
		expect((await errorOf(client.call(validateEmail, { email: 'c@d.co' }))).kind).toBe(
			'rateLimited',
		);
		expect(transport.requests).toHaveLength(1);
	});

	test('a call with seconds to spare does not queue behind those with an hour', async () => {
		const clock = new FakeClock();
		const client = fakeClient(scripted(json(429, {}, { 'retry-after': '60' }), ok), { clock });
		const rateLimiter = client.rateLimiter;
		const patient = Array.from({ length: 20 }, () =>
			client.call(validateEmail, { email: 'a@b.co' }),
		);
		await clock.rest(10);
		const startedAt = clock.now();
		const hasty = fakeClient(scripted(ok), { clock, rateLimiter, maxWaitMs: 3000 });
		expect((await errorOf(hasty.call(validateEmail, { email: 'a@b.co' }))).kind).toBe(
			'rateLimited',
		);
		expect(clock.now() - startedAt).toBeLessThanOrEqual(3000);
		await Promise.all(patient);
	});

	test('not beyond the time that the platform has', async () => {
		expect(await waits(json(500, {}), 0.999, getWalletBalance, 2000)).toEqual([499.75, 999.5]);
		expect(await waits(json(429, {}, { 'retry-after': '7' }), 0.5, validateEmail, 6000)).toEqual(
			[],
		);
	});
});

describe('cancelling', () => {
	const cancelledCall = async (
		abortAfterMs: number,
		transport: Transport,
		clock: FakeClock,
		operation: Operation = validateEmail,
	) => {
		const controller = new AbortController();
		if (abortAfterMs < 0) controller.abort();
		else clock.at(clock.now() + abortAfterMs, () => controller.abort());
		const client = fakeClient(transport, { clock, signal: controller.signal });
		return errorOf(client.call(operation, operation.example.input));
	};

	test('before a call: nothing is sent', async () => {
		const transport = scripted(ok);
		expect(await cancelledCall(-1, transport, new FakeClock())).toMatchObject({
			kind: 'cancelled',
			mayHaveBeenCharged: false,
		});
		expect(transport.requests).toEqual([]);
	});

	test('while it waits to send again: at once, and nothing more is sent', async () => {
		const clock = new FakeClock();
		const startedAt = clock.now();
		const transport = scripted(json(429, {}, { 'retry-after': '60' }));
		expect(await cancelledCall(1000, transport, clock)).toMatchObject({
			kind: 'cancelled',
			mayHaveBeenCharged: false,
		});
		expect(clock.now() - startedAt).toBe(1000);
		expect(transport.requests).toHaveLength(1);
	});

	test('in back-off of a free call', async () => {
		const clock = new FakeClock();
		const transport = scripted(json(500, {}));
		expect((await cancelledCall(100, transport, clock, getWalletBalance)).kind).toBe('cancelled');
		expect(transport.requests).toHaveLength(1);
	});

	test.each([
		[
			'AbortError',
			() => Object.assign(new Error('This operation was aborted'), { name: 'AbortError' }),
		],
		['our own', () => new TransportError('cancelled')],
	])('while it is under way: it may have been charged, and says so (%s)', async (_, thrown) => {
		const clock = new FakeClock();
		const transport: Transport = async ({ signal }) => {
			await clock.rest(10_000, signal);
			throw thrown();
		};
		expect(await cancelledCall(500, transport, clock)).toMatchObject({
			kind: 'cancelled',
			mayHaveBeenCharged: true,
		});
	});

	test('while it is queued behind others', async () => {
		const clock = new FakeClock();
		const controller = new AbortController();
		let sent = 0;
		const transport: Transport = async () => {
			sent += 1;
			await clock.rest(60_000);
			return ok;
		};
		const client = fakeClient(transport, { clock, signal: controller.signal });
		const calls = Array.from({ length: 50 }, () =>
			client.call(validateEmail, { email: 'a@b.co' }).catch((error: unknown) => error),
		);
		clock.at(clock.now() + 100, () => controller.abort());
		const outcomes = await Promise.all(calls);
		expect(sent).toBe(5);
		expect(
			outcomes.filter((outcome) => (outcome as { kind?: string }).kind === 'cancelled'),
		).toHaveLength(45);
	});
});

describe('requests', () => {
	const requestOf = async (operation: Operation, input: Record<string, unknown>) => {
		const { answers, example } = operation;
		const answer = answers === 'csv' ? csv('a,b') : success(answers === 'list' ? [] : example.data);
		const transport = scripted(answer);
		await fakeClient(transport).call(operation, input);
		return transport.requests[0] as (typeof transport.requests)[0];
	};

	test('a GET carries its input in the query, encoded', async () => {
		const { method, url, body } = await requestOf(phoneLookup, {
			email: 'a+b&c=d@figma.com',
			linkedin: undefined,
		});
		expect([method, body]).toEqual(['GET', undefined]);
		expect(url).toBe(`${BASE_URL}/reverse-lookup/phones?email=a%2Bb%26c%3Dd%40figma.com`);
	});

	test('a GET without input has no query', async () => {
		expect((await requestOf(getWalletBalance, {})).url).toBe(`${BASE_URL}/wallets/balance`);
		expect((await requestOf(getWalletTransactions, { page: 1, limit: 50 })).url).toBe(
			`${BASE_URL}/wallets/transactions?page=1&limit=50`,
		);
	});

	test('a POST carries JSON', async () => {
		const { method, url, body, headers } = await requestOf(validateEmail, { email: 'é@b.co' });
		expect([method, url, body]).toEqual([
			'POST',
			`${BASE_URL}/email-validation`,
			'{"email":"é@b.co"}',
		]);
		expect(headers).toEqual({ accept: 'application/json', 'content-type': 'application/json' });
	});

	test('what belongs into the path is encoded there, and nowhere else', async () => {
		const operation = defineOperation({ ...getWalletBalance, path: '/jobs/{jobId}/results' });
		expect((await requestOf(operation, { jobId: '../a b/?x', page: 2 })).url).toBe(
			`${BASE_URL}/jobs/..%2Fa%20b%2F%3Fx/results?page=2`,
		);
	});

	test('no request holds the key: the platform adds it', async () => {
		for (const operation of operations) {
			expect(JSON.stringify(await requestOf(operation, operation.example.input))).not.toContain(
				CANARY_KEY,
			);
		}
	});

	test('a key that the answer repeats goes no further', async () => {
		const answer = success({ ...validateEmail.example.data, message: `for ${CANARY_KEY}` });
		expect(
			JSON.stringify(await fakeClient(scripted(answer)).call(validateEmail, { email: 'a@b.co' })),
		).not.toContain(CANARY_KEY);
	});

	test('every exchange is bounded in time and size', async () => {
		expect(await requestOf(getWalletBalance, {})).toMatchObject({
			timeoutMs: 60_000,
			maxBytes: 20_000_000,
		});
	});
});

test.each([
	[
		{ creditsUsed: 'many', creditsRemaining: -3, requestId: 7 },
		{ creditsUsed: null, creditsRemaining: null, requestId: undefined },
	],
	[undefined, { creditsUsed: null, creditsRemaining: null }],
	[[], { creditsUsed: null, creditsRemaining: null }],
])('a receipt of %j says nothing rather than something wrong', async (meta, receipt) => {
	const answer = json(200, { success: true, data: validateEmail.example.data, meta });
	expect(
		(await fakeClient(scripted(answer)).call(validateEmail, { email: 'a@b.co' })).receipt,
	).toMatchObject(receipt);
});
