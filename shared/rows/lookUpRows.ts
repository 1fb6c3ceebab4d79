import type { Data } from '../contract/data';
import {
	documentedCost,
	type LookupOutcome,
	type Operation,
	type Paging,
	withDerived,
} from '../contract/operation';
import type { Success } from '../contract/provider';
import { ConnectorError, toConnectorError } from '../errors/ConnectorError';
import { type ErrorKind, isFatal } from '../errors/errorTable';
import { counted } from '../errors/wording';
import type { Client } from '../http/client';
import { type Page, pageInput, pageSizeFor, paginate } from '../http/paginate';
import { RATE_LIMITS } from '../http/rateLimiter';
import { type Blank, keyOf, prepare, type Prepared } from '../input/prepare';
import { freeEntries } from './freeEntries';
import type { Lookup, LookupLimits, Period } from './lookup';
import { type Lost, recoverLost } from './recoverLost';
import { callOnce, type IdempotencyStore, NO_STORE } from './idempotency';
import { type RowResult, summarize, type Summary, toFailedRow, withoutCharge } from './result';
import { SpendingLimit } from './spendingLimit';

/** So many paid calls in a row without an answer: stop before more money is spent for nothing. */
const STOP_AFTER_UNANSWERED = 5;

export interface Row {
	values: Data;
	/** Why it needs no lookup, e.g. that it is filled already. */
	skip?: string;
	/** Entries wanted of a list; default: all. */
	limit?: number;
	/** The first page of a list to read, of `limit` entries each; default: 1. */
	page?: number;
	/** Only entries of that time, where the list comes newest first. */
	period?: Period;
	/** No more entries than the documentation calls free. */
	isFreeOnly?: boolean;
	/** What the platform already found wrong with the row. */
	problem?: ConnectorError;
}

export interface RunOptions {
	client: Client;
	/** Credits that the run may spend; default: no limit. */
	maxCredits?: number;
	/** How many times dearer than documented a call has turned out before; default: 1. */
	dearer?: number;
	/** Whether lost answers are looked for in the wallet (free), which takes some seconds; default: false. */
	recovers?: boolean;
	/** Default: nothing is stored beyond the run. */
	store?: IdempotencyStore;
}

interface Lookups {
	answers: Success[];
	/** Of a list, from all its pages. */
	entries?: Data[];
	/** Why the pages end before the list does. */
	brokeOff?: ConnectorError;
	/** More match than the API pages through. */
	isCut?: boolean;
}

/**
 * Looks up any number of rows: refuses what cannot work before anything is sent, asks for equal
 * rows once, keeps the spending limit, and brings every row to exactly one outcome. Never throws
 * for a row.
 */
export async function lookUpRows(
	operation: Operation,
	rows: readonly Row[],
	options: RunOptions,
): Promise<{ results: RowResult[]; summary: Summary }> {
	const results = new Array<RowResult>(rows.length);
	const grouped = group(operation, rows, results);
	const lookups = await resolved(operation, grouped, options.client, results);
	const { creditsRemaining } = await lookUpEach(operation, lookups, results, options);
	return { results, summary: summarize(results, creditsRemaining) };
}

/** Brings the rows of these lookups to their outcomes. */
export async function lookUpEach(
	operation: Operation,
	lookups: readonly Lookup[],
	results: RowResult[],
	{ client, maxCredits, dearer, store = NO_STORE, recovers = false }: RunOptions,
): Promise<{ creditsRemaining: number | null }> {
	const spent = maxCredits === undefined ? 0 : await spentBefore(operation, lookups, store);
	const spending = new SpendingLimit(maxCredits, spent, dearer);
	const single = paidCalls(operation, client, spending, store, () => stop);
	const call = operation.paging ? sharedCalls(operation, single) : single;
	let stop: ConnectorError | undefined;
	let unansweredInARow = 0;
	let creditsRemaining: number | null = null;

	const lost: Lost[] = [];

	async function answer(lookup: Lookup): Promise<RowResult> {
		const sentAt = client.now();
		let result: RowResult;
		try {
			result = toResult(operation, lookup, await callPages(operation, lookup, call));
		} catch (thrown) {
			result = toFailedRow(toConnectorError(thrown));
		}
		const { error, isReused } = result;
		if (!isReused && !(error && NOT_SENT.has(error.kind))) {
			unansweredInARow = error?.mayHaveBeenCharged ? unansweredInARow + 1 : 0;
		}
		stop ??= error && reasonToStop(error, unansweredInARow);
		if (error?.mayHaveBeenCharged && error.kind !== 'notRepeated') {
			lost.push({ lookup, sentAt, key: callKey(operation, lookup.input), result });
		}
		return result;
	}

	const waiting = lookups.values();
	async function work(): Promise<void> {
		for (const lookup of waiting) {
			// After a stop nothing is sent, but what earlier tries have paid for is still given out.
			const result = await answer(lookup);
			creditsRemaining = lower(result.creditsRemaining, creditsRemaining);
			share(result, lookup, results);
		}
	}
	const atOnce = Math.min(lookups.length, RATE_LIMITS.maxInFlight.known);
	await Promise.all(Array.from({ length: atOnce }, work));
	if (recovers && lost.length > 0) {
		const answered = lookups
			.map(({ rows }) => results[rows[0] as number] as RowResult)
			.filter(({ outcome }) => outcome === 'found');
		const recovered = await recoverLost(operation, lost, answered, client, store);
		for (const [lookup, result] of recovered) share(result, lookup, results);
	}
	return { creditsRemaining };
}

