import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import { ruleFor } from './answers';
import type { Answer } from './answers/rule';
import type { SeededRandom } from '../seededRandom';
import type { Ledger } from '../ledger';
import { jsonAnswer } from '../wireAnswer';
import type { Processed, Processor } from '../routes';
import { insufficientCredits } from './problems';

/** Letter case makes no difference to a lookup. */
const keyOf = (input: unknown): string => JSON.stringify(input).toLowerCase();

export const success = (data: Data, meta: Data | undefined, charged = 0): Processed => ({
	charged,
	wire: jsonAnswer(200, { success: true, data, meta }),
});

/** The answer to one lookup, and what it costs as documented. */
export interface Answered extends Answer {
	found: boolean;
	credits: number;
}

export type Answerer = (input: Data) => Answered;

/** Returns the function that answers one lookup, by itself or in a batch. */
export function answererOf(operation: Operation, ledger: Ledger, random: SeededRandom): Answerer {
	const rule = ruleFor(operation);
	const exampleKey = keyOf(operation.input.parse(operation.example.input));
	return (input) => {
		const isExample = keyOf(input) === exampleKey;
		const answer = rule.answer({ operation, input, random, ledger, isExample });
		const { found } = operation.outcome(answer.data);
		const credits = answer.credits ?? (found ? (documentedCost(operation, input) ?? 0) : 0);
		return { ...answer, found, credits };
	};
}

/**
 * Returns the function that processes one operation's calls: it charges as documented and answers.
 * Nothing in it waits, so that no two calls can spend the same credits.
 */
export function processorOf(operation: Operation, ledger: Ledger, random: SeededRandom): Processor {
	const rule = ruleFor(operation);
	const answerTo = answererOf(operation, ledger, random);

	return (input, requestId, arrivedAt) => {
		const lookup = `${operation.operationId} ${keyOf(input)}`;
		const isRepeat = operation.billing === 'chargedOnceThenCached' && ledger.isPaid(lookup);
		const price = isRepeat ? 0 : (documentedCost(operation, input) ?? 0);
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
