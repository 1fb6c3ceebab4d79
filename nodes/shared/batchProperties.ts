import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { REUSE_WITHIN_MS } from '../../shared/batches/startBatch';
import type { Batch } from '../../shared/contract/batch';
import type { PlacedOperation } from './kit';
import { optionFor, perResource } from './show';

/** Where the steps that take a batch find which one: the outputs of 'Do Not Wait' name it so. */
export const BATCH_FIELDS = { id: 'batchId', product: 'product' };

export const WAIT_MINUTES = 60;
export const REUSE_HOURS = REUSE_WITHIN_MS / 3_600_000;
export const GIVE_UP_HOURS = 48;
/**
 * Rows of a batch that calls back a waiting execution. One call comes per row, and n8n loads the
 * whole execution for each.
 */
export const MAX_ROWS_BY_CALLBACK = 250;

/** What is done with a batch that runs, whatever it looks up; the same for every provider. */
export const BATCH_OPERATIONS = {
	getResults: {
		name: 'Get Results',
		action: 'Get results of batch',
		description: 'Return what a batch brought, at no cost',
	},
	wait: {
		name: 'Wait',
		action: 'Wait for batch',
		description: 'Rest until a batch has ended, be it for days, and go on by itself, at no cost',
	},
} as const;

const formats: INodePropertyOptions[] = [
	{
		name: 'CSV File',
		value: 'csv',
		description: 'One file for spreadsheets; the way for many thousand rows',
	},
	{ name: 'Items', value: 'items', description: 'One item per row' },
	{ name: 'JSON Lines File', value: 'jsonl', description: 'One file for programs, one row a line' },
];

/** How much of a result to return. */
export const outputOptions = (provider: string): INodePropertyOptions[] => [
	{
		name: 'Raw',
		value: 'raw',
		description: `Everything that ${provider} answers, and all that is known of the request`,
	},
	{
		name: 'Selected Fields',
		value: 'selected',
		description: 'Only the fields that you choose',
	},
	{
		name: 'Simplified',
		value: 'simplified',
		description: 'The fields that most workflows need',
	},
];

const hasBatch = ({ batch }: PlacedOperation) => batch !== undefined;
const callsBack = ({ batch }: PlacedOperation) => batch?.callsBack === true;
const namesRows = ({ batch }: PlacedOperation) => batch?.namesRows === true;

/**
 * Where nobody waits for results, what becomes of them is no question. Never `show` what has a value
 * of its own by an option: n8n takes the value away when it loads a workflow.
 */
const UNLESS_STARTED_ONLY = { hide: { '/options.waiting': ['none'] } };

/** The same, where waiting is a field and not an option. */
export const UNLESS_FOLLOWED = { hide: { '/waiting': ['none'] } };

export const unlessStartedOnly = (placed: PlacedOperation[]) =>
	placed.some(hasBatch)
		? { hide: { ...UNLESS_STARTED_ONLY.hide, ...UNLESS_FOLLOWED.hide } }
		: placed.some(({ followUp }) => followUp)
			? UNLESS_FOLLOWED
			: {};

/** Said of an operation's batches where somebody has chosen how to wait for them. */
export const noticesOf = (placed: PlacedOperation[], provider: string): INodeProperties[] => [
	...perResource(
		placed,
		({ batch }) => batch?.namesRows === false,
		{
			displayName: `${provider}'s batch results do not say which address they belong to: callbacks name it, results do not, and the batch cannot be found again. Unless you choose 'Do Not Wait', these rows are looked up one by one, at the same price.`,
			name: 'unnamedNotice',
			type: 'notice',
			default: '',
		},
		{ show: { '/options.waiting': ['background', 'none'] } },
	),
	...perResource(
		placed,
		({ batch }) => batch?.callsBack === false,
		{
			displayName: `${provider} sends no callbacks for this lookup: the step stays and checks, or 'Batch: Wait' waits for it.`,
			name: 'noCallbackNotice',
			type: 'notice',
			default: '',
		},
		{ show: { '/options.waiting': ['background', 'none'] } },
	),
];

