import { isBlank } from '../input/text';
import { numberIn } from '../input/values';
import type { Connection } from '../contract/provider';
import type { ProviderWords } from '../contract/providerWords';
import { ConnectorError } from '../errors/ConnectorError';

/** What comes along when a key is copied out of a request. */
const KEY_HEADER = /^(?:authorization:\s*|x-api-key:\s*)?(?:bearer\s+)?/i;

/** Keys lose spaces, quotes, and a header that was pasted with them. */
export const toApiKey = (entered: unknown): string =>
	unquoted(unquoted(entered).replace(KEY_HEADER, ''));

/**
 * An address loses its final slash.
 * @throws ConnectorError of kind `badSettings` where a key must not be sent.
 */
export function toBaseUrl(entered: unknown, otherwise: string, provider?: ProviderWords): string {
	const text = unquoted(entered) || otherwise;
	let url: URL;
	try {
		url = new URL(text);
	} catch {
		throw badSettings('the base URL is not a web address', provider);
	}
	if (url.username || url.password || url.search || url.hash) {
		throw badSettings('the base URL must hold neither a password nor a query', provider);
	}
	const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
		throw badSettings('the base URL must start with https://', provider);
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * Blank and 0 set no floor.
 * @throws ConnectorError of kind `badSettings`: what is no number must not pass for "no floor".
 */
export function toMinBalance(entered: unknown, provider?: ProviderWords): number | undefined {
	const credits = isBlank(entered) ? 0 : numberIn(entered);
	if (credits !== undefined) return credits || undefined;
	throw badSettings('the minimum balance must be a number from 0 up', provider);
}

/** Whether a request goes to the connection's own host, and so may carry the key. */
export function isOwnHost(url: string, { baseUrl }: Pick<Connection, 'baseUrl'>): boolean {
	try {
		return new URL(url).origin === new URL(baseUrl).origin;
	} catch {
		return false;
	}
}

const unquoted = (entered: unknown): string =>
	typeof entered === 'string'
		? entered
				.trim()
				.replace(/^["'`“”‘’]+|["'`“”‘’]+$/g, '')
				.trim()
		: '';

export const badSettings = (detail: string, provider?: ProviderWords) =>
	new ConnectorError({ kind: 'badSettings', detail, provider });
