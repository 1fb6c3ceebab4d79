/** Ways in which the real API may differ from its documentation, each with a switch of its own. */
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import type { Data } from '../../shared/contract/data';
import { jsonAnswer, type Problem, type WireAnswer } from '../wireAnswer';

export const ODDITIES = {
	manyLeads: 'every search matches more than 4,000 leads',
	unknownFilterValues: 'filter values that are no example of the documentation match no lead',
	repeatedBatchRefused: 'an IP batch of the same addresses is refused (409) after its end, too',
	resultsRefusedUntilEnd: 'results answer 409, 404 or 400 until their batch has ended',
	lateResults: 'the first 2 reads after the end bring only half of the results',
	lateBookings: 'a booking is listed from the third look at the transactions on',
	lateStatus: "the first 2 looks at a batch's status answer 404",
	droppedRow: 'of a batch of 4 or more, the last row is dropped at the submit',
	droppedTag: 'results name a+tag@example.com as a@example.com',
	punycode: 'results name domains in punycode',
	missingAddress: 'the 4th of 10 results does not say what it answers',
	errorEntry: 'the 6th of 10 results is an error',
	nullEntry: 'the 8th of 10 results is null',
	strayEntry: 'the first page holds a result that nobody asked for',
	doubledEntries: 'a page of results begins with the last of the page before',
	wrongTotal: 'totalItems is one too many',
	missingTotals: 'results come without totals',
	repeatedLastPage: 'pages after the last repeat it',
	failingPage: 'the second page of results answers 500',
	errorsWith200: 'refusals are {success: false, error} with status 200',
	errorsAsList: 'errors are {errors: […]}',
	errorsAsObject: 'errors are {error: {…}}',
	errorsAsText: 'errors are plain text',
	errorsAsHtml: 'errors are a web page',
} as const;

export type Oddity = keyof typeof ODDITIES;
export const ODDITY_NAMES = Object.keys(ODDITIES) as Oddity[];

const choice = z.union([
	z.literal('all').transform(() => ODDITY_NAMES),
	z.array(z.enum(ODDITY_NAMES)),
]);
/** Names of oddities, or all. */
export type OddityChoice = z.input<typeof choice>;

/** How often what comes late is still held back. */
export const LATE_READS = 2;

/** Which oddities are on. */
export class Oddities {
	private on = new Set<Oddity>();
	private errors = 0;

	constructor(private readonly initial: OddityChoice = []) {
		this.reset();
	}

	has(name: Oddity): boolean {
		return this.on.has(name);
	}

	list(): Oddity[] {
		return [...this.on];
	}

	/** From now on these and no others. @throws ZodError */
	set(names: OddityChoice): void {
		this.on = new Set(choice.parse(names));
	}

	reset(): void {
		this.errors = 0;
		this.set(this.initial);
	}

	/** An error in one of the odd shapes that are on, in turn; undefined: as documented. */
	errorOf({ status, detail }: Problem): WireAnswer | undefined {
		const shapes = ERROR_SHAPES.filter(([name]) => this.has(name));
		const shape = shapes[this.errors++ % shapes.length];
		return shape?.[1](status, detail);
	}

	/** How a result comes out at its place in the batch; undefined: as documented. */
	entryAt(place: number, entry: Data): Data | null {
		for (const [name, digit, spoil] of SPOILED) {
			if (place % 10 === digit && this.has(name)) return spoil(entry);
		}
		return this.respelled(entry);
	}

	private respelled(entry: Data): Data {
		const spell = (name: string, text: string): string => {
			const tagless =
				name === 'email' && this.has('droppedTag') ? text.replace(/\+[^@]*@/, '@') : text;
			return this.has('punycode') && ['email', 'domain'].includes(name)
				? tagless.replace(/[^@]+$/, (domain) => domainToASCII(domain) || domain)
				: tagless;
		};
		return Object.fromEntries(
			Object.entries(entry).map(([name, value]) => [
				name,
				typeof value === 'string' ? spell(name, value) : value,
			]),
		);
	}
}

/** What an answer names the row by. */
const NAMES_ROW = new Set(['email', 'linkedin', 'firstName', 'lastName', 'domain', 'searchIp']);

const SPOILED: [Oddity, digit: number, (entry: Data) => Data | null][] = [
	[
		'missingAddress',
		3,
		(entry) => Object.fromEntries(Object.entries(entry).filter(([name]) => !NAMES_ROW.has(name))),
	],
	['errorEntry', 5, () => ({ error: 'This item could not be processed' })],
	['nullEntry', 7, () => null],
];

/** Statuses that other programs act on: a key that is wrong, a rate limit, a fault of the server. */
const keepsStatus = (status: number) => [401, 429].includes(status) || status >= 500;

const ERROR_SHAPES: [Oddity, (status: number, detail: string) => WireAnswer][] = [
	[
		'errorsWith200',
		(status, error) => jsonAnswer(keepsStatus(status) ? status : 200, { success: false, error }),
	],
	['errorsAsList', (status, message) => jsonAnswer(status, { errors: [{ message }] })],
	['errorsAsObject', (status, message) => jsonAnswer(status, { error: { code: status, message } })],
	[
		'errorsAsText',
		(status, detail) => ({ status, contentType: 'text/plain; charset=utf-8', body: detail }),
	],
	[
		'errorsAsHtml',
		(status, detail) => ({
			status,
			contentType: 'text/html; charset=utf-8',
			body: `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${detail}</h1></body></html>`,
		}),
	],
];