/** Null: not told. */
const lower = (a: number | null, b: number | null): number | null =>
	a === null || b === null ? (a ?? b) : Math.min(a, b);

export function group(operation: Operation, rows: readonly Row[], results: RowResult[]): Lookup[] {
	const lookups = new Map<string, Lookup>();
	rows.forEach((row, index) => {
		if (row.skip) {
			results[index] = { ...withoutCharge('skipped', row.skip), isFilled: true };
			return;
		}
		const prepared = row.problem ?? prepareOrRefuse(operation, row.values);
		if (prepared instanceof ConnectorError) results[index] = toFailedRow(prepared);
		else if ('blank' in prepared) results[index] = withoutCharge('skipped', prepared.blank);
		else {
			const { page, period } = row;
			const limits = { ...limitsOf(operation, row), page, period };
			const key = JSON.stringify([limits, prepared.key]);
			const known = lookups.get(key);
			if (known) known.rows.push(index);
			else lookups.set(key, { ...prepared, ...limits, rows: [index] });
		}
	});
	return [...lookups.values()];
}

/** How many entries are wanted, and of these only the free ones. */
function limitsOf(operation: Operation, { limit, isFreeOnly }: Row): LookupLimits {
	const free = isFreeOnly ? freeEntries(operation) : undefined;
	return free === undefined || (limit ?? Infinity) <= free
		? { limit }
		: { limit: free, unpaid: limit === undefined ? 'all' : limit - free };
}

/** Inputs that need a free read before they can be sent; what cannot be sent leaves with its reason. */
async function resolved(
	operation: Operation,
	lookups: Lookup[],
	client: Client,
	results: RowResult[],
): Promise<Lookup[]> {
	const { resolve } = client.provider;
	if (!resolve || !operation.extras) return lookups;
	const ready = await Promise.all(
		lookups.map(async (lookup) => {
			try {
				const input = await resolve(operation, lookup.input, lookup.extras ?? {}, client);
				return [{ ...lookup, input }];
			} catch (thrown) {
				share(toFailedRow(toConnectorError(thrown)), lookup, results);
				return [];
			}
		}),
	);
	return ready.flat();
}

function prepareOrRefuse(operation: Operation, values: Data): Prepared | Blank | ConnectorError {
	try {
		return prepare(operation, values);
	} catch (thrown) {
		return toConnectorError(thrown);
	}
}

type Call = (input: Data) => Promise<Success>;

/** Calls that keep the spending limit and are never paid for twice. */
function paidCalls(
	operation: Operation,
	client: Client,
	spending: SpendingLimit,
	store: IdempotencyStore,
	stopped: () => ConnectorError | undefined,
): Call {
	/** What a call cost that is documented as free: some are so only up to a number a month. */
	let chargedThoughFree = 0;

	return (input) => {
		if (operation.price === null) return client.call(operation, input, stopped);
		const documented = documentedCost(operation, input);
		const send = async () => {
			const cost = documented === 0 ? chargedThoughFree : documented;
			const reservation = await spending.reserve(cost);
			if (reservation === undefined) {
				const detail = cost === null ? 'its price is not documented' : undefined;
				throw new ConnectorError({ kind: 'spendingLimit', detail });
			}
			let charged = 0;
			try {
				const answer = await client.call(operation, input, stopped);
				charged = answer.receipt.creditsUsed ?? cost ?? 0;
				if (documented === 0) chargedThoughFree = Math.max(chargedThoughFree, charged);
				return answer;
			} catch (error) {
				// Until somebody has looked, money that may be gone counts as gone.
				if (error instanceof ConnectorError && error.mayHaveBeenCharged) charged = cost ?? 0;
				throw error;
			} finally {
				spending.settle(reservation, documented ?? 0, charged);
			}
		};
		const key = callKey(operation, input);
		return callOnce(store, key, client, send, documented === 0);
	};
}

