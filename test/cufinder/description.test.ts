import type { INodeTypeDescription } from 'n8n-workflow';
import { placed } from '../../testkit/cufinderWorkflow';
import { bench } from '../../testkit/enrichWorkflow';
import { checkActionNode } from '../engine/actionNode';

const b = bench();
const loader = () => b.engine.loaders[1]!;
const described = () => loader().nodeTypes.cufinder!.type.description as INodeTypeDescription;

checkActionNode(placed, described, () => loader().getCredential('cufinderApi').type.name);

test('all six operations have a place', () => {
	expect(placed.map(({ operation }) => operation.path).sort()).toEqual(
		['/cse', '/cuf', '/enc', '/fwe', '/rel', '/tep'].sort(),
	);
});

test('nothing speaks of batches, of files, or of Enrich', () => {
	const text = JSON.stringify(described());
	expect(text.match(/\bbatch|\bwaiting\b|\bcsv\b|wallet|Enrich (?:node|API|account)/gi)).toBeNull();
});
