import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import {
	type FormField,
	helpOf as helpOfField,
	inputFields,
	neededAlternatives,
	outputFields,
	simplifiedKeys,
} from '../../shared/contract/form';
import { followed } from '../../shared/contract/followUp';
import type { Operation, Price } from '../../shared/contract/operation';
import type { Provider } from '../../shared/contract/provider';
import { counted } from '../../shared/errors/wording';
import { HTTP_LIMITS } from '../../shared/http/client';
import { freeEntries } from '../../shared/rows/freeEntries';
import { resultField, rowKeysOf } from '../../shared/rows/resultFields';
import { additionProperties, resultsOf } from './additions';
import {
	batchProperties,
	manyOptions,
	noticesOf,
	outputOptions,
	unlessStartedOnly,
	WAIT_MINUTES,
} from './batchProperties';
import { fileProperties } from './csvFiles';
import { criteriaProperties, hasCriteria, isBeside, isCriteria } from './criteria';
import { followUpOptions, followUpProperties } from './followUps';
import { type NodeKit, type PlacedOperation, placedOperations } from './kit';
import { gradeOf } from '../../shared/rows/accept';
import { titleOf } from '../../shared/input/prepare';
import { hasOutputMode, isEssential } from './items';
import { byResource, forAll, optionFor, perResource } from './show';
import { listMethodOf } from './valueLists';

/** For one call. */
export const TIMEOUT_SECONDS = HTTP_LIMITS.timeoutMs / 1000;
const MAX_TIMEOUT_SECONDS = HTTP_LIMITS.maxTimeoutMs / 1000;

/** From this price on, a notice stands above the fields. */
const EXPENSIVE = 100;

/** Not `localeCompare`: its first call alone takes longer than all the rest of this file. */
function inOrder(a = '', b = ''): number {
	const [first, second] = [a.toLowerCase(), b.toLowerCase()];
	return first < second ? -1 : Number(first > second);
}
const byName = (a: { name?: string }, b: { name?: string }) => inOrder(a.name, b.name);

const priceOf = ({ credits, per, free }: Price) =>
	[
		credits === null
			? `Charged per ${per}, at a price that is not documented`
			: `${counted(credits, 'credit')} per ${per}`,
		free,
	]
		.filter(Boolean)
		.join('. ');

/** Said before a run gets expensive, or how expensive it gets is not known. */
const noticeOf = (title: string, price: Price) =>
	price.credits === null
		? `${title}: ${priceOf(price)}. So it is not sent where 'Maximum Credits' is set under 'Options', and never by an AI agent, whose tools always have it.`
		: `${title} costs ${priceOf(price)}, as documented. 'Maximum Credits' under 'Options' keeps a run below a limit.`;

const helpOf = ({ description, price }: Operation) =>
	`${description}. ${price ? priceOf(price) : 'Free'}`;

const operationsOf = (placed: PlacedOperation[]): INodeProperties[] =>
	byResource(placed).map(([resource, operations]) => {
		const options = operations
			.map(({ operation, name, value, action }) => ({
				name,
				value,
				action,
				description: helpOf(operation),
			}))
			.sort(byName);
		const initial = options[0]?.value ?? '';
		return {
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [resource] } },
			default: initial,
			options,
		};
	});

const placeholder = ({ examples }: FormField) =>
	examples?.[0] === undefined ? undefined : `e.g. ${String(examples[0])}`;

const choicesOf = ({ choices = {} }: FormField): INodePropertyOptions[] =>
	Object.entries(choices)
		.map(([value, name]) => ({ name, value }))
		.sort(byName);

/** Where n8n keeps a list of groups within its field. */
export const GROUPS = 'entries';

const initialOf = <T>({ initial }: FormField, otherwise: T): T =>
	initial === undefined ? otherwise : (initial as T);

type ValueLists = Provider['valueLists'];

