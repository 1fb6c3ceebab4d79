import type { INodePropertyOptions } from 'n8n-workflow';
import { Enrich } from '../nodes/Enrich/Enrich.node';
import { isOffered } from '../shared/contract/operation';
import { operations } from '../shared/providers/enrich/operations';
import App from '../zapier/src';

const { properties } = new Enrich().description;

/** What n8n offers: "resource/operation". */
const inN8n = properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ displayOptions, options = [] }) =>
		(displayOptions?.show?.resource ?? []).flatMap((resource) =>
			(options as INodePropertyOptions[]).map(
				({ value }) => `${String(resource)}/${String(value)}`,
			),
		),
	);

const resources = (properties.find(({ name }) => name === 'resource')?.options ??
	[]) as INodePropertyOptions[];

const { searches = {}, creates = {} } = App as Record<'searches' | 'creates', object | undefined>;

/** What Zapier offers: "kind/key". */
const inZapier = [
	...Object.keys(searches).map((key) => `search/${key}`),
	...Object.keys(creates).map((key) => `create/${key}`),
];

/** A reason that a reader understands, not a placeholder. */
const isReason = (text: string) => text.trim().split(/\s+/).length >= 6;

describe.each(operations)('$operationId', ({ n8n, zapier }) => {
	test('is offered in n8n, or the reason is written down', () => {
		if (!isOffered(n8n)) return expect(isReason(n8n.absent)).toBe(true);
		expect(inN8n).toContain(`${n8n.resource}/${n8n.operation}`);
		expect(resources.map(({ value }) => value)).toContain(n8n.resource);
	});

	test('is offered in Zapier, or the reason is written down', () => {
		if (!isOffered(zapier)) return expect(isReason(zapier.absent)).toBe(true);
		expect(inZapier).toContain(`${zapier.kind}/${zapier.key}`);
	});
});

test('neither platform offers what the registry does not name', () => {
	const places = operations.map(({ n8n, zapier }) => ({
		n8n: isOffered(n8n) ? `${n8n.resource}/${n8n.operation}` : undefined,
		zapier: isOffered(zapier) ? `${zapier.kind}/${zapier.key}` : undefined,
	}));
	const named = (platform: 'n8n' | 'zapier') =>
		places.flatMap((place) => place[platform] ?? []).sort();
	// Waiting for a batch and reading it are one step each for all products.
	expect(inN8n.sort()).toEqual([...named('n8n'), 'batch/getResults', 'batch/wait'].sort());
	expect(inZapier.sort()).toEqual(named('zapier'));
});
