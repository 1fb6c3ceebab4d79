import {
	type IExecuteFunctions,
	type IHookFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import {
	activationMessage,
	EVENT_NAMES,
	eventTriggerDescription,
	properties,
	triggerPanel,
} from './description';
import { isPolled } from './polling/events';
import { poll, pollExample } from './polling/poll';
import { webhook } from './webhook';
import { webhookDescription } from './webhookDescription';

const LOCAL = /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?:[:/]|$)/i;

/**
 * Starts a workflow when Enrich calls back, or when n8n finds what Enrich does not call for. One node
 * does both: which events n8n listens for, and which it polls, follows from the event's own fields.
 */
export class EnrichTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrich Trigger',
		name: 'enrichTrigger',
		icon: { light: 'file:../../icons/enrich.svg', dark: 'file:../../icons/enrich.dark.svg' },
		group: ['trigger'],
		// With version 1, n8n evaluates an expression for each call: that halves the calls it can take.
		version: 1.1,
		subtitle: `={{ (${JSON.stringify(EVENT_NAMES)})[$parameter["event"]] }}`,
		description:
			'Start a workflow when a batch is complete or a row of it is done, when an export or a reveal job of leads has ended, or when credits run low',
		eventTriggerDescription,
		activationMessage,
		triggerPanel,
		defaults: { name: 'Enrich Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'enrichApi', required: false }],
		webhooks: [webhookDescription],
		properties,
	};

	/** Each batch names its own address for callbacks, so there is nothing to register with Enrich. */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const url = this.getNodeWebhookUrl('default') ?? '';
				if (LOCAL.test(url))
					this.logger.warn(`Enrich cannot reach ${new URL(url).host} from outside`);
				return true;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	webhook = webhook;

	poll = poll;

	/**
	 * n8n starts a workflow with what a webhook or a poll has brought, and then runs this. Without
	 * it, a callback in a test would be answered by a poll, as n8n prefers that where it can do both.
	 */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const isTest = this.getMode() === 'manual' && isPolled(this.getNodeParameter('event', 0));
		// n8n empties the array that it is given.
		return isTest ? await pollExample(this) : [[...this.getInputData()]];
	}
}
