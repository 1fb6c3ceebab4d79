import { placedOperations } from '../nodes/shared/kit';
import { kit } from '../packages/n8n-nodes-cufinder/nodes/Cufinder/catalog';

/** What the CUFinder node offers. */
export const placed = placedOperations(kit);

/** The CUFinder node as it stands in a workflow. */
export const cufinderNode = (parameters: object, settings: object = {}, name = 'CUFinder') => ({
	name,
	type: 'n8n-nodes-cufinder.cufinder',
	parameters,
	credentials: { cufinderApi: { id: '1', name: 'CUFinder account' } },
	...settings,
});

/** Parameters of the operation that most tests use. */
export const enrichCompany = (more: object = {}) => ({
	resource: 'company',
	operation: 'enrich',
	query: '={{ $json.company }}',
	...more,
});
