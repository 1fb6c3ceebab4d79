import * as z from 'zod';
import type { Job } from './batch';
import type { Data } from './data';
import { output } from './fields';
import type { Operation } from './operation';

/** What entries that are known by their IDs can be completed with, at a price and in groups. */
export interface Addition {
	/** Sends one group; its price and cost are the addition's. */
	submit: Operation;
	/** IDs in one group at most. */
	maxIds: number;
	input(ids: readonly string[]): Data;
	/** What the submit starts; default: its answer holds the results already. */
	job?: Pick<Job, 'status' | 'idName' | 'toProgress'> & {
		idOf(data: Data): string | undefined;
		/** Why it has failed; undefined: nothing is said. */
		failureOf(data: Data): string | undefined;
		/** Undefined: not reported. */
		creditsOf(data: Data): number | undefined;
	};
	/** In the answer that holds them; each has its `id`. */
	resultsOf(data: Data): Data[];
	/** The fields that an entry gets. */
	keys: readonly string[];
	/** Whether a result holds what was asked for. */
	isFound(result: Data): boolean;
	/** A result as an operation with entries shows it. */
	shown: Operation;
}

/** An addition that users can choose. */
export interface OfferedAddition extends Addition {
	title: string;
	/** For one entry at most, as documented. */
	credits: number;
}

/** What became of an entry that was to be completed, in the entry itself. */
export const ADDED = 'revealed';
const added = output.text('Revealed', 'Whether what was asked for was found; else why not');

/** A list whose entries are completed. */
export const completed = (operation: Operation, { keys, shown }: Addition): Operation => {
	const more = Object.entries((shown.entry as z.ZodObject).shape).filter(([key]) =>
		keys.includes(key),
	);
	const own = operation.entry?.shape as Record<string, z.ZodType> | undefined;
	return {
		...operation,
		entry: z.object({ ...own, ...Object.fromEntries(more), [ADDED]: added }),
		simplified: [...new Set([...(operation.simplified ?? []), ...keys, ADDED])] as never[],
	};
};