/** A field of the form as n8n's own field types show it. */
function toProperty(field: FormField, lists: ValueLists = {}): INodeProperties {
	const description = helpOfField(field);
	const shared = {
		displayName: field.title,
		name: field.key,
		...(description && { description }),
		...(placeholder(field) && { placeholder: placeholder(field) }),
		...(field.isRequired && { required: true }),
	};
	const list = lists[field.valuesFrom ?? ''];
	if (list && (field.type === 'text' || list.isSearched)) return toLocator(field, shared);
	switch (field.type) {
		case 'group':
			return {
				...shared,
				required: false,
				type: 'collection',
				placeholder: 'Add Field',
				default: {},
				options: (field.fields ?? [])
					.map((inner) => toProperty(inner, lists))
					.sort((a, b) => inOrder(a.displayName, b.displayName)),
			};
		case 'groups':
			return {
				...shared,
				type: 'fixedCollection',
				placeholder: `Add ${field.title.replace(/s$/, '')}`,
				typeOptions: { multipleValues: true, sortable: true },
				default: {},
				options: [
					{
						name: GROUPS,
						displayName: field.title,
						values: (field.fields ?? []).map((inner) => toProperty(inner, lists)),
					},
				],
			};
		case 'list':
			if (field.choices)
				return {
					...shared,
					type: 'multiOptions',
					options: choicesOf(field),
					default: initialOf(field, []),
				};
			if (list)
				return {
					...shared,
					type: 'multiOptions',
					typeOptions: { loadOptionsMethod: listMethodOf(field) },
					default: [],
				};
			return field.normalize === 'values'
				? { ...shared, type: 'string', default: '' }
				: { ...shared, type: 'string', typeOptions: { multipleValues: true }, default: [] };
		case 'number':
			// A number of n8n's is never empty, and what nobody asked for would be sent as 0.
			return field.isRequired || field.initial !== undefined
				? { ...shared, type: 'number', default: initialOf(field, 0) }
				: { ...shared, type: 'string', default: '' };
		case 'yesNo':
			return { ...shared, type: 'boolean', default: initialOf(field, true) };
		case 'choice':
			return field.isRequired || field.initial !== undefined
				? {
						...shared,
						type: 'options',
						options: choicesOf(field),
						default: initialOf(field, Object.keys(field.choices ?? {})[0] ?? ''),
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

/** One value from a list, or typed. */
const toLocator = (
	field: FormField,
	shared: Pick<INodeProperties, 'displayName' | 'name' | 'placeholder' | 'description'>,
): INodeProperties => ({
	...shared,
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: listMethodOf(field), searchable: true },
		},
		{
			displayName: field.type === 'list' ? 'Text' : 'ID',
			name: 'text',
			type: 'string',
			...(shared.placeholder && { placeholder: shared.placeholder }),
		},
	],
});

const shownAt = ({ resource, value }: PlacedOperation) => ({
	resource: [resource],
	operation: [value],
});

/** What is asked of one operation alone. */
function fieldsOf(placed: PlacedOperation, provider: Provider): INodeProperties[] {
	const { operation } = placed;
	const { price, title } = operation;
	const show = shownAt(placed);
	const results = resultsOf(operation, provider);
	const notices: INodeProperties[] = [];
	const isLimited = isList(placed);
	const beyond = hasFree(placed) ? { [PAY_FOR_MORE]: [true] } : { returnAll: [true] };
	if (price && ((price.credits ?? Infinity) >= EXPENSIVE || isLimited)) {
		notices.push({
			displayName: noticeOf(title, price),
			name: 'priceNotice',
			type: 'notice',
			default: '',
			// A list gets expensive when all of it is wanted.
			displayOptions: { show: { ...show, ...(isLimited && beyond) } },
		});
	}
	const ways = waysToFill(operation);
	if (ways)
		notices.push({
			displayName: ways,
			name: 'waysNotice',
			type: 'notice',
			default: '',
			displayOptions: { show },
		});
	const selection: INodeProperties[] = hasOutputMode(operation)
		? [
				{
					displayName: 'Fields to Return',
					name: 'outputFields',
					type: 'multiOptions',
					default: [...keysOf(placed)],
					description: 'Which fields of the result to return',
					options: [...fieldsIn(results, placed), ...(price ? onRequest(results, provider) : [])]
						.map(({ title, key }) => ({ name: title, value: key }))
						.sort(byName),
					displayOptions: { show: { ...show, output: ['selected'] } },
				},
			]
		: [];
	const isElsewhere = (field: FormField) =>
		field.isSetting || (hasCriteria(placed) && (isCriteria(field) || isBeside(field)));
	const inputs = inputFields(operation)
		.filter((field) => !isElsewhere(field))
		.map((field) => ({ ...toProperty(field, provider.valueLists), displayOptions: { show } }));
	return [...notices, ...inputs, ...selection];
}

/** What a step returns that waits for what it has started. */
const endOf = ({ operation, followUp }: PlacedOperation): Operation[] =>
	followUp ? [followed(operation, followUp)] : [];
const keysOf = (placed: PlacedOperation): Set<string> =>
	new Set([placed.operation, ...endOf(placed)].flatMap(simplifiedKeys));
