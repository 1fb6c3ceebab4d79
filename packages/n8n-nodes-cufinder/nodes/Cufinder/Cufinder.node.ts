import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { outputsOf, subtitleOf } from '../../../../nodes/shared/actionNode';
import { executeWith } from '../../../../nodes/shared/execute';
import { propertiesOf } from '../../../../nodes/shared/properties';
import { kit } from './catalog';

/**
 * Programmatic rather than declarative, because equal rows are looked up once, rows keep their
 * outcome when others fail, and paid calls are never repeated by themselves.
 */
export class Cufinder implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'CUFinder',
		name: 'cufinder',
		icon: { light: 'file:../../icons/cufinder.svg', dark: 'file:../../icons/cufinder.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitleOf(kit),
		description: 'Find company and person data, and never pay twice for a row',
		defaults: { name: 'CUFinder' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOf(kit),
		credentials: [{ name: 'cufinderApi', required: true }],
		properties: propertiesOf(kit),
	};

	execute = executeWith(kit);
}
