/** A search by many filters: the first ones at hand, all others under 'Add Filter', or all as JSON. */
import type { INodeProperties } from 'n8n-workflow';
import { type Data, isRecord } from '../../shared/contract/data';
import { type FormField, helpOf, inputFields } from '../../shared/contract/form';
import { isBlank } from '../../shared/input/text';
import { rangeSetting } from '../../shared/input/numberSetting';
import { normalizeValues } from '../../shared/input/values';
import type { PlacedOperation } from './kit';
import { forAll, type When } from './show';
import { chosenValue, VALUES_OF_FILTER } from './valueLists';

export const isCriteria = ({ fields = [] }: FormField): boolean =>
	fields.some(({ common }) => typeof common === 'number');

/** The filters of an operation; undefined: it searches by none. */
const criteriaOf = ({ operation }: PlacedOperation) => inputFields(operation).find(isCriteria);
export const hasCriteria = (placed: PlacedOperation): boolean => criteriaOf(placed) !== undefined;

const MODE = 'filtersBy';
const MORE = { name: 'moreFilters', entries: 'filters', key: 'filter', value: 'value' };

const isFirst = ({ common }: FormField) => typeof common === 'number';
const rank = ({ common }: FormField) => Number(common);
const rangeName = ({ key }: FormField) => key.replace(/(?:Min|Max)$/, 'Range');
const endOf = ({ key }: FormField) => (key.endsWith('Min') ? ('from' as const) : ('to' as const));

/** Those at hand, both ends of a range together. */
function firstOf({ fields = [] }: FormField): FormField[][] {
	const groups = new Map<string, FormField[]>();
	for (const field of fields.filter(isFirst).sort((a, b) => rank(a) - rank(b))) {
		const name = field.range ?? field.key;
		groups.set(name, [...(groups.get(name) ?? []), field]);
	}
	return [...groups.values()];
}

type ToProperty = (field: FormField) => INodeProperties;
const AGENT = { '@tool': [true] };
const byFields: When = { show: { [MODE]: ['fields'] }, hide: AGENT };

/** What stands above the other fields of the operations that search by filters. */
export function criteriaProperties(
	placed: PlacedOperation[],
	toProperty: ToProperty,
): INodeProperties[] {
	const criteria = placed.map(criteriaOf).find((field) => field !== undefined);
	if (!criteria) return [];
	const show = (field: INodeProperties, when: When = byFields) =>
		forAll(placed, hasCriteria, field, when);
	const others = placed
		.filter(hasCriteria)
		.flatMap(({ operation }) => inputFields(operation))
		.filter((field) => isBeside(field) && !isCriteria(field))
		.sort((a, b) => Number(a.type === 'group') - Number(b.type === 'group'));
	const own = (type: FormField['type']) =>
		[...new Map(others.map((field) => [field.key, field])).values()]
			.filter((field) => field.type === type)
			.flatMap((field) =>
				forAll(
					placed,
					({ operation }) => hasField(operation, field.key),
					toProperty(field),
					type === 'text' ? {} : byFields,
				),
			);
	return [
		...own('text'),
		...show(modeOf(), { hide: AGENT }),
		...firstOf(criteria).flatMap((fields) => show(propertyOf(fields, toProperty))),
		...own('list'),
		...show(moreOf(criteria)),
		...own('group'),
		...show(jsonOf(criteria), { show: { [MODE]: ['json'] }, hide: AGENT }),
		...show(jsonOf(criteria), { show: AGENT }),
	];
}

const hasField = (operation: PlacedOperation['operation'], key: string) =>
	inputFields(operation).some((field) => field.key === key) &&
	inputFields(operation).some(isCriteria);

/** Of an operation that searches by filters: what stands among these. */
export const isBeside = ({ valuesFrom, type, isSetting }: FormField): boolean =>
	!isSetting && (valuesFrom !== undefined || type === 'group');

const modeOf = (): INodeProperties => ({
	displayName: 'Filter By',
	name: MODE,
	type: 'options',
	noDataExpression: true,
	default: 'fields',
	description: 'Leads must match all filters, and one of the values of each',
	options: [
		{ name: 'Fields Below', value: 'fields', description: 'Choose and type the values' },
		{ name: 'JSON', value: 'json', description: 'One field for those who have filters as data' },
	],
});

