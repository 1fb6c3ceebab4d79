import type { FaultRule } from '../../sandbox/faults';
import { CANARY_KEY } from '../../testkit/fakeClient';
import { sandboxes } from '../sandbox/support';
import { bundleFor, failureOf, shortenTimeouts, withoutJitter, zapierRunner } from './support';

const start = sandboxes();
shortenTimeouts();
withoutJitter();
const LOOKUP = { first_name: 'Emily', last_name: 'Zhang', domain: 'figma.com' };
const FREE = { city: 'Berlin' };

interface Case {
	title: string;
	/** Default: the paid search. */
	search?: 'find_leads';
	fault: Omit<FaultRule, 'operationId'>;
	ends: { name: string; says: RegExp; delay?: number; code?: string; status?: number };
}

const before = (status: number, rest: Partial<FaultRule> = {}) =>
	({ when: 'before', kind: 'status', status, ...rest }) as const;

const CASES: Case[] = [
	{
		title: '429 runs again when the API says so',
		fault: before(429, { headers: { 'retry-after': '17' } }),
		ends: { name: 'ThrottledError', delay: 17, says: /rate limit.*by itself in 17 seconds/ },
	},
	{
		title: '429 with a date far away runs again within the hour',
		fault: before(429, { headers: { 'retry-after': '86400' } }),
		ends: { name: 'ThrottledError', delay: 3600, says: /rate limit/ },
	},
	{
		title: '429 without a delay runs again in a minute',
		fault: before(429, { headers: {} }),
		ends: { name: 'ThrottledError', delay: 60, says: /rate limit/ },
	},
	{
		title: '503 with a delay runs again, also where it would be paid',
		fault: before(503, { headers: { 'retry-after': '9' } }),
		ends: { name: 'ThrottledError', delay: 9, says: /not available/ },
	},
	{
		title: '402 says what it costs, what is left and what to buy',
		fault: before(402, {
			body: { status: 402, detail: 'x', currentBalance: 3, required: 10, shortfall: 7 },
		}),
		ends: {
			name: 'HaltedError',
			says: /^Not enough credits: 10 needed, 3 left\. Top up at least 7 credits at https:\/\/enrich\.so/,
		},
	},
	{
		title: '401 asks to reconnect',
		fault: before(401),
		ends: { name: 'ExpiredAuthError', says: /Reconnect Enrich/ },
	},
	{
		title: '403 halts',
		fault: before(403, { body: { status: 403, detail: 'This account is suspended' } }),
		ends: { name: 'HaltedError', says: /Contact Enrich.*This account is suspended/ },
	},
	{
		title: '400 names the field by its label',
		fault: before(400, { body: { status: 400, detail: 'body/domain Invalid domain' } }),
		ends: {
			name: 'AppError',
			code: 'invalid_input',
			status: 400,
			says: /^'Company Domain' Invalid domain\. Correct 'Company Domain'/,
		},
	},
	{
		title: '422 is an error',
		fault: before(422),
		ends: { name: 'AppError', code: 'refused', status: 422, says: /did not accept/ },
	},
	...(['reset', 'truncate', 'html', 'empty', 'notJson'] as const).map(
		(kind): Case => ({
			title: `${kind} after a paid call halts and says how to check`,
			fault: { when: 'after', kind },
			ends: {
				name: 'HaltedError',
				says: /may have been charged \(10 credits as documented\).*wallet.*not sent again for 20 hours/s,
			},
		}),
	),
	{
		title: '500 after a paid call halts and names the request',
		fault: { when: 'after', kind: 'status', status: 500 },
		ends: { name: 'HaltedError', says: /may have been charged.*Request ID: [0-9a-f]{24}\.$/ },
	},
	{
		title: '503 without a delay after a paid call halts',
		fault: { when: 'after', kind: 'status', status: 503, headers: {} },
		ends: { name: 'HaltedError', says: /may have been charged/ },
	},
	{
		title: '500 of a search that is free for so many times a month halts, and may be replayed',
		search: 'find_leads',
		fault: before(500),
		ends: { name: 'HaltedError', says: /status 500.*may have been charged.*Replay the run/ },
	},
	{
		title: 'a search that never left runs again',
		search: 'find_leads',
		fault: before(503, { headers: { 'retry-after': '7' } }),
		ends: { name: 'ThrottledError', delay: 7, says: /not available.*Zapier runs this step again/ },
	},
	{
		title: 'a web page instead of an answer halts',
		search: 'find_leads',
		fault: { when: 'before', kind: 'html', status: 200 },
		ends: { name: 'HaltedError', says: /web page, not data/ },
	},
	{
		title: 'an answer without end is cut off',
		search: 'find_leads',
		fault: { when: 'before', kind: 'oversize' },
		ends: { name: 'HaltedError', says: /longer than 20 MB/ },
	},
	{
		title: 'a redirect is not followed',
		fault: before(302, { headers: { location: 'http://127.0.0.1:9/' } }),
		ends: { name: 'AppError', code: 'bad_settings', says: /base URL/ },
	},
];

