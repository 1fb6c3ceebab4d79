import { parse } from 'csv-parse/sync';
import { isRecord, type Data } from '../../shared/contract/data';
import type { FormField } from '../../shared/contract/form';
import { isBlank } from '../../shared/input/text';

/** A row that somebody has given, and how they find it again. */
export interface GivenRow {
	/** Such as "Row 3". */
	name: string;
	values: Data;
}

export class UnreadableRows extends Error {}

const DELIMITERS = [',', ';', '\t'];

/**
 * Rows that were pasted: CSV with a line of column names, JSON, or of a single column one value per
 * line.
 * @param guess Which field a value belongs to that stands alone.
 * @throws UnreadableRows with a message that fits behind the field's name.
 */
export function rowsFromText(
	text: string,
	fields: readonly FormField[],
	guess: (value: string) => string,
): GivenRow[] {
	if (isBlank(text)) return [];
	return /^\s*[[{]/.test(text) ? fromJson(text, fields, guess) : fromCsv(text, fields, guess);
}

function fromJson(
	text: string,
	fields: readonly FormField[],
	guess: (value: string) => string,
): GivenRow[] {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw new UnreadableRows('is not valid JSON');
	}
	return (Array.isArray(json) ? json : [json]).map((entry: unknown, i) => {
		const name = `Row ${i + 1} of the text`;
		if (isRecord(entry)) return { name, values: named(Object.entries(entry), fields) };
		return { name, values: { [guess(String(entry))]: entry } };
	});
}

function fromCsv(
	text: string,
	fields: readonly FormField[],
	guess: (value: string) => string,
): GivenRow[] {
	const [head = ''] = text.trimStart().split('\n', 1);
	const delimiter = DELIMITERS.toSorted((a, b) => head.split(b).length - head.split(a).length)[0];
	const lines = parseCsv(text, delimiter);
	const columns = lines[0]?.record ?? [];
	const isHeader = columns.some((column) => fieldCalled(column, fields) !== undefined);
	if (!isHeader && columns.length > 1) {
		const titles = fields.map(({ title }) => title).join(', ');
		throw new UnreadableRows(`must begin with a line that names the columns, such as ${titles}`);
	}
	return lines.slice(isHeader ? 1 : 0).map(({ record, info: { lines: line } }) => {
		const name = `Line ${line} of the text`;
		const [only = ''] = record;
		const values = isHeader
			? named(
					columns.map((column, i) => [column, record[i]]),
					fields,
				)
			: { [guess(only)]: only };
		return { name, values };
	});
}

interface Line {
	record: string[];
	info: { lines: number };
}

function parseCsv(text: string, delimiter: string | undefined): Line[] {
	try {
		return parse(text, {
			delimiter,
			bom: true,
			info: true,
			trim: true,
			relax_column_count: true,
			skip_empty_lines: true,
			skip_records_with_empty_values: true,
		}) as unknown as Line[];
	} catch (error) {
		throw new UnreadableRows(`is no table: ${(error as Error).message}`);
	}
}

/** Columns that no field is called by are somebody's own. */
const named = (entries: [string, unknown][], fields: readonly FormField[]): Data =>
	Object.fromEntries(
		entries.flatMap(([column, value]) => {
			const key = fieldCalled(column, fields);
			return key === undefined ? [] : [[key, value]];
		}),
	);

const fieldCalled = (column: string, fields: readonly FormField[]): string | undefined =>
	fields.find(({ key, title }) => [key, title].some((name) => plain(name) === plain(column)))?.key;

/** `First Name`, `first_name` and `firstName` are the same. */
const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
