import type { Job } from './batch';
import type { Data } from './data';
import type { Operation } from './operation';

/**
 * What follows on operations that only start something: how a step sees that it has ended, and what
 * it then reads, for free.
 */
export interface FollowUp
	extends Pick<Job, 'status' | 'idName' | 'toProgress'>,
		Partial<Pick<Job, 'results' | 'totalOf'>> {
	starts: readonly Operation[];
	/** The ID in the answer to a start; undefined: it names none. */
	idOf(data: Data): string | undefined;
	/** Why it has failed, as its status says; default: nothing is said. */
	failureOf?(data: Data): string | undefined;
	/** Whether a step waits for it unless told otherwise; `none`: it goes on at once. */
	initial: 'stay' | 'none';
	/** Minutes to wait at most unless told otherwise. */
	waitMinutes: number;
}

/** What follows on an operation; undefined: its own answer is all. */
export const followUpOf = (
	followUps: readonly FollowUp[] | undefined,
	operation: Operation,
): FollowUp | undefined => followUps?.find(({ starts }) => starts.includes(operation));

/** What is read in the end, at the price of the start. */
export const followed = (
	{ price, billing }: Operation,
	{ results, status }: FollowUp,
): Operation => ({ ...(results ?? status), price, billing, neverMisses: true });
