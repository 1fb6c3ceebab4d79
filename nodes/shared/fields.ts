import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { type FormField, inputFields, outputFields } from '../../shared/contract/form';
import {
	isOffered,
	type N8nPlace,
	type Operation,
	type Price,
	RESOURCES,
} from '../../shared/contract/operation';
import { LIMITS } from '../../shared/errors/errorTable';
import { operations } from '../../shared/providers/enrich/operations';
import { batchStartedBy } from '../../shared/providers/enrich/batches';
import { batchProperties, manyOptions, manyProperties } from './batchFields';

type Offered = Operation & { n8n: N8nPlace };

export const offered = operations.filter((operation): operation is Offered =>
	isOffered(operation.n8n),
);

/** The operation whose fields are filled in for each row; of one for many rows that for one. */
export const perRow = (operation: Operation): Operation =>
	batchStartedBy(operation)?.single ?? operation;

/** For one call. */
export const TIMEOUT_SECONDS = LIMITS.timeoutMs / 1000;
const MOST_TIMEOUT_SECONDS = LIMITS.longestTimeoutMs / 1000;

/** From this price on, a notice stands above the fields. */
const EXPENSIVE = 100;

/** Not `localeCompare`: its first call alone takes longer than all the rest of this file. */
function inOrder(a = '', b = ''): number {
	const [first, second] = [a.toLowerCase(), b.toLowerCase()];
	return first < second ? -1 : Number(first > second);
}
const byName = (a: { name?: string }, b: { name?: string }) => inOrder(a.name, b.name);

const shownFor = (...shown: Offered[]): INodeProperties['displayOptions'] => ({
	show: {
		resource: [...new Set(shown.map(({ n8n }) => n8n.resource))],
		operation: [...new Set(shown.map(({ n8n }) => n8n.operation))],
	},
});

const priceOf = ({ credits, per, free }: Price) =>
	`${credits} ${credits === 1 ? 'credit' : 'credits'} per ${per}. ${free}`;

const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: Object.entries(RESOURCES).map(([value, name]) => ({ name, value })),
	default: 'email',
};

const helpOf = ({ description, price }: Operation) =>
	`${description}. ${price ? priceOf(price) : 'Free'}`;

const operationsOf = (key: string): INodePropertyOptions[] =>
	offered
		.filter(({ n8n }) => n8n.resource === key)
		.map((operation) => {
			const { name, operation: value, action } = operation.n8n;
			return { name, value, action, description: helpOf(operation) };
		})
		.sort(byName);

const operationLists = Object.keys(RESOURCES)
	.filter((key) => key !== 'batch')
	.map((key): INodeProperties => {
		const choices = operationsOf(key);
		const initial = choices[0]?.value ?? '';
		return {
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [key] } },
			default: initial,
			options: choices,
		};
	});

const placeholder = ({ examples }: FormField) =>
	examples?.[0] === undefined ? undefined : `e.g. ${String(examples[0])}`;

const choicesOf = ({ choices = {} }: FormField): INodePropertyOptions[] =>
	Object.entries(choices)
		.map(([value, name]) => ({ name, value }))
		.sort(byName);

/** A field of the form as n8n's own field types show it. */
function toProperty(field: FormField): INodeProperties {
	const shared = {
		displayName: field.title,
		name: field.key,
		...(field.description && { description: field.description }),
		...(placeholder(field) && { placeholder: placeholder(field) }),
		...(field.isRequired && { required: true }),
	};
	switch (field.type) {
		case 'group':
			return {
				...shared,
				required: false,
				type: 'collection',
				placeholder: 'Add Field',
				default: {},
				options: (field.fields ?? [])
					.map(toProperty)
					.sort((a, b) => inOrder(a.displayName, b.displayName)),
			};
		case 'list':
			return { ...shared, type: 'string', typeOptions: { multipleValues: true }, default: [] };
		case 'number':
			return { ...shared, type: 'number', default: 0 };
		case 'yesNo':
			return { ...shared, type: 'boolean', default: true };
		case 'choice':
			return field.isRequired
				? {
						...shared,
						type: 'options',
						options: choicesOf(field),
						default: Object.keys(field.choices ?? {})[0] ?? '',
					}
				: {
						...shared,
						type: 'options',
						options: [{ name: 'Any', value: '' }, ...choicesOf(field)],
						default: '',
					};
		default:
			return { ...shared, type: 'string', default: '' };
	}
}

const fieldsOf = (operation: Offered): INodeProperties[] => [
	...(operation.price && (operation.price.credits >= EXPENSIVE || operation.paging)
		? [
				{
					displayName: `${operation.title} costs ${priceOf(operation.price)}, as documented. 'Maximum Credits' under 'Options' keeps a run below a limit.`,
					name: 'priceNotice',
					type: 'notice' as const,
					default: '',
					// A list gets expensive when all of it is wanted.
					displayOptions: {
						show: { ...shownFor(operation)?.show, ...(operation.paging && { returnAll: [true] }) },
					},
				},
			]
		: []),
	...inputFields(perRow(operation)).map((field) => ({
		...toProperty(field),
		displayOptions: shownFor(operation),
	})),
	...(perRow(operation).simplified
		? [
				{
					displayName: 'Fields to Return',
					name: 'outputFields',
					type: 'multiOptions' as const,
					default: perRow(operation).simplified,
					description: 'Which fields of the result to return',
					options: outputFields(perRow(operation))
						.map(({ title, key }) => ({ name: title, value: key }))
						.sort(byName),
					displayOptions: { show: { ...shownFor(operation)?.show, output: ['selected'] } },
				},
			]
		: []),
];

