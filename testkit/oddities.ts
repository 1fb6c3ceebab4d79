/** What of SANDBOX_ODD holds for a test; see oddSandbox.ts. */
import { ODDITIES, type Oddity, ODDITY_NAMES } from '../sandbox/enrich/oddities';
import type { SandboxOptions } from '../sandbox/server';

const given = process.env.SANDBOX_ODD ?? '';
/** Those of this test run; most often none. */
export const chosenOddities: Oddity[] =
	given === 'all' ? ODDITY_NAMES : ODDITY_NAMES.filter((name) => given.split(',').includes(name));

const unknown = given
	.split(',')
	.find((name) => !['', 'all', ...Object.keys(ODDITIES)].includes(name));
if (unknown !== undefined) throw new Error(`SANDBOX_ODD: there is no oddity "${unknown}"`);

/** The API never gives these answers, so that no row can have them. */
export const LOSES_ANSWERS = [
	'droppedRow',
	'missingAddress',
	'errorEntry',
	'nullEntry',
	'failingPage',
] as const satisfies Oddity[];

/** What is read is more, or says more, than what was asked for. */
export const ADDS_RESULTS = [
	'strayEntry',
	'doubledEntries',
	'wrongTotal',
] as const satisfies Oddity[];

/** Waited out with the clock on the wall, which a test has no time for; the fake API has the same. */
export const TAKES_LONG = [
	'lateResults',
	'lateStatus',
	'resultsRefusedUntilEnd',
	'missingTotals',
] as const satisfies Oddity[];

/** The status of an error is what the test looks at. */
export const HIDES_STATUS = ['errorsWith200'] as const satisfies Oddity[];

/** The oddities of this test run without those that cannot be for a test. */
export const without = (...names: Oddity[]): Pick<SandboxOptions, 'oddities'> => ({
	oddities: chosenOddities.filter((name) => !names.includes(name)),
});
