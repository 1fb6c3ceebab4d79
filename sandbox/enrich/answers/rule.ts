import type * as z from 'zod';
import type { Operation } from '../../../shared/contract/operation';
import type { Ledger } from '../../ledger';
import type { Oddities } from '../oddities';
import type { SeededRandom } from '../../seededRandom';
import { HIT_RATE } from '../../testValues';

/** One accepted call: its input is checked, with defaults filled in. */
export interface Call<P extends Operation = Operation> {
	operation: P;
	input: z.output<P['input']>;
	random: SeededRandom;
	ledger: Ledger;
	oddities: Oddities;
	/** Equals the operation's documented example, which is always found. */
	isExample: boolean;
}

export type AnswerData<P extends Operation = Operation> = z.output<P['output']>;

export interface Answer<P extends Operation = Operation> {
	data: AnswerData<P>;
	/** Where the price is not simply "the documented one when found". */
	credits?: number;
	/** What the ledger says the charge was for, e.g. an address. */
	subject?: string;
}

/** How the sandbox answers one operation. Whatever is left out follows from the operation. */
export interface AnswerRule<P extends Operation = Operation> {
	answer(call: Call<P>): Answer<P>;
	/** The ledger's word for the operation; default: its title. */
	label?: string;
	/** What `meta` holds: the receipt (default), the same without a time, only the request id, or there is none. */
	meta?: 'receipt' | 'untimed' | 'id' | 'none';
	/** `plain`: 401, 402, 429 and 500 come as `{error, message, statusCode}`, not as problem details. */
	errors?: 'problem' | 'plain';
}

/** Found or not: the example always, what a test value rules out never, the others by chance. */
export function isHit(
	{ isExample, random }: Pick<Call, 'isExample' | 'random'>,
	isRuledOut: boolean,
	...words: string[]
): boolean {
	return isExample || (!isRuledOut && random.roll(...words) < HIT_RATE);
}

/** What the documentation shows for its example is what the sandbox answers to it. */
export const asDocumented = <P extends Operation>(
	call: Call<P>,
	data: AnswerData<P>,
): AnswerData<P> => (call.isExample ? { ...data, ...call.operation.example.data } : data);
