import type { HttpResponse } from '../http/transport';
import type { ErrorFacts } from '../errors/ConnectorError';
import type { Addition, OfferedAddition } from './addition';
import type { Batch } from './batch';
import type { Data } from './data';
import type { JobEvent } from './event';
import type { FollowUp } from './followUp';
import type { InputOf, Operation, OutputOf } from './operation';
import type { Plan } from './plan';
import type { ProviderWords } from './providerWords';

/** What somebody has entered to connect, checked and normalized. */
export interface Connection {
	apiKey: string;
	/** Without a final slash. */
	baseUrl: string;
	/** What the key is sent in; one of `Auth.headerStyles`. */
	headerStyle: string;
	/** Credits below which the balance must not fall; default: none. */
	minBalance?: number;
}

export interface Auth {
	defaultBaseUrl: string;
	/** Ways of sending the key, by value; the first one is the usual one. */
	headerStyles: Record<string, string>;
	/** @throws ConnectorError of kind `badSettings`; its message never repeats the key. */
	toConnection(entered: Record<string, unknown>): Connection;
	headers(connection: Connection): Record<string, string>;
}

/** A request without host and key. */
export interface EncodedRequest {
	method: string;
	/** Below the base URL, with its query. */
	path: string;
	headers: Record<string, string>;
	body?: string;
}

/** What one call cost, as the answer says. Credits are null where it says nothing. */
export interface Receipt {
	requestId?: string;
	creditsUsed: number | null;
	creditsRemaining: number | null;
	/** Set aside by a submit. */
	creditsReserved?: number;
	/** Given back when a batch is settled. */
	creditsRefunded?: number;
	processingTimeMs?: number;
}

export interface Success<D = Data> {
	data: D;
	receipt: Receipt;
	/** The answer was given before: the receipt says what was charged then. */
	isReused?: true;
	/** What could not be read and was left out, such as `results/3/email`. */
	dropped?: string[];
}

/** An answer that is of no use, and whether it is of any use to send the call again. */
export interface Failure {
	facts: ErrorFacts;
	retryable: boolean;
}

/** Credits that left the wallet: a reservation, or the charge of a single call. */
export interface Charge {
	id: string;
	/** What it was for, in the provider's words. */
	description: string;
	batchId?: string;
	/** Positive. */
	credits: number;
	/** Milliseconds since the epoch; NaN: not reported. */
	at: number;
}

/** Whoever sends calls of an API. */
export interface Caller {
	/** The same for all callers of one key; what is read for one serves the others. */
	readonly account?: object;
	/** Milliseconds since the epoch. */
	now(): number;
	/**
	 * Sends one call, and sends it again where that cannot cost anything.
	 * @throws ConnectorError
	 */
	call<P extends Operation>(operation: P, input: InputOf<P>): Promise<Success<OutputOf<P>>>;
}

/** A charge that belongs to a lookup whose answer was lost. */
export interface Recovered {
	charge: Charge;
	/** What the entry names, such as an email. */
	subject: string;
	/** What the answer held, as far as the entry says it. */
	data?: Data;
}

/** A wallet that can be read for free. */
export interface Wallet {
	/** @throws ConnectorError Undefined: not reported. */
	balance(client: Caller): Promise<number | undefined>;
	/**
	 * Newest first, at least back to that time unless `maxCharges` are reached before, or the time
	 * `until` (default: no end). Undefined: there is no list.
	 */
	charges(client: Caller, since: number, until?: number): Promise<Charge[] | undefined>;
	/** No more charges than these are read at once. */
	maxCharges: number;
}

/** A value that users choose. */
export interface Choice {
	value: string;
	label: string;
	/** What tells it from others of the same label. */
	description?: string;
}

/** Values that users choose from, read for free. */
export interface ValueList {
	/** It lists nothing until something has been typed. */
	isSearched?: true;
	/** @param key of the field. @param search what has been typed so far. @throws ConnectorError */
	read(caller: Caller, key: string, search: string): Promise<Choice[]>;
}

/** All that the connector knows of one API. */
export interface Provider {
	words: ProviderWords;
	auth: Auth;
	/** By operationId, in the order in which users meet them. */
	operations: Record<string, Operation>;
	encode(operation: Operation, input: Data): EncodedRequest;
	/** Reads any answer with any status; a miss is a success. */
	decode(operation: Operation, response: HttpResponse, now: number): Success | Failure;
	plans?: readonly Plan[];
	/** What the entries of a list can be completed with, by its operationId and by choice. */
	additions?: Record<string, Record<string, OfferedAddition>>;
	/**
	 * Of an operation that completes entries itself, with what was entered for it; undefined: it is none.
	 * @throws ConnectorError of kind `badInput`
	 */
	additionOf?(operation: Operation, values: Data): Addition | undefined;
	/**
	 * What is sent for an input and an operation's `extras`, worked out by free reads; also refuses
	 * what the API would not know.
	 * @throws ConnectorError
	 */
	resolve?(operation: Operation, input: Data, extras: Data, caller: Caller): Promise<Data>;
	/** By the `valuesFrom` of fields. */
	valueLists?: Record<string, ValueList>;
	wallet?: Wallet;
	/** All charges that fit a lookup; the fewer it lets pass, the better: each counts as a proof. */
	recover?(operation: Operation, input: Data, charges: readonly Charge[]): Recovered[];
	batches?: readonly Batch[];
	/** What a step can wait for that it has started, besides batches. */
	followUps?: readonly FollowUp[];
	/** What the API reports by calling back. */
	events?: readonly JobEvent[];
}
