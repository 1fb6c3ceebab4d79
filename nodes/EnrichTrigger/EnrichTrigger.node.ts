import {
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import {
	activationMessage,
	eventTriggerDescription,
	properties,
	triggerPanel,
} from './description';
import { webhook } from './webhook';

const LOCAL = /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?:[:/]|$)/i;

/** Starts a workflow when Enrich calls back: for each row of a batch, or once at its end. */
export class EnrichTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrich Trigger',
		name: 'enrichTrigger',
		icon: { light: 'file:../../icons/enrich.svg', dark: 'file:../../icons/enrich.dark.svg' },
		group: ['trigger'],
		// With version 1, n8n evaluates an expression for each call: that halves the calls it can take.
		version: 1.1,
		subtitle:
			'={{$parameter["event"] === "resultReceived" ? "Result Received" : "Batch Completed"}}',
		description:
			'Find and validate B2B contact data, or start a workflow when a batch of it is complete',
		eventTriggerDescription,
		activationMessage,
		triggerPanel,
		defaults: { name: 'Enrich Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'enrichApi', required: false }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				// Empty, or n8n would answer with the name of its default.
				responseData: '',
				path: 'enrich',
			},
		],
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
}
