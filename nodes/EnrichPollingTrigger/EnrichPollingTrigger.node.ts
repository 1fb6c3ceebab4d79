import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { poll } from './poll';
import { properties } from './properties';

/** Looks again and again what Enrich has no callbacks for: the balance, reveal jobs and exports. */
export class EnrichPollingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrich Polling Trigger',
		name: 'enrichPollingTrigger',
		icon: { light: 'file:../../icons/enrich.svg', dark: 'file:../../icons/enrich.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["event"].replace(/([A-Z])/g, " $1").replace(/^./, (first) => first.toUpperCase()) }}',
		description:
			'Starts when credits run low, or when a reveal job or an export of leads has ended; looking is free',
		defaults: { name: 'Enrich Polling Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'enrichApi', required: true }],
		properties,
	};

	poll = poll;
}
