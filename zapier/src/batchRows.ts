import type { PlainInputField } from 'zapier-platform-core';
import type { Batch } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { type FormField, inputFields } from '../../shared/contract/form';
import { bare, metaOf } from '../../shared/contract/schema';
import { ConnectorError, toConnectorError } from '../../shared/errors/ConnectorError';
import { prepare } from '../../shared/input/prepare';
import { isBlank } from '../../shared/input/text';
import { toField } from './inputs';
import { type GivenRow, rowsFromText, UnreadableRows } from './rowsFromText';
import { snakeCase } from './snakeCase';

/** A row that cannot be looked up. */
export interface RefusedRow {
	name: string;
	reason: string;
}

export interface CheckedRows {
	/** As the core takes them. */
	rows: { values: Data }[];
	/** What the API takes: each lookup once. */
	inputs: Data[];
	refused: RefusedRow[];
}

const TEXT_FIELD: PlainInputField = {
	key: 'rows_as_text',
	label: 'Rows as Text',
	type: 'text',
	required: false,
	helpText:
		'Rows that come as one text: CSV with a line of column names, JSON, or one value per line.',
};

/** A list of values of one field each, as the API takes them; where it takes rows, line items. */
export function batchRows(batch: Batch) {
	const { single, submit } = batch;
	const fields = inputFields(single);
	const lists = Object.entries(submit.input.shape)
		.filter(([, schema]) => bare(schema).def.type === 'array')
		.map(([key, schema]) => ({
			key,
			title: metaOf(schema).title ?? key,
			field: fields.find((field) => `${field.key}s` === key),
		}));
	const given: { field: PlainInputField; read(inputData: Data): GivenRow[] }[] = lists.map(
		({ key, title, field }) => (field ? valueList(key, title, field) : lineItems(fields)),
	);

	function readText({ rows_as_text: text }: Data): GivenRow[] {
		try {
			return rowsFromText(String(text ?? ''), fields, (value) => fieldFor(batch, fields, value));
		} catch (error) {
			if (!(error instanceof UnreadableRows)) throw error;
			throw new ConnectorError({
				kind: 'badInput',
				field: TEXT_FIELD.label,
				detail: error.message,
			});
		}
	}

	return {
		inputFields: [...given.map(({ field }) => field), TEXT_FIELD],
		/** Checks all rows; rows without anything in them are left out. @throws ConnectorError */
		read: (inputData: Data): CheckedRows =>
			checked(batch, [...given.flatMap(({ read }) => read(inputData)), ...readText(inputData)]),
	};
}

const valueList = (key: string, title: string, { key: name, examples }: FormField) => ({
	field: {
		key,
		label: title,
		type: 'string' as const,
		list: true,
		required: false,
		helpText: 'One value each, or a list from another step.',
		...(examples && { placeholder: String(examples[0]) }),
	},
	read: ({ [key]: values }: Data): GivenRow[] =>
		listOf(values).map((value, i) => ({ name: `'${title}' ${i + 1}`, values: { [name]: value } })),
});

const lineItems = (fields: readonly FormField[]) => ({
	field: {
		key: 'rows',
		label: 'Rows',
		required: false,
		children: fields.map((field) => {
			const { key, label, type } = toField(field, field.title, undefined);
			return { key, label, type, required: false };
		}),
	},
	read: ({ rows }: Data): GivenRow[] =>
		listOf(rows).map((row, i) => ({
			name: `Row ${i + 1}`,
			values: Object.fromEntries(
				fields.map(({ key }) => [key, (row as Data | null)?.[snakeCase(key)]]),
			),
		})),
});

const listOf = (value: unknown): unknown[] =>
	Array.isArray(value) ? value : isBlank(value) ? [] : [value];

/** The first field that takes a value which stands alone. */
function fieldFor({ single }: Batch, fields: readonly FormField[], value: string): string {
	const fits = ({ key }: FormField) => {
		try {
			return 'input' in prepare(single, { [key]: value });
		} catch {
			return false;
		}
	};
	return (fields.find(fits) ?? (fields[0] as FormField)).key;
}

function checked(batch: Batch, given: readonly GivenRow[]): CheckedRows {
	const rows: CheckedRows['rows'] = [];
	const inputs = new Map<string | undefined, Data>();
	const refused: RefusedRow[] = [];
	for (const { name, values } of given) {
		try {
			const prepared = prepare(batch.single, values);
			if ('blank' in prepared) continue;
			rows.push({ values });
			inputs.set(batch.keyOfInput(prepared.input), prepared.input);
		} catch (thrown) {
			refused.push({ name, reason: toConnectorError(thrown).message });
		}
	}
	return { rows, inputs: [...inputs.values()], refused };
}
