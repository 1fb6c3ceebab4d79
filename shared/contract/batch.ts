import type { Data, Operation } from './operation';

/** The names of a batch's callbacks, as the API spells them. */
export interface CallbackEvents {
	/** One per row. */
	result: string;
	/** The batch has ended. */
	end: string;
}

/** Many lookups as one job of the API: submitted once, read for free, settled with the results. */
export interface Batch {
	/** Tells the products apart, in items and in callbacks. */
	product: 'emailFinder' | 'emailValidation' | 'phones' | 'reverseLookup' | 'ipToCompany';
	/** The lookup of one row; its input, verdict and price hold for each row of the batch. */
	single: Operation;
	submit: Operation;
	status: Operation;
	results: Operation;
	/** The path parameter that holds the batch's ID. */
	idName: string;
	/** Default: the product sends no callbacks. */
	events?: CallbackEvents;
	/** Rows in one batch at most. */
	maxRows: number;
	toBody(inputs: readonly Data[]): Data;
	/** Results come in another order and fewer than the rows: they find each other by these keys. */
	keyOfInput(input: Data): string | undefined;
	/** Under which keys a result may have been asked for. */
	keysOfResult(result: Data): string[];
	/**
	 * Whether results say whose they are. Where they do not, rows are looked up one by one, at the
	 * same price: a wrong match would be worse than a slow one.
	 */
	namesRows: boolean;
	/** The documentation also names a lower price than the single lookup's, so few rows are one too. */
	mayCostLess?: true;
}
