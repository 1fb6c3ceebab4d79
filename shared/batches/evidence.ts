import type { Batch, Progress } from '../contract/batch';
import type { Data } from '../contract/data';
import type { Lookup } from '../rows/lookup';

/** The rows of a batch, in order. */
export type Part = readonly Lookup[];

/** So many results that name other rows, and none of ours, are no accident. */
export const FAIR_SAMPLE = 5;
/** A list of which so large a share is another's is another list. */
const OTHER_LIST_SHARE = 0.1;
/** A batch of our rows holds at least this share of them, as servers drop some at the submit. */
const KEPT_SHARE = 0.9;

/** How a batch's results read so far compare with the rows that were asked for. */
export interface Matches {
	/** Rows that a result names. */
	matching: number;
	/** Results that name what only looks like a row asked for. */
	similar: number;
	/** Results that clearly name another row. */
	others: number;
	/** Results that name no row. */
	unnamed: number;
}

/** What speaks for and against a batch holding the rows that were asked for. */
export interface Evidence extends Matches {
	/** Distinct rows asked for. */
	rows: number;
	/** Undefined: the batch cannot be read. */
	state: Progress['state'] | undefined;
	/** Items in the batch; undefined: not reported. */
	total: number | undefined;
	/** How far it is, from 0 to 100; default: not reported. */
	percent?: number;
	/** Charged for it, as its results report; null: not reported. */
	creditsUsed: number | null;
}

/**
 * Whose rows a batch holds. A false "others" costs money and a false "ours" only a moment, so only
 * what clearly speaks against it counts.
 */
export function judge(evidence: Evidence): 'ours' | 'others' | 'unknown' {
	const { others, unnamed, rows, state, total } = evidence;
	const speaksFor = evidence.matching + evidence.similar;
	if (others >= FAIR_SAMPLE && others > speaksFor) return 'others';
	if (speaksFor > 0) return 'ours';
	const isWhole = state !== 'running' && unnamed === 0 && others >= (total ?? 1);
	if (others > 0 && isWhole) return 'others';
	if (total !== undefined && total > 2 * rows + FAIR_SAMPLE) return 'others';
	return 'unknown';
}

/** Whether a batch is as large as one of these rows would be; not yet counted is as good. */
export const fitsSize = ({ total, rows }: Evidence): boolean =>
	!total || (total >= rows / 2 && total <= 2 * rows);

/** Whether a batch holds as many items as there are rows, or nearly so. */
export const isSameSize = ({ total, rows }: Evidence): boolean =>
	total !== undefined && Math.abs(total - rows) <= Math.max(1, (1 - KEPT_SHARE) * rows);

/** Lists are cut to sizes like 50 or 1,000; two of any other size are rarely as large by accident. */
const CUT_TO = 10;
const FEW_ROWS = 20;

/** Whether a batch holds exactly as many items as there are rows, and hardly by accident. */
export const isTellingSize = ({ total, rows }: Evidence): boolean =>
	total === rows && rows > FEW_ROWS && rows % CUT_TO !== 0;

/** Whether a batch surely answers all rows, so that nobody need look after it. */
export const isExact = ({ matching, others, total, rows }: Evidence): boolean =>
	matching >= rows ||
	(matching > 0 && others === 0 && total !== undefined && total >= KEPT_SHARE * rows);

/**
 * Whether a batch that somebody started earlier may hold rows that its results do not name: then
 * they must not be bought again.
 */
export function mayHoldMore(evidence: Evidence): boolean {
	const { matching, similar, others, unnamed, total, rows } = evidence;
	const named = matching + similar + others;
	const isOtherList = others > Math.max(1, OTHER_LIST_SHARE * named);
	if (isOtherList) return false;
	const unexplained = similar + unnamed + Math.max(0, (total ?? Infinity) - named - unnamed);
	return unexplained > 0 || (others === 0 && matching >= KEPT_SHARE * rows);
}

/**
 * Whether a charge can be that of these rows: of all of them at any price, or of fewer at the
 * documented one, as servers drop some.
 */
export function fitsCredits(batch: Batch, rows: number, credits: number): boolean {
	const price = batch.submit.price?.credits ?? 0;
	return credits % rows === 0 || (price > 0 && credits % price === 0 && credits / price <= rows);
}

/** Compares results with the rows asked for, each result and each row once. */
export class Matcher implements Matches {
	private readonly keys: ReadonlySet<string | undefined>;
	private readonly skeletons: ReadonlySet<string>;
	private readonly known = new Set<string>();
	matching = 0;
	similar = 0;
	others = 0;
	unnamed = 0;

	constructor(
		private readonly batch: Batch,
		part: Part,
	) {
		const keys = part.flatMap(({ input }) => batch.keyOfInput(input) ?? []);
		this.keys = new Set(keys);
		this.skeletons = new Set(keys.map(skeleton));
	}

	/** Results so far, each once. */
	get seen(): number {
		return this.known.size;
	}

	add(result: Data): void {
		const keys = this.batch.keysOfResult(result);
		const key = keys.find((one) => this.keys.has(one)) ?? keys[0] ?? JSON.stringify(result);
		if (this.known.has(key)) return;
		this.known.add(key);
		if (this.keys.has(key)) this.matching += 1;
		else if (keys.length === 0) this.unnamed += 1;
		else if (this.skeletons.has(skeleton(key))) this.similar += 1;
		else this.others += 1;
	}
}

/** What is left of a key when it is echoed without its accents, tag and punctuation. */
const skeleton = (key: string): string =>
	key
		.normalize('NFKD')
		.replace(/\+[^@\n]*/g, '')
		.replace(/[^\p{L}\p{N}]/gu, '');
