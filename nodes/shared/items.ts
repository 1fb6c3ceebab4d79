import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type * as z from 'zod';
import { type Data, isRecord } from '../../shared/contract/data';
import { type FormField, outputFields, simplifiedKeys } from '../../shared/contract/form';
import type { Operation } from '../../shared/contract/operation';
import { metaOf } from '../../shared/contract/schema';
import type { Provider } from '../../shared/contract/provider';
import { counted } from '../../shared/errors/wording';
import { isFatal } from '../../shared/errors/errorTable';
import { isAnswered, type RowResult, type Summary } from '../../shared/rows/result';
import { addToTrail, isTrail } from '../../shared/rows/trail';
import {
	ESSENTIAL_KEYS,
	ROW_KEYS,
	rowFields,
	rowKeysOf,
	type RowKey,
} from '../../shared/rows/resultFields';

export { counted };

export type OutputMode = 'simplified' | 'selected' | 'raw';

/** What is shown of each result. */
export interface Shown {
	/** Of the answer; every item has them all, null where the answer lacks one. */
	fields: FormField[];
	/** Whatever else the answer holds comes along. */
	isWhole: boolean;
	/** What the row says of itself. */
	about: RowKey[];
}

export interface OutputSettings extends Shown {
	includeInputFields: boolean;
	/** Empty: the result stands beside the row's own fields. */
	resultField: string;
	notFound: 'keep' | 'drop' | 'output';
	/** Failed rows have an `error`, as n8n's own nodes do when they continue. */
	marksErrors: boolean;
	/** Put beside what was found, e.g. `{ provider: 'Enrich' }`. */
	answeredBy: Record<string, string>;
	/** What is filled in the row stays as it is. */
	keepsExisting: boolean;
	/** Grades of answers that count as found; none: all. */
	accepted: string[];
	/** The field that says who was asked for a row; empty: `trail`, where a step before has begun one. */
	trailField: string;
	/** As people know the provider. */
	provider: string;
	/** Milliseconds since the epoch. */
	at: number;
}

/** Elsewhere there is nothing to leave out. */
export const hasOutputMode = ({ price, simplified }: Operation): boolean =>
	price !== null || simplified !== undefined;

/** @param selected Keys of fields of the answer, and of what the row says of itself. */
export function shownOf(
	provider: Provider,
	operation: Operation,
	mode: OutputMode,
	selected: string[] = [],
): Shown {
	const fields = outputFields(operation);
	const own = new Set(fields.map(({ key }) => key));
	const others = rowKeysOf(provider).filter((key) => !own.has(key) || isEssential(key));
	if (mode === 'raw') return { fields: fields.map(withoutInner), isWhole: true, about: others };
	const simplified = new Set(simplifiedKeys(operation));
	const about = others.filter((key) => isEssential(key) || selected.includes(key));
	const isWhole = mode === 'simplified' && operation.simplified === undefined;
	const wanted = mode === 'simplified' ? [...simplified] : selected;
	return {
		fields: wanted.flatMap((key) => {
			const field = fields.find((one) => one.key === key);
			return field ? [simplified.has(key) ? field : withoutInner(field)] : [];
		}),
		isWhole,
		about,
	};
}

export const isEssential = (key: RowKey) => (ESSENTIAL_KEYS as RowKey[]).includes(key);
const withoutInner = (field: FormField): FormField => ({ ...field, fields: undefined });

/** What one result says, in the order in which people read it. */
export const toShown = (
	entry: Data,
	result: RowResult,
	{ fields, isWhole, about }: Shown,
	isFirst = true,
): Data => ({
	...filled(usable(entry, result, isWhole), fields, isWhole),
	...rowFields(result, about, isFirst),
});

/** What is not accepted must not be taken for an answer; 'Raw' has it all the same. */
const usable = (entry: Data, { withheld }: RowResult, isWhole: boolean): Data =>
	withheld && !isWhole ? { [withheld]: entry[withheld] } : entry;

/** An expression on a field that is missing reads as null, at any depth. */
const filled = (entry: Data, fields: readonly FormField[], isWhole: boolean): Data => ({
	...Object.fromEntries(fields.map((field) => [field.key, valueOf(field, entry[field.key])])),
	...(isWhole &&
		Object.fromEntries(
			Object.entries(entry).filter(([key]) => !fields.some((field) => field.key === key)),
		)),
});

