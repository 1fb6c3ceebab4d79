import type { Batch } from '../shared/contract/batch';
import type { Success, Client } from '../shared/http/client';
import { ConnectorError } from '../shared/errors/ConnectorError';
import type { IdempotencyStore, StoredCall } from '../shared/rows/idempotency';
import type { Data, Operation } from '../shared/contract/operation';
import { batches } from '../shared/providers/enrich/batches';
import { RateLimiter } from '../shared/http/rateLimiter';

export const batchOf = (operationId: string) =>
	batches.find(({ submit }) => submit.operationId === operationId) as Batch;
export const validation = batchOf('batchValidateEmails');

/** What may become of a submit's answer. */
export type Fate = 'answered' | 'lostAfter' | 'lostBefore';

/** An API that takes, runs and settles validation batches; its clock moves only while somebody waits. */
export class FakeApi {
	now = 0;
	balance = 1_000;
	submits = 0;
	looks: number[] = [];
	jobs = new Map<
		string,
		{ emails: string[]; endsAt: number; isSettled: boolean; failsAfter?: number }
	>();
	transactions: Data[] = [];
	fates: Fate[] = [];
	runsMs = 60_000;
	perPage = 1000;
	/** Asked before each call but submits: what it throws is what the caller sees. */
	disturb: () => void = () => {};
	/** Batches end so, once so many of their rows are done. */
	failsAfter?: number;
	/** Which rows bring a result. */
	has: (email: string) => boolean = () => true;

	readonly client: Client = {
		rateLimiter: new RateLimiter({ now: () => this.now, random: () => 0, sleep: async () => {} }),
		now: () => this.now,
		sleep: async (ms) => void (this.now += ms),
		call: async (operation, input) => this.answer(operation, input),
	};

	private answer({ operationId }: Operation, input: Data): Success {
		if (operationId !== 'batchValidateEmails') this.disturb();
		if (operationId === 'getWalletBalance') return told({ balance: this.balance });
		if (operationId === 'getWalletTransactions')
			return told({ transactions: [...this.transactions] });
		if (operationId === 'batchValidateEmails') return this.submit(input.emails as string[]);
		const job = this.jobs.get(String(input.batchId));
		if (!job) throw new ConnectorError({ kind: 'notFound', status: 404 });
		const isDone = this.now >= job.endsAt;
		if (operationId === 'getEmailValidationBatchStatus') {
			this.looks.push(this.now);
			return told({
				batchId: input.batchId,
				status: !isDone ? 'processing' : job.failsAfter === undefined ? 'completed' : 'failed',
				totalItems: job.emails.length,
				progress: isDone ? 100 : 100 - (100 * (job.endsAt - this.now)) / this.runsMs,
			});
		}
		const done = isDone ? Math.min(job.failsAfter ?? Infinity, job.emails.length) : 0;
		const found = job.emails.slice(0, done).filter(this.has).reverse();
		const at = (Number(input.page) - 1) * this.perPage;
		const results = found
			.slice(at, at + this.perPage)
			.map((email) => ({ email: email.toUpperCase(), result: 'valid', message: 'ok' }));
		if (isDone && !job.isSettled) {
			this.balance += job.emails.length - found.length;
			job.isSettled = true;
		}
		return told(
			{ results, totalItems: job.emails.length },
			{ creditsUsed: found.length, creditsRemaining: this.balance },
		);
	}

	private submit(emails: string[]): Success {
		this.submits += 1;
		const fate = this.fates.shift() ?? 'answered';
		const lost = new ConnectorError({
			kind: 'interrupted',
			execution: 'maybe',
			billing: 'reservesAtSubmit',
		});
		if (fate === 'lostBefore') throw lost;
		const batchId = this.submits.toString(16).padStart(24, 'a');
		this.jobs.set(batchId, {
			emails,
			endsAt: this.now + this.runsMs,
			isSettled: false,
			failsAfter: this.failsAfter,
		});
		this.balance -= emails.length;
		this.book(batchId, emails.length);
		if (fate === 'lostAfter') throw lost;
		return told(
			{ batchId, status: 'queued', itemCount: emails.length },
			{ creditsReserved: emails.length },
		);
	}

	book(batchId: string, credits: number): void {
		const description = `Email validation batch ${batchId}`;
		this.transactions.unshift({
			id: `t${this.transactions.length}`,
			type: 'deduction',
			amount: -credits,
			description,
			createdAt: new Date(this.now).toISOString(),
		});
	}
}

export const told = (data: Data, meta: Partial<Success['receipt']> = {}): Success => ({
	data,
	receipt: { creditsUsed: null, creditsRemaining: null, ...meta },
});

/** What an execution keeps; `forget` is what a crash does to it. */
export class Kept implements IdempotencyStore {
	private kept = new Map<string, StoredCall>();
	get = (key: string) => this.kept.get(key);
	set = (key: string, value: StoredCall) => void this.kept.set(key, value);
	delete = (key: string) => void this.kept.delete(key);
	forget = () => this.kept.clear();
}