const fieldsIn = (results: Operation, placed: PlacedOperation): FormField[] => [
	...new Map(
		[results, ...endOf(placed)].flatMap(outputFields).map((field) => [field.key, field]),
	).values(),
];

/** Which fields will do, where not all are needed; undefined: nothing is to be chosen, or nothing is needed. */
function waysToFill(operation: Operation): string | undefined {
	const { needsOneOf = [] } = operation;
	const titles = (keys: readonly string[]) => keys.map((key) => `'${titleOf(operation, key)}'`);
	const ways = neededAlternatives(operation).map(
		([key, { fills }]) => `${titles(fills).join(' and ')}, or only ${titles([key]).join('')}`,
	);
	if (needsOneOf.length > 0) ways.push(titles(needsOneOf).join(' or '));
	return ways.length > 0 ? `Fill in ${ways.join('. Fill in ')}.` : undefined;
}

/** What a row says of itself only when asked. */
const onRequest = (operation: Operation, provider: Provider): FormField[] => {
	const own = outputFields(operation).map(({ key }) => key);
	return rowKeysOf(provider)
		.filter((key) => !own.includes(key) && !isEssential(key))
		.map(resultField);
};

const isList = ({ operation: { paging } }: PlacedOperation) =>
	paging !== undefined && !paging.isAsAsked;
const hasPeriod = ({ operation: { paging } }: PlacedOperation) =>
	paging?.newestFirstBy !== undefined;
const hasFree = ({ operation }: PlacedOperation) => freeEntries(operation) !== undefined;
const isPriced = ({ operation }: PlacedOperation) => operation.price !== null;
const isPricedRow = (placed: PlacedOperation) =>
	isPriced(placed) && placed.operation.paging === undefined;
const isPricedSingle = (placed: PlacedOperation) => isPriced(placed) && !placed.batch;
const isSimplifiable = ({ operation }: PlacedOperation) => hasOutputMode(operation);
const mayMiss = (placed: PlacedOperation) => isPriced(placed) && !placed.operation.neverMisses;
const isJudged = ({ operation }: PlacedOperation) => operation.verdict !== undefined;

/** An AI agent decides by itself how often it calls: what it may spend is said at once, for all calls. */
const IS_TOOL = { '@tool': [true] };
const UNLESS_TOOL = { hide: IS_TOOL };

const capOfToolOf = (placed: PlacedOperation[]): INodeProperties[] =>
	perResource(
		placed,
		isPriced,
		{
			...MAX_CREDITS,
			default: MAX_CREDITS_OF_TOOL,
			description:
				'Credits that all calls of an AI agent may spend in one execution; what goes beyond is not sent',
		},
		{ show: IS_TOOL },
	);

/** Settings that several operations share. */
const pagingOf = (placed: PlacedOperation[]): INodeProperties[] => [
	...perResource(placed, hasPeriod, {
		displayName: 'From',
		name: 'from',
		type: 'dateTime',
		default: '',
		description: 'Only what is from this time on; empty: from the beginning',
	}),
	...perResource(placed, hasPeriod, {
		displayName: 'To',
		name: 'to',
		type: 'dateTime',
		default: '',
		description: 'Only what is from before this time; empty: until now',
	}),
	...perResource(
		placed,
		isList,
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		UNLESS_TOOL,
	),
	...perResource(
		placed,
		isList,
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description: 'Max number of results to return',
		},
		// Not shown where it is false: a tool of an AI agent does not have it.
		{ hide: { returnAll: [true] } },
	),
	...forAll(
		placed,
		hasFree,
		{
			displayName: 'Pay for More Results',
			name: PAY_FOR_MORE,
			type: 'boolean',
			default: false,
			description:
				'Whether to go on where the free results end; else the step stops there, and says how many more there are and what they cost',
		},
		UNLESS_TOOL,
	),
];

/** The switch that lets a list go beyond its free entries. */
export const PAY_FOR_MORE = 'payForMore';

const outputOf = (placed: PlacedOperation[], provider: string): INodeProperties[] =>
	perResource(
		placed,
		isSimplifiable,
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			default: 'simplified',
			description: 'How much of each result to return',
			options: outputOptions(provider),
		},
		unlessStartedOnly(placed),
	);

const NOT_FOUND: INodeProperties = {
	displayName: 'When Not Found',
	name: 'notFound',
	type: 'options',
	default: 'keep',
	options: [
		{ name: 'Drop Row', value: 'drop', description: 'Leave the row out' },
		{
			name: 'Keep Row',
			value: 'keep',
			description: 'Return the row with the outcome "notFound"',
		},
		{
			name: 'Send to Second Output',
			value: 'output',
			description: 'Return the row on an output of its own, and rows that failed as well',
		},
	],
};

