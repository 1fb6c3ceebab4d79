import type { Job } from './batch';
import type { Data } from './data';

export const EVENT_KINDS = {
	batchCompleted: 'Batch Completed',
	resultReceived: 'Result Received',
} as const;
export type EventKind = keyof typeof EVENT_KINDS;

/** What an API reports by calling back, as data: nothing proves that it was the API. */
export interface JobEvent {
	/** As the API spells it. */
	name: string;
	kind: EventKind;
	/** What verifies it: the job is read again. */
	job: Job;
	/** Where the ID of the batch stands, by preference; keys in camelCase. */
	batchId: string[][];
	/** Where the name of the row stands: often a person's address. */
	resultId?: string[][];
	/** Objects whose fields belong to the result itself. */
	nested?: string[];
	/** What a callback says of a row, as the job's results say it; default: they are the same. */
	toEntry?(fields: Data): Data;
	/** Fields of an end that make it a new one when they differ, though the batch is the same. */
	distinctBy?: string[];
}
