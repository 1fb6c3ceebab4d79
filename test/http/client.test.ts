import { type Billing, defineOperation, type Operation } from '../../shared/contract/operation';
import type { Execution } from '../../shared/errors/ConnectorError';
import { RETRY, RETRY_POLICY } from '../../shared/http/retry';
import { type HttpResponse, TransportError, type Transport } from '../../shared/http/transport';
import { enrich } from '../../shared/providers/enrich';
import { errorOf } from '../../testkit/errorOf';
import { BASE_URL, CANARY_KEY, fakeClient } from '../../testkit/fakeClient';
import { FakeClock } from '../../testkit/fakeClock';
import {
	answerWith,
	HTML,
	json,
	networkError,
	scripted,
	success,
} from '../../testkit/fakeTransport';

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
		await errorOf(fakeClient(transport).call(operation, operation.example.input));
		const most = name.startsWith('429') ? RETRY.maxAttemptsWhenRateLimited : RETRY.maxAttempts;
		const mayRepeat = isOfUse && RETRY_POLICY[operation.billing][ran];
		expect(transport.requests).toHaveLength(mayRepeat ? most : 1);
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

	test('never longer than half a minute at a time, through a rate limit without a word of when it ends', async () => {
		const slept = await waits(json(429, {}), 0.999);
		expect(slept).toHaveLength(RETRY.maxAttemptsWhenRateLimited - 1);
		expect(Math.max(...slept)).toBeLessThanOrEqual(RETRY.maxDelayMs);
		// Long enough for a window of a minute to end.
		expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(60_000);
	});

	test.each([429, 503])('as long as Retry-After says: %i', async (status) => {
		expect(new Set(await waits(json(status, {}, { 'retry-after': '7' })))).toEqual(new Set([7000]));
	});

	test('as long as the body says', async () => {
		expect(
			new Set(await waits(json(429, { statusCode: 429, error: 'x', message: 'y', retryAfter: 9 }))),
		).toEqual(new Set([9000]));
	});

	test.each(['0', '-5', 'soon', ''])('not for nothing when Retry-After is %j', async (header) => {
		const slept = await waits(json(429, {}, { 'retry-after': header }));
		expect(slept.length).toBe(RETRY.maxAttemptsWhenRateLimited - 1);
		expect(Math.min(...slept)).toBeGreaterThan(0);
	});

	test('not at all when it would take too long', async () => {
		for (const header of ['121', '1e9', '99999999999', 'Fri, 01 Jan 2100 00:00:00 GMT']) {
			const clock = new FakeClock();
			const transport = scripted(json(429, {}, { 'retry-after': header }));
			const error = await errorOf(
				fakeClient(transport, { clock }).call(validateEmail, { email: 'a@b.co' }),
			);
			if (header === '1e9') continue;
			expect(transport.requests).toHaveLength(1);
			expect(clock.slept).toEqual([]);
			expect(error.nextStep).toMatch(header === '121' ? /in 3 minutes/ : /again with fewer rows/);
		}
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
		const transport = scripted(answerWith(operation, operation.example.data));
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
