import type { InputFieldGroup, PlainInputField } from 'zapier-platform-core';
import { type Data, isRecord } from '../../shared/contract/data';
import { type FieldType, type FormField, inputFields } from '../../shared/contract/form';
import { documentedCost, type Operation, type Paging } from '../../shared/contract/operation';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { counted } from '../../shared/errors/wording';
import { pageInput } from '../../shared/http/paginate';
import { isBlank, quote } from '../../shared/input/text';
import { numberSetting } from '../../shared/input/numberSetting';
import type { Row } from '../../shared/rows/lookUpRows';
import { snakeCase } from './snakeCase';

export interface Form {
	inputFields: PlainInputField[];
	inputFieldGroups: InputFieldGroup[];
	/** What Zapier filled in, as the core takes it. */
	toRow(inputData: Data): Row;
}

/** A field of the form, and the input of the API that it fills. */
interface Entry {
	field: PlainInputField;
	key: string;
	/** The name within the input `key`; `REST`: any that have no field of their own. */
	inner?: string | typeof REST;
}
const REST = Symbol('rest');

/** An operation's form: what must be filled in first, and of large groups what people use most. */
export function formOf(operation: Operation): Form {
	const entries = entriesOf(operation);
	const { paging, price } = operation;
	const limit = paging && limitOf(operation, paging);
	return {
		inputFields: [
			...(price ? [priceNotice(operation)] : []),
			...entries.map(({ field }) => field),
			...(limit ? [limit.field] : []),
		],
		inputFieldGroups: inputFields(operation)
			.filter(({ type }) => type === 'group')
			.map(({ key, title }) => ({ key: snakeCase(key), label: title })),
		toRow: (inputData) => ({
			values: valuesOf(entries, inputData),
			...(limit && { limit: limit.read(inputData) }),
		}),
	};
}

function entriesOf(operation: Operation): Entry[] {
	const entries: Entry[] = [];
	const taken = new Set<string>();
	for (const form of inputFields(operation)) {
		const added = form.type === 'group' ? groupEntries(form, taken) : [plainEntry(form, operation)];
		for (const entry of added) taken.add(entry.field.key);
		entries.push(...added);
	}
	return entries.sort((a, b) => Number(b.field.required) - Number(a.field.required));
}

const plainEntry = (form: FormField, operation: Operation): Entry => ({
	key: form.key,
	field: { ...toField(form, form.title, helpOf(form, operation)), required: form.isRequired },
});

/** The common fields of a group, all of them if none is called common; the others as JSON. */
function groupEntries({ key, title, fields = [] }: FormField, taken: Set<string>): Entry[] {
	const common = fields.filter((field) => field.common);
	const own = common.length > 0 ? common : fields;
	const rest = fields.filter((field) => !own.includes(field));
	const group = snakeCase(key);
	const collides = own.some((field) => taken.has(snakeCase(field.key)));
	const entries = own.map((form): Entry => {
		const field = toField(form, collides ? `${title} ${form.title}` : form.title, form.description);
		const prefix = collides ? `${group}_` : '';
		return {
			key,
			inner: form.key,
			field: { ...field, key: `${prefix}${field.key}`, required: false, group },
		};
	});
	return rest.length === 0
		? entries
		: [...entries, { key, inner: REST, field: restField(title, group, rest) }];
}

const restField = (title: string, group: string, rest: FormField[]): PlainInputField => ({
	key: `more_${group}`,
	label: `More ${title}`,
	type: 'json',
	required: false,
	group,
	helpText: `What has no field above, as JSON: \`{"${rest[0]?.key}": "…"}\`. The names are those of the [Enrich API](https://doc.enrich.so).`,
	schema: {
		type: 'object',
		properties: Object.fromEntries(
			rest.map((form) => [form.key, { title: form.title, ...JSON_TYPES[form.type] }]),
		),
	},
});

const JSON_TYPES: Partial<Record<FieldType, object>> = {
	text: { type: 'string' },
	choice: { type: 'string' },
	number: { type: 'number' },
	yesNo: { type: 'boolean' },
	list: { type: 'array', items: { type: 'string' } },
};

