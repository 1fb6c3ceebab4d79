import type { ProviderWords } from '../../contract/providerWords';

export const words: ProviderWords = {
	name: 'Enrich',
	topUpAt: 'enrich.so',
	checkCharge: "look for a deduction at this time in the wallet's transactions (free)",
	repeatIsFree: 'Enrich documents that the same lookup is free for 7 days once it was charged.',
};
