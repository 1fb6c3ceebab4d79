import type { Operation } from '../../shared/contract/operation';
import { ConnectorError, type ErrorFacts } from '../../shared/errors/ConnectorError';
import { type ErrorKind, ERRORS } from '../../shared/errors/errorTable';
import { type HttpResponse, TransportError, toTransportError } from '../../shared/http/transport';
import { enrich } from '../../shared/providers/enrich';
import { errorOf } from '../../testkit/errorOf';
import { CANARY_KEY, fakeClient } from '../../testkit/fakeClient';
import { HTML, json, networkError, problem, scripted } from '../../testkit/fakeTransport';

const { findEmail, getWalletBalance, ipToCompany, reverseLookup, searchLeads, validateEmail } =
	enrich.operations;

/** n8n asks to avoid these in what users read. */
const AVOIDED = /\b(?:error|problem|failure|mistake)s?\b/i;
/** n8n replaces any message that holds one of these, in any case. */
const CODES = /ECONN|ENOTFOUND|ETIMEDOUT|EACCES|ENOENT|EPERM|EAI_|UND_ERR/i;
const UNFILLED = /[{}[\]]|undefined|unknown|NaN|null|\s{2}|\s$|^\s|^$/;

function expectReadable(error: ConnectorError): void {
	const ours = error.nextStep.split(/Enrich says:|Details:/)[0] as string;
	expect(error.message).not.toMatch(UNFILLED);
	expect(error.nextStep).not.toMatch(UNFILLED);
	expect(error.message).not.toMatch(AVOIDED);
	expect(ours).not.toMatch(AVOIDED);
	expect(error.message).not.toMatch(CODES);
	expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(
		CANARY_KEY,
	);
	expect(error.message).toMatch(/^['"A-Z].*[^.]$/);
	expect(error.nextStep).toMatch(/^[A-Z]/);
	if (error.mayHaveBeenCharged)
		expect(`${error.message} ${error.nextStep}`).not.toMatch(/nothing was (?:sent or )?charged/i);
}

const after = (answer: HttpResponse | Error, operation: Operation = validateEmail) =>
	errorOf(fakeClient(scripted(answer), { maxWaitMs: 0 }).call(operation, operation.example.input));

describe('every answer of the facts table becomes one clear, typed error', () => {
	const CHARGEABLE = /^This call may have been charged.* a new run can be charged once more/;
	const cases: [number, ErrorKind, boolean, RegExp][] = [
		[400, 'badInput', false, /Correct this row/],
		[401, 'unauthorized', false, /Check the key/],
		[402, 'insufficientCredits', false, /Top up/],
		[403, 'forbidden', false, /Contact Enrich/],
		[404, 'badSettings', false, /base URL/],
		[405, 'badSettings', false, /base URL/],
		[409, 'conflict', false, /Read the status/],
		[410, 'expired', false, /Submit it again/],
		[413, 'badInput', false, /Correct this row/],
		[418, 'refused', false, /Check the values/],
		[422, 'refused', false, /Check the values/],
		[429, 'rateLimited', false, /Run again/],
		[500, 'serverSide', true, CHARGEABLE],
		[502, 'serverSide', true, CHARGEABLE],
		[503, 'unavailable', true, CHARGEABLE],
		[504, 'serverSide', true, CHARGEABLE],
		[408, 'serverSide', true, CHARGEABLE],
		[499, 'serverSide', true, CHARGEABLE],
		[302, 'badSettings', false, /base URL/],
	];
	const shapes: [string, (status: number) => HttpResponse][] = [
		[
			'RFC 9457',
			(status) =>
				problem(status, { title: 'Title', detail: 'Some words', instance: '/requests/req_9' }),
		],
		['{error}', (status) => json(status, { error: 'Some words', requestId: 'req_9' })],
		[
			'{statusCode, error, message}',
			(status) =>
				json(status, {
					statusCode: status,
					error: 'X',
					message: 'Some words',
					meta: { requestId: 'req_9' },
				}),
		],
		[
			'{error, message}',
			(status) => json(status, { error: 'X', message: 'Some words', requestId: 'req_9' }),
		],
		['nothing', (status) => json(status, '')],
		['HTML', (status) => ({ ...HTML, status })],
		['truncated JSON', (status) => json(status, '{"detail": "Some')],
		['a list', (status) => json(status, [1])],
		['null', (status) => json(status, 'null')],
		['a bare text', (status) => json(status, '"Some words"')],
		[
			'other types',
			(status) =>
				json(status, {
					detail: 7,
					error: {},
					meta: null,
					required: 'x',
					instance: [],
					retryAfter: {},
				}),
		],
		['a hostile path', (status) => json(status, { detail: 'body/__proto__/constructor is bad' })],
		[
			'the key',
			(status) => json(status, { detail: `Key ${CANARY_KEY} is bad`, requestId: 'req_9' }),
		],
		[
			'control characters',
			(status) => json(status, { detail: `Some\u001b[31m\n words${'x'.repeat(9999)}` }),
		],
	];

	test.each(
		cases.flatMap(([status, ...expected]) =>
			shapes.map(([shape, answer]) => [status, shape, answer, ...expected] as const),
		),
	)('status %i with %s', async (status, shape, answer, kind, mayHaveBeenCharged, next) => {
		const error = await after(answer(status));
		expect(error).toMatchObject({ kind, status, mayHaveBeenCharged });
		if (!shape.includes('control') && !shape.includes('key')) expectReadable(error);
		expect(`${error.message} ${error.nextStep}`).not.toContain(CANARY_KEY);
		expect(`${error.message} ${error.nextStep}`).not.toMatch(/\p{Cc}/u);
		expect(`${error.message} ${error.nextStep}`.length).toBeLessThan(800);
		if (!shape.includes('hostile')) expect(error.nextStep).toMatch(next);
		if (/^(?:RFC|\{|the key)/.test(shape)) expect(error.requestId).toBe('req_9');
	});

	test('a field that Enrich names is called by its title', async () => {
		const error = await after(problem(400, { detail: 'body/email Invalid email' }));
		expect(error).toMatchObject({ field: 'Email', message: "'Email' Invalid email" });
		expect(error.nextStep).toBe(
			"Correct 'Email' in this row and run it again. Nothing was charged for this row.",
		);
		const inner = await after(
			problem(400, { detail: 'body/filters/jobTitle/0 must be string' }),
			searchLeads,
		);
		expect(inner.field).toBe('Job Title');
	});

	test.each([
		[{ currentBalance: 3, required: 10, shortfall: 7 }, 7],
		[{ currentBalance: 3, required: 10 }, 7],
		[{ shortfall: 7 }, 7],
		[{ currentBalance: -5, required: 10, shortfall: 15 }, 15],
		[{ detail: 'Insufficient credits. Required: 10, available: 3' }, 7],
		[{ detail: 'Required: 1,010, available: 3.' }, 1007],
		[{ detail: 'Not enough' }, undefined],
	])('402 with %j: the credits that are missing', async (members, missing) => {
		const error = await after(problem(402, members));
		expect(error.creditsMissing).toBe(missing);
		expect(error.nextStep.includes('lacks')).toBe(missing !== undefined);
		expectReadable(error);
	});

	test.each<[string, unknown, string]>([
		['{detail, title}', { detail: 'No such plan', title: 'Bad Request' }, 'No such plan'],
		['{error, message}', { error: 'Bad Request', message: 'No such plan' }, 'No such plan'],
		['{success, error}', { success: false, error: 'No such plan' }, 'No such plan'],
		[
			'error: {…}',
			{ success: false, error: { code: 'X', message: 'No such plan' } },
			'No such plan',
		],
		['errors: […]', { errors: ['No such plan', 'No such key'] }, 'No such plan; No such key'],
		[
			'errors of objects',
			{ errors: [{ message: 'No such plan' }, { detail: 'No key' }] },
			'No such plan; No key',
		],
		[
			'a list of messages',
			{ message: ['No such plan', 'No key'], error: 'Bad Request' },
			'No such plan; No key',
		],
		['an object within', { error: { detail: { message: 'No such plan' } } }, 'No such plan'],
		['plain text', 'No such plan', 'No such plan'],
	])('the words of the API are kept: %s', async (_, body, words) => {
		for (const status of [400, 402, 404, 418, 429, 500, 503]) {
			const { message, nextStep } = await after(json(status, body));
			expect(`${message} ${nextStep}`).toContain(words);
		}
	});

	test.each<[string, unknown]>([
		['error', { success: false, error: 'No such plan' }],
		['errors', { success: false, errors: [{ message: 'No such plan' }] }],
		['message', { success: false, message: 'No such plan', data: null }],
	])(
		'a 200 that is a refusal in its %s: its words, and what is known of the charge',
		async (_, body) => {
			const error = await after(json(200, body));
			expect(error).toMatchObject({ kind: 'serverSide', mayHaveBeenCharged: true });
			expect(error.message).toBe('Enrich could not complete the request');
			expect(error.nextStep).toContain('Enrich says: No such plan');
			expectReadable(error);
		},
	);

	test('a 402 that tells only what is needed', async () => {
		const body = {
			error: 'Payment Required',
			message: 'Insufficient credits for batch operation',
			detail: { required: 50_000, itemCount: 500, creditCostPerItem: 100 },
			statusCode: 402,
		};
		const error = await after(json(402, body));
		expect(error.message).toBe('Not enough credits: 50,000 needed');
		expect(error.nextStep).toContain('Enrich says: Insufficient credits for batch operation');
		expect(error.facts.creditsRequired).toBe(50_000);
	});

	test('a 404 is an unknown ID only where one was asked for', async () => {
		const operation = enrich.operations.getEmailFinderBatchStatus;
		expect(await after(problem(404), operation)).toMatchObject({ kind: 'notFound' });
	});

	test.each([200, 400, 402, 429, 500])(
		'a charge that a %i reports is repeated: nothing is unclear, and nothing was free',
		async (status) => {
			const error = await after(
				json(status, { success: false, error: 'No', meta: { creditsUsed: 25 } }),
			);
			expect(error).toMatchObject({ mayHaveBeenCharged: false, facts: { creditsUsed: 25 } });
			expect(error.nextStep).toContain('25 credits were charged.');
			expect(error.nextStep).not.toMatch(/nothing was charged|may have been/i);
			expectReadable(error);
		},
	);

	test('a call that was charged is not sent again by itself, whatever its status', async () => {
		const transport = scripted(json(429, { meta: { creditsUsed: 25 } }));
		await errorOf(fakeClient(transport).call(validateEmail, validateEmail.example.input));
		expect(transport.requests).toHaveLength(1);
	});

	test.each([
		['1', '1 second'],
		['90', '90 seconds'],
		['600', '10 minutes'],
		['7200', '2 hours'],
		['200000', '3 days'],
		['99999999', undefined],
	])('a Retry-After of %s s reads well', async (seconds, words) => {
		const { nextStep } = await after(json(429, {}, { 'retry-after': seconds }));
		expect(nextStep).toContain(words ? `in ${words}, or with` : 'Run again with fewer rows');
	});

	test('one credit is no credits', async () => {
		const error = await after(problem(402, { required: 1, currentBalance: 0 }));
		expect(error.nextStep).toContain('lacks 1 credit.');
		const { nextStep } = await after(problem(400, { meta: { creditsUsed: 1 } }));
		expect(nextStep).toContain('1 credit was charged.');
	});

	test('what is missing for the rows of a batch is not said of one row', () => {
		const facts = { kind: 'insufficientCredits', creditsMissing: 5 } as const;
		const batch = new ConnectorError({ ...facts, rows: 2500 });
		expect(batch.nextStep).toContain('these 2,500 rows lack 5 credits');
		expect(batch.nextStep).toContain('Nothing was charged for this batch.');
		expect(new ConnectorError(facts).nextStep).toContain('this row alone lacks 5 credits');
	});

	test('of the earlier pages of a list: what they were charged, or nothing', () => {
		const facts = { kind: 'spendingLimit' } as const;
		expect(new ConnectorError({ ...facts, creditsBefore: 25 }).nextStep).toContain(
			'25 credits were',
		);
		expect(new ConnectorError({ ...facts, creditsBefore: null }).nextStep).not.toContain('charged');
	});

	test.each([
		['HTML', HTML, 'web page'],
		['HTML without saying so', json(200, '<!doctype html><p>'), 'web page'],
		['nothing', json(200, ''), 'empty'],
		['blanks', json(200, ' \n'), 'empty'],
		['truncated JSON', json(200, '{"success": true, "data": {"em'), 'cut off'],
		['no data', json(200, { success: true, meta: { requestId: 'req_9' } }), 'no result'],
		[
			'success: false',
			json(200, { success: false, data: {}, meta: { requestId: 'req_9' } }),
			'no result',
		],
		[
			'a list for data',
			json(200, { success: true, data: [], meta: { requestId: 'req_9' } }),
			'no result',
		],
		['null', json(200, 'null'), 'no result'],
	])('a 200 with %s is unreadable, and may have been charged', async (name, answer, words) => {
		const error = await after(answer);
		expect(error).toMatchObject({ kind: 'unreadable', status: 200, mayHaveBeenCharged: true });
		expect(error.message).toContain(words);
		if (answer.body.includes('req_9')) expect(error.requestId).toBe('req_9');
		expectReadable(error);
	});

	test.each([
		['ECONNRESET', 'interrupted', true],
		['EPIPE', 'interrupted', true],
		['ETIMEDOUT', 'timedOut', true],
		['UND_ERR_HEADERS_TIMEOUT', 'timedOut', true],
		['ECONNABORTED', 'timedOut', true],
		['ECONNREFUSED', 'unreachable', false],
		['ENOTFOUND', 'unreachable', false],
		['EAI_AGAIN', 'unreachable', false],
		['UND_ERR_CONNECT_TIMEOUT', 'unreachable', false],
		['CERT_HAS_EXPIRED', 'unreachable', false],
	] as const)('a connection that ends in %s is %s', async (code, kind, mayHaveBeenCharged) => {
		const error = await after(new TypeError('fetch failed', { cause: networkError(code) }));
		expect(error).toMatchObject({ kind, mayHaveBeenCharged, status: undefined });
		expectReadable(error);
	});

	test('an answer that is too long', async () => {
		const error = await after(new TransportError('tooLong'));
		expect(error).toMatchObject({ kind: 'unreadable', mayHaveBeenCharged: true });
		expect(error.message).toContain('20 MB');
	});

	test.each<unknown>([undefined, null, 'text', 7, {}, Object.create(null)])(
		'whatever an HTTP library throws: %p',
		(thrown) => {
			expect(toTransportError(thrown)).toMatchObject({ reason: 'interrupted', execution: 'maybe' });
		},
	);
});

describe('what may have been charged', () => {
	test('is said with the documented credits, and how to find out', async () => {
		const { nextStep } = await after(new TransportError('timedOut'), findEmail);
		expect(nextStep).toContain('may have been charged (10 credits as documented)');
		expect(nextStep).toContain("wallet's transactions");
	});

	test.each<Operation>([reverseLookup, ipToCompany])(
		'but a lookup that Enrich caches is free to repeat: $title',
		async (operation) => {
			expect((await after(new TransportError('timedOut'), operation)).nextStep).toContain(
				'free for 7 days',
			);
		},
	);

	test('a free call never was', async () => {
		const { mayHaveBeenCharged, nextStep } = await after(
			new TransportError('timedOut'),
			getWalletBalance,
		);
		expect(mayHaveBeenCharged).toBe(false);
		expect(nextStep).not.toContain('charged');
	});
});

describe.each(Object.keys(ERRORS) as ErrorKind[])('"%s" reads well', (kind) => {
	const known: Omit<ErrorFacts, 'kind'> = {
		field: 'Email',
		detail: 'some words',
		status: 500,
		batchId: 'b1',
		creditsRequired: 10,
		creditsAvailable: 3,
		retryAfterMs: 1500,
		documentedCost: 10,
	};
	const calls: [string, Omit<ErrorFacts, 'kind'>][] = [
		['a call that did not run', { execution: 'no', billing: 'chargedEachTime' }],
		['a free call that may have run', { execution: 'maybe', billing: 'freeRead' }],
		['a paid call that may have run', { execution: 'maybe', billing: 'chargedEachTime' }],
		['one that is cached', { execution: 'maybe', billing: 'chargedOnceThenCached' }],
		['one that was charged all the same', { creditsUsed: 3, billing: 'chargedEachTime' }],
	];

	test.each([
		['of a provider', enrich.words],
		['of none', undefined],
	])('with all facts and with none, %s', (_, provider) => {
		expectReadable(new ConnectorError({ kind, provider }));
		for (const [name, call] of calls) {
			// What was never sent neither ran nor was charged.
			const isUnsent = ['unreachable', 'spendingLimit', 'stopped'].includes(kind);
			if (isUnsent && call.execution !== 'no') continue;
			const few = new ConnectorError({ kind, provider, ...call });
			const all = new ConnectorError({ kind, provider, ...known, ...call });
			for (const error of [few, all]) {
				expectReadable(error);
				expect(error.mayHaveBeenCharged).toBe(/paid|cached/.test(name));
				if (call.creditsUsed) expect(error.nextStep).not.toMatch(/nothing was charged/i);
			}
			expect(all.nextStep).not.toContain('1.5');
		}
	});
});