const lists = offered.filter(({ paging }) => paging);
const simplifiable = offered.filter((operation) => perRow(operation).simplified);
const priced = offered.filter(({ price }) => price);
const many = offered.filter(batchStartedBy);
const mayMiss = priced.filter((operation) => !perRow(operation).neverMisses);

/** A batch of which few rows are looked up one by one. */
const mayBeSingle = (operation: Operation): boolean => {
	const batch = batchStartedBy(operation);
	return batch?.namesRows === true && !batch.mayCostLess;
};

/** Where nobody waits for results, what becomes of them is no question. */
const unlessStartedOnly: INodeProperties['displayOptions'] = { hide: { waiting: ['none'] } };

/** Settings that several operations share. */
const paging: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: shownFor(...lists),
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { ...shownFor(...lists)?.show, returnAll: [false] } },
	},
];

const output: INodeProperties = {
	displayName: 'Output',
	name: 'output',
	type: 'options',
	default: 'simplified',
	description: 'How much of each result to return',
	options: [
		{ name: 'Raw', value: 'raw', description: 'Everything that Enrich answers' },
		{ name: 'Selected Fields', value: 'selected', description: 'Only the fields that you choose' },
		{ name: 'Simplified', value: 'simplified', description: 'The fields that most workflows need' },
	],
	displayOptions: { ...shownFor(...simplifiable), ...unlessStartedOnly },
};

const notFound: INodeProperties = {
	displayName: 'When Not Found',
	name: 'notFound',
	type: 'options',
	default: 'keep',
	description: 'What happens with rows for which Enrich knows nothing; they cost nothing',
	options: [
		{ name: 'Drop Row', value: 'drop', description: 'Leave the row out' },
		{ name: 'Keep Row', value: 'keep', description: 'Return the row with the outcome "notFound"' },
		{
			name: 'Send to Second Output',
			value: 'output',
			description: 'Return the row on an output of its own',
		},
	],
	displayOptions: { ...shownFor(...mayMiss), ...unlessStartedOnly },
};

/** Within 'Options', whose own place in the form the paths start from. */
const optionFor = (...shown: Offered[]): INodeProperties['displayOptions'] => ({
	show: Object.fromEntries(
		Object.entries(shownFor(...shown)?.show ?? {}).map(([name, values]) => [`/${name}`, values]),
	),
});
const forPriced = optionFor(...priced);

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	displayOptions: { hide: { resource: ['batch'] } },
	options: [
		...manyOptions(
			optionFor(...many),
			optionFor(...many.filter((operation) => mayBeSingle(operation))),
		),
		{
			displayName: 'Include Input Fields',
			name: 'includeInputFields',
			type: 'boolean',
			default: true,
			description:
				'Whether to return the fields of the input row too; where names are equal, the result wins unless it is empty',
		},
		{
			displayName: 'Maximum Credits',
			name: 'maxCredits',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 1000,
			displayOptions: forPriced,
			description:
				'Credits that this step may spend each time it runs, in a loop each round; rows beyond it are skipped, not looked up',
		},
		{
			displayName: 'Put Result in Field',
			name: 'resultField',
			type: 'string',
			default: '',
			placeholder: 'e.g. validation',
			description:
				'Name of a field that takes the whole result; leave it empty to have the result beside the fields of the row',
		},
		{
			displayName: 'Skip If Already Filled',
			name: 'skipIfFilled',
			type: 'string',
			default: '',
			displayOptions: forPriced,
			placeholder: 'e.g. {{ $json.email }}',
			description:
				'Drag in the field that this step is to fill. Rows in which it has a value already are skipped and cost nothing.',
		},
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: MOST_TIMEOUT_SECONDS },
			default: TIMEOUT_SECONDS,
			description:
				'Seconds to wait for an answer. A paid call that takes longer may have been charged and is not sent again.',
		},
		{
			displayName: 'When Some Rows Fail',
			name: 'onFailedRows',
			type: 'options',
			default: 'return',
			displayOptions: forPriced,
			description:
				"What happens when rows fail and the node's 'On Error' setting is 'Stop Workflow'",
			options: [
				{
					name: 'Return All Rows',
					value: 'return',
					description:
						'Keep what was found; rows that failed have the outcome "failed" and say why',
				},
				{
					name: 'Stop Workflow',
					value: 'stop',
					description:
						'Fail the execution once all rows are done; what was found is not paid for again when you retry the execution',
				},
			],
		},
	].sort((a, b) => inOrder(a.displayName, b.displayName)) as INodeProperties[],
};

export const properties: INodeProperties[] = [
	resource,
	...operationLists,
	...offered.flatMap(fieldsOf),
	...paging,
	...manyProperties(many),
	output,
	notFound,
	...batchProperties,
	options,
];
