import { createHash } from 'node:crypto';
import type { IDataObject, IWebhookFunctions, Workflow } from 'n8n-workflow';
import QuickLRU from 'quick-lru';

/** Deliveries that a process stores, over all triggers: some 10 MB. */
const MAX_IN_MEMORY = 100_000;
/** Ended batches that a trigger stores in the workflow, where they outlive a restart. */
const MAX_STORED = 500;
const MAX_TRIGGERS = 1_000;
const STORED_UNDER = 'endedBatches';

const inMemory = new QuickLRU<string, true>({ maxSize: MAX_IN_MEMORY });
/** Stored deliveries that did not start the workflow after all: n8n saves before it starts. */
const notTaken = new QuickLRU<string, true>({ maxSize: MAX_STORED });
/** What each trigger has stored of late: two ends at once read the workflow before either saves. */
const lately = new QuickLRU<string, string[]>({ maxSize: MAX_TRIGGERS });

/** Stores which callbacks have started the workflow, as hashes: they hold no personal data. */
export class Deliveries {
	/** Two triggers never take each other's callbacks for repeated ones. */
	readonly trigger: string;
	readonly key: string;

	constructor(
		private readonly context: IWebhookFunctions,
		identity: string,
	) {
		this.trigger = `${context.getWorkflow().id} ${context.getNode().id}`;
		this.key = createHash('sha256').update(`${this.trigger} ${identity}`).digest('base64url');
	}

	isKnown(): boolean {
		return inMemory.has(this.key);
	}

	isStored(): boolean {
		return !notTaken.has(this.key) && listIn(this.stored).includes(this.key);
	}

	add(): void {
		notTaken.delete(this.key);
		inMemory.set(this.key, true);
	}

	/** Costs a write to n8n's database, so it is for the end of a batch, not for each result. */
	store(): void {
		const { stored } = this;
		const added = [...(lately.get(this.trigger) ?? []), this.key].slice(-MAX_STORED);
		lately.set(this.trigger, added);
		const all = new Set([...listIn(stored), ...added]);
		stored[STORED_UNDER] = [...all].slice(-MAX_STORED);
		keepMarked(this.context);
	}

	remove(): void {
		inMemory.delete(this.key);
		notTaken.set(this.key, true);
	}

	private get stored(): IDataObject {
		return this.context.getWorkflowStaticData('node');
	}
}

const listIn = (stored: IDataObject): string[] =>
	Array.isArray(stored[STORED_UNDER]) ? (stored[STORED_UNDER] as string[]) : [];

/**
 * n8n marks data that changed, starts the workflow, and saves what is marked; but the start takes
 * the mark away where the workflow had data before. A copy is not touched by the start. The
 * workflow is there at run time, but in no documented interface: without it, only a workflow's
 * first batch is saved.
 */
function keepMarked(context: IWebhookFunctions): void {
	const { workflow } = context as unknown as { workflow?: Partial<Workflow> };
	const copy = JSON.parse(JSON.stringify(workflow?.staticData ?? {})) as IDataObject;
	workflow?.overrideStaticData?.(copy);
}
