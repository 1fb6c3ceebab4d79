import { Command } from 'commander';
import { isOffered, type Operation, RESOURCES } from '../shared/contract/operation';
import { operations } from '../shared/providers/enrich/operations';

const priceOf = ({ price }: Operation) => (price ? `${price.credits} per ${price.per}` : 'free');

/** What no platform offers by itself is a part of something else. */
const isShown = ({ n8n, zapier }: Operation) => isOffered(n8n) || isOffered(zapier);

/** The table of operations that the README shows. */
export const operationsTable = (): string =>
	[
		'| n8n | Zapier | What it does | Documented price | |',
		'|---|---|---|---|---|',
		...operations.filter(isShown).map((operation) => {
			const { n8n, zapier, description, price } = operation;
			const inN8n = isOffered(n8n) ? `${RESOURCES[n8n.resource]} → ${n8n.name}` : '–';
			const inZapier = isOffered(zapier) ? zapier.label : '–';
			return `| ${inN8n} | ${inZapier} | ${description} | ${priceOf(operation)} | ${price?.free ?? ''} |`;
		}),
	].join('\n');

const registry = () =>
	operations.map(({ operationId, method, path, price, billing, n8n, zapier }) => ({
		operationId,
		method,
		path,
		price,
		billing,
		n8n: isOffered(n8n) ? { resource: n8n.resource, operation: n8n.operation } : null,
		zapier: isOffered(zapier) ? { kind: zapier.kind, key: zapier.key } : null,
	}));

if (require.main === module) {
	const program = new Command('operations')
		.description('Lists every operation of the connector')
		.option('--json', 'as JSON')
		.parse();
	console.log(program.opts().json ? JSON.stringify(registry(), null, 2) : operationsTable());
}
