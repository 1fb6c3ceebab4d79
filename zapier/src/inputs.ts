import type { InputFieldGroup, PlainInputField } from 'zapier-platform-core';
import { type Data, isRecord } from '../../shared/contract/data';
import {
	type FieldType,
	type FormField,
	helpOf as fieldHelp,
	inputFields,
	neededAlternatives,
} from '../../shared/contract/form';
import type { Operation, Paging } from '../../shared/contract/operation';
import type { ValueList } from '../../shared/contract/provider';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { counted } from '../../shared/errors/wording';
import { isBlank, quote } from '../../shared/input/text';
import { numberSetting } from '../../shared/input/numberSetting';
import { enrich } from '../../shared/providers/enrich';
import { freeEntries } from '../../shared/rows/freeEntries';
import type { Row } from '../../shared/rows/lookUpRows';
import { snakeCase } from './snakeCase';

export interface Form {
	inputFields: PlainInputField[];
	inputFieldGroups: InputFieldGroup[];
	/** What Zapier filled in, as the core takes it. */
	toRow(inputData: Data): Row;
	/** What the run may cost; undefined: no limit. @throws ConnectorError of kind `badInput` */
	maxCredits(inputData: Data): number | undefined;
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
export function formOf(operation: Operation, omits: readonly string[] = []): Form {
	const entries = entriesOf(operation, omits);
	const { paging, price } = operation;
	const isList = paging && !paging.isAsAsked;
	const part = isList && partOf(operation, paging);
	const limitsCredits = isList === true || operation.billing === 'reservesAtSubmit';
	return {
		inputFields: [
			...(price ? [priceNotice(operation)] : []),
			...entries.map(({ field }) => field),
			...(part ? part.fields : []),
			...(limitsCredits ? [creditsField(operation)] : []),
		],
		inputFieldGroups: inputFields(operation)
			.filter(({ type }) => type === 'group')
			.map(({ key, title }) => ({ key: snakeCase(key), label: title })),
		toRow: (inputData) => ({
			values: valuesOf(entries, inputData),
			...(part && part.read(inputData)),
		}),
		maxCredits: ({ maximum_credits: entered }) =>
			isBlank(entered)
				? isList && freeEntries(operation) !== undefined
					? 0
					: undefined
				: numberSetting(MAXIMUM_CREDITS, entered),
	};
}

const MAXIMUM_CREDITS = 'Maximum Credits';

const creditsField = (operation: Operation): PlainInputField => ({
	key: 'maximum_credits',
	label: MAXIMUM_CREDITS,
	type: 'integer',
	required: false,
	helpText:
		operation.paging && freeEntries(operation) !== undefined
			? 'What is documented to cost more is not sent. Left empty: only what is documented as free.'
			: 'What is documented to cost more is not sent.',
});

function entriesOf(operation: Operation, omits: readonly string[]): Entry[] {
	const entries: Entry[] = [];
	const taken = new Set<string>();
	for (const form of inputFields(operation).filter(({ key }) => !omits.includes(key))) {
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
		const label = collides ? `${title} ${form.title}` : form.title;
		// Each value of a list has a line of its own here.
		const field = toField(form, label, fieldHelp({ ...form, type: 'text' }));
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
	// Amounts may be entered as people write them, such as "1M".
	const isWritten = form.type === 'number' && typeof example === 'string';
	return {
		key: snakeCase(form.key),
		label,
		type: 'string',
		...(!isWritten && TYPES[form.type]),
		...(hasDropdown(form) && { dynamic: `${dropdownKey(form)}.id.name` }),
		...(form.choices && { choices: form.choices }),
		...(help && { helpText: `${help}.` }),
		...(example !== undefined && { placeholder: String(example) }),
	};
}

/** Fields whose values the API lists without a word to search for. */
export const hasDropdown = ({ valuesFrom = '' }: FormField): boolean => {
	const lists: Record<string, ValueList> = enrich.valueLists;
	const list = lists[valuesFrom];
	return list !== undefined && !list.isSearched;
};

/** The hidden trigger that fills the dropdown of a field. */
export const dropdownKey = ({ key }: FormField): string => `${snakeCase(key)}_list`;

/** The field's own help, and which other field will do as well. */
function helpOf(form: FormField, operation: Operation): string | undefined {
	const { key } = form;
	const forms = inputFields(operation);
	const titleOf = (wanted: string) => `'${forms.find((form) => form.key === wanted)?.title}'`;
	const { needsOneOf = [] } = operation;
	const [replacing] =
		neededAlternatives(operation).find(([, { fills }]) => fills.includes(key)) ?? [];
	return (
		[
			fieldHelp({ ...form, type: 'text' }),
			needsOneOf.includes(key) &&
				`Fill in at least one of ${needsOneOf.map(titleOf).join(' and ')}`,
			replacing && `Needed unless you fill in ${titleOf(replacing)}`,
		]
			.filter(Boolean)
			.join('. ') || undefined
	);
}

function priceNotice(operation: Operation): PlainInputField {
	const { credits, per, free } = operation.price ?? {};
	const price = `${counted(credits ?? 0, 'credit')} per ${per}, as documented`;
	const isFreeAtFirst = operation.paging && freeEntries(operation) !== undefined;
	const helpText = isFreeAtFirst
		? `${free}. What goes beyond costs ${price}; _Credits Used_ says what was charged.`
		: [
				`Costs ${price}.`,
				free && `${free}.`,
				operation.billing === 'reservesAtSubmit'
					? 'A test in the editor starts nothing and costs nothing.'
					: 'A test in the editor costs the same.',
			]
				.filter(Boolean)
				.join(' ');
	return { key: 'price', type: 'copy', helpText };
}

const DEFAULT_LIMIT = { free: 10, paid: 5 };
const MAX_PAGE = 10_000;

/** Which part of a list: one page, of no more entries than are free where some are. */
function partOf(operation: Operation, paging: Paging) {
	const free = freeEntries(operation);
	const max = free ?? paging.maxSize ?? 100;
	const usual = free === undefined ? DEFAULT_LIMIT.paid : DEFAULT_LIMIT.free;
	const limit: PlainInputField = {
		key: 'limit',
		label: 'Limit',
		type: 'integer',
		required: false,
		default: String(usual),
		helpText: `How many results to return at most, from 1 to ${max}.`,
	};
	const page: PlainInputField = {
		key: 'page',
		label: 'Page',
		type: 'integer',
		required: false,
		default: '1',
		helpText: `Where to go on: with a limit of ${usual}, page 2 begins with result ${usual + 1}. A scheduled zap that counts it up gets other results each time.`,
	};
	const whole = (field: PlainInputField, entered: unknown, usual: number, to: number) =>
		isBlank(entered)
			? usual
			: numberSetting(String(field.label), entered, { from: 1, to, isWhole: true });
	const read = (inputData: Data): Pick<Row, 'limit' | 'page'> => ({
		limit: whole(limit, inputData.limit, usual, max),
		...(paging.hasMore && { page: whole(page, inputData.page, 1, paging.maxPages ?? MAX_PAGE) }),
	});
	return { fields: paging.hasMore ? [limit, page] : [limit], read };
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
