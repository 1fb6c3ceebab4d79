import type { INodePropertyOptions } from 'n8n-workflow';
import { Enrich } from '../nodes/Enrich/Enrich.node';
import { catalog, kit } from '../nodes/Enrich/catalog';
import { type Catalog, placedOperations } from '../nodes/shared/kit';
import { enrich, type OperationId } from '../shared/providers/enrich';
import App from '../zapier/src';
import { composites } from '../zapier/src/catalog';
import { dropdowns } from '../zapier/src/dropdowns';
import { placementOf } from '../zapier/src/placement';

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

const {
	searches = {},
	creates = {},
	triggers = {},
} = App as Record<'searches' | 'creates' | 'triggers', object | undefined>;

/** What Zapier offers: "kind/key". */
const inZapier = [
	...Object.keys(searches).map((key) => `search/${key}`),
	...Object.keys(creates).map((key) => `create/${key}`),
	...Object.keys(triggers).map((key) => `trigger/${key}`),
];

/** A reason that a reader understands, not a placeholder. */
const isReason = (text: string) => text.trim().split(/\s+/).length >= 6;

describe.each(Object.entries(catalog))('%s', (_, entry: Catalog[string]) => {
	test('is offered in n8n, is part of something that is, or the reason is written down', () => {
		if ('notOffered' in entry) return expect(isReason(entry.notOffered)).toBe(true);
		if ('partOf' in entry) return expect(entry.partOf).not.toBe('');
		expect(inN8n).toContain(`${entry.resource}/${entry.operation}`);
		expect(resources.map(({ value }) => value)).toContain(entry.resource);
	});
});

test('neither platform offers what its catalog does not name', () => {
	const named = placedOperations(kit).map(({ resource, value }) => `${resource}/${value}`);
	// Waiting for a batch and reading it are one step each for all products.
	expect(inN8n.sort()).toEqual([...named, 'batch/getResults', 'batch/wait'].sort());
	const ids = Object.keys(catalog) as OperationId[];
	const placed = ids.map(placementOf).flatMap((place) => ('key' in place ? place : []));
	const places = [...placed, ...Object.values(composites)].map(({ kind, key }) => `${kind}/${key}`);
	const hidden = Object.keys(dropdowns).map((key) => `trigger/${key}`);
	expect(inZapier.sort()).toEqual([...places, ...hidden].sort());
});

test('every operation stands under its own operationId', () => {
	for (const [id, { operationId }] of Object.entries(enrich.operations))
		expect(operationId).toBe(id);
});
