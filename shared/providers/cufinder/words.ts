import type { ProviderWords } from '../../contract/providerWords';

export const words: ProviderWords = {
	name: 'CUFinder',
	topUpAt: 'cufinder.io',
	checkCharge: 'look at the credits that are left in your CUFinder account',
};
