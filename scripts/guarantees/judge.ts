import type { Sandbox } from '../../sandbox/server';
import type { Case } from './cases';

/** What came of a case on a platform. */
export interface Observed {
	outcome: 'found' | 'notFound' | 'failed';
	/** All that the user was told. */
	said: string;
	/** Credits that were reported as charged; undefined: nothing was said of it. */
	reported?: number;
}

/** How often the price was charged; the rows of a batch may go out one by one instead. */
export const chargesOf = (
	{ ledger }: Pick<Sandbox, 'ledger'>,
	{ batch, price }: Pick<Case, 'batch' | 'price'>,
): number =>
	batch
		? Math.ceil(ledger.charged() / price)
		: ledger.transactions.filter(({ type }) => type === 'deduction').length;

const SAYS_UNCLEAR =
	/may have been charged|may be charged|charge is unclear|charged at|cost of batch \w+ is not known|are not charged twice/;

/** The API tells no costs, and so do we. */
const SAYS_UNKNOWN = /Credits used: not reported/;

/** What a case broke; none: it passed. */
export function violationsOf(
	{ expect, price }: Case,
	observed: Observed,
	{ charges, credits }: { charges: number; credits: number },
): string[] {
	const { outcome, said, reported = 0 } = observed;
	const broken: string[] = [];
	const { least, most } = expect.charges;
	if (charges < least || charges > most) broken.push(`charged ${charges} times`);
	if (credits !== charges * price) broken.push(`cost ${credits} credits`);
	if (!expect.outcomes.includes(outcome)) broken.push(`ended ${outcome}`);
	if (expect.isPaidIfFound && charges !== (outcome === 'found' ? 1 : 0)) {
		broken.push(`ended ${outcome} and was charged ${charges} times`);
	}
	if (reported > credits) broken.push(`reported ${reported} of ${credits} credits`);
	const isOpen =
		SAYS_UNKNOWN.test(said) || (expect.reports === 'exactlyOrUnclear' && SAYS_UNCLEAR.test(said));
	if (reported < credits && !isOpen) broken.push(`reported ${reported} of ${credits} credits`);
	const lacks = outcome === 'failed' ? (expect.mustSay ?? []) : [];
	for (const text of lacks) if (!said.includes(text)) broken.push(`does not say "${text}"`);
	for (const text of expect.mustNotSay) if (said.includes(text)) broken.push(`says "${text}"`);
	return broken;
}
