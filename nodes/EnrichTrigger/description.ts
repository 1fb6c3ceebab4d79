import {
	cronNodeOptions,
	type INodeProperties,
	type INodePropertyOptions,
	type TriggerPanelDefinition,
} from 'n8n-workflow';
import { EVENT_KINDS, type EventKind } from '../../shared/contract/event';
import { events } from '../../shared/providers/enrich/events';
import { kit } from '../Enrich/catalog';
import { jobName } from '../shared/kit';
import { POLLED_EVENTS } from './polling/events';

const byName = (options: INodePropertyOptions[]): INodePropertyOptions[] =>
	options.sort((a, b) => (a.name < b.name ? -1 : 1));

/** What calls back, as the operations that start it are called. */
const products = [...new Set(events.map(({ job }) => job))].map((job) => ({
	name: jobName(kit, job),
	value: job.product,
}));

const CALLED_BACK = Object.keys(EVENT_KINDS);
const POLLED = Object.keys(POLLED_EVENTS);
export const EVENT_NAMES: Record<string, string> = {
	...EVENT_KINDS,
	...Object.fromEntries(Object.entries(POLLED_EVENTS).map(([value, { name }]) => [value, name])),
};

const EVENT_HELP: Record<EventKind, string> = {
	batchCompleted: 'Runs once for each batch, when all of its rows are done',
	resultReceived: 'Runs once for each row, as soon as it is done',
};

export const triggerPanel: TriggerPanelDefinition = {
	header: 'Let Enrich call this workflow',
	executionsHelp: {
		inactive:
			"<b>While you build the workflow</b>, click the button above, copy the <b>Test URL</b> into the field 'Send Callbacks To' of the Enrich step that starts a batch, and run that step. What comes in shows up here.<br /><br /><b>When it is ready</b>, publish this workflow and put the <b>Production URL</b> into that field instead.<br /><br />If you set a secret here, add <b>?secret=</b> and the secret to the end of the URL.",
		active:
			"<b>While you build the workflow</b>, click the button above, copy the <b>Test URL</b> into the field 'Send Callbacks To' of the Enrich step that starts a batch, and run that step. What comes in shows up here.<br /><br /><b>The workflow is published</b>: each batch whose step has the <b>Production URL</b> in that field starts it. You see these runs in the <a data-key='executions'>executions list</a>.<br /><br />If you set a secret here, add <b>?secret=</b> and the secret to the end of the URL.",
	},
	activationHint:
		"Once the workflow is ready, publish it and put the Production URL into the field 'Send Callbacks To' of the Enrich step that starts the batch.",
};

export const eventTriggerDescription =
	"Waiting for Enrich. Put the Test URL into 'Send Callbacks To' of the step that starts a batch, and run it.";

export const activationMessage =
	"Enrich can now start this workflow: put the Production URL into 'Send Callbacks To' of the Enrich step that starts a batch.";

export const properties: INodeProperties[] = [
	{
		displayName: 'Event',
		name: 'event',
		type: 'options',
		noDataExpression: true,
		default: 'batchCompleted',
		description: 'What starts the workflow',
		options: byName([
			...Object.entries(EVENT_KINDS).map(([value, name]) => ({
				name,
				value,
				action: `On ${name.toLowerCase()}`,
				description: EVENT_HELP[value as EventKind],
			})),
			...Object.entries(POLLED_EVENTS).map(([value, { name, description }]) => ({
				name,
				value,
				action: `On ${name.toLowerCase()}`,
				description,
			})),
		]),
	},
	{
		displayName:
			"Open 'Webhook URLs' above, copy the Production URL into the field 'Send Callbacks To' of the Enrich step that starts a batch, then publish this workflow. Enrich must be able to reach the URL over the internet.",
		name: 'addressNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { event: CALLED_BACK } },
	},
	{
		displayName:
			'Enrich does not call for this event: n8n asks at these times whether it has happened, which is documented as free. It needs no address that can be reached from outside.',
		name: 'pollingNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { event: POLLED } },
	},
	{
		displayName: 'When to Check',
		// n8n takes the times from a field of this name, and polls only where it holds one.
		name: 'pollTimes',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Time' },
		default: { item: [{ mode: 'everyMinute' }] },
		description: 'Times at which to check; a minute apart at least',
		placeholder: 'Add Time',
		displayOptions: { show: { event: POLLED } },
		options: cronNodeOptions,
	},
	{
		displayName: 'When to Check',
		name: 'pollTimes',
		type: 'hidden',
		default: { item: [] },
		displayOptions: { show: { event: CALLED_BACK } },
	},
	{
		displayName: 'Threshold',
		name: 'threshold',
		type: 'number',
		required: true,
		typeOptions: { minValue: 1 },
		default: 1000,
		description: 'Credits below which the workflow starts',
		displayOptions: { show: { event: ['balanceBelowThreshold'] } },
	},
	{
		displayName: 'Kinds of Batches',
		name: 'products',
		type: 'multiOptions',
		default: [],
		description: 'Which batches start the workflow; leave it empty for all',
		options: byName(products),
		displayOptions: { show: { event: CALLED_BACK } },
	},
	{
		displayName: 'Results',
		name: 'results',
		type: 'options',
		default: 'items',
		description:
			'What the batch brings along; reading results is free and needs the Enrich credential',
		displayOptions: { show: { event: ['batchCompleted'] } },
		options: [
			{
				name: 'All as Items',
				value: 'items',
				description: 'One item for each result; for many thousands of rows this takes much memory',
			},
			{
				name: 'As CSV File',
				value: 'csv',
				description: 'One file for spreadsheets; the way for many thousand rows',
			},
			{
				name: 'As JSON Lines File',
				value: 'jsonl',
				description: 'One file for programs, one result a line',
			},
			{ name: 'None', value: 'none', description: 'One item that tells about the batch' },
		],
	},
	{
		displayName: 'Check With Enrich',
		name: 'check',
		type: 'boolean',
		default: true,
		description:
			"Whether to ask Enrich, at no cost, if the batch is yours and has ended before the workflow starts. Needs a credential: without one, items say 'isVerified: false'.",
		displayOptions: { show: { event: CALLED_BACK } },
	},
	{
		displayName: 'Secret',
		name: 'secret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. a long word that nobody guesses',
		description:
			"A word of your own that must stand at the end of the URL in 'Send Callbacks To', as ?secret=your-word. Calls without it are turned away. Leave it empty to need none.",
		displayOptions: { show: { event: CALLED_BACK } },
	},
];
