import type { Auth } from '../../contract/provider';
import { badSettings, toApiKey, toBaseUrl, toMinBalance } from '../../http/connection';
import { words } from './words';

const DEFAULT_BASE_URL = 'https://dev.enrich.so/api/v3';

export const auth: Auth = {
	defaultBaseUrl: DEFAULT_BASE_URL,
	// Enrich takes the key in either header; some proxies let only one of them through.
	headerStyles: { 'x-api-key': 'X-API-Key', bearer: 'Authorization: Bearer' },
	toConnection(entered) {
		const apiKey = toApiKey(entered.apiKey);
		if (!/^sk_[\w.-]+$/.test(apiKey)) {
			throw badSettings(
				apiKey === ''
					? 'the API key is empty'
					: 'the API key must start with sk_ and hold only letters, digits, dots, dashes and underscores',
				words,
			);
		}
		return {
			apiKey,
			baseUrl: toBaseUrl(entered.baseUrl, DEFAULT_BASE_URL, words),
			headerStyle: entered.headerStyle === 'bearer' ? 'bearer' : 'x-api-key',
			minBalance: toMinBalance(entered.minBalance, words),
		};
	},
	headers: ({ apiKey, headerStyle }): Record<string, string> =>
		headerStyle === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { 'x-api-key': apiKey },
};
