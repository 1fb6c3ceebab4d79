/** What the catalog leaves out, because a rule derives it. */
import type { Operation } from '../../shared/contract/operation';
import { enrich, type OperationId } from '../../shared/providers/enrich';
import { catalog } from './catalog';
import type { Item, Kind, NotOffered, PartOf, Placement } from './item';
import { snakeCase } from './snakeCase';

/** Where an operation stands; of an item of its own, all that users see of it. */
export function placementOf(operationId: OperationId): Item | PartOf | NotOffered {
	const placement: Placement | NotOffered = catalog[operationId];
	return 'kind' in placement ? itemOf(enrich.operations[operationId], placement) : placement;
}

/** `Find Leads` → key `find_leads`, noun `Lead`; `Find a …` → `Finds a … .` */
function itemOf({ title, description }: Operation, given: Pick<Item, 'kind'> & Partial<Item>) {
	const { label = title } = given;
	const [, noun = label] = label.split(' ');
	return {
		key: snakeCase(label),
		noun: noun.replace(/s$/, ''),
		label,
		description: `${description.replace(/^Find /, 'Finds ')}.`,
		...given,
	} satisfies Item;
}

/** The operations with an item of this kind, in the order of the catalog. */
export const offeredAs = (kind: Kind): { operation: Operation; item: Item }[] =>
	(Object.keys(catalog) as OperationId[]).flatMap((operationId) => {
		const placement = placementOf(operationId);
		return 'kind' in placement && placement.kind === kind
			? [{ operation: enrich.operations[operationId], item: placement }]
			: [];
	});
