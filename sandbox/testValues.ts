/** What somebody can type to get a certain outcome on purpose, whatever the provider. */

export type TestValue = readonly [input: string, outcome: string];

/** "nobody", "nobody+7", "nobody.smith": a test value may be followed by anything but letters and digits. */
export const beginsWith = (testValue: string) => {
	const pattern = new RegExp(`^${testValue}(?![a-z0-9])`, 'i');
	return (text: string): boolean => pattern.test(text);
};

export const isNobody = beginsWith('nobody');

export const isUnknownDomain = (domain: string): boolean =>
	domain.startsWith('unknown.') || !/^[^\s@]+\.[^\s@.]+$/.test(domain);

/** Enrich does not know it, the other provider does: for trying one behind the other. */
export const isElsewhere = beginsWith('elsewhere');

/** The share of ordinary inputs that are found. */
export const HIT_RATE = 0.7;