const notFoundOf = (placed: PlacedOperation[], provider: string): INodeProperties[] => [
	...perResource(
		placed,
		(one) => mayMiss(one) && !isJudged(one),
		{
			...NOT_FOUND,
			description: `What happens with rows for which ${provider} knows nothing; documented as free`,
		},
		unlessStartedOnly(placed),
	),
	...perResource(
		placed,
		(one) => mayMiss(one) && isJudged(one),
		{
			...NOT_FOUND,
			displayName: 'When Invalid',
			description: 'What happens with rows whose answer is "invalid"; it is paid for all the same',
		},
		unlessStartedOnly(placed),
	),
];

/** 'Options' of one resource. */
const optionsOf = (
	resource: string,
	placed: PlacedOperation[],
	provider: string,
): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	displayOptions: { show: { resource: [resource] } },
	options: [
		...manyOptions(placed, provider),
		...followUpOptions(placed),
		INCLUDE_INPUT,
		...optionFor(placed, isPriced, MAX_CREDITS, UNLESS_TOOL),
		...acceptOptions(placed),
		...optionFor(placed, isPricedRow, KEEP_EXISTING),
		...optionFor(placed, isPriced, TRAIL_FIELD),
		...optionFor(placed, isPriced, PROVIDER_FIELD),
		...optionFor(placed, isPriced, MAX_CREDITS_FOR, UNLESS_TOOL),
		...optionFor(placed, isPricedSingle, REUSE_ANSWERS),
		...optionFor(placed, (one) => !one.batch && !one.followUp, MAX_WAIT),
		...optionFor(placed, isPriced, ONLY_ESTIMATE),
		RESULT_FIELD,
		...optionFor(placed, isPriced, SKIP_IF_FILLED),
		TIMEOUT,
		...settingsOf(placed),
		...optionFor(placed, isPriced, WHEN_ROWS_FAIL),
	].sort((a, b) => inOrder(a.displayName, b.displayName)),
});

/** What operations have among their fields, and seldom needs a change. */
function settingsOf(placed: PlacedOperation[]): INodeProperties[] {
	const all = placed
		.flatMap(({ operation }) => inputFields(operation))
		.filter((one) => one.isSetting);
	const byKey = new Map(all.map((field) => [field.key, field]));
	return [...byKey.values()].flatMap((field) =>
		optionFor(
			placed,
			({ operation }) => inputFields(operation).some(({ key }) => key === field.key),
			toProperty(field),
		),
	);
}

const INCLUDE_INPUT: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	default: true,
	description:
		'Whether to return the fields of the input row too; where names are equal, the result wins unless it is empty',
};

/** As many as a fresh account has. */
const MAX_CREDITS_OF_TOOL = 100;

const MAX_CREDITS: INodeProperties = {
	displayName: 'Maximum Credits',
	name: 'maxCredits',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 1000,
	description: 'Credits that this step may spend; rows beyond it are skipped, not looked up',
};

const MAX_CREDITS_FOR: INodeProperties = {
	displayName: 'Maximum Credits Are For',
	name: 'maxCreditsFor',
	type: 'options',
	default: 'run',
	description: 'What the maximum is counted for where this step runs more than once',
	options: [
		{
			name: 'Each Run of This Step',
			value: 'run',
			description: 'In a loop each round, with an AI agent each call',
		},
		{
			name: 'The Whole Execution',
			value: 'execution',
			description: 'All rounds of a loop and all calls of an AI agent together',
		},
	],
};

const ONLY_ESTIMATE: INodeProperties = {
	displayName: 'Only Estimate',
	name: 'onlyEstimate',
	type: 'boolean',
	default: true,
	description:
		'Whether to return only what a run would do: the rows, the distinct lookups, the most that they can cost as documented, and the balance. Nothing paid is sent.',
};

/** Where the option is not set. */
export const REUSE_HOURS_OF_TOOL = 24;

const REUSE_ANSWERS: INodeProperties = {
	displayName: 'Reuse Results (Hours)',
	name: 'reuseHours',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 24,
	description:
		'Hours for which an answer that this account has paid for is used again by later executions, at no charge. They are kept in the memory of n8n, so a restart forgets them. 0: not at all; within one execution they always are. A tool of an AI agent does it for 24 hours unless this says otherwise.',
};

