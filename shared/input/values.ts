/** Numbers, yes or no, and lists. */
import { isRecord } from '../contract/data';
import { entriesOf, InvalidValue, isBlank, normalizeText, plainLetters, quote } from './text';

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** "1,000", "1 000", "1'000", "1_000,000" and India's "10,00,000", with a point before decimals. */
const GROUPED = /^[+-]?\d{1,3}(?:[ ,_']\d{2,3})*[ ,_']\d{3}(?:\.\d*)?$/;
/** "1.000.000" and "1.000,50": what the separators mean is the same everywhere. */
const GROUPED_BY_POINTS = /^[+-]?\d{1,3}(?:(?:\.\d{3}){2,}(?:,\d+)?|\.\d{3},\d{1,2})$/;
/** A thousand in some countries and one in others. */
const AMBIGUOUS = /^[+-]?\d{1,3}\.\d{3}$/;

/** @throws InvalidValue for what is no finite number, and for texts that mean different ones. */
export function normalizeNumber(value: unknown): number {
	if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
	if (typeof value === 'number') throw new InvalidValue(`${quote(value)} is not a number`);
	const text = plainLetters(normalizeText(value)).replace(/[−–]/g, '-').replaceAll('’', "'");
	const isAmbiguous = AMBIGUOUS.test(text);
	const number = isAmbiguous ? NaN : Number(inPlainDigits(text));
	if (Number.isFinite(number)) return number + 0;
	throw new InvalidValue(
		`${quote(value)} is not a number${isAmbiguous ? ' that means the same everywhere' : ''}`,
	);
}

function inPlainDigits(text: string): string {
	if (GROUPED.test(text)) return text.replace(/[ ,_']/g, '');
	if (GROUPED_BY_POINTS.test(text)) return text.replaceAll('.', '').replace(',', '.');
	return DECIMAL.test(text) ? text : 'none';
}

/** What a setting takes; default: any number from 0 up. */
export interface NumberRange {
	from?: number;
	to?: number;
	isWhole?: boolean;
}

/** Undefined: it is no such number, which must not pass for "no limit". */
export function numberIn(value: unknown, range: NumberRange = {}): number | undefined {
	const { from = 0, to = Infinity, isWhole = false } = range;
	const number = finite(value);
	const fits = number >= from && number <= to && (!isWhole || Number.isInteger(number));
	return fits ? number : undefined;
}

/** NaN where it is none. */
function finite(value: unknown): number {
	try {
		return normalizeNumber(value);
	} catch (error) {
		if (error instanceof InvalidValue) return NaN;
		throw error;
	}
}

const THOUSANDS: Record<string, number> = { k: 1e3, m: 1e6, b: 1e9 };
const COUNT = /^[$€£]?\s*([\d.,' ]*\d)\s*([kmb])?$/;

/** From and to, e.g. of "50-500", "50+", "<500" and "1M to 10M". @throws InvalidValue */
export function normalizeRange(value: unknown): { from?: number; to?: number } {
	const text = plainLetters(normalizeText(value)).toLowerCase();
	const [from = '', to = ''] = endsOf(text).map((end) => end.trim());
	const range = {
		...(from !== '' && { from: countOf(from) }),
		...(to !== '' && { to: countOf(to) }),
	};
	const { from: least = 0, to: most = Infinity } = range;
	if (Object.keys(range).length > 0 && least >= 0 && least <= most) return range;
	throw new InvalidValue(`${quote(value)} is no range: write "50-500", "50+" or "<500"`);
}

/** Nothing, where it is not clear which end is meant. */
function endsOf(text: string): string[] {
	const both = /^([^-–—]*\d[^-–—]*?)(?:\s*[-–—]\s*|\s+to\s+)([^-–—]*\d[^-–—]*)$/.exec(text);
	const to = /^(?:<=?|up to|to|at most|below|-)(.*)$/.exec(text);
	const from = /^(?:>=?|from|at least|over)(.*)$|^(.*)\+$/.exec(text);
	if (both) return both.slice(1);
	if (to) return ['', to[1] ?? ''];
	return [from?.[1] ?? from?.[2] ?? ''];
}

function countOf(text: string): number {
	const [, digits, unit = ''] = COUNT.exec(text.trim()) ?? [];
	return finite(digits) * (THOUSANDS[unit] ?? 1);
}

const YES = ['true', 'yes', 'y', 't', '1', 'on'];
const NO = ['false', 'no', 'n', 'f', '0', 'off'];

/** @throws InvalidValue */
export function normalizeYesNo(value: unknown): boolean {
	if (typeof value === 'boolean') return value;
	const text = normalizeText(value).toLowerCase();
	if (YES.includes(text)) return true;
	if (NO.includes(text)) return false;
	throw new InvalidValue(`${quote(value)} is neither yes nor no`);
}

/** The texts of a list, without blank ones; a single text is a list of one. @throws InvalidValue */
export const normalizeList = (value: unknown): string[] =>
	entriesOf(value)
		.filter((entry) => !isBlank(entry))
		.map(normalizeText);

/** The same, but a text may hold several values, with commas, semicolons or line breaks between them. @throws InvalidValue */
export const normalizeValues = (value: unknown): string[] => [
	...new Set(normalizeList(typeof value === 'string' ? value.split(/[,;\n]/) : value)),
];

/** Records by their IDs, each once: a list of IDs or of objects that hold one, or a text with commas. @throws InvalidValue */
export const normalizeRecords = (value: unknown): { id: string }[] => {
	const entries = isRecord(value) ? [value] : Array.isArray(value) ? value : entriesOf(value);
	const ids = entries.map((entry: unknown) => (isRecord(entry) ? entry.id : entry));
	const texts = normalizeList(ids).flatMap((text) => text.split(/[\s,;]+/));
	return [...new Set(texts.filter(Boolean))].map((id) => ({ id }));
};
