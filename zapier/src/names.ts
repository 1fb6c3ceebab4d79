import { isOffered, type Operation, type ZapierPlace } from '../../shared/contract/operation';
import { operations } from '../../shared/providers/enrich/operations';

/** Zapier's keys are snake_case: `isCatchAll` → `is_catch_all`, `hasSEG` → `has_seg`. */
export const snakeCase = (name: string): string =>
	name
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
		.toLowerCase();

export type Offered = Operation & { zapier: ZapierPlace };

/** The operations of the registry that have a place of this kind. */
export const offeredAs = (kind: ZapierPlace['kind']): Offered[] =>
	operations.filter(
		(operation): operation is Offered =>
			isOffered(operation.zapier) && operation.zapier.kind === kind,
	);
