import { ConnectorError } from '../../shared/errors/ConnectorError';
import { isOwnHost, toApiKey, toBaseUrl } from '../../shared/http/connection';

const DEFAULT = 'https://api.example.com/v1';

test.each([
	['key-1', 'key-1'],
	[' “key-1” ', 'key-1'],
	['Authorization: Bearer key-1', 'key-1'],
	['x-api-key: "key-1"', 'key-1'],
	['', ''],
	[7, ''],
	[undefined, ''],
])('of %j, the key is %j', (entered, key) => {
	expect(toApiKey(entered)).toBe(key);
});

test.each([
	[undefined, DEFAULT],
	[' ', DEFAULT],
	['`https://Proxy.example.com/v2/`', 'https://proxy.example.com/v2'],
	['http://localhost:8080', 'http://localhost:8080'],
])('of %j, the base URL is %s', (entered, url) => {
	expect(toBaseUrl(entered, DEFAULT)).toBe(url);
});

test.each([
	'http://api.example.com',
	'http://127.0.0.1.evil.example',
	'https://user:secret@api.example.com',
	'https://api.example.com?key=secret',
	'https://api.example.com#secret',
	'ftp://localhost',
	'api.example.com',
])('a key is never sent to %j', (entered) => {
	let thrown: unknown;
	try {
		toBaseUrl(entered, DEFAULT);
	} catch (error) {
		thrown = error;
	}
	expect(thrown).toBeInstanceOf(ConnectorError);
	expect(thrown).toMatchObject({ kind: 'badSettings' });
	expect((thrown as ConnectorError).message).not.toContain('secret');
});

test.each([
	['https://api.example.com/api/v3/wallets/balance', true],
	['https://API.example.com:443/', true],
	['http://api.example.com/api/v3', false],
	['https://api.example.com:444/', false],
	['https://example.com/', false],
	['https://api.example.com.evil.example/', false],
	['https://api.example.com@evil.example/', false],
	['//api.example.com/', false],
	['', false],
])('the key may go to %j: %s', (url, isOwn) => {
	expect(isOwnHost(url, { baseUrl: 'https://api.example.com/api/v3' })).toBe(isOwn);
});
