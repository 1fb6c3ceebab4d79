import type { Data, Operation } from '../../shared/contract/operation';
import type { SeededRandom } from '../seededRandom';
import type { Ledger } from '../ledger';

/** One accepted call: its input is checked, with defaults filled in. */
export interface Call {
	operation: Operation;
	input: Data;
	chance: SeededRandom;
	ledger: Ledger;
	/** Equals the operation's documented example, which is always found. */
	isExample: boolean;
}

export interface Answer {
	data: Data;
	/** Where the price is not simply "the documented one when found". */
	credits?: number;
	/** What the ledger says the charge was for, e.g. an address. */
	subject?: string;
}

/** How the sandbox answers one operation. Whatever is left out follows from the registry. */
export interface AnswerRule {
	answer(call: Call): Answer;
	/** The ledger's word for the operation; default: its title. */
	label?: string;
	/** What `meta` holds: the receipt (default), only the request id, or there is none. */
	meta?: 'receipt' | 'id' | 'none';
	/** `plain`: 401, 402, 429 and 500 come as `{error, message, statusCode}`, not as problem details. */
	errors?: 'problem' | 'plain';
}

/** The share of ordinary inputs that are found. */
const HIT_RATE = 0.7;

/** Found or not: the example always, what a handle rules out never, the rest by chance. */
export function isHit(
	{ isExample, chance }: Call,
	isRuledOut: boolean,
	...words: string[]
): boolean {
	return isExample || (!isRuledOut && chance.roll(...words) < HIT_RATE);
}

/** What the documentation shows for its example is what the sandbox answers to it. */
export const asDocumented = (call: Call, data: Data): Data =>
	call.isExample ? { ...data, ...call.operation.example.data } : data;
