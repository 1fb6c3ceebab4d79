import type { Data } from '../contract/data';

/**
 * What a trigger that looks again and again remembers, and what is news to it. Each look takes what
 * was remembered, undefined at the first one, and gives what to remember next. All of it is plain
 * JSON, and nothing is changed in place: a look that fails half way leaves everything as it was.
 */

const DAY_MS = 24 * 60 * 60 * 1000;
/** The lists hold the jobs of 30 days; one more, for clocks that differ. */
const REMEMBERED_DAYS = 31;
/** A date before this one is none: zero, or a clock that was never set. */
const FIRST_DAY = Date.UTC(2015) / DAY_MS;

/** What a watch on a list of jobs remembers. */
export interface JobsSeen {
	/** The jobs that have ended, by ID, and the day on which each was created, since the epoch. */
	ended: Record<string, number>;
}

/**
 * Which jobs have ended since the last look, in the order of their ends; at the first look, none.
 * `listed` is the whole list, in any order; `now` in milliseconds since the epoch, default: unknown.
 */
export function watchJobs(
	seen: JobsSeen | undefined,
	listed: readonly Data[],
	now = Infinity,
): { seen: JobsSeen; ended: Data[] } {
	const known = Object.entries(seen?.ended ?? {});
	const jobs = endedJobs(listed);
	const isUsable = (day: number) => day >= FIRST_DAY && day <= dayOf(now) + 1;
	const dayIn = (job: Data) => [job.createdAt, job.completedAt].map(toDay).find(isUsable);
	const days = [...known.map(([, day]) => day), ...listed.flatMap((job) => dayIn(job) ?? [])];
	const newest = Math.max(0, ...days.filter(isUsable));
	const isRemembered = (day: number) => day > newest - REMEMBERED_DAYS;
	const remembered = new Map(known.map(([id, day]) => [id, Math.min(day, newest)]));
	const ended: Data[] = [];
	for (const job of jobs) {
		const day = dayIn(job);
		const isKnown = remembered.has(idOf(job));
		if (!isKnown && isRemembered(day ?? newest)) ended.push(job);
		// One whose date says nothing stays known for as long as it is listed.
		if (!isKnown || day === undefined) remembered.set(idOf(job), day ?? newest);
	}
	return {
		seen: { ended: Object.fromEntries([...remembered].filter(([, day]) => isRemembered(day))) },
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

const dayOf = (time: number): number => Math.floor(time / DAY_MS);

/** Days since the epoch; not a number where it is no date. */
const toDay = (value: unknown): number => dayOf(timeOf(value));

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
