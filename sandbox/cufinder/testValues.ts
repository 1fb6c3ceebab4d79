import { isElsewhere, isNobody, type TestValue } from '../testValues';

/** What somebody can type to get a certain outcome on purpose; the command line prints it. */
export const TEST_VALUES: readonly TestValue[] = [
	['figma.com, Emily Zhang at Figma, linkedin.com/in/emilyzhang', 'always found'],
	['a name, company, address or profile that begins with "nobody"', 'not found'],
	['a domain that begins with "unknown.", such as unknown.example', 'not found'],
	['a domain or profile that begins with "elsewhere"', 'found; Enrich does not know the domain'],
	['any filter of a company search with the value "Nobody"', 'no company'],
	['anything else', 'the same answer every time; about 70 % are found'],
];

const isExample = (subject: string) =>
	/^(?:figma|figma\.com|emily(?:[. ]?zhang)?(?:@figma\.com)?)$/.test(subject);

/** What was typed on purpose to be found or not, in lower case; undefined: it is left to chance. */
export function forcedOutcome(...subjects: string[]): boolean | undefined {
	const parts = subjects.flatMap((subject) => [subject, subject.split('@')[1] ?? '']);
	if (parts.some((part) => isNobody(part) || part.startsWith('unknown.'))) return false;
	if (parts.some(isElsewhere)) return true;
	return subjects.every(isExample) ? true : undefined;
}
