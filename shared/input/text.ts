/** Text as it stands in people's lists: one line, in words for messages, out of its wrapping. */

/** A value that cannot be used; the message fits behind the field's name. */
export class InvalidValue extends Error {}

/** Zero-width marks, fillers, variation selectors and the like, which stand inside words: dropped. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\ufffc]/gu;
/** Tabs, line breaks, other controls and the empty Braille pattern, which stand between words. */
const BETWEEN_WORDS = /[\p{Cc}\u2028\u2029\u2800]/gu;
const HALF_A_CHARACTER = /\p{Cs}/gu;

const MAX_QUOTE_LENGTH = 60;
const MAX_LIST_DEPTH = 3;
/** No field of an API takes more; longer values are refused before any pattern runs over them. */
const MAX_LENGTH = 5000;

const printable = (text: string) =>
	text.replace(INVISIBLE, '').replace(BETWEEN_WORDS, ' ').replace(HALF_A_CHARACTER, '\ufffd');

/** A value as it may stand in a message: one line, short, no control characters. */
export const quote = (value: unknown): string => `"${shortened(value, MAX_QUOTE_LENGTH)}"`;

/** At most `maxLength` characters of a value, and an ellipsis where something was cut off. */
export function shortened(value: unknown, maxLength: number): string {
	// Half a character may be left where one is cut in two.
	const whole = (text: string) => text.replace(/[\ud800-\udbff]$/, '');
	const text = printable(whole(toString(value).slice(0, MAX_LENGTH))).trim();
	return text.length <= maxLength ? text : `${whole(text.slice(0, maxLength))}…`;
}

/** Objects without a prototype, among others, cannot be put into words. */
function toString(value: unknown): string {
	try {
		return String(value);
	} catch {
		return nameOfType(value);
	}
}

function nameOfType(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (value === null || value === undefined) return 'empty';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The entries of a list, also of lists in lists; anything else is a list of one. */
export const entriesOf = (value: unknown): unknown[] =>
	Array.isArray(value) ? value.flat(MAX_LIST_DEPTH) : [value];

/** Empty, or nothing but spaces and invisible characters; of a list, every entry. */
export const isBlank = (value: unknown): boolean => entriesOf(value).every(isBlankEntry);

const isBlankEntry = (value: unknown): boolean =>
	value === undefined ||
	value === null ||
	(typeof value === 'string' && printable(value.slice(0, MAX_LENGTH)).trim() === '');

/**
 * One line of text: composed characters, single spaces, nothing invisible.
 * @throws InvalidValue for anything but a text or a finite number, and for more than 5,000 characters.
 */
export function normalizeText(value: unknown): string {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	if (typeof value !== 'string') throw new InvalidValue(`must be text, not ${nameOfType(value)}`);
	if (value.length > MAX_LENGTH) {
		throw new InvalidValue(`is ${value.length} characters long, which is too long`);
	}
	return singleSpaced(printable(value).normalize('NFC'));
}

export const singleSpaced = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Full-width, ligature and styled letters as plain ones. Thai and Lao vowels would fall apart. */
export const plainLetters = (text: string): string =>
	text.replace(/[^\u0e00-\u0eff]+/g, (run) => run.normalize('NFKC')).normalize('NFC');

export const QUOTES = '"\'`´“”„‟‘’‚‛«»‹›';
const BRACKETS = '<>()[]{}|';

/** Text without any of `start` at its beginning and any of `end` at its end. */
export function trimmed(text: string, start: string, end: string = start): string {
	let from = 0;
	let to = text.length;
	while (from < to && start.includes(text.charAt(from))) from++;
	while (to > from && end.includes(text.charAt(to - 1))) to--;
	return text.slice(from, to);
}

/** What stands in quotes, brackets, `Name <…>` or a Markdown link, without punctuation around it. */
export function unwrapped(text: string): string {
	const inner = /<([^<>]+)>[\s,;.]*$/.exec(text)?.[1];
	const linked = /^\[[^[\]]*\]\(([^()]+)\)$/.exec(text)?.[1];
	return trimmed(inner ?? linked ?? text, `${QUOTES}${BRACKETS} ,;`, `${QUOTES}${BRACKETS} ,;:.!`);
}
