/** What users of Zapier find, and how an operation comes to be one of them. */
import { snakeCase } from './snakeCase';

export type Kind = 'search' | 'create' | 'trigger';

/** A search, a create or a trigger, as users find it. */
export interface Item {
	kind: Kind;
	/** Never changes once published. */
	key: string;
	/** One singular word, Title Case; never changes once published. */
	noun: string;
	label: string;
	/** One sentence with its period; a search "Finds …". */
	description: string;
	/** Of the output, what Zapier's guidelines ask to drop: echoes of the input, and what stands there twice. */
	omits?: readonly string[];
}

/** Another item does its work: the key of that one. */
export interface PartOf {
	partOf: string;
}

/** What `itemOf` derives is left out. */
export type Placement = (Pick<Item, 'kind'> & Partial<Item>) | PartOf;

export interface NotOffered {
	/** The reason, as users may read it. */
	notOffered: string;
}

export const item = (kind: Kind, label: string, description: string, noun = 'Batch'): Item => ({
	kind,
	key: snakeCase(label),
	noun,
	label,
	description,
});
