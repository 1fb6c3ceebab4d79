import type { Batch, CallbackEvents } from '../contract/batch';
import { camelKeys } from './camelKeys';
import type { Client } from '../http/client';
import { progressOf, resultPages } from '../batches/progress';
import { toRowResult } from '../batches/lookUpMany';
import { outputFields } from '../contract/form';
import {
	type Data,
	isRecord,
	type Operation,
	textOr,
	type LookupOutcome,
} from '../contract/operation';
import { batches } from '../providers/enrich/batches';
import {
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
} from '../providers/enrich/operations/companyFollowers';

/** The products whose batches call back, by the name under which items and filters show them. */
export const PRODUCTS = {
	companyFollowers: 'Company Followers',
	emailFinder: 'Email Finder',
	emailValidation: 'Email Validation',
	phones: 'Phones',
	reverseLookup: 'Reverse Lookup',
} as const;
export type Product = keyof typeof PRODUCTS;

export const EVENTS = {
	batchCompleted: 'Batch Completed',
	resultReceived: 'Result Received',
} as const;
export type CallbackEvent = keyof typeof EVENTS;

/** How a batch stands, as the API itself says. */
export interface BatchState {
	hasEnded: boolean;
	/** As the API names it. */
	status: string;
	/** Null: not told. */
	totalItems: number | null;
}

interface Source {
	product: Product;
	events: CallbackEvents;
	/** Of the fields of one result. */
	verdict(fields: Data): LookupOutcome;
	state(batchId: string, client: Client): Promise<BatchState>;
	pages(batchId: string, client: Client): AsyncGenerator<Data[]>;
	/** The names of a result's fields. */
	columns: readonly string[];
}

const columnsOf = (results: Operation) => outputFields(results).map(({ key }) => key);

function sourceOf(batch: Batch): Source[] {
	const { events, product, single } = batch;
	if (!events || product === 'ipToCompany') return [];
	return [
		{
			product,
			events,
			// Callbacks do not say `found`, but `result: "found"`.
			verdict: (fields) => single.outcome({ found: fields.result === 'found', ...fields }),
			async state(batchId, client) {
				const { state, status, total } = await progressOf(batch, batchId, client);
				return { hasEnded: state !== 'running', status, totalItems: total ?? null };
			},
			columns: columnsOf(batch.results),
			async *pages(batchId, client) {
				for await (const { results } of resultPages(batch, batchId, client))
					yield results.map((result) => toRowResult(batch, batchId, result).data ?? {});
			},
		},
	];
}

const FOLLOWERS_PER_PAGE = 500;

const companyFollowers: Source = {
	product: 'companyFollowers',
	events: {
		result: 'webhook:company_follower_result.completed',
		end: 'webhook:company_follower_completion.completed',
	},
	verdict: getCompanyFollowerResults.outcome,
	columns: columnsOf(getCompanyFollowerResults),
	async state(batchId, client) {
		const { data } = await client.call(getCompanyFollowerProgress, { batchId });
		const total = Number(data.total);
		const ended = data.partial === true ? 'partial' : 'completed';
		return {
			hasEnded: data.done === true,
			status: data.done === true ? ended : 'processing',
			totalItems: total >= 0 ? total : null,
		};
	},
	async *pages(batchId, client) {
		for (let page = 1, pages = 1; page <= pages; page++) {
			const { data } = await client.call(getCompanyFollowerResults, {
				batchId,
				page,
				limit: FOLLOWERS_PER_PAGE,
			});
			const { totalPages } = isRecord(data.pagination) ? data.pagination : {};
			pages = Number(totalPages) || pages;
			yield Array.isArray(data.data) ? data.data.filter(isRecord) : [];
		}
	},
};

const sources: readonly Source[] = [...batches.flatMap(sourceOf), companyFollowers];

const byEvent = new Map<string, { event: CallbackEvent; source: Source }>(
	sources.flatMap((source) => [
		[source.events.result, { event: 'resultReceived', source }],
		[source.events.end, { event: 'batchCompleted', source }],
	]),
);

/** What the API has told by calling back. Nothing proves that it was the API. */
export interface Callback {
	event: CallbackEvent;
	product: Product;
	batchId: string;
	/** The row, as the API names it: often a person's address. */
	resultId?: string;
	/** Besides the IDs, all that was told, in camelCase; a result's own fields stand on top. */
	fields: Data;
	/** Of one result; the end of a batch has none. */
	outcome?: Outcome;
	/** The same for each delivery of the same callback, and for no other. */
	identity: string;
}

/** What became of one row, as the Enrich node tells it. */
export interface Outcome {
	outcome: 'found' | 'notFound' | 'failed';
	reason: string;
}

