import { type Data, isRecord, textOr } from '../contract/data';
import type { EventKind, JobEvent } from '../contract/event';
import type { LookupOutcome } from '../contract/operation';
import type { Batch, Job } from '../contract/batch';
import { inputFields, outputFields } from '../contract/form';
import { camelKeys } from './camelKeys';

/** What an API has reported by calling back. Nothing proves that it was the API. */
export interface Callback {
	event: EventKind;
	job: Job;
	batchId: string;
	/** The row, as the API names it: often a person's address. */
	resultId?: string;
	/** Besides the IDs, all that was reported, in camelCase; a result's own fields stand on top. */
	fields: Data;
	/** Of one result; the end of a batch has none. */
	outcome?: RowOutcome;
	/** The same for each delivery of the same callback, and for no other. */
	identity: string;
}

/** What became of one row. */
export interface RowOutcome {
	outcome: 'found' | 'notFound' | 'failed';
	reason: string;
}

/** Why a body is no callback for anybody. */
export type Unreadable = 'malformed' | 'unknownEvent';

const MAX_LEVELS = 20;
const MAX_ID_LENGTH = 200;

/** Reads the body of a callback; liberal in spelling, strict in what it hands on. Never throws. */
export function readCallback(events: readonly JobEvent[], body: unknown): Callback | Unreadable {
	if (!isRecord(body) || typeof body.event !== 'string') return 'malformed';
	const event = events.find(({ name }) => name === body.event);
	if (!event) return 'unknownEvent';
	const reported = camelKeys(body, MAX_LEVELS);
	if (!reported || !isRecord(reported.data)) return 'malformed';
	const { job, kind } = event;
	const batchId = event.batchId.map((path) => idFrom(at(reported, path))).find(Boolean);
	if (!batchId) return 'malformed';
	const rest = withoutIds(event, reported.data);
	if (kind === 'batchCompleted') {
		const distinct = (event.distinctBy ?? []).map((key) => rest[key]);
		const identity = JSON.stringify([event.name, batchId, ...distinct]);
		return { event: kind, job, batchId, fields: rest, identity };
	}
	const fields = flattened(event, reported.timestamp, rest);
	const resultId = (event.resultId ?? []).map((path) => textFrom(at(reported, path))).find(Boolean);
	const outcome = outcomeOf(event, rest, fields);
	return {
		...{ event: kind, job, batchId, fields },
		...(resultId !== undefined && { resultId }),
		outcome,
		identity: canonical([
			event.name,
			batchId,
			resultId,
			outcome.outcome,
			distinctive(job, fields, rest),
		]),
	};
}

/**
 * What tells a result from the batch's others: the ID does not do, as two people can share an
 * address, and whatever is not documented may differ from one delivery of it to the next.
 */
function distinctive(job: Job, fields: Data, reported: Data): Data {
	const documented = Object.entries(fields).filter(([key]) => documentedKeys(job).has(key));
	return documented.length > 0 ? Object.fromEntries(documented) : reported;
}

const keysOf = new WeakMap<Job, ReadonlySet<string>>();

/** The fields of a job's rows and of their results. */
function documentedKeys(job: Job): ReadonlySet<string> {
	const known = keysOf.get(job);
	if (known) return known;
	const { single, results } = job as Job & Partial<Batch>;
	const rows = single ? [...inputFields(single), ...outputFields(single)] : [];
	const keys = new Set([...rows, ...outputFields(results)].map(({ key }) => key));
	keysOf.set(job, keys);
	return keys;
}

/** JSON in which the order of keys makes no difference. */
const canonical = (value: unknown): string =>
	JSON.stringify(value, (_, inner: unknown) =>
		isRecord(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);

const at = (value: unknown, path: readonly string[]): unknown =>
	path.reduce<unknown>(
		(inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
		value,
	);

/** What stands in `data` beside the IDs. */
function withoutIds({ batchId, resultId = [] }: JobEvent, data: Data): Data {
	const ids = new Set(
		[...batchId, ...resultId]
			.filter(([top, , inner]) => top === 'data' && !inner)
			.map(([, key]) => key),
	);
	return Object.fromEntries(Object.entries(data).filter(([key]) => !ids.has(key)));
}

const textFrom = (value: unknown): string | undefined =>
	typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/** An ID becomes part of an address, so nothing in it may lead elsewhere. */
function idFrom(value: unknown): string | undefined {
	const text = textFrom(value) ?? '';
	return text.length <= MAX_ID_LENGTH && /^(?!\.+$)[^\s/\\?#%\p{C}]+$/u.test(text)
		? text
		: undefined;
}

/** The fields of the result itself under their own names, then what was reported about it. */
function flattened({ nested = [] }: JobEvent, timestamp: unknown, data: Data): Data {
	const fields: Data = {};
	for (const key of nested) if (isRecord(data[key])) Object.assign(fields, data[key]);
	for (const [name, value] of Object.entries(data)) {
		if (!nested.includes(name) || !isRecord(value)) add(fields, name, value, 'batch');
	}
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

/** The item of one result: what every item holds comes first and keeps its names. */
export function withFields(always: Data, fields: Data): Data {
	const item = { ...always };
	for (const [name, value] of Object.entries(fields)) add(item, name, value, 'result');
	return item;
}

function outcomeOf({ job, toEntry }: JobEvent, { type, error }: Data, fields: Data): RowOutcome {
	if (type === 'error' || (type === undefined && typeof error === 'string')) {
		const otherwise = textOr('This row could not be looked up', fields.message);
		return { outcome: 'failed', reason: textOr(otherwise, error) };
	}
	return toRowOutcome(job.outcome(toEntry?.(fields) ?? fields));
}

export const toRowOutcome = ({ found, reason }: LookupOutcome): RowOutcome => ({
	outcome: found ? 'found' : 'notFound',
	reason,
});
