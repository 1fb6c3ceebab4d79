import type { Data } from '../contract/data';

/**
 * What a trigger that looks again and again remembers, and what is news to it. Each look takes what
 * was remembered, undefined at the first one, and gives what to remember next. All of it is plain
 * JSON, and nothing is changed in place: a look that fails half way leaves everything as it was.
 */

const DAY_MS = 24 * 60 * 60 * 1000;
/** The lists hold the jobs of 30 days; one more, for clocks that differ. */
const REMEMBERED_DAYS = 31;

/** What a watch on a list of jobs remembers. */
export interface JobsSeen {
	/** The jobs that have ended, by ID, and the day on which each was created, since the epoch. */
	ended: Record<string, number>;
}

/**
 * Which jobs have ended since the last look, in the order of their ends; at the first look, none.
 * `listed` is the whole list, in any order.
 */
export function watchJobs(
	seen: JobsSeen | undefined,
	listed: readonly Data[],
): { seen: JobsSeen; ended: Data[] } {
	const known = new Map(Object.entries(seen?.ended ?? {}));
	const jobs = endedJobs(listed);
	const newest = Math.max(0, ...known.values(), ...listed.flatMap((job) => dayOf(job) ?? []));
	const isRemembered = (day: number) => day > newest - REMEMBERED_DAYS;
	const day = (job: Data) => dayOf(job) ?? newest;
	const ended = jobs.filter((job) => isRemembered(day(job)) && !known.has(idOf(job)));
	const all = [...known, ...ended.map((job) => [idOf(job), day(job)] as const)];
	return {
		seen: { ended: Object.fromEntries(all.filter(([, created]) => isRemembered(created))) },
		ended: seen ? ended : [],
	};
}

/** The jobs of a list that have ended, each once, in the order of their ends. */
export function endedJobs(listed: readonly Data[]): Data[] {
	// While a list is read, new jobs can move others to the next page.
	const byId = new Map(listed.filter(hasEnded).map((job) => [idOf(job), job]));
	return [...byId.values()].sort((a, b) => endOf(a) - endOf(b));
}

const hasEnded = ({ jobId, status, completedAt }: Data): boolean =>
	typeof jobId === 'string' &&
	(status === 'completed' || status === 'failed' || typeof completedAt === 'string');

const idOf = ({ jobId }: Data) => jobId as string;

const timeOf = (value: unknown) => (typeof value === 'string' ? Date.parse(value) : NaN);

const dayOf = ({ createdAt }: Data): number | undefined => {
	const time = timeOf(createdAt);
	return Number.isNaN(time) ? undefined : Math.floor(time / DAY_MS);
};

/** Jobs that failed may not tell when. */
const endOf = ({ completedAt, createdAt }: Data): number =>
	timeOf(completedAt) || timeOf(createdAt) || 0;

/** What a watch on the balance remembers. */
export interface BalanceSeen {
	isBelow: boolean;
}

/**
 * Whether the balance has fallen below the threshold since the last look. One that is below it at
 * the first look counts too: nobody has been told of it yet.
 */
export function watchBalance(
	seen: BalanceSeen | undefined,
	balance: number,
	threshold: number,
): { seen: BalanceSeen; hasFallen: boolean } {
	const isBelow = balance < threshold;
	return { seen: { isBelow }, hasFallen: isBelow && !seen?.isBelow };
}