/** Lists of different lengths share pages: each is asked for once, and its charge told once. */
function sharedCalls(operation: Operation, call: Call): Call {
	const pages = new Map<string, Promise<Success>>();
	return async (input) => {
		const key = callKey(operation, input);
		const known = pages.get(key);
		if (known) {
			const { receipt, ...answer } = await known;
			return { ...answer, receipt: { ...receipt, creditsUsed: 0 } };
		}
		const page = call(input);
		pages.set(key, page);
		return page;
	};
}

export const callKey = (operation: Operation, input: Data) =>
	`${operation.operationId} ${keyOf(operation, input)}`;

/** What earlier tries of this step may have spent on its rows: the limit is for all tries together. */
async function spentBefore(
	operation: Operation,
	lookups: readonly Lookup[],
	store: IdempotencyStore,
): Promise<number> {
	const { paging, price } = operation;
	const maxPages = paging?.hasMore ? (paging.maxPages ?? Infinity) : 1;
	let spent = 0;
	for (const lookup of price === null ? [] : lookups) {
		for (let page = 1; page <= maxPages; page++) {
			const input = paging
				? pageInput(paging, lookup.input, page, pageSizeFor(paging, lookup.limit ?? Infinity))
				: lookup.input;
			const cost = documentedCost(operation, input);
			const before = await store.get(callKey(operation, input));
			if (!before && (cost !== 0 || maxPages === Infinity)) break;
			const reported = before?.state === 'answered' ? before.answer.receipt.creditsUsed : null;
			if (before) spent += reported ?? cost ?? 0;
		}
	}
	return spent;
}

/** One call, or for lists as many pages as are wanted. */
async function callPages(operation: Operation, lookup: Lookup, call: Call): Promise<Lookups> {
	const answers: Success[] = [];
	const entries: Data[] = [];
	try {
		const { input, limit, page: from, period } = lookup;
		let isCut = false;
		// Entries outside of the period do not count.
		const wanted = period ? undefined : limit;
		for await (const page of paginate(call, operation, input, { limit: wanted, from })) {
			answers.push(page.success);
			const { within, isPast } = inPeriod(operation.paging, page.entries, period);
			entries.push(...within);
			if (isPast || (period && entries.length >= (limit ?? Infinity))) break;
			isCut =
				endsEarly(operation.paging, page, entries.length) && entries.length < (limit ?? Infinity);
		}
		return { answers, isCut, ...(operation.paging && { entries: entries.slice(0, limit) }) };
	} catch (error) {
		if (answers.length === 0) throw error;
		return { answers, entries, brokeOff: afterPages(toConnectorError(error), answers) };
	}
}

/** An entry without a date that can be read is kept: it may be wanted. */
function inPeriod(paging: Paging | undefined, entries: Data[], period?: Period) {
	const key = paging?.newestFirstBy;
	if (key === undefined || !period) return { within: entries, isPast: false };
	const { from = -Infinity, to = Infinity } = period;
	const timeOf = (entry: Data) => Date.parse(String(entry[key]));
	const isPast = entries.some((entry) => timeOf(entry) < from);
	return {
		within: entries.filter((entry) => !(timeOf(entry) < from || timeOf(entry) > to)),
		isPast,
	};
}

/** On the last page that the API gives, and there are more. */
const endsEarly = (paging: Paging | undefined, page: Page, read: number): boolean =>
	page.number === paging?.maxPages &&
	(page.hasMore || (paging.total?.(page.success.data) ?? 0) > read);

