import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { kit } from '../nodes/Enrich/catalog';
import { isPlaced } from '../nodes/shared/kit';
import type { Operation } from '../shared/contract/operation';
import { enrich, type OperationId } from '../shared/providers/enrich';
import { placementOf } from '../zapier/src/placement';
import { operationsPage, operationsTable } from './operationsPage';

const operations = Object.entries(enrich.operations) as [OperationId, Operation][];
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

const { json, write } = new Command('operations')
	.description('Lists every operation of the connector')
	.option('--json', 'as JSON')
	.option('--write', 'write docs/operations.md')
	.parse()
	.opts<{ json?: boolean; write?: boolean }>();
if (write) writeFileSync(join(__dirname, '../docs/operations.md'), operationsPage());
else console.log(json ? JSON.stringify(registry(), null, 2) : operationsTable());
