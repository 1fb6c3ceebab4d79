import { enrich } from '../../shared/providers/enrich';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { CANARY_KEY } from '../../testkit/fakeClient';

const { toConnection, headers, defaultBaseUrl } = enrich.auth;

function refusal(entered: Record<string, unknown>): ConnectorError {
	try {
		toConnection(entered);
	} catch (error) {
		return error as ConnectorError;
	}
	throw new Error('It was expected to be refused');
}

describe('the key', () => {
	test.each([
		CANARY_KEY,
		` ${CANARY_KEY}\n`,
		`"${CANARY_KEY}"`,
		`'${CANARY_KEY}'`,
		`“${CANARY_KEY}”`,
		`Bearer ${CANARY_KEY}`,
		`bearer  "${CANARY_KEY}"`,
		`"Bearer ${CANARY_KEY}"`,
		`x-api-key: ${CANARY_KEY}`,
		`Authorization: Bearer ${CANARY_KEY}`,
	])('%j is understood', (apiKey) => {
		expect(toConnection({ apiKey }).apiKey).toBe(CANARY_KEY);
	});

	test.each([
		'',
		'  ',
		'""',
		undefined,
		null,
		7,
		{},
		'pk_canary',
		'sk_',
		`${CANARY_KEY} ${CANARY_KEY}`,
		`${CANARY_KEY}\n${CANARY_KEY}`,
		`${CANARY_KEY}é`,
		`x${CANARY_KEY}`,
	])('%j is refused, in words that do not repeat it', (apiKey) => {
		const { kind, message, nextStep } = refusal({ apiKey });
		expect(kind).toBe('badSettings');
		expect(message).toContain('the API key');
		expect(`${message} ${nextStep}`).not.toContain('canary');
	});

	test('goes into the header that was chosen, and into one only', () => {
		expect(headers(toConnection({ apiKey: CANARY_KEY }))).toEqual({ 'x-api-key': CANARY_KEY });
		expect(headers(toConnection({ apiKey: CANARY_KEY, headerStyle: 'bearer' }))).toEqual({
			authorization: `Bearer ${CANARY_KEY}`,
		});
		expect(headers(toConnection({ apiKey: CANARY_KEY, headerStyle: 'other' }))).toEqual({
			'x-api-key': CANARY_KEY,
		});
	});
});

describe('the base URL', () => {
	const baseUrl = (entered: unknown) =>
		toConnection({ apiKey: CANARY_KEY, baseUrl: entered }).baseUrl;

	test.each([
		[undefined, defaultBaseUrl],
		['', defaultBaseUrl],
		['  ', defaultBaseUrl],
		['https://dev.enrich.so/api/v3/', defaultBaseUrl],
		['"https://DEV.enrich.so/api/v3"', defaultBaseUrl],
		['https://proxy.example:8443/enrich//', 'https://proxy.example:8443/enrich'],
		['https://proxy.example', 'https://proxy.example'],
		['http://localhost:4010/api/v3', 'http://localhost:4010/api/v3'],
		['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
		['http://127.9.9.9', 'http://127.9.9.9'],
		['http://[::1]:4010/api/v3', 'http://[::1]:4010/api/v3'],
	])('%j becomes %s', (entered, tidy) => {
		expect(baseUrl(entered)).toBe(tidy);
	});

	test.each([
		'http://dev.enrich.so/api/v3',
		'http://localhost.evil.example',
		'http://127.0.0.1.evil.example',
		'http://evil.example#localhost',
		'http://0.0.0.0',
		'http://192.168.1.2',
		'ftp://localhost',
		'file:///etc/passwd',
		'javascript:alert(1)',
		'dev.enrich.so',
		'https://',
		'https://user:secret@dev.enrich.so',
		'https://secret@dev.enrich.so',
		'https://dev.enrich.so?key=secret',
		'https://dev.enrich.so#secret',
	])('%j is refused', (entered) => {
		const { kind, message, nextStep } = refusal({ apiKey: CANARY_KEY, baseUrl: entered });
		expect(kind).toBe('badSettings');
		expect(message).toContain('the base URL');
		expect(`${message} ${nextStep}`).not.toMatch(/secret|canary/);
	});
});
