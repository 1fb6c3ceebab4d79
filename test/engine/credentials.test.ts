import type { ICredentialType, IDataObject, IHttpRequestOptions } from 'n8n-workflow';
import { REFUSED_KEYS } from '../../sandbox/enrich/keys';
import { bench } from '../../testkit/enrichWorkflow';

const b = bench();
const type = (): ICredentialType => b.engine.loader.getCredential('enrichApi').type;
const authenticated = async (
	credentials: Record<string, string>,
	request: Partial<IHttpRequestOptions>,
): Promise<IHttpRequestOptions> => {
	const { authenticate } = type();
	if (typeof authenticate !== 'function') throw new Error('Not a function');
	return await authenticate(credentials, { url: '', ...request });
};

/** What n8n's credential test does: resolves the request, authenticates it, applies the rules. */
async function tested(entered: Record<string, string>): Promise<string> {
	const credentials = { baseUrl: b.sandbox.url, headerStyle: 'x-api-key', ...entered };
	const { request, rules = [] } = type().test!;
	expect(request.baseURL).toBe('={{$credentials.baseUrl}}');
	const { url, baseURL, headers } = await authenticated(credentials, {
		url: request.url,
		baseURL: credentials.baseUrl,
	});
	expect(baseURL).toBeUndefined();
	const { status } = await fetch(url, { headers: headers as Record<string, string> });
	if (status < 300) return 'works';
	const rule = rules.find(({ properties }) => (properties as IDataObject).value === status);
	return rule ? String(rule.properties.message) : `Status ${status}`;
}

test('what each field wants stands below it, where no pointer has to find it', () => {
	const { properties } = type();
	expect(properties.map(({ name, hint = '' }) => [name, hint])).toEqual(
		properties.map(({ name }) => [name, expect.stringMatching(/^.+\.$/)]),
	);
	expect(properties[0]?.hint).toContain('sk_');
});

test('the right key works, in both headers, and tidied', async () => {
	const { apiKey, url } = b.sandbox;
	expect(await tested({ apiKey })).toBe('works');
	expect(await tested({ apiKey, headerStyle: 'bearer' })).toBe('works');
	expect(await tested({ apiKey: ` '${apiKey}'\n`, baseUrl: `${url}/ ` })).toBe('works');
	expect(b.sandbox.ledger.charged()).toBe(0);
	expect(b.sandbox.requests.map(({ operationId }) => operationId)).toEqual(
		Array(3).fill('getWalletBalance'),
	);
});

describe('a key that is refused is explained', () => {
	test.each([
		['sk_wrong', /^Enrich refused the key\. It is mistyped, disabled or revoked/],
		...Object.entries(REFUSED_KEYS)
			.filter(([, { only }]) => !only)
			.map(
				([key, { problem }]) =>
					[key, problem.status === 401 ? /refused the key/ : /suspended or lacks access/] as const,
			),
	] as const)('%s', async (apiKey, message) => {
		const told = await tested({ apiKey });
		expect(told).toMatch(message);
		expect(told).not.toContain(apiKey);
	});

	test('so is an address where Enrich is not', async () => {
		expect(
			await tested({ apiKey: b.sandbox.apiKey, baseUrl: b.sandbox.url.replace('v3', 'v0') }),
		).toMatch(/no Enrich API at this base URL/);
	});
});

describe('the key is only sent to the base URL', () => {
	const credentials = () => ({
		apiKey: 'sk_canary_1',
		baseUrl: 'https://dev.enrich.so/api/v3',
		headerStyle: 'x-api-key',
	});

	test.each([
		'https://example.com/',
		'http://dev.enrich.so/api/v3/x',
		'https://dev.enrich.so:8443/',
		'https://dev.enrich.so.example.com/',
		'https://dev.enrich.so@example.com/',
		'HTTPS://EXAMPLE.COM/',
		'//example.com/x',
		'\\\\example.com/x',
		'http://',
		' https://example.com/',
	])('%s', async (url) => {
		let request: IHttpRequestOptions | undefined;
		let refusal = '';
		try {
			request = await authenticated(credentials(), { url, headers: { accept: 'x' } });
		} catch (error) {
			refusal = String(error);
		}
		expect(refusal).not.toContain('sk_canary_1');
		// Either refused, or brought back to its own host.
		if (request) expect(new URL(request.url).origin).toBe('https://dev.enrich.so');
		else expect(refusal).toContain('only sent to the base URL');
	});

	test('own addresses get it, and the request that came in stays as it was', async () => {
		const request = {
			url: 'https://DEV.enrich.so/api/v3/wallets/balance',
			headers: { accept: 'x' },
		};
		const { headers } = await authenticated(credentials(), request);
		expect(headers).toEqual({ accept: 'x', 'x-api-key': 'sk_canary_1' });
		expect(request.headers).toEqual({ accept: 'x' });
		const bearer = await authenticated({ ...credentials(), headerStyle: 'bearer' }, { url: '/x' });
		expect(bearer).toMatchObject({
			url: 'https://dev.enrich.so/api/v3/x',
			headers: { authorization: 'Bearer sk_canary_1' },
		});
	});
});

test('the key is masked, and all fields have defaults', () => {
	const { properties, documentationUrl } = type();
	expect(properties.find(({ name }) => name === 'apiKey')).toMatchObject({
		typeOptions: { password: true },
		required: true,
	});
	for (const property of properties) expect(property).toHaveProperty('default');
	expect(documentationUrl).toMatch(/^https:/);
});

test('the key does not follow a redirect to another host, whoever sends the request', async () => {
	const { authenticate } = type();
	if (typeof authenticate !== 'function') throw new Error('Not a function');
	const entered = {
		apiKey: 'sk_canary',
		baseUrl: 'https://dev.enrich.so/api/v3',
		headerStyle: 'x-api-key',
	};
	const request = await authenticate(entered, { url: '/wallets/balance' });
	expect(request).toMatchObject({ disableFollowRedirect: true, followRedirect: false });
});
