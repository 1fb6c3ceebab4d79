import { inspect } from 'node:util';
import type { FaultRule } from '../../sandbox/faults';
import { addresses, bench, validate } from '../../testkit/enrichWorkflow';

const CANARY = 'sk_canary_9f27c1d04b';
const b = bench({ apiKey: CANARY });

/** The server tells the key back, as a careless proxy might. */
const ECHO = {
	detail: `Bad key ${CANARY}`,
	message: CANARY,
	error: CANARY,
	instance: `/requests/${CANARY}`,
};
const always: Pick<FaultRule, 'times' | 'when'> = { times: null, when: 'after' };
const FAULTS: [string, FaultRule][] = [
	...[400, 401, 402, 403, 404, 409, 422, 500, 502, 503].map((status): [string, FaultRule] => [
		String(status),
		{ ...always, kind: 'status', status, body: ECHO },
	]),
	[
		'302 to elsewhere',
		{
			...always,
			kind: 'status',
			status: 302,
			headers: { location: `https://example.com/?${CANARY}` },
			body: ECHO,
		},
	],
	['reset', { ...always, kind: 'reset' }],
	['truncated', { ...always, kind: 'truncate' }],
	['web page', { ...always, kind: 'html', body: `<html>${CANARY}</html>` }],
	['not JSON', { ...always, kind: 'notJson', body: `key=${CANARY}` }],
	['empty', { ...always, kind: 'empty' }],
	['oversize', { ...always, kind: 'oversize' }],
	['timeout', { ...always, kind: 'timeout' }],
	['drip', { ...always, kind: 'drip', bytesPerSecond: 20 }],
	[
		'an answer that holds it',
		{
			...always,
			kind: 'status',
			status: 200,
			body: { success: true, data: { email: CANARY, message: CANARY } },
		},
	],
];

const printed: unknown[][] = [];
const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;
beforeAll(() => {
	for (const method of METHODS)
		jest.spyOn(console, method).mockImplementation((...args) => void printed.push(args));
});
afterAll(() => jest.restoreAllMocks());

describe.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'])('%s', (onError) => {
	test.each(FAULTS)('the key is nowhere: %s', async (_, rule) => {
		b.fault(rule);
		const written = jest.spyOn(process.stdout, 'write');
		const complained = jest.spyOn(process.stderr, 'write');
		const result = await b.run(validate({ options: { timeout: 1 } }), addresses(2), {
			outputs: ['Out', 'Error'],
			settings: { onError },
		});
		expect(b.sandbox.requests.length).toBeGreaterThan(0);
		const told = [
			JSON.stringify(result.raw),
			// Errors' messages, stacks and causes too.
			inspect(result.raw, {
				depth: Infinity,
				showHidden: true,
				maxStringLength: Infinity,
				maxArrayLength: Infinity,
			}),
			inspect([...written.mock.calls, ...complained.mock.calls, ...printed], { depth: 5 }),
		];
		written.mockRestore();
		complained.mockRestore();
		for (const text of told) expect(text.includes(CANARY)).toBe(false);
	});
});

test.each(['x-api-key', 'bearer'])(
	'nor where the connection fails or is refused: %s',
	async (headerStyle) => {
		for (const baseUrl of [
			'http://127.0.0.1:1/api',
			'http://example.com',
			`https://${CANARY}@example.com`,
		]) {
			const credentials = { enrichApi: { apiKey: CANARY, baseUrl, headerStyle } };
			const { raw, status } = await b.run(validate(), addresses(1), { credentials });
			expect(status).toBe('error');
			expect(inspect(raw, { depth: Infinity, showHidden: true })).not.toContain(CANARY);
		}
		const malformed = { enrichApi: { apiKey: `canary ${CANARY}`, baseUrl: b.sandbox.url } };
		const { raw } = await b.run(validate(), addresses(1), { credentials: malformed });
		expect(inspect(raw, { depth: Infinity, showHidden: true })).not.toContain(CANARY);
	},
);
