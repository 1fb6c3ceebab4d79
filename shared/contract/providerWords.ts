/** How a provider's name and its ways of paying stand in messages. */
export interface ProviderWords {
	/** As sentences name it, e.g. "Acme". */
	name: string;
	/** Where credits are bought, e.g. "acme.com". */
	topUpAt: string;
	/** How to find out whether a call was charged; follows on "To check, ". */
	checkCharge: string;
	/** Why a lookup that was charged once costs nothing when it is repeated, as a sentence. */
	repeatIsFree?: string;
}
