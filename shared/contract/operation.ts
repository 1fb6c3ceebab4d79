import * as z from 'zod';
import type { Data } from './data';
import type { Lenient } from './lenient';

// zod must not build functions from text: strict hosts forbid it.
z.config({ jitless: true });

/** What sending a call twice would cost; the HTTP verb says nothing about it. */
export type Billing =
	| 'freeRead'
	| 'freeWrite'
	| 'chargedOnceThenCached'
	| 'chargedEachTime'
	| 'reservesAtSubmit';

export const isPaid = (billing: Billing): boolean =>
	billing !== 'freeRead' && billing !== 'freeWrite';

/** Spread into an operation: how it is called, and what that means for money. */
export const post = <const P extends string>(path: P) => ({ method: 'POST', path }) as const;
const free =
	<const M extends string, const B extends Billing>(method: M, billing: B) =>
	(path: string) =>
		({ method, path, billing, price: null }) as const;
export const freeGet = free('GET', 'freeRead');
export const freePost = free('POST', 'freeWrite');
export const freeDelete = free('DELETE', 'freeWrite');

/** The documented price. What was really charged is always read from the answer. */
export interface Price {
	/** Null: not documented, which never means free. */
	credits: number | null;
	/** What one charge is for, e.g. "email found". */
	per: string;
	/** When the call is free, as a sentence; default: nothing is documented. */
	free?: string;
}

/** How an answer to one lookup reads: a miss is an answer, never an error. */
export interface LookupOutcome {
	found: boolean;
	reason: string;
}

/** Another field that people have in their lists, and the API's fields that it fills. */
export interface Alternative<I = Data> {
	field: z.ZodType;
	fills: (keyof I & string)[];
	fill(value: string): Partial<I>;
}

/** A field of the output that follows from the others. */
export interface Derived<D = Data> {
	field: z.ZodType;
	/** Undefined: the answer does not say. */
	of(data: D): unknown;
}

/** A page of a list, as `hasMore` sees it. */
export interface PageRead<D = Data> {
	data: D;
	/** From 1. */
	page: number;
	pageSize: number;
	/** Entries of all pages so far, this one included. */
	read: number;
	/** Entries of this page. */
	count: number;
}

/** An operation that answers with a page of a longer list. */
export interface Paging<I = Data, D = Data> {
	/** The key in `data` that holds the page's entries. */
	entries: keyof D & string;
	/** The input key that carries the page's size, and the largest size; default: the API decides. */
	size?: keyof I & string;
	maxSize?: number;
	/** As many entries as were asked for: there is nothing to limit. */
	isAsAsked?: true;
	/** The key of the date by which entries come newest first: a period of them can be read. */
	newestFirstBy?: string;
	/** The API refuses pages beyond this one. */
	maxPages?: number;
	/** How many match in all, also beyond `maxPages`. */
	total?(data: D): number | undefined;
	/** How to get what lies beyond `maxPages`, as a sentence. */
	beyond?: string;
	/** Whether another page follows; default: the API knows of no pages. */
	hasMore?(page: PageRead<D>): boolean;
}

/**
 * One operation of a provider's API, described once. Fields, forms, the sandbox's checks, preview
 * schemas and the tables in the documentation derive from it.
 */
export interface Operation<
	I extends z.ZodObject = z.ZodObject,
	O extends z.ZodObject = z.ZodObject,
	E extends z.ZodObject = z.ZodObject,
> {
	/** The contract's operationId. */
	operationId: string;
	method: 'GET' | 'POST' | 'DELETE';
	/** Below the base URL; `{name}` stands for the input of that name. */
	path: string;
	title: string;
	/** One sentence without a final period. */
	description: string;
	billing: Billing;
	price: Price | null;
	/** The most credits that this very call can cost as documented; default: `price.credits`. */
	cost?(input: Partial<z.output<I>>): number;
	/** Exactly what the API takes. */
	input: I;
	/** Of a POST: input that goes into the query, not into the body. */
	queryKeys?: (keyof z.output<I> & string)[];
	/** What makes two inputs the same lookup; default: all of it. */
	identity?(input: z.output<I>): Data;
	/** What the answer is instead of an object: a list (`paging.entries`), or the text of a file (`csv`). */
	answers?: 'list' | 'csv';
	/** Who alone may call it, as a part of a sentence; default: every account. */
	access?: string;
	/** At least one of these must be given. */
	needsOneOf?: (keyof z.output<I> & string)[];
	alternatives?: Record<string, Alternative<z.output<I>>>;
	/** Fields that are not sent: `Provider.resolve` makes input of them. */
	extras?: Record<string, z.ZodType>;
	/** Groups that may be empty where extras are filled in. */
	extrasStandFor?: readonly (keyof z.output<I> & string)[];
	/** `data` of a success; for lists, one entry is `entry`. */
	output: O;
	entry?: E;
	/** What is put before the answer's own fields, of lists before each entry's. */
	derived?: Record<string, Derived<Lenient<z.output<E>>>>;
	paging?: Paging<z.output<I>, Lenient<z.output<O>>>;
	/** Keys of an answer whose fields `output` does not name. */
	mayHold?: readonly string[];
	/** The keys of the simplified output, besides derived ones; default: all. */
	simplified?: (keyof (z.output<E> & z.output<O>) & string)[];
	/** Whether an answer is a hit, and what to say of it. */
	outcome(data: Lenient<z.output<O>>): LookupOutcome;
	/** The key of a verdict, and its values in the order in which answers are counted by them. */
	verdict?: { key: keyof z.output<O> & string; values: readonly string[] };
	/** The key that says how sure an answer is, and its values from the surest on. */
	grade?: { key: keyof z.output<O> & string; values: readonly string[] };
	/** Every answer is a hit: there is nothing that it may not find. */
	neverMisses?: true;
	example: { input: z.input<I>; data: Lenient<z.input<O>> };
}

/** What a call of an operation takes, with defaults left out where they may be. */
export type InputOf<P extends Operation> = z.input<P['input']>;
/** What an answer holds; each field may be missing. */
export type OutputOf<P extends Operation> = Lenient<z.output<P['output']>>;

export const defineOperation = <
	I extends z.ZodObject,
	O extends z.ZodObject,
	E extends z.ZodObject = O,
>(
	operation: Operation<I, O, E>,
): Operation<I, O, E> => operation;

/** An answer, or an entry of one, with the fields that are derived from it. */
export const withDerived = ({ derived }: Operation, data: Data): Data =>
	derived
		? {
				...Object.fromEntries(Object.entries(derived).map(([key, { of }]) => [key, of(data)])),
				...data,
			}
		: data;

/** The most credits that a call with this input can cost, as documented. 0: free; null: not documented. */
export function documentedCost(operation: Operation, input: Data): number | null {
	return operation.cost?.(input) ?? (operation.price === null ? 0 : operation.price.credits);
}
