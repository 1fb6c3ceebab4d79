import type { Data } from './data';
import type { LookupOutcome, Operation } from './operation';

/** How far a job is. */
export interface Progress {
	state: 'running' | 'completed' | 'failed';
	/** As the API names it. */
	status: string;
	/** From 0 to 100; undefined: not reported. */
	percent?: number;
	/** Items in it; undefined: not reported. */
	total?: number;
}

/** Work that the API does in its own time: its status and its results are read for free. */
export interface Job {
	/** Tells the products apart, in items and in callbacks. */
	product: string;
	/** As users read it, e.g. "Email Finder". */
	title: string;
	/** What users choose to start it; of a batch, the lookup of one row. */
	startedBy: Operation;
	status: Operation;
	results: Operation;
	/** The path parameter that holds the job's ID. */
	idName: string;
	toProgress(data: Data): Progress;
	/** Items in the job, as a page of results reports them. */
	totalOf(data: Data): number | undefined;
	/** Of one entry of the results. */
	outcome(entry: Data): LookupOutcome;
}

/** Many lookups as one job: submitted once, settled with the results. */
export interface Batch extends Job {
	/** The lookup of one row; its input, outcome and price hold for each row of the batch. */
	single: Operation;
	submit: Operation;
	/** Rows in one batch at most. */
	maxRows: number;
	toBody(inputs: readonly Data[]): Data;
	/** The ID of the batch that a submit has started; undefined: the answer names none. */
	idOf(data: Data): string | undefined;
	/** Results come in another order and fewer than the rows: they find each other by these keys. */
	keyOfInput(input: Data): string | undefined;
	/** Under which keys a result may have been asked for. */
	keysOfResult(result: Data): string[];
	/** Whether the product calls back; then an address can be given at the submit. */
	callsBack: boolean;
	/**
	 * Whether results say whose they are. Where they do not, rows are looked up one by one, at the
	 * same price: a wrong match would be worse than a slow one.
	 */
	namesRows: boolean;
	/** The documentation also names a lower price than the single lookup's, so few rows are one too. */
	mayCostLess?: true;
}

/** The batch that a submit starts; undefined: it is no submit. */
export const batchStartedBy = (
	batches: readonly Batch[] | undefined,
	operation: Operation,
): Batch | undefined => batches?.find(({ submit }) => submit === operation);
