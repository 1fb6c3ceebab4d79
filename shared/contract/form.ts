import type * as z from 'zod';
import type { Operation } from './operation';
import { type FieldMeta, MATCHES } from './fieldMeta';
import { bare, isRequired, metaOf, shapeOf } from './schema';

export type FieldType =
	| 'text'
	| 'number'
	| 'yesNo'
	| 'dateTime'
	| 'choice'
	| 'list'
	| 'group'
	| 'groups'
	| 'any';

/** A field as both platforms show it. */
export interface FormField extends Partial<FieldMeta> {
	key: string;
	title: string;
	type: FieldType;
	/** Input: nothing works without it. Output: it is in every answer. */
	isRequired: boolean;
	/** Value and label of each choice. */
	choices?: Record<string, string>;
	/** The fields of a group, or of each of several. */
	fields?: readonly FormField[];
}

/** The input fields of an operation, without those that paging fills in. */
export function inputFields(operation: Operation): FormField[] {
	const { input, extras = {}, paging, alternatives = {}, needsOneOf = [] } = operation;
	const fields = fieldsOf(input)
		.filter(({ key }) => !paging || (key !== 'page' && key !== paging.size))
		.map((field) => ({
			...field,
			isRequired: field.isRequired && !needsOneOf.includes(field.key),
		}));
	for (const [key, { field, fills }] of Object.entries(alternatives)) {
		const isReplaceable = ({ key }: FormField) => fills.includes(key);
		const replaceable = fields.filter(isReplaceable);
		// The ready-made choice stands before what it spares.
		const isSpared = !replaceable.some(({ isRequired }) => isRequired);
		const index = isSpared
			? fields.findIndex(isReplaceable)
			: fields.findLastIndex(isReplaceable) + 1;
		for (const one of replaceable) one.isRequired = false;
		fields.splice(index, 0, { ...toField(key, field), isRequired: false });
	}
	const added = Object.entries(extras).map(([key, field]) => toField(key, field));
	return [...fields, ...added.map((field) => ({ ...field, isRequired: false }))];
}

/** Fields that may be filled in instead of others that are required: one or the other is needed. */
export const neededAlternatives = ({ input, alternatives = {} }: Operation) =>
	Object.entries(alternatives).filter(([, { fills }]) =>
		fills.some((key) => isRequired(input.shape[key] as z.ZodType)),
	);

/** A field's help: what it is, how it compares, and how several values are typed. */
export const helpOf = ({ description, match, type, valuesFrom }: FormField): string | undefined =>
	[
		description,
		match && MATCHES[match],
		match && type === 'list' && !valuesFrom && 'Separate several with commas',
	]
		.filter(Boolean)
		.join('. ') || undefined;

/** The fields of one result: of a list, of one of its entries. */
export const outputFields = ({ derived = {}, entry, output }: Operation): FormField[] => [
	...Object.entries(derived).map(([key, { field }]) => toField(key, field)),
	...fieldsOf(entry ?? output),
];

/** Those of the simplified output. */
export const simplifiedKeys = (operation: Operation): string[] => {
	const { simplified, derived = {} } = operation;
	return simplified
		? [...Object.keys(derived).filter((key) => !simplified.includes(key)), ...simplified]
		: outputFields(operation).map(({ key }) => key);
};

/** By shape: many operations share one, such as that of all filters of leads. */
const known = new WeakMap<object, readonly FormField[]>();

function fieldsOf(schema: z.ZodType): readonly FormField[] {
	const shape = shapeOf(schema) ?? {};
	let fields = known.get(shape);
	if (!fields) {
		fields = Object.entries(shape).map(([key, field]) => toField(key, field));
		known.set(shape, fields);
	}
	return fields;
}

function toField(key: string, field: z.ZodType): FormField {
	const meta = metaOf(field);
	const core = bare(field);
	const shared = { title: key, ...initialOf(field), ...meta, key, isRequired: isRequired(field) };
	const element = core.def.type === 'array' ? (core as z.ZodArray<z.ZodType>).element : undefined;
	if (meta.options) return { ...shared, type: 'choice', choices: meta.options };
	if (element && shapeOf(element) && meta.normalize !== 'records')
		return { ...shared, type: 'groups', fields: fieldsOf(element) };
	if (element || meta.normalize === 'list' || meta.normalize === 'values')
		return { ...shared, type: 'list', ...(element && choicesOf(element)) };
	if (core.def.type === 'object') return { ...shared, type: 'group', fields: fieldsOf(core) };
	if (core.def.type === 'enum') return { ...shared, type: 'choice', ...choicesOf(core) };
	return {
		...shared,
		type: SIMPLE[core.def.type] ?? 'any',
		...(isDateTime(core) && { type: 'dateTime' }),
	};
}

/** None, where it is no enum. */
function choicesOf(field: z.ZodType): Pick<FormField, 'choices'> {
	if (field.def.type !== 'enum') return {};
	const values = (field as z.ZodEnum).options.map(String);
	return { choices: Object.fromEntries(values.map((value) => [value, capitalized(value)])) };
}

/** What `.default()` fills in. */
function initialOf(field: z.ZodType): Pick<FieldMeta, 'initial'> {
	const { defaultValue } = field.def as { defaultValue?: unknown };
	return defaultValue === undefined ? {} : { initial: defaultValue };
}

const SIMPLE: Partial<Record<string, FieldType>> = {
	string: 'text',
	number: 'number',
	boolean: 'yesNo',
};

const isDateTime = (field: z.ZodType) => (field.def as { format?: string }).format === 'datetime';

/** Mixed case and short acronyms stay as they are. */
const capitalized = (text: string) =>
	(text.length <= 3 && text === text.toUpperCase()) || /[A-Z].*[a-z]|[a-z].*[A-Z]/.test(text)
		? text
		: text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
