import { REFUSED_KEYS } from '../../sandbox/enrich/keys';
import { enrich } from '../../shared/providers/enrich';
import { addKey } from '../../zapier/src/authentication';
import { CANARY_KEY } from '../../testkit/fakeClient';
import { sandboxes } from '../sandbox/support';
import { bundleFor, failureOf, zapierRunner } from './support';

const start = sandboxes();
const { connect } = zapierRunner();

test('connecting is free and reports what is left', async () => {
	const sandbox = await start({ balance: 1234 });
	expect(await connect(bundleFor(sandbox))).toEqual({ credits_left: 1234 });
	expect(sandbox.ledger.charged()).toBe(0);
});

const REFUSED: [authData: Record<string, string>, says: RegExp][] = [
	[{ apiKey: 'sk_wrong' }, /Enrich refused the API key.*The API key is invalid/],
	[{ apiKey: 'sk_sandbox_disabled' }, /refused the API key.*This API key is disabled/],
	[{ apiKey: 'sk_sandbox_suspended' }, /may not use this.*This account is suspended/],
	[{ apiKey: 'pk_wrong' }, /connection to Enrich .*must start with sk_/],
	[{ apiKey: '' }, /the API key is empty/],
	[{ baseUrl: 'http://example.com' }, /must start with https:\/\//],
	[{ baseUrl: 'nonsense' }, /not a web address/],
	[{ baseUrl: 'https://user:secret@example.com' }, /neither a password nor a query/],
];

test.each(REFUSED)('connecting with %j fails with a plain message', async (authData, says) => {
	const sandbox = await start();
	const failure = await failureOf(connect(bundleFor(sandbox, {}, { authData })));
	expect(failure).toMatchObject({ name: 'AppError', message: expect.stringMatching(says) });
	expect(failure.message).not.toMatch(/row|credential|by itself|secret/);
});

test('a base URL without an API behind it is named as the cause', async () => {
	const { url, apiKey } = await start();
	const failure = await failureOf(connect(bundleFor({ url: url.replace('v3', 'v2'), apiKey })));
	expect(failure).toMatchObject({
		status: 404,
		message: expect.stringMatching(/Check the base URL/),
	});
});

test('a moment of trouble says to try again', async () => {
	const sandbox = await start();
	sandbox.fault({ when: 'before', kind: 'status', status: 429 });
	const failure = await failureOf(connect(bundleFor(sandbox)));
	expect(failure.message).toMatch(/rate limit.*Try again in a minute/);
});

describe.each(['public', 'private'])('a %s build', (kind) => {
	let built: typeof import('../../zapier/src/authentication');
	beforeAll(() => {
		process.env.ENRICH_ZAPIER_BUILD = kind;
		jest.isolateModules(() => (built = jest.requireActual('../../zapier/src/authentication')));
		delete process.env.ENRICH_ZAPIER_BUILD;
	});

	test('asks for the key alone', () => {
		const fields = built.authentication.fields as { key: string }[];
		expect(fields.map(({ key }) => key)).toEqual(['apiKey', 'accountName']);
	});

	test('sends the key to Enrich only, whatever a connection holds', () => {
		const authData = { apiKey: CANARY_KEY, baseUrl: 'https://evil.test', headerStyle: 'bearer' };
		expect(built.toConnection(authData)).toEqual({
			apiKey: CANARY_KEY,
			baseUrl: enrich.auth.defaultBaseUrl,
			headerStyle: 'x-api-key',
		});
	});
});

test.each(Object.keys(REFUSED_KEYS).filter((key) => !key.includes('leads')))(
	'%s also ends a search, as an expired or a halted one',
	async (apiKey) => {
		const sandbox = await start();
		const bundle = bundleFor(sandbox, { ip: '8.8.8.8' }, { authData: { apiKey } });
		const failure = await failureOf(zapierRunner().search('find_company_by_ip', bundle));
		const expected = apiKey.endsWith('suspended') ? 'HaltedError' : 'ExpiredAuthError';
		expect(failure.name).toBe(expected);
	},
);

test.each([
	['https://api.test/v3/x', true],
	['https://api.test.evil.com/v3/x', false],
	['http://api.test/v3/x', false],
	['https://api.test:444/v3/x', false],
	['https://evil.com/?https://api.test', false],
])('a request to %s carries the key: %s', async (url, isOwn) => {
	const bundle = bundleFor({ url: 'https://api.test/v3', apiKey: CANARY_KEY });
	const { headers } = await addKey({ url, headers: { accept: 'x' } }, {} as never, bundle);
	expect(headers).toEqual({ accept: 'x', ...(isOwn && { 'x-api-key': CANARY_KEY }) });
});
