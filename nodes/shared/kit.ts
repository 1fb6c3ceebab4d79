/** What makes the shared machinery of the nodes into the nodes of one provider. */
import type { Batch, Job } from '../../shared/contract/batch';
import { type FollowUp, followUpOf } from '../../shared/contract/followUp';
import type { Operation } from '../../shared/contract/operation';
import type { Provider } from '../../shared/contract/provider';
import { titleOfKey } from '../../shared/contract/titles';

/** Where an operation stands in the node. */
export interface Placement {
	resource: string;
	operation: string;
	/** Default: the operation in words, e.g. `findByIp` → "Find by IP". */
	name?: string;
	/** Sentence case, no articles, includes the object: it is the prompt of AI agents too. */
	action: string;
}

/** What uses an operation that has no place of its own. */
export interface PartOf {
	partOf: string;
}

export interface NotOffered {
	/** Why; a sentence for users. */
	notOffered: string;
}

/** Every operation of the provider stands here: `satisfies Catalog<OperationId, Resource>`. */
export type Catalog<Id extends string = string, Resource extends string = string> = Record<
	Id,
	(Placement & { resource: Resource }) | PartOf | NotOffered
>;

/** One provider's nodes. */
export interface NodeKit {
	provider: Provider;
	/** The type of credential that its nodes use. */
	credentialType: string;
	/** The nouns under which users find the operations, by resource. */
	resources: Record<string, string>;
	catalog: Catalog;
}

/** An operation that users can choose. */
export interface PlacedOperation {
	operation: Operation;
	resource: string;
	/** Value and name of the operation, e.g. `find` and "Find". */
	value: string;
	name: string;
	action: string;
	/** In which many of its rows can be looked up together. */
	batch?: Batch;
	/** How to wait for what else it starts. */
	followUp?: FollowUp;
}

export const isPlaced = (entry: Catalog[string]): entry is Placement => 'resource' in entry;

/** The operations that users can choose, in the order of the provider. */
export const placedOperations = ({ provider, catalog }: NodeKit): PlacedOperation[] =>
	Object.values(provider.operations).flatMap((operation) => {
		const entry = catalog[operation.operationId];
		if (!entry || !isPlaced(entry)) return [];
		const { resource, operation: value, name = titleOfKey(value), action } = entry;
		const batch = provider.batches?.find(({ single }) => single === operation);
		const followUp = followUpOf(provider.followUps, operation);
		return { operation, resource, value, name, action, batch, followUp };
	});

/** What a job does as the node's operations say it, e.g. "Email: Find". */
export function jobName(kit: NodeKit, job: Job): string {
	const { resources, catalog } = kit;
	const entry = catalog[job.startedBy.operationId];
	if (!entry || !isPlaced(entry)) return job.title;
	const { resource, operation, name = titleOfKey(operation) } = entry;
	return `${resources[resource]}: ${name}`;
}