const TYPES: Partial<Record<FieldType, Partial<PlainInputField>>> = {
	number: { type: 'number' },
	yesNo: { type: 'boolean' },
	dateTime: { type: 'datetime' },
	list: { type: 'string', list: true },
};

export function toField(form: FormField, label: string, help: string | undefined): PlainInputField {
	const example = form.examples?.[0];
	return {
		key: snakeCase(form.key),
		label,
		type: 'string',
		...TYPES[form.type],
		...(form.choices && { choices: form.choices }),
		...(help && { helpText: `${help}.` }),
		...(example !== undefined && { placeholder: String(example) }),
	};
}

/** The field's own help, and which other field will do as well. */
function helpOf({ key, description }: FormField, operation: Operation): string | undefined {
	const forms = inputFields(operation);
	const titleOf = (wanted: string) => `'${forms.find((form) => form.key === wanted)?.title}'`;
	const { needsOneOf = [], alternatives = {} } = operation;
	const replacing = Object.keys(alternatives).find((other) =>
		alternatives[other]?.fills.includes(key),
	);
	return (
		[
			description,
			needsOneOf.includes(key) &&
				`Fill in at least one of ${needsOneOf.map(titleOf).join(' and ')}`,
			replacing && `Needed unless you fill in ${titleOf(replacing)}`,
		]
			.filter(Boolean)
			.join('. ') || undefined
	);
}

function priceNotice({ price, paging }: Operation): PlainInputField {
	const { credits = 0, per, free } = price ?? {};
	const costs = `Costs ${counted(credits ?? 0, 'credit')} per ${per}, as documented.`;
	// Of lists, the limit below lets only free results through.
	const helpText = paging ? `${free}.` : `${costs} ${free}. A test in the editor costs the same.`;
	return { key: 'price', type: 'copy', helpText };
}

const DEFAULT_LIMIT = 10;

/** How many results: one page, and no more than are free. */
function limitOf(operation: Operation, paging: Paging) {
	const isFree = (count: number) =>
		documentedCost(operation, pageInput(paging, {}, 1, count)) === 0;
	let { maxSize: max = 100 } = paging;
	while (max > 1 && !isFree(max)) max--;
	const field: PlainInputField = {
		key: 'limit',
		label: 'Limit',
		type: 'integer',
		required: false,
		default: String(DEFAULT_LIMIT),
		helpText: `How many results to return at most, from 1 to ${max}, which are free.`,
	};
	const read = ({ limit }: Data): number =>
		isBlank(limit)
			? DEFAULT_LIMIT
			: numberSetting('Limit', limit, { from: 1, to: max, isWhole: true });
	return { field, read };
}

function valuesOf(entries: Entry[], inputData: Data): Data {
	const values: Data = {};
	for (const { field, key, inner } of entries) {
		const value = Object.hasOwn(inputData, field.key) ? inputData[field.key] : undefined;
		if (isBlank(value)) continue;
		if (inner === undefined) values[key] = value;
		else {
			const group = (values[key] ?? {}) as Data;
			const more = inner === REST ? restOf(value, field.label ?? '', group) : { [inner]: value };
			// Spread, not assigned: a name such as "__proto__" must reach the check as a name.
			if (Object.keys(more).length > 0) values[key] = { ...group, ...more };
		}
	}
	return values;
}

function restOf(value: unknown, label: string, group: Data): Data {
	const rest = parsed(value, label);
	const twice = Object.keys(rest).find((name) => Object.hasOwn(group, name));
	if (twice) throw badInput(label, `holds ${quote(twice)}, which is filled in above too`);
	return rest;
}

function parsed(value: unknown, label: string): Data {
	let json = value;
	try {
		if (typeof value === 'string') json = JSON.parse(value);
	} catch {
		throw badInput(label, 'is not valid JSON');
	}
	if (isRecord(json)) return json;
	throw badInput(label, 'must be a JSON object of names and values');
}

export const badInput = (field: string, detail: string) =>
	new ConnectorError({ kind: 'badInput', field, detail });
