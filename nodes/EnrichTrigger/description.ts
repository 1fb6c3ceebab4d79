import type { INodeProperties, INodePropertyOptions, TriggerPanelDefinition } from 'n8n-workflow';
import { EVENT_KINDS, type EventKind } from '../../shared/contract/event';
import { events } from '../../shared/providers/enrich/events';

const toOptions = (names: Record<string, string>): INodePropertyOptions[] =>
	Object.entries(names).map(([value, name]) => ({ name, value }));

/** Whose batches call back, by the name under which items and filters show them. */
const products = Object.fromEntries(
	events.map(({ job }) => [job.product, job.title] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
);

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
		displayName:
			"Open 'Webhook URLs' above, copy the Production URL into the field 'Send Callbacks To' of the Enrich step that starts a batch, then publish this workflow. Enrich must be able to reach the URL over the internet.",
		name: 'addressNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Event',
		name: 'event',
		type: 'options',
		noDataExpression: true,
		default: 'batchCompleted',
		description: 'What starts the workflow',
		options: toOptions(EVENT_KINDS).map((option) => ({
			...option,
			description: EVENT_HELP[option.value as EventKind],
		})),
	},
	{
		displayName: 'Kinds of Batches',
		name: 'products',
		type: 'multiOptions',
		default: [],
		description: 'Which batches start the workflow; leave it empty for all',
		options: toOptions(products),
	},
	{
		displayName: 'Results',
		name: 'results',
		type: 'options',
		default: 'none',
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
	},
];
