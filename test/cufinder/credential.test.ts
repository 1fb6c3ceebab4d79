import type { ICredentialType, IDataObject, IHttpRequestOptions } from 'n8n-workflow';
import { bench } from '../../testkit/enrichWorkflow';

const b = bench();
const poor = bench({ cufinder: { balance: 0 } });
const type = (): ICredentialType => b.engine.loaders[1]!.getCredential('cufinderApi').type;

async function authenticated(entered: IDataObject, request: Partial<IHttpRequestOptions>) {
	const { authenticate } = type();
	if (typeof authenticate !== 'function') throw new Error('Not a function');
	return await authenticate(entered as Record<string, string>, { url: '', ...request });
}

/** What n8n's credential test does: resolves the request, authenticates it, applies the rules. */
async function tested(entered: { apiKey?: string; baseUrl?: string } = {}, on = b) {
	const { url: baseUrl, apiKey } = on.sandbox.cufinder;
	const { request, rules = [] } = type().test!;
	const { url, method, headers } = await authenticated(
		{ apiKey, baseUrl, ...entered },
		request as IHttpRequestOptions,
	);
	const { status } = await fetch(url, { method, headers: headers as Record<string, string> });
	const { except } = request.ignoreHttpStatusErrors as { except: number[] };
	if (status < 300 || !except.includes(status)) return 'works';
	const rule = rules.find(({ properties }) => (properties as IDataObject).value === status);
	return rule ? String(rule.properties.message) : `Status ${status}`;
}

test('the right key works, tidied, and costs nothing: a lookup of nothing is refused', async () => {
	const { cufinder } = b.sandbox;
	expect(await tested()).toBe('works');
	expect(await tested({ apiKey: ` '${cufinder.apiKey}'\n` })).toBe('works');
	expect(cufinder.requests.map(({ status }) => status)).toEqual([422, 422]);
	expect(cufinder.ledger.charged()).toBe(0);
});

test('it works without credits', async () => {
	expect(await tested({}, poor)).toBe('works');
});

test('a wrong key, a wrong address and a limit are explained', async () => {
	expect(await tested({ apiKey: 'wrong' })).toMatch(/^CUFinder refused the key/);
	const baseUrl = b.sandbox.cufinder.url.replace('v2', 'v0');
	expect(await tested({ baseUrl })).toMatch(/no CUFinder API at this base URL/);
	b.sandbox.cufinder.fault({ when: 'before', kind: 'status', status: 429 });
	expect(await tested()).toMatch(/rate limit/);
	b.sandbox.cufinder.fault({ when: 'before', kind: 'status', status: 503 });
	expect(await tested()).toBe('Status 503');
});

test('the key is masked, and sent to its own host only', async () => {
	const masked = type().properties.find(({ name }) => name === 'apiKey');
	expect(masked).toMatchObject({ typeOptions: { password: true }, required: true });
	const entered = { apiKey: 'canary', baseUrl: 'https://api.cufinder.io/v2' };
	await expect(authenticated(entered, { url: 'https://example.com/' })).rejects.toThrow(
		'The CUFinder API key is only sent to the base URL of its credential.',
	);
});
