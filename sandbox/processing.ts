import { type Data, documentedCost, type Operation } from '../shared/contract/operation';
import { ruleFor } from './answers';
import type { Answer } from './answers/rule';
import type { SeededRandom } from './seededRandom';
import type { Ledger } from './ledger';
import { insufficientCredits, type Problem, type WireAnswer } from './problems';

/** Letter case makes no difference to a lookup. */
const keyOf = (input: unknown): string => JSON.stringify(input).toLowerCase();

export interface Processed {
	wire: WireAnswer;
	/** Credits deducted, less those refunded. */
	charged: number;
}

export type Outcome = Processed | { problem: Problem };

/** Processes the calls of one operation. */
export type Processor = (
	input: Data,
	requestId: string,
	arrivedAt: number,
) => Outcome | Promise<Outcome>;

export const success = (data: Data, meta: Data | undefined, charged = 0): Processed => ({
	charged,
	wire: {
		status: 200,
		contentType: 'application/json; charset=utf-8',
		body: JSON.stringify({ success: true, data, meta }),
	},
});

/** The answer to one lookup, and what it costs as documented. */
export interface Answered extends Answer {
	found: boolean;
	credits: number;
}

export type Answerer = (input: Data) => Answered;

/** Returns the function that answers one lookup, by itself or in a batch. */
export function answererOf(operation: Operation, ledger: Ledger, chance: SeededRandom): Answerer {
	const rule = ruleFor(operation);
	const exampleKey = keyOf(operation.input.parse(operation.example.input));
	return (input) => {
		const isExample = keyOf(input) === exampleKey;
		const answer = rule.answer({ operation, input, chance, ledger, isExample });
		const { found } = operation.outcome(answer.data);
		const credits = answer.credits ?? (found ? documentedCost(operation, input) : 0);
		return { ...answer, found, credits };
	};
}

/**
 * Returns the function that processes one operation's calls: it charges as documented and answers.
 * Nothing in it waits, so that no two calls can spend the same credits.
 */
export function processorOf(operation: Operation, ledger: Ledger, chance: SeededRandom): Processor {
	const rule = ruleFor(operation);
	const answerTo = answererOf(operation, ledger, chance);

	return (input, requestId, arrivedAt) => {
		const lookup = `${operation.operationId} ${keyOf(input)}`;
		const isRepeat = operation.billing === 'chargedOnceThenCached' && ledger.isPaid(lookup);
		const price = isRepeat ? 0 : documentedCost(operation, input);
		if (price > ledger.balance) return { problem: insufficientCredits(price, ledger.balance) };

		const answer = answerTo(input);
		const charged = isRepeat ? 0 : answer.credits;
		if (charged > 0) {
			const description = [rule.label ?? operation.title, answer.subject]
				.filter(Boolean)
				.join(': ');
			ledger.book('deduction', -charged, description, {
				operationId: operation.operationId,
				requestId,
			});
			if (operation.billing === 'chargedOnceThenCached') ledger.rememberPaid(lookup);
		}
		const receipt = {
			requestId,
			creditsUsed: charged,
			creditsRemaining: ledger.balance,
			processingTimeMs: Math.round(performance.now() - arrivedAt),
		};
		const meta = { receipt, id: { requestId }, none: undefined }[rule.meta ?? 'receipt'];
		return success(answer.data, meta, charged);
	};
}
