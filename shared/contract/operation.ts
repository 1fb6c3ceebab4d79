import * as z from 'zod';
import type { Normalizer } from '../input/normalize';
import type { Billing } from '../errors/errorTable';

// zod must not build functions from text: n8n's scanner and strict hosts forbid it.
z.config({ jitless: true });

/** What a field's `.meta()` holds; both platforms, the sandbox and the documentation read it. */
export interface FieldMeta {
	title: string;
	/** One sentence of help, without a final period. */
	description?: string;
	examples?: unknown[];
	/** How a value from somebody's list is tidied before it is checked. */
	normalize?: Normalizer;
	/** Value and label of each choice, where the API names choices but does not enforce them. */
	options?: Record<string, string>;
	/** Offered directly on small forms; the others go behind "more". */
	common?: boolean;
}

/** The documented price. What was really charged is always read from the response's `meta`. */
export interface Price {
	credits: number;
	/** What one charge is for, e.g. "email found". */
	per: string;
	/** When the call is free, as a sentence. */
	free: string;
}

/** How an answer to one lookup reads: a miss is an answer, never an error. */
export interface LookupOutcome {
	found: boolean;
	reason: string;
}

export type Data = Record<string, unknown>;

export const isRecord = (value: unknown): value is Data =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Another field that people have in their lists, and the API's fields that it fills. */
export interface Alternative {
	field: z.ZodType;
	fills: string[];
	fill(value: string): Data;
}

/** An operation that answers with a page of a longer list. */
export interface Paging {
	/** The key in `data` that holds the page's entries. */
	entries: string;
	/** The input key that carries the page's size, and the largest size. */
	size: string;
	maxSize: number;
	/** The API refuses pages beyond this one. */
	maxPages?: number;
	/** Whether another page follows the one that answered `data`. */
	hasMore(data: Data): boolean;
}

/** Why a platform does not offer an operation. */
export interface Absent {
	absent: string;
}

export interface N8nPlace {
	resource: Resource;
	/** Value and name of the operation, e.g. `find` and "Find". */
	operation: string;
	name: string;
	/** Sentence case, no articles, includes the object: it is the prompt of AI agents too. */
	action: string;
}

export interface ZapierPlace {
	kind: 'search' | 'create';
	/** Never changes once published. */
	key: string;
	/** One singular word, Title Case. */
	noun: string;
	label: string;
	/** One sentence; searches start with "Finds". */
	description: string;
}

/** The nouns under which users find the operations. */
export const RESOURCES = {
	batch: 'Batch',
	company: 'Company',
	email: 'Email',
	lead: 'Lead',
	person: 'Person',
	phone: 'Phone',
	wallet: 'Wallet',
} as const;
export type Resource = keyof typeof RESOURCES;

/**
 * One operation of the Enrich API, described once. The n8n fields, the Zapier fields, the
 * sandbox's checks, the preview schemas and the tables in the documentation derive from it.
 */
export interface Operation {
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
	cost?(input: Data): number;
	/** Exactly what the API takes: query for GET, JSON body otherwise. */
	input: z.ZodObject;
	/** At least one of these must be given. */
	needsOneOf?: string[];
	alternatives?: Record<string, Alternative>;
	/** `data` of a success; for lists, one entry is `entry`. */
	output: z.ZodObject;
	entry?: z.ZodObject;
	paging?: Paging;
	/** The keys of the simplified output; default: all. */
	simplified?: string[];
	outcome(data: Data): LookupOutcome;
	/** Every answer is a hit: there is nothing that it may not find. */
	neverMisses?: true;
	example: { input: Data; data: Data };
	n8n: N8nPlace | Absent;
	zapier: ZapierPlace | Absent;
}

export const defineOperation = (operation: Operation): Operation => operation;

/** A text of an answer that may lack it, or hold something else in its place. */
export const textOr = (otherwise: string, value: unknown): string =>
	typeof value === 'string' && value.trim() !== '' ? value : otherwise;

/** The most credits that a call with this input can cost, as documented. 0: it is free. */
export function documentedCost(operation: Operation, input: Data): number {
	return operation.cost?.(input) ?? operation.price?.credits ?? 0;
}

export const isOffered = <P extends object>(place: P | Absent): place is P => !('absent' in place);