/** What is said of the charge of a page must not sound as if the pages before were free. */
function afterPages({ facts }: ConnectorError, answers: readonly Success[]): ConnectorError {
	const charges = answers.map(({ receipt }) => receipt.creditsUsed);
	const reported = charges.reduce<number>((sum, charge) => sum + (charge ?? 0), 0);
	const creditsBefore = reported === 0 && charges.includes(null) ? null : reported;
	return new ConnectorError({ ...facts, creditsBefore });
}

function toResult(
	operation: Operation,
	lookup: Lookup,
	{ answers, entries, brokeOff, isCut }: Lookups,
): RowResult {
	const first = answers[0] as Success;
	const { found, reason } = outcomeOf(operation, first.data);
	const charges = answers.map(({ receipt }) => receipt.creditsUsed);
	const creditsReported = charges.reduce<number>((sum, charge) => sum + (charge ?? 0), 0);
	const isReported = charges.every((charge) => charge !== null);
	// "0" beside a page that may have been charged would be read as "free".
	const unpaid = unpaidText(operation, first.data, entries?.length ?? 0, lookup.unpaid);
	const isUnclear = creditsReported === 0 && brokeOff?.mayHaveBeenCharged === true;
	return {
		outcome: found ? 'found' : 'notFound',
		reason: brokeOff
			? `Incomplete after ${counted(entries?.length ?? 0, 'entry', 'entries')}. ${brokeOff.message}`
			: isCut
				? `${reason}; only the first ${counted(entries?.length ?? 0)} can be paged through. ${operation.paging?.beyond ?? ''}`.trim()
				: [reason, unpaid].filter(Boolean).join('. '),
		data: entries ? first.data : withDerived(operation, first.data),
		...(entries && { entries: entries.map((entry) => withDerived(operation, entry)) }),
		creditsUsed: isReported && !isUnclear ? creditsReported : null,
		...(!isReported && creditsReported > 0 && { creditsReported }),
		creditsRemaining: answers.map(({ receipt }) => receipt.creditsRemaining).reduce(lower, null),
		requestId: first.receipt.requestId,
		...(answers.some(({ isReused }) => isReused) && { isReused: true }),
		...(isCut && { isCut }),
		...(unpaid && { unpaid }),
		...(brokeOff && { error: brokeOff }),
	};
}

/** How much more was asked for than is free, and what it costs; undefined: there is no more. */
function unpaidText(
	{ paging, price }: Operation,
	data: Data,
	read: number,
	unpaid: Lookup['unpaid'] = 0,
): string | undefined {
	const left = (paging?.total?.(data) ?? Infinity) - read;
	const more = Math.min(left, unpaid === 'all' ? Infinity : unpaid);
	if (!(more > 0) || !price) return undefined;
	const others = more === Infinity ? 'Others cost' : `${counted(more)} more cost`;
	return `Stopped after the ${counted(read)} that are free. ${others} ${counted(price.credits ?? 0, 'credit')} each, as documented: allow it with 'Pay for More Results'`;
}

/** An answer that holds nothing is no hit, whatever the operation makes of it. */
const outcomeOf = (operation: Operation, data: Data): LookupOutcome =>
	Object.keys(data).length > 0
		? operation.outcome(data)
		: {
				found: false,
				reason: operation.neverMisses ? 'The answer is empty' : operation.outcome(data).reason,
			};

/** Ends of a row that say nothing of whether the API answers. */
const NOT_SENT: ReadonlySet<ErrorKind> = new Set([
	'notRepeated',
	'spendingLimit',
	'belowMinimum',
	'stopped',
	'cancelled',
]);

function reasonToStop(error: ConnectorError, unansweredInARow: number): ConnectorError | undefined {
	const detail =
		isFatal(error.kind) && !error.mustNotRepeat
			? error.message
			: unansweredInARow >= STOP_AFTER_UNANSWERED
				? `${unansweredInARow} calls in a row brought no answer and may have been charged`
				: undefined;
	return detail === undefined ? undefined : new ConnectorError({ kind: 'stopped', detail });
}

/** Gives a result to every row that asked for it; the first one bears the charge. */
export function share(result: RowResult, { rows }: Lookup, results: RowResult[]): void {
	const [first, ...others] = rows;
	results[first as number] = result;
	// "0" beside "may have been charged" would be read as "free".
	const creditsUsed = result.error?.mayHaveBeenCharged ? null : 0;
	for (const row of others) results[row] = { ...result, creditsUsed, sameAs: first };
}
