import { Command } from 'commander';
import { kit } from '../nodes/Enrich/catalog';
import { isPlaced, type NodeKit, placedOperations } from '../nodes/shared/kit';
import type { Operation } from '../shared/contract/operation';
import { enrich, type OperationId } from '../shared/providers/enrich';
import { placementOf } from '../zapier/src/placement';

const operations = Object.entries(enrich.operations) as [OperationId, Operation][];
const placed = new Map(placedOperations(kit).map((one) => [one.operation, one]));

const priceOf = ({ price }: Operation) =>
	price ? `${price.credits ?? 'not documented'} per ${price.per}` : 'free';

/** The table of operations that the README shows. What no platform offers by itself is part of something else. */
export const operationsTable = (): string => {
	const rows = operations.flatMap(([id, operation]) => {
		const inN8n = placed.get(operation);
		const inZapier = placementOf(id);
		if (!inN8n && !('key' in inZapier)) return [];
		const { description, price } = operation;
		const n8n = inN8n ? `${kit.resources[inN8n.resource]} → ${inN8n.name}` : '–';
		const zapier = 'key' in inZapier ? inZapier.label : '–';
		return `| ${n8n} | ${zapier} | ${description} | ${priceOf(operation)} | ${price?.free ?? ''} |`;
	});
	return [
		'| n8n | Zapier | What it does | Documented price | |',
		'|---|---|---|---|---|',
		...rows,
	].join('\n');
};

/** The table of a package of n8n nodes alone. */
export const nodeOperationsTable = (nodes: NodeKit): string =>
	[
		'| Operation | What it does | Documented price | |',
		'|---|---|---|---|',
		...placedOperations(nodes).map(
			({ operation, resource, name }) =>
				`| ${nodes.resources[resource]} → ${name} | ${operation.description} | ${priceOf(operation)} | ${operation.price?.free ?? ''} |`,
		),
	].join('\n');

function inN8nOf(id: OperationId) {
	const entry = kit.catalog[id];
	return entry && isPlaced(entry)
		? { resource: entry.resource, operation: entry.operation }
		: (entry ?? null);
}

function inZapierOf(id: OperationId) {
	const place = placementOf(id);
	return 'key' in place ? { kind: place.kind, key: place.key } : place;
}

const registry = () =>
	operations.map(([id, { method, path, price, billing }]) => ({
		operationId: id,
		method,
		path,
		price,
		billing,
		n8n: inN8nOf(id),
		zapier: inZapierOf(id),
	}));

if (require.main === module) {
	const program = new Command('operations')
		.description('Lists every operation of the connector')
		.option('--json', 'as JSON')
		.parse();
	console.log(program.opts().json ? JSON.stringify(registry(), null, 2) : operationsTable());
}