function propertyOf(fields: FormField[], toProperty: ToProperty): INodeProperties {
	const [first] = fields as [FormField];
	const help = helpOf(first);
	if (first.range === undefined) return { ...toProperty(first), ...(help && { hint: help }) };
	const [from, to] = fields.map(({ examples = [] }) => String(examples[0]));
	return {
		displayName: first.range,
		name: rangeName(first),
		type: 'string',
		default: '',
		placeholder: `e.g. ${from}-${to}`,
		hint: `${help}: ${from}-${to}, ${from}+ or up to ${to}`,
	};
}

function moreOf({ fields = [] }: FormField): INodeProperties {
	const options = fields
		.filter((field) => !isFirst(field))
		.map((field) => ({
			name: `${field.group}: ${field.title}`,
			value: field.key,
			description: [helpOf(field), HELP[field.type]].filter(Boolean).join('. '),
		}))
		.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
	const initial = options[0]?.value ?? '';
	return {
		displayName: 'More Filters',
		name: MORE.name,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				name: MORE.entries,
				displayName: 'Filter',
				values: [
					{
						displayName: 'Filter',
						name: MORE.key,
						type: 'options',
						noDataExpression: true,
						default: initial,
						options,
					},
					{
						displayName: 'Value',
						name: MORE.value,
						type: 'resourceLocator',
						default: { mode: 'text', value: '' },
						description:
							'A text, a number, yes or no; several values with commas where the filter takes them',
						modes: [
							{
								displayName: 'Text',
								name: 'text',
								type: 'string',
								placeholder: 'e.g. Salesforce, HubSpot',
							},
							{
								displayName: 'From List',
								name: 'list',
								type: 'list',
								typeOptions: { searchListMethod: VALUES_OF_FILTER, searchable: true },
							},
						],
					},
				],
			},
		],
	};
}

const HELP: Partial<Record<FormField['type'], string>> = {
	list: 'One value or several',
	number: 'A number',
	yesNo: 'Yes or no',
	choice: 'One of a few words',
};

function jsonOf(criteria: FormField): INodeProperties {
	const { key, fields = [] } = criteria;
	const names = firstOf(criteria)
		.flat()
		.map((field) => field.key)
		.join(', ');
	return {
		displayName: 'Filters as JSON',
		name: key,
		type: 'json',
		default: '{}',
		description: `JSON object of filters; all must match. Names: ${names} and ${fields.length} in all, as in Enrich's API. Values: text, number, yes/no or list of alternatives; texts match exactly, unknown ones are refused. "exclude" holds what must not match. Example: {"jobLevel":["VP"],"exclude":{"jobTitle":"assistant"}}.`,
	};
}

/** What has been filled in, by the names of the API. @throws ConnectorError */
export function readCriteria(
	read: (name: string, otherwise: unknown) => unknown,
	criteria: FormField,
): Data {
	const { key } = criteria;
	const filters: Data = {};
	const set = (name: string, value: unknown) => {
		if (isBlank(value)) return;
		const isAgain = Object.hasOwn(filters, name);
		filters[name] = isAgain ? [filters[name], value].flatMap(normalizeValues) : value;
	};
	for (const fields of firstOf(criteria)) {
		const [first] = fields as [FormField];
		if (first.range === undefined) set(first.key, chosenValue(read(first.key, '')));
		else {
			const ends = rangeSetting(first.range, read(rangeName(first), ''));
			for (const field of fields) set(field.key, ends[endOf(field)]);
		}
	}
	const more = read(MORE.name, {});
	const entries = isRecord(more) ? more[MORE.entries] : undefined;
	for (const entry of Array.isArray(entries) ? (entries as Data[]) : [])
		set(String(entry[MORE.key]), chosenValue(entry[MORE.value]));
	const json = parsed(read(key, ''));
	if (!isRecord(json)) return { [key]: isBlank(json) ? filters : json };
	const { exclude, ...own } = json;
	return { [key]: { ...filters, ...own }, ...(!isBlank(exclude) && { excludeFilters: exclude }) };
}

/** What is no JSON stays as it is: the check says so. */
function parsed(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return value;
	}
}
