import { type Data, documentedCost, type Operation } from '../shared/operation';
import { ruleFor } from './answers';
import type { Chance } from './chance';
import type { Ledger } from './ledger';
import { insufficientCredits, type Problem, type WireAnswer } from './problems';

/** Letter case makes no difference to a lookup. */
const keyOf = (input: unknown): string => JSON.stringify(input).toLowerCase();

export interface Processed {
	wire: WireAnswer;
	charged: number;
}

/**
 * Returns the function that processes one operation's calls: it charges as documented and answers.
 * Nothing in it waits, so that no two calls can spend the same credits.
 */
export function processorOf(operation: Operation, ledger: Ledger, chance: Chance) {
	const rule = ruleFor(operation);
	const exampleKey = keyOf(operation.input.parse(operation.example.input));

	return (input: Data, requestId: string, arrivedAt: number): Processed | { problem: Problem } => {
		const key = keyOf(input);
		const lookup = `${operation.operationId} ${key}`;
		const isRepeat = operation.billing === 'chargedOnceThenCached' && ledger.isPaid(lookup);
		const price = isRepeat ? 0 : documentedCost(operation, input);
		if (price > ledger.balance) return { problem: insufficientCredits(price, ledger.balance) };

		const answer = rule.answer({ operation, input, chance, ledger, isExample: key === exampleKey });
		const isFound = operation.verdict(answer.data).found;
		const charged = isRepeat ? 0 : (answer.credits ?? (isFound ? price : 0));
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
		return {
			charged,
			wire: {
				status: 200,
				contentType: 'application/json; charset=utf-8',
				body: JSON.stringify({ success: true, data: answer.data, meta }),
			},
		};
	};
}
