import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import { ruleFor } from './answers';
import type { Answer } from './answers/rule';
import type { Oddities } from './oddities';
import type { SeededRandom } from '../seededRandom';
import type { Ledger } from '../ledger';
import { jsonAnswer } from '../wireAnswer';
import type { Processed, Processor } from '../routes';
import { insufficientCredits } from './problems';

/** Letter case makes no difference to a lookup. */
const keyOf = (input: unknown): string => JSON.stringify(input).toLowerCase();

/** What is looked up, by itself or as a row of a batch. */
export const lookupOf = ({ operationId }: Operation, input: Data): string =>
	`${operationId} ${keyOf(input)}`;

export const success = (data: unknown, meta: Data | undefined, charged = 0): Processed => ({
	charged,
	wire: jsonAnswer(200, { success: true, data, meta }),
});

/** What answers depend on besides the call. */
export interface AnsweringWorld {
	ledger: Ledger;
	random: SeededRandom;
	oddities: Oddities;
}

/** The answer to one lookup, and what it costs as documented. */
export interface Answered extends Answer {
	found: boolean;
	credits: number;
}

export type Answerer = (input: Data) => Answered;

/** Returns the function that answers one lookup, by itself or in a batch. */
export function answererOf(operation: Operation, world: AnsweringWorld): Answerer {
	const rule = ruleFor(operation);
	const exampleKey = keyOf(operation.input.parse(operation.example.input));
	return (input) => {
		const isExample = keyOf(input) === exampleKey;
		const answer = rule.answer({ operation, input, ...world, isExample });
		const { found } = operation.outcome(answer.data);
		const credits = answer.credits ?? (found ? (documentedCost(operation, input) ?? 0) : 0);
		return { ...answer, found, credits };
	};
}

/**
 * Returns the function that processes one operation's calls: it charges as documented and answers.
 * Nothing in it waits, so that no two calls can spend the same credits.
 */
export function processorOf(operation: Operation, world: AnsweringWorld): Processor {
	const { ledger } = world;
	const rule = ruleFor(operation);
	const answerTo = answererOf(operation, world);

	return (input, requestId, arrivedAt) => {
		const lookup = lookupOf(operation, input);
		const isRepeat = operation.billing === 'chargedOnceThenCached' && ledger.isPaid(lookup);
		const price = isRepeat ? 0 : (documentedCost(operation, input) ?? 0);
		if (price > ledger.balance) return { problem: insufficientCredits(price, ledger.balance) };

		const answer = answerTo(input);
		const charged = isRepeat ? 0 : answer.credits;
		if (charged > ledger.balance) {
			return { problem: insufficientCredits(charged, ledger.balance) };
		}
		if (charged > 0) {
			const description = [rule.label ?? operation.title, answer.subject]
				.filter(Boolean)
				.join(': ');
			ledger.notePaid(lookup);
			ledger.book('deduction', -charged, description, {
				operationId: operation.operationId,
				requestId,
			});
			if (operation.billing === 'chargedOnceThenCached') ledger.rememberPaid(lookup);
		}
		const untimed = { requestId, creditsUsed: charged, creditsRemaining: ledger.balance };
		const receipt = {
			...untimed,
			processingTimeMs: Math.round(performance.now() - arrivedAt),
		};
		const metas = { receipt, untimed, id: { requestId }, none: undefined };
		const meta = metas[rule.meta ?? 'receipt'];
		return operation.answers === 'list'
			? success(Object.values(answer.data)[0], meta, charged)
			: success(answer.data, meta, charged);
	};
}