/** Verdicts that are no hit are never accepted. */
const acceptOptions = (placed: PlacedOperation[]): INodeProperties[] =>
	placed.flatMap(({ operation, value }) => {
		const grade = gradeOf(operation);
		if (!grade) return [];
		const field = outputFields(operation).find(({ key }) => key === grade.key);
		const values = grade.values.filter(
			(one) => !operation.verdict || operation.outcome({ [grade.key]: one }).found,
		);
		return [
			{
				displayName: 'Accept Only If',
				name: 'acceptOnly',
				type: 'multiOptions',
				default: [...values.slice(0, 1)],
				displayOptions: { show: { '/operation': [value] } },
				description: `Which values of '${field?.title}' are good enough. A row with another one counts as not found, though the answer is paid for.`,
				options: values
					.map((one) => ({ name: field?.choices?.[one] ?? one, value: one }))
					.sort(byName),
			},
		];
	});

const KEEP_EXISTING: INodeProperties = {
	displayName: 'Keep Existing Values',
	name: 'keepExisting',
	type: 'boolean',
	default: true,
	description:
		'Whether columns of the input row that are filled stay as they are; only empty and new ones take the result',
};

const TRAIL_FIELD: INodeProperties = {
	displayName: 'Put Trail in Field',
	name: 'trailField',
	type: 'string',
	default: 'trail',
	description:
		"Name of a field that says who was asked for the row, what came of it, for how much and when. Each step adds to it; those behind this one do so by themselves if it is called 'trail'.",
};

const PROVIDER_FIELD: INodeProperties = {
	displayName: 'Put Provider in Field',
	name: 'providerField',
	type: 'string',
	default: '',
	placeholder: 'e.g. foundBy',
	description:
		'Name of a field that takes the name of the provider where this step finds something: behind one another, steps of several providers say by it who answered',
};

const RESULT_FIELD: INodeProperties = {
	displayName: 'Put Result in Field',
	name: 'resultField',
	type: 'string',
	default: '',
	placeholder: 'e.g. validation',
	description:
		'Name of a field that takes the whole result; leave it empty to have the result beside the fields of the row',
};

const SKIP_IF_FILLED: INodeProperties = {
	displayName: 'Skip If Already Filled',
	name: 'skipIfFilled',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.email }}',
	description:
		'Drag in the field that this step is to fill. Rows in which it has a value already are skipped and cost nothing.',
};

const TIMEOUT: INodeProperties = {
	displayName: 'Timeout',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MAX_TIMEOUT_SECONDS },
	default: TIMEOUT_SECONDS,
	description:
		'Seconds to wait for an answer. A paid call that takes longer may have been charged and is not sent again.',
};

const MAX_WAIT: INodeProperties = {
	displayName: 'Wait at Most (Minutes)',
	name: 'maxWait',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: WAIT_MINUTES,
	description:
		'Minutes that a row may wait for the rate limit. No row fails because of it before that.',
};

const WHEN_ROWS_FAIL: INodeProperties = {
	displayName: 'When Some Rows Fail',
	name: 'onFailedRows',
	type: 'options',
	default: 'return',
	description: "What happens when rows fail and the node's 'On Error' setting is 'Stop Workflow'",
	options: [
		{
			name: 'Return All Rows',
			value: 'return',
			description: 'Keep what was found; rows that failed have the outcome "failed" and say why',
		},
		{
			name: 'Stop Workflow',
			value: 'stop',
			description:
				'Fail the execution once all rows are done; what was found is not paid for again when you retry the execution',
		},
	],
};

/** All fields of a provider's action node. */
export function propertiesOf(kit: NodeKit): INodeProperties[] {
	const placed = placedOperations(kit);
	const { words, batches = [] } = kit.provider;
	const initial = placed[0]?.resource ?? '';
	const resources = Object.entries(kit.resources).map(([value, name]) => ({ name, value }));
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources,
			default: initial,
		},
		...operationsOf(placed),
		...placed.filter((one) => !hasCriteria(one)).flatMap((one) => fieldsOf(one, kit.provider)),
		...criteriaProperties(placed, (field) => toProperty(field, kit.provider.valueLists)),
		...placed.filter(hasCriteria).flatMap((one) => fieldsOf(one, kit.provider)),
		...pagingOf(placed),
		...additionProperties(placed, kit.provider),
		...capOfToolOf(placed),
		...followUpProperties(placed),
		...fileProperties(placed),
		...outputOf(placed, words.name),
		...notFoundOf(placed, words.name),
		...(batches.length > 0 ? batchProperties(batches, words.name) : []),
		...byResource(placed).flatMap(([resource, operations]) => [
			...noticesOf(operations, words.name),
			optionsOf(resource, operations, words.name),
		]),
	];
}