/** Why a body is no callback for anybody. */
export type Unreadable = 'malformed' | 'unknownEvent';

const MOST_LEVELS = 20;
const MOST_ID_LENGTH = 200;

/** Reads the body of a callback; liberal in spelling, strict in what it hands on. Never throws. */
export function readCallback(body: unknown): Callback | Unreadable {
	if (!isRecord(body) || typeof body.event !== 'string') return 'malformed';
	const known = byEvent.get(body.event);
	if (!known) return 'unknownEvent';
	const told = camelKeys(body, MOST_LEVELS);
	if (!told || !isRecord(told.data)) return 'malformed';
	const { event, source } = known;
	const { jobId, batchId: batch, resultId: result, ...rest } = told.data;
	const batchId = [jobId, batch, told.batchId, told.jobId].map(idFrom).find(Boolean);
	if (!batchId) return 'malformed';
	const { product } = source;
	if (event === 'batchCompleted') {
		return {
			...{ event, product, batchId, fields: rest },
			// A list of followers that was ended early can be continued, and ends again with more.
			identity: JSON.stringify([body.event, batchId, rest.followerCount]),
		};
	}
	const fields = flattened(told.timestamp, rest);
	const resultId = textFrom(result) ?? textFrom(fields.objectURN) ?? textFrom(fields.profileUrl);
	return {
		...{ event, product, batchId, fields },
		...(resultId !== undefined && { resultId }),
		outcome: outcomeOf(source, rest, fields),
		// The ID does not do: two people can share an address, and each is a result.
		identity: JSON.stringify([body.event, batchId, body.data]),
	};
}

const textFrom = (value: unknown): string | undefined =>
	typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/** An ID becomes part of an address, so nothing in it may lead elsewhere. */
function idFrom(value: unknown): string | undefined {
	const text = textFrom(value) ?? '';
	return text.length <= MOST_ID_LENGTH && /^(?!\.+$)[^\s/\\?#%\p{C}]+$/u.test(text)
		? text
		: undefined;
}

/** The fields of the result itself under their own names, then what was told about it. */
function flattened(timestamp: unknown, data: Data): Data {
	const { result, follower, ...about } = data;
	const fields: Data = {};
	for (const inner of [result, follower]) if (isRecord(inner)) Object.assign(fields, inner);
	if (result !== undefined && !isRecord(result)) add(fields, 'result', result, 'batch');
	if (follower !== undefined && !isRecord(follower)) add(fields, 'follower', follower, 'batch');
	for (const [name, value] of Object.entries(about)) add(fields, name, value, 'batch');
	if (timestamp !== undefined) add(fields, 'timestamp', timestamp, 'batch');
	return fields;
}

/** Adds a field without losing one of the same name: the later one gets a longer name. */
function add(fields: Data, name: string, value: unknown, prefix: string): void {
	const longer = `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
	let free = name;
	for (let count = 1; Object.hasOwn(fields, free); count++)
		free = count === 1 ? longer : `${longer}${count}`;
	fields[free] = value;
}

/** The item of one result: what is always told comes first and keeps its names. */
export function withFields(always: Data, fields: Data): Data {
	const item = { ...always };
	for (const [name, value] of Object.entries(fields)) add(item, name, value, 'result');
	return item;
}

function outcomeOf({ verdict }: Source, { type, error }: Data, fields: Data): Outcome {
	if (type === 'error' || (type === undefined && typeof error === 'string')) {
		const otherwise = textOr('Enrich could not look up this row', fields.message);
		return { outcome: 'failed', reason: textOr(otherwise, error) };
	}
	return toOutcome(verdict(fields));
}

const toOutcome = ({ found, reason }: LookupOutcome): Outcome => ({
	outcome: found ? 'found' : 'notFound',
	reason,
});

const sourceBy = (product: Product) =>
	sources.find((source) => source.product === product) as Source;

/** Reads from the API how a batch stands; free. @throws EnrichError */
export const readBatch = (product: Product, batchId: string, client: Client): Promise<BatchState> =>
	sourceBy(product).state(batchId, client);

/** Reads all results of a batch from the API, page by page; free. @throws EnrichError */
export const readResults = (
	product: Product,
	batchId: string,
	client: Client,
): AsyncGenerator<Data[]> => sourceBy(product).pages(batchId, client);

/** The names of the fields of a product's results, in order. */
export const resultColumns = (product: Product): readonly string[] => sourceBy(product).columns;

/** What became of the row behind one result of a batch. */
export const resultOutcome = (product: Product, result: Data): Outcome =>
	toOutcome(sourceBy(product).verdict(result));
