import { type Data } from '../contract/data';
import { documentedCost, isPaid, type Operation } from '../contract/operation';
import type { Receipt } from '../contract/provider';
import { ConnectorError } from '../errors/ConnectorError';
import type { Client, StopCheck } from '../http/client';

/**
 * What is left in one account, as reported last, and the paid calls under way. Shared by everybody
 * who uses the account.
 */
export class BalanceFloor {
	/** Undefined: nobody has reported it. */
	private balance: number | undefined;
	private reserved = 0;
	private waiting: (() => void)[] = [];

	/**
	 * The same client, whose paid calls do not leave where they could take the balance below
	 * `minimum` credits. It reads the balance (free) before its first paid call.
	 * @throws ConnectorError of kind `belowMinimum`, from its `call`.
	 */
	guard<C extends Client>(client: C, minimum: number): C {
		let read: Promise<void> | undefined;
		const call = async (operation: Operation, input: Data, stopped?: StopCheck) => {
			if (!isPaid(operation.billing)) return await client.call(operation, input, stopped);
			await (read ??= this.read(client));
			const cost = mostCost(operation, input);
			await this.reserve(cost, minimum, client);
			let spent = cost;
			try {
				const answer = await client.call(operation, input, stopped);
				spent = this.note(answer.receipt, cost);
				return answer;
			} catch (error) {
				const isClear = error instanceof ConnectorError && !error.mayHaveBeenCharged;
				spent = isClear ? (error.facts.creditsUsed ?? 0) : cost;
				throw error;
			} finally {
				this.reserved -= cost;
				if (this.balance !== undefined) this.balance -= spent;
				for (const wake of this.waiting.splice(0)) wake();
			}
		};
		return { ...client, call: call as Client['call'] };
	}

	private async read(client: Client): Promise<void> {
		this.balance = (await client.provider.wallet?.balance(client)) ?? this.balance;
	}

	/** Waits while calls under way might turn out cheaper. */
	private async reserve(cost: number, minimum: number, client: Client): Promise<void> {
		while (this.balance !== undefined && this.balance - this.reserved - cost < minimum) {
			if (this.reserved === 0 || this.balance - cost < minimum) {
				const creditsAvailable = this.balance;
				throw client.error({ kind: 'belowMinimum', minimum, creditsAvailable });
			}
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		this.reserved += cost;
	}

	/** What is still to be deducted: answers overtake each other, so the lowest balance counts. */
	private note({ creditsUsed, creditsReserved, creditsRemaining }: Receipt, cost: number): number {
		if (creditsRemaining === null) return creditsUsed ?? creditsReserved ?? cost;
		this.balance = Math.min(creditsRemaining, this.balance ?? Infinity);
		return 0;
	}
}

/** As documented. A batch is as long as the longest list in its input. */
function mostCost(operation: Operation, input: Data): number {
	const cost = documentedCost(operation, input) ?? 0;
	if (operation.billing !== 'reservesAtSubmit') return cost;
	const lengths = Object.values(input).map((value) => (Array.isArray(value) ? value.length : 0));
	return cost * Math.max(1, ...lengths);
}
