import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';

/** So long a step stays for what it waits for, before its execution is put to wait. */
export const STAYS_MS = 15_000;
/** A resting step looks for itself, less and less often. */
const LOOKS_AFTER_MS = { least: 60_000, most: 600_000 };

/** What n8n has of a running step at run time, but in no documented interface. */
interface RunningStep {
	runExecutionData?: IRunExecutionData;
	executeData?: { runIndex?: number };
	runIndex?: number;
}

/** Whether n8n can be made to run the step again after a wait, rather than hand on its input. */
export const canSuspend = (context: IExecuteFunctions): boolean => {
	const { runExecutionData, executeData, runIndex } = context as unknown as RunningStep;
	return runExecutionData !== undefined && executeData !== undefined && runIndex !== undefined;
};

/**
 * Puts the execution to wait until it is time to look again; the step then runs again with its own
 * input. Only where `canSuspend`. The step must return a copy of its input: n8n empties the array.
 * @param startedAt since when it waits, in milliseconds since the epoch.
 */
export async function suspendStep(
	context: IExecuteFunctions,
	{ startedAt, maxMs }: { startedAt: number; maxMs: number },
): Promise<void> {
	const now = Date.now();
	const { least, most } = LOOKS_AFTER_MS;
	const leftMs = startedAt + maxMs - now;
	const untilLookMs = Math.min(most, Math.max(least, (now - startedAt) / 2), leftMs);
	await context.putExecutionToWait(new Date(now + untilLookMs));
	leaveWaitUnstored(context);
}

/**
 * When the time of a wait is over, n8n hands on the input as if it were results, where the data of
 * the execution tell of the wait. Without that, it runs the step again; the time itself is stored
 * beside the data. The run takes the place of the one that has waited.
 */
function leaveWaitUnstored(context: IExecuteFunctions): void {
	const step = context as unknown as Required<RunningStep>;
	Object.defineProperty(step.runExecutionData, 'waitTill', { enumerable: false });
	step.executeData.runIndex = step.runIndex;
}
