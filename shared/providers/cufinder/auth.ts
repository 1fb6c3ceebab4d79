import type { Auth } from '../../contract/provider';
import { badSettings, toApiKey, toBaseUrl } from '../../http/connection';
import { words } from './words';

const DEFAULT_BASE_URL = 'https://api.cufinder.io/v2';

export const auth: Auth = {
	defaultBaseUrl: DEFAULT_BASE_URL,
	headerStyles: { 'x-api-key': 'X-API-Key' },
	toConnection(entered) {
		const apiKey = toApiKey(entered.apiKey);
		// What a key looks like is not documented, except that it holds no spaces.
		if (!/^[\x21-\x7e]+$/.test(apiKey)) {
			throw badSettings(
				apiKey === ''
					? 'the API key is empty'
					: 'the API key must hold only letters, digits and signs, and no spaces',
				words,
			);
		}
		return {
			apiKey,
			baseUrl: toBaseUrl(entered.baseUrl, DEFAULT_BASE_URL, words),
			headerStyle: 'x-api-key',
		};
	},
	headers: ({ apiKey }) => ({ 'x-api-key': apiKey }),
};
