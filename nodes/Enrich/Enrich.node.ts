import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { outputsOf, subtitleOf } from '../shared/actionNode';
import { RESUME_WEBHOOKS, resumeWebhook } from '../shared/background';
import { executeWith } from '../shared/execute';
import { propertiesOf } from '../shared/properties';
import { methodsOf } from '../shared/valueLists';
import { kit } from './catalog';

/**
 * Programmatic rather than declarative, because equal rows are looked up once, rows keep their
 * outcome when others fail, calls are paced by what the API answers, and paid calls are never
 * repeated by themselves.
 */
export class Enrich implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Enrich',
		name: 'enrich',
		icon: { light: 'file:../../icons/enrich.svg', dark: 'file:../../icons/enrich.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitleOf(kit),
		description: 'Find and validate B2B contact data, and never pay twice for a row',
		defaults: { name: 'Enrich' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOf(kit),
		credentials: [{ name: 'enrichApi', required: true }],
		webhooks: RESUME_WEBHOOKS,
		waitingNodeTooltip: 'Waiting for Enrich to complete the batch',
		properties: propertiesOf(kit),
	};

	methods = methodsOf(kit);

	execute = executeWith(kit);

	webhook = resumeWebhook(kit);
}
