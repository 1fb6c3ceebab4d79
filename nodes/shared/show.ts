/** Where a field is shown. n8n crosses resources with operations, so each resource has its own. */
import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import type { PlacedOperation } from './kit';

type Matches = (placed: PlacedOperation) => boolean;
/** Values of other fields for which it is shown, or hidden. */
export type When = Pick<IDisplayOptions, 'show' | 'hide'>;

/** The field once for each resource, shown for exactly the operations that match. */
export const perResource = (
	placed: PlacedOperation[],
	matches: Matches,
	field: INodeProperties,
	when: When = {},
): INodeProperties[] =>
	byResource(placed.filter(matches)).map(([resource, operations]) => ({
		...field,
		displayOptions: {
			show: { resource: [resource], operation: operations.map(({ value }) => value), ...when.show },
			...(when.hide && { hide: when.hide }),
		},
	}));

/** The same, but only once where resources crossed with operations show it nowhere else. */
export function forAll(
	placed: PlacedOperation[],
	matches: Matches,
	field: INodeProperties,
	when: When = {},
): INodeProperties[] {
	const chosen = placed.filter(matches);
	const unique = (values: string[]) => [...new Set(values)];
	const resource = unique(chosen.map((one) => one.resource));
	const operation = unique(chosen.map(({ value }) => value));
	const isShown = (one: PlacedOperation) =>
		resource.includes(one.resource) && operation.includes(one.value);
	if (placed.filter(isShown).length !== chosen.length || chosen.length === 0)
		return perResource(placed, matches, field, when);
	const show = { resource, operation, ...when.show };
	return [{ ...field, displayOptions: { ...when, show } }];
}

/**
 * Within 'Options' of one resource, where paths start from the root: the field, shown for exactly
 * the operations that match; none, where no operation does.
 */
export function optionFor(
	placed: PlacedOperation[],
	matches: Matches,
	field: INodeProperties,
	when: When = {},
): INodeProperties[] {
	const values = placed.filter(matches).map(({ value }) => value);
	if (values.length === 0) return [];
	const displayOptions = {
		show: { '/operation': values, ...when.show },
		...(when.hide && { hide: when.hide }),
	};
	return [{ ...field, displayOptions }];
}

export function byResource(placed: PlacedOperation[]): [resource: string, PlacedOperation[]][] {
	const groups = new Map<string, PlacedOperation[]>();
	for (const one of placed) groups.set(one.resource, [...(groups.get(one.resource) ?? []), one]);
	return [...groups];
}
