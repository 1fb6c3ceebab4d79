import type { IExecuteFunctions } from 'n8n-workflow';
import { POLLING } from '../../shared/batches/progress';
import type { Client } from '../../shared/http/client';
import { canSuspend, STAYS_MS, suspendStep } from './suspend';

const STORED_UNDER = 'enrichWaitsSince';

/** What a waiting step stores with its execution. */
interface StoredState {
	/** A retry of the execution waits anew. */
	executionId: string;
	/** Milliseconds since the epoch. */
	startedAt: number;
}

export interface WaitOptions {
	client: Client;
	maxMs: number;
	/** The execution is put to wait after some seconds; else the step stays. */
	inBackground: boolean;
}

/** `suspended`: the step is to return a copy of its input, and runs again when it is time to look. */
export type Waited = 'ended' | 'late' | 'suspended';

/**
 * Waits for jobs of any kind, here or with the execution put to wait. A step that was suspended runs
 * again from its start: what starts the jobs must answer from the idempotency store then.
 * @param poll looks at all jobs that have not ended; resolves to whether all have.
 */
export async function waitForJobs(
	context: IExecuteFunctions,
	poll: () => Promise<boolean>,
	{ client, maxMs, inBackground }: WaitOptions,
): Promise<Waited> {
	const store = context.getContext('node');
	const executionId = context.getExecutionId();
	const before = store[STORED_UNDER] as StoredState | undefined;
	delete store[STORED_UNDER];
	const isRunAgain = before?.executionId === executionId;
	const startedAt = isRunAgain ? before.startedAt : client.now();
	const suspends = inBackground && canSuspend(context);
	const stayMs = suspends ? Math.min(isRunAgain ? 0 : STAYS_MS, maxMs) : maxMs;
	for (let pauseMs = POLLING.firstMs; ; pauseMs = Math.min(POLLING.maxMs, pauseMs * 1.5)) {
		if (await poll()) return 'ended';
		const elapsedMs = client.now() - startedAt;
		if (elapsedMs >= maxMs) return 'late';
		if (elapsedMs >= stayMs) {
			store[STORED_UNDER] = { executionId, startedAt } satisfies StoredState;
			await suspendStep(context, { startedAt, maxMs });
			return 'suspended';
		}
		await client.sleep(Math.min(pauseMs, stayMs - elapsedMs));
	}
}
