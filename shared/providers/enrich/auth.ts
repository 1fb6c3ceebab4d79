import { ConnectorError } from '../../errors/ConnectorError';

export const DEFAULT_BASE_URL = 'https://dev.enrich.so/api/v3';

/** Enrich takes the key in either header; some proxies let only one of them through. */
export const HEADER_STYLES = {
	'x-api-key': 'X-API-Key',
	bearer: 'Authorization: Bearer',
} as const;
export type HeaderStyle = keyof typeof HEADER_STYLES;

export interface Connection {
	apiKey: string;
	baseUrl: string;
	headerStyle: HeaderStyle;
}

/** What comes along when a key is copied out of a request. */
const KEY_HEADER = /^(?:authorization:\s*|x-api-key:\s*)?(?:bearer\s+)?/i;

/**
 * What the user entered, tidied: keys lose spaces, quotes and a pasted "Bearer", the address its
 * trailing slash.
 * @throws EnrichError of kind `badSettings`; its message never repeats the key.
 */
export function toConnection(entered: {
	apiKey?: unknown;
	baseUrl?: unknown;
	headerStyle?: unknown;
}): Connection {
	const apiKey = unquoted(unquoted(entered.apiKey).replace(KEY_HEADER, ''));
	if (!/^sk_[\w.-]+$/.test(apiKey)) {
		throw badSettings(
			apiKey === ''
				? 'the API key is empty'
				: 'the API key must start with sk_ and hold only letters, digits, dots, dashes and underscores',
		);
	}
	return {
		apiKey,
		baseUrl: toBaseUrl(entered.baseUrl),
		headerStyle: entered.headerStyle === 'bearer' ? 'bearer' : 'x-api-key',
	};
}

export function authHeaders({ apiKey, headerStyle }: Connection): Record<string, string> {
	return headerStyle === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { 'x-api-key': apiKey };
}

/** Whether a request goes to the connection's own host, and so may carry the key. */
export function isOwnHost(url: string, { baseUrl }: Pick<Connection, 'baseUrl'>): boolean {
	try {
		return new URL(url).origin === new URL(baseUrl).origin;
	} catch {
		return false;
	}
}

function toBaseUrl(entered: unknown): string {
	const text = unquoted(entered) || DEFAULT_BASE_URL;
	let url: URL;
	try {
		url = new URL(text);
	} catch {
		throw badSettings('the base URL is not a web address');
	}
	if (url.username || url.password || url.search || url.hash) {
		throw badSettings('the base URL must hold neither a password nor a query');
	}
	const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
		throw badSettings('the base URL must start with https://');
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

const unquoted = (entered: unknown): string =>
	typeof entered === 'string'
		? entered
				.trim()
				.replace(/^["'`“”‘’]+|["'`“”‘’]+$/g, '')
				.trim()
		: '';

const badSettings = (detail: string) => new ConnectorError({ kind: 'badSettings', detail });