/** The options that only operations have whose rows can be looked up in a batch. */
export const manyOptions = (placed: PlacedOperation[], provider: string): INodeProperties[] => [
	...optionFor(
		placed,
		namesRows,
		{
			displayName: 'Look Up',
			name: 'lookUp',
			type: 'options',
			default: 'automatic',
			description: 'How rows are looked up; the documented price is the same',
			options: [
				{
					name: 'Automatic',
					value: 'automatic',
					description:
						'In a batch when there are more different rows than the rate limit lets through in a minute, else one by one',
				},
				{
					name: 'In Batches',
					value: 'batch',
					description: 'However few they are',
				},
				{
					name: 'One by One',
					value: 'single',
					description: 'However many they are, at the pace of the rate limit',
				},
			],
		},
		UNLESS_STARTED_ONLY,
	),
	...optionFor(
		placed,
		hasBatch,
		{
			displayName: 'Return Results As',
			name: 'format',
			type: 'options',
			default: 'items',
			description: 'How the results leave this step',
			options: formats,
		},
		UNLESS_STARTED_ONLY,
	),
	...optionFor(placed, hasBatch, {
		displayName: 'Reuse Results (Hours)',
		name: 'reuseHours',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: REUSE_HOURS,
		description: `How old results of the same rows may be to be used instead of paying again, as after a crash or while you build a workflow. Without this option: ${REUSE_HOURS} hours for a batch; single answers within one execution. 0 always pays for new ones.`,
	}),
	...optionFor(placed, callsBack, {
		displayName: 'Send Callbacks To',
		name: 'callbackUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/…',
		description: `With 'Do Not Wait' only: the production URL of an '${provider} Trigger', which then starts its workflow for each result, or when the batch is complete. One call is sent per row.`,
	}),
	...optionFor(
		placed,
		hasBatch,
		{
			displayName: 'Wait at Most (Minutes)',
			name: 'maxWait',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: WAIT_MINUTES,
			description:
				'Minutes that a row may wait for the rate limit, or for its batch to end. After that the step ends and names the batch, which goes on and is not lost.',
		},
		UNLESS_STARTED_ONLY,
	),
	...optionFor(placed, hasBatch, {
		displayName: 'Wait for Results',
		name: 'waiting',
		type: 'options',
		default: 'stay',
		description: 'What the step does while a batch runs',
		options: [
			{
				name: 'Do Not Wait',
				value: 'none',
				description: `Starts a batch, returns one item with its ID and goes on at once; 'Batch: Wait' and 'Batch: Get Results', or an ${provider} Trigger, take it from there`,
			},
			{
				name: 'In Background',
				value: 'background',
				description: `N8n pauses the execution until ${provider} calls back: up to ${MAX_ROWS_BY_CALLBACK} rows, and n8n must be reachable from the internet`,
			},
			{
				name: 'Stay and Check',
				value: 'stay',
				description: 'The step keeps running until the results have come; works everywhere',
			},
		],
	}),
];

const forBatch = (...operations: string[]) => ({
	show: { resource: ['batch'], operation: operations },
});

/** 'Batch': waiting for a batch that another step has started, and reading its results. */
export const batchProperties = (batches: readonly Batch[], provider: string): INodeProperties[] => [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['batch'] } },
		default: 'wait',
		options: Object.entries(BATCH_OPERATIONS).map(([value, operation]) => ({
			value,
			...operation,
		})),
	},
	{
		displayName: 'Batch ID',
		name: 'batchId',
		type: 'string',
		required: true,
		default: `={{ $json.${BATCH_FIELDS.id} }}`,
		description: 'ID of the batch, as the step that started it returned it',
		displayOptions: forBatch('wait', 'getResults'),
	},
	{
		displayName: 'Kind of Batch',
		name: 'product',
		type: 'options',
		default: 'any',
		description: 'What the batch looks up',
		displayOptions: forBatch('wait', 'getResults'),
		options: [
			...batches.map(({ product, single }) => ({ name: single.title, value: product })),
			{
				name: 'Detect Automatically',
				value: 'any',
				description: 'Taken from the input, else found by the ID',
			},
		].sort((a, b) => (a.name < b.name ? -1 : 1)),
	},
	{
		displayName: 'Give Up After (Hours)',
		name: 'giveUpAfter',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: GIVE_UP_HOURS,
		description:
			'Hours after which the step stops waiting; the batch goes on and is not lost. The execution rests in between, looks for itself every few minutes, and survives a restart of n8n.',
		displayOptions: forBatch('wait'),
	},
	{
		displayName: 'Return Results As',
		name: 'format',
		type: 'options',
		default: 'items',
		description: 'How the results leave this step',
		displayOptions: forBatch('getResults'),
		options: formats,
	},
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		default: 'simplified',
		description: 'How much of each result to return',
		displayOptions: forBatch('getResults'),
		// Which fields there are is known once the batch is.
		options: outputOptions(provider).filter(({ value }) => value !== 'selected'),
	},
];