test.each(CASES)('$title', async ({ search = 'find_email', fault, ends: { says, ...ends } }) => {
	const sandbox = await start({ apiKey: CANARY_KEY });
	sandbox.fault(fault);
	const input = search === 'find_email' ? LOOKUP : FREE;
	const failure = await failureOf(zapierRunner().search(search, bundleFor(sandbox, input)));
	expect(failure).toMatchObject(ends);
	expect(failure.message).toMatch(says);
	expect(failure.message).not.toMatch(/\b(row|credential|undefined|null)s?\b/);
	expect(sandbox.requests).toHaveLength(1);
});

test.each(['reset', 'html', 'oversize'] as const)(
	'leads are searched, once, where the known values of filters cannot be read (%s)',
	async (kind) => {
		const sandbox = await start();
		sandbox.fault({ operationId: 'getFilterOptions', when: 'before', kind, times: null });
		const input = bundleFor(sandbox, { job_level: ['Director'] });
		expect(await zapierRunner().search('find_leads', input)).toHaveLength(10);
		const sent = sandbox.requests.map(({ operationId }) => operationId);
		expect(sent).toEqual(['getFilterOptions', 'searchLeads']);
	},
);

test('an address that nobody answers runs again', async () => {
	const sandbox = await start();
	await sandbox.close();
	const failure = await failureOf(zapierRunner().search('find_email', bundleFor(sandbox, LOOKUP)));
	expect(failure).toMatchObject({ name: 'ThrottledError', delay: 60 });
	expect(failure.message).toMatch(/could not be reached.*Nothing was charged/);
});

test('a call without an answer ends before Zapier ends the step', async () => {
	const sandbox = await start();
	sandbox.fault({ when: 'after', kind: 'timeout' });
	const failure = await failureOf(zapierRunner().search('find_email', bundleFor(sandbox, LOOKUP)));
	expect(failure.name).toBe('HaltedError');
	expect(failure.message).toMatch(/did not answer within 24 seconds.*may have been charged/);
});

test('runs that were turned away together come back one after the other', async () => {
	const sandbox = await start();
	const delays: unknown[] = [];
	for (const random of [0, 0.5, 0.99]) {
		jest.spyOn(Math, 'random').mockReturnValue(random);
		sandbox.fault(before(429, { headers: { 'retry-after': '20' } }));
		const { delay } = await failureOf(
			zapierRunner().search('find_email', bundleFor(sandbox, LOOKUP)),
		);
		delays.push(delay);
	}
	expect(delays).toEqual([20, 25, 30]);
});

test('the rate limit of the smallest plan throttles what is too much', async () => {
	const sandbox = await start({ plan: 'free' });
	const { search } = zapierRunner();
	const calls = Array.from({ length: 8 }, (_, i) =>
		search('validate_email', bundleFor(sandbox, { email: `person${i}@figma.com` })),
	);
	const ends = await Promise.all(
		calls.map((call) =>
			call.then(
				() => 'row',
				() => failureOf(call),
			),
		),
	);
	const failures = ends.filter((end) => end !== 'row');
	expect(failures).toHaveLength(3);
	for (const failure of failures) {
		expect(failure).toMatchObject({ name: 'ThrottledError', delay: 1 });
	}
});
