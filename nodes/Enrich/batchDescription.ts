import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { isOffered, type N8nPlace } from '../../shared/operation';
import { batches } from '../../shared/operations/batches';
import { JOBS } from '../../shared/policy';

/** Where the steps that take a batch find which one: the outputs of 'Do Not Wait' name it so. */
export const BATCH_FIELDS = { id: 'batchId', product: 'product' };

const BATCH_FROM = JOBS.batchFrom;
export const WAIT_MINUTES = 60;
export const CHECK_MINUTES = 5;
export const GIVE_UP_HOURS = 48;

const formats: INodePropertyOptions[] = [
	{
		name: 'CSV File',
		value: 'csv',
		description: 'One file for spreadsheets; the way for many thousand rows',
	},
	{ name: 'Items', value: 'items', description: 'One item per row' },
	{ name: 'JSON Lines File', value: 'jsonl', description: 'One file with one JSON object a line' },
];

const showFor = (places: N8nPlace[], more: Record<string, string[]> = {}) => ({
	show: {
		resource: [...new Set(places.map(({ resource }) => resource))],
		operation: [...new Set(places.map(({ operation }) => operation))],
		...more,
	},
});

const unnamed = batches
	.filter(({ namesRows }) => !namesRows)
	.map(({ submit }) => submit.n8n)
	.filter(isOffered);

/** What is asked of the operations for many rows, besides what is asked for each row. */
export const manyProperties = (places: N8nPlace[]): INodeProperties[] => [
	{
		displayName:
			"Enrich's batch results do not say which address they belong to, so these rows are looked up one by one, at the same price. With 'Do Not Wait' they do go into a batch; its callbacks name the address, its results do not, and it cannot be taken over.",
		name: 'unnamedNotice',
		type: 'notice',
		default: '',
		displayOptions: showFor(unnamed),
	},
	{
		displayName: 'Wait for Results',
		name: 'waiting',
		type: 'options',
		default: 'stay',
		description: 'How the step comes by the results of its batch',
		displayOptions: showFor(places),
		options: [
			{
				name: 'Do Not Wait',
				value: 'none',
				description:
					"Start the batch and go on at once; 'Batch: Wait' and 'Batch: Get Results' take it from there",
			},
			{
				name: 'In Background',
				value: 'background',
				description: `The execution rests until Enrich calls it back: up to ${JOBS.mostByCallback.toLocaleString('en-US')} rows; n8n must be reachable from the internet`,
			},
			{
				name: 'Stay and Check',
				value: 'stay',
				description: 'The step runs until the results are there; works everywhere',
			},
		],
	},
	{
		displayName: 'Send Callbacks To',
		name: 'callbackUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/…',
		description:
			"Leave it empty, or paste the production URL of an 'Enrich Trigger': it starts its workflow for each result, or when the batch is complete. One call is sent per row.",
		displayOptions: showFor(places, { waiting: ['none'] }),
	},
	{
		displayName: 'Return Results As',
		name: 'format',
		type: 'options',
		default: 'items',
		description: 'Whether each row becomes an item or all rows together become one file',
		displayOptions: showFor(places, { waiting: ['background', 'stay'] }),
		options: formats,
	},
];

/** The options that only the operations for many rows have. */
export const manyOptions = (
	displayOptions: INodeProperties['displayOptions'],
): INodeProperties[] => [
	{
		displayName: 'Take Over Recent Batch',
		name: 'takeOver',
		type: 'boolean',
		default: true,
		displayOptions,
		description:
			'Whether a batch of exactly the same rows from the last 24 hours is used instead of paying for another one, as after a crash',
	},
	{
		displayName: 'Use Batch From',
		name: 'batchFrom',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: BATCH_FROM,
		displayOptions,
		description:
			'Number of different rows from which on they go into one batch. Fewer are looked up one by one, which is quicker and costs the same.',
	},
	{
		displayName: 'Wait at Most',
		name: 'mostWait',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: WAIT_MINUTES,
		displayOptions,
		description:
			'Minutes to wait for a batch. After that the step ends and names the batch, which goes on and is not lost.',
	},
];

const forBatch = (...operations: string[]) => ({
	show: { resource: ['batch'], operation: operations },
});

/** 'Batch': waiting for a batch that another step has started, and reading its results. */
export const batchProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['batch'] } },
		default: 'wait',
		options: [
			{
				name: 'Get Results',
				value: 'getResults',
				action: 'Get results of batch',
				description: 'Return what a batch brought, at no cost',
			},
			{
				name: 'Wait',
				value: 'wait',
				action: 'Wait for batch',
				description: 'Rest until a batch has ended, be it for days, at no cost',
			},
		],
	},
	{
		displayName:
			"Connect the output 'Still Running' back to this step's own input, and the output 'Ended' to what comes next. The execution rests between two checks and survives a restart of n8n.",
		name: 'loopNotice',
		type: 'notice',
		default: '',
		displayOptions: forBatch('wait'),
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
		displayName: 'Batch Of',
		name: 'product',
		type: 'options',
		default: 'any',
		description: 'What the batch looks up',
		displayOptions: forBatch('wait', 'getResults'),
		options: [
			...batches.map(({ product, single }) => ({ name: single.title, value: product })),
			{
				name: 'Find Out',
				value: 'any',
				description: 'As the input says; else whichever knows the ID',
			},
		].sort((a, b) => (a.name < b.name ? -1 : 1)),
	},
	{
		displayName: 'Check Every',
		name: 'checkEvery',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: CHECK_MINUTES,
		description: 'Minutes between two checks',
		displayOptions: forBatch('wait'),
	},
	{
		displayName: 'Give Up After',
		name: 'giveUpAfter',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: GIVE_UP_HOURS,
		description: 'Hours after which the step stops waiting; the batch goes on and is not lost',
		displayOptions: forBatch('wait'),
	},
	{
		displayName: 'Return Results As',
		name: 'format',
		type: 'options',
		default: 'items',
		description: 'Whether each result becomes an item or all results together become one file',
		displayOptions: forBatch('getResults'),
		options: formats,
	},
];