function valueOf({ type, fields }: FormField, value: unknown): unknown {
	const isGroup = type === 'group' && fields !== undefined;
	if (isGroup && (value === undefined || value === null || isRecord(value)))
		return filled(value ?? {}, fields, true);
	return value ?? null;
}

/** The items of one row: one, or for lists one per entry. */
export function toItems(
	operation: Operation,
	result: RowResult,
	row: INodeExecutionData,
	index: number,
	settings: OutputSettings,
): INodeExecutionData[] {
	const isList = (result.entries?.length ?? 0) > 0;
	const entries = isList ? (result.entries ?? []) : [result.entries ? {} : (result.data ?? {})];
	const error = settings.marksErrors && result.outcome === 'failed' && messageOf(result, index);
	const about = operation.price ? settings.about : isAnswered(result) ? [] : FAILURE;
	const shown = { ...settings, about };
	return entries.map((entry, position) => ({
		json: {
			...merged(row.json, toShown(entry, result, shown, position === 0), shown, isList),
			...(error && { error }),
			...(result.outcome === 'found' && settings.answeredBy),
			...(operation.price && trailOf(operation, result, row.json, settings)),
		},
		...(settings.includeInputFields && row.binary && { binary: row.binary }),
		pairedItem: { item: index },
	}));
}

const TRAIL = 'trail';

/** One step begins a trail; those behind go on with it by themselves. */
function trailOf(
	operation: Operation,
	result: RowResult,
	row: IDataObject,
	{ trailField, includeInputFields, provider, at }: OutputSettings,
): IDataObject {
	const before = includeInputFields ? row[trailField || TRAIL] : undefined;
	if (trailField === '' && !isTrail(before)) return {};
	return { [trailField || TRAIL]: addToTrail(before, operation, provider, result, at) };
}

/** What costs nothing says so only where it failed. */
const FAILURE: RowKey[] = ['outcome', 'reason'];

/** An item for n8n's error branch: with these keys alone n8n sends it there, joined to its row. */
export const toErrorItem = (
	result: RowResult,
	{ binary }: INodeExecutionData,
	index: number,
): INodeExecutionData => ({
	json: { error: messageOf(result, index), details: failureDetails(result) },
	...(binary && { binary }),
	pairedItem: { item: index },
});

const messageOf = ({ reason }: RowResult, index: number) => `Row ${index + 1}: ${reason}`;

const failureDetails = ({ error, outcome }: RowResult): IDataObject => ({
	outcome,
	nextStep: error?.nextStep ?? '',
	mayHaveBeenCharged: error?.mayHaveBeenCharged ?? false,
	...(error && { kind: error.kind }),
	...(error?.field && { field: error.field }),
	...(error?.status && { status: error.status }),
	...(error?.requestId && { requestId: error.requestId }),
	...(error?.creditsMissing !== undefined && { creditsMissing: error.creditsMissing }),
});

/**
 * An empty value of the result never wipes out what the row already holds, except that the entries
 * of a list are somebody else than the row.
 */
function merged(
	row: IDataObject,
	result: Data,
	{ includeInputFields, resultField, about, keepsExisting }: OutputSettings,
	isEntry: boolean,
): IDataObject {
	const input = includeInputFields ? row : {};
	if (resultField !== '') return { ...input, [resultField]: result as IDataObject };
	const kept = about.length > 0 ? withoutAccount(input) : input;
	const isNews = ([key, value]: [string, unknown]) =>
		isEntry ||
		!Object.hasOwn(kept, key) ||
		(keepsExisting && !(about as string[]).includes(key) ? isEmpty(kept[key]) : !isEmpty(value));
	const news = Object.entries(result).filter(isNews);
	return { ...kept, ...(Object.fromEntries(news) as IDataObject) };
}

const isEmpty = (value: unknown): boolean =>
	value === undefined ||
	value === null ||
	value === '' ||
	(Array.isArray(value) && value.length === 0) ||
	(isRecord(value) && Object.values(value).every(isEmpty));

/** What an earlier step said of a row must not be taken for news of this one. */
function withoutAccount(row: IDataObject): IDataObject {
	if (!Object.hasOwn(row, 'outcome') || !Object.hasOwn(row, 'creditsUsed')) return row;
	const rest = { ...row };
	for (const key of [...ROW_KEYS, 'error']) delete rest[key];
	return rest;
}

/** A few sentences for the output pane: what became of the rows, the credits, and why rows failed. */
export function summaryText({ operation, results, summary }: Ended): string {
	const { rows, notFound, skipped, failed } = summary;
	const incomplete = results.filter(
		(result) => isAnswered(result) && (result.error ?? result.isCut),
	).length;
	// Verdicts are counted one by one.
	const misses = !operation.neverMisses && !operation.verdict;
	const counts = [
		...hitsText(operation, results, summary),
		misses || (notFound > 0 && !operation.verdict) ? `${counted(notFound)} not found` : '',
		`${counted(skipped)} skipped`,
		`${counted(failed)} failed`,
		incomplete > 0 ? `${counted(incomplete)} incomplete` : '',
	];
	const sentences = [
		`${counted(rows, 'row')}: ${counts.filter(Boolean).join(', ')}.`,
		`${sentence(creditsText(summary))}.`,
		causeText(results, summary),
	];
	return sentences.filter(Boolean).join(' ');
}

interface Ended {
	operation: Operation;
	results: readonly RowResult[];
	summary: Summary;
}

/** Verdicts are counted one by one, and of lists their entries. */
function hitsText(
	{ verdict, paging, output, neverMisses }: Operation,
	results: readonly RowResult[],
	{ found }: Summary,
): string[] {
	if (verdict !== undefined) {
		const counts = new Map(verdict.values.map((value) => [value, 0]));
		for (const result of results.filter(isAnswered)) {
			const value = result.data?.[verdict.key];
			const key = typeof value === 'string' ? value : 'unknown';
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
		return [...counts].map(([key, count]) => `${counted(count)} ${key}`);
	}
	if (paging) {
		const entries = results.reduce((sum, { entries }) => sum + (entries?.length ?? 0), 0);
		const title = metaOf(output.shape[paging.entries] as z.ZodType).title?.toLowerCase();
		return [`${counted(entries, title?.replace(/s$/, ''), title)} found`];
	}
	return [`${counted(found)} ${neverMisses ? 'checked' : 'found'}`];
}

/** Only what is known: what answers named, what may have been charged, and what nobody said. */
function creditsText(summary: Summary): string {
	const { creditsUsed, creditsUnclear, unclear, unreported, unreportedBatches } = summary;
	const isKnown = unclear + unreported + unreportedBatches.length === 0;
	const isAllUnreported = creditsUsed === 0 && summary.found + summary.notFound <= unreported;
	const more =
		creditsUsed > 0 ? `${counted(creditsUnclear)} more` : counted(creditsUnclear, 'credit');
	return [
		(creditsUsed > 0 || isKnown) && `${counted(creditsUsed, 'credit')} used`,
		unclear > 0 &&
			`${creditsUnclear > 0 ? more : counted(unclear, 'lookup')} may have been charged`,
		unreported > 0 &&
			(isAllUnreported
				? 'credits used: not reported'
				: `the cost of ${counted(unreported, 'row')} is not reported`),
		unreportedBatches.length > 0 &&
			`the cost of batch ${unreportedBatches.join(', ')} is not known yet`,
		summary.creditsRemaining !== null && `${counted(summary.creditsRemaining)} left`,
	]
		.filter(Boolean)
		.join(', ');
}

/** What ended the run, else the most frequent reason. */
function causeText(results: readonly RowResult[], { failed }: Summary): string {
	const counts = new Map<string, number>();
	let fatal: string | undefined;
	let stopped: string | undefined;
	for (const { outcome, error } of results) {
		if (outcome !== 'failed' || !error) continue;
		if (isFatal(error.kind) && !error.mustNotRepeat) fatal ??= error.message;
		if (error.kind === 'stopped') stopped ??= error.facts.detail;
		else counts.set(error.message, (counts.get(error.message) ?? 0) + 1);
	}
	const ended = fatal ?? stopped;
	if (ended) return `Stopped early: ${ended}.`;
	const [frequent] = [...counts].sort(([, a], [, b]) => b - a);
	if (!frequent) return '';
	const [cause, count] = frequent;
	const share = count === failed ? '' : ` (${counted(count)} of ${counted(failed)})`;
	return `Main reason for failed rows${share}: ${cause}.`;
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
