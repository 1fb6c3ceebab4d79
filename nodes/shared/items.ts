import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type * as z from 'zod';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { metaOf } from '../../shared/contract/schema';
import { counted } from '../../shared/errors/wording';
import { isFatal } from '../../shared/errors/errorTable';
import { isAnswered, type RowResult, type Summary } from '../../shared/rows/result';

export { counted };

export interface OutputSettings {
	/** The fields of a result to return; undefined: all. */
	fields?: string[];
	includeInputFields: boolean;
	/** Empty: the result stands beside the row's own fields. */
	resultField: string;
	notFound: 'keep' | 'drop' | 'output';
	/** Failed rows have an `error`, as n8n's own nodes do when they continue. */
	marksErrors: boolean;
	/** Put beside what was found, e.g. `{ provider: 'Enrich' }`. */
	answeredBy: Record<string, string>;
}

/** The items of one row: one, or for lists one per entry. */
export function toItems(
	operation: Operation,
	result: RowResult,
	row: INodeExecutionData,
	index: number,
	settings: OutputSettings,
): INodeExecutionData[] {
	const entries = result.entries?.length
		? result.entries
		: [result.entries ? {} : (result.data ?? {})];
	const error = settings.marksErrors && result.outcome === 'failed' && messageOf(result, index);
	return entries.map((entry, position) => ({
		json: {
			...merged(
				row.json,
				{ ...chosen(entry, settings.fields), ...account(operation, result, position === 0) },
				settings,
				operation.paging !== undefined,
			),
			...(error && { error }),
			...(result.outcome === 'found' && settings.answeredBy),
		},
		...(settings.includeInputFields && row.binary && { binary: row.binary }),
		pairedItem: { item: index },
	}));
}

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

/** What became of the row and what it cost; the first entry of a list bears the charge. */
function account(operation: Operation, result: RowResult, isFirst: boolean): Data {
	const failure = result.error && {
		nextStep: result.error.nextStep,
		mayHaveBeenCharged: result.error.mayHaveBeenCharged,
	};
	if (!operation.price)
		return isAnswered(result) ? {} : { outcome: result.outcome, reason: result.reason, ...failure };
	return {
		outcome: result.outcome,
		reason: result.reason,
		...failure,
		creditsUsed: isFirst || result.creditsUsed === null ? result.creditsUsed : 0,
		creditsRemaining: result.creditsRemaining,
		...(result.requestId && { requestId: result.requestId }),
		...(result.batchId && { batchId: result.batchId }),
		...(result.reusedFrom && { reusedFrom: reusedText(result.reusedFrom) }),
		...(result.isRecovered && { isRecovered: true }),
		...(result.sameAs !== undefined && { sameAsRow: result.sameAs + 1 }),
	};
}

/** When the earlier batch was started; its ID stands in `batchId`. */
const reusedText = ({ at }: NonNullable<RowResult['reusedFrom']>): string =>
	at === null ? 'an earlier run' : new Date(at).toISOString();

function chosen(entry: Data, fields?: string[]): Data {
	if (!fields) return entry;
	return Object.fromEntries(
		fields.filter((field) => Object.hasOwn(entry, field)).map((field) => [field, entry[field]]),
	);
}

/**
 * An empty value of the result never wipes out what the row already holds, except that the entries
 * of a list are somebody else than the row.
 */
function merged(
	row: IDataObject,
	result: Data,
	{ includeInputFields, resultField }: OutputSettings,
	isEntry: boolean,
): IDataObject {
	const input = includeInputFields ? row : {};
	if (resultField !== '') return { ...input, [resultField]: result as IDataObject };
	const filled = Object.entries(result).filter(
		([key, value]) => isEntry || !isEmpty(value) || !Object.hasOwn(input, key),
	);
	return { ...withoutAccount(input), ...(Object.fromEntries(filled) as IDataObject) };
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

/** What an earlier step said of a row must not be taken for news of this one. */
function withoutAccount(row: IDataObject): IDataObject {
	if (!Object.hasOwn(row, 'outcome') || !Object.hasOwn(row, 'creditsUsed')) return row;
	const rest = { ...row };
	for (const key of [
		'nextStep',
		'mayHaveBeenCharged',
		'requestId',
		'batchId',
		'reusedFrom',
		'sameAsRow',
		'isRecovered',
		'error',
	])
		delete rest[key];
	return rest;
}

/** A few sentences for the output pane: what became of the rows, the credits, and why rows failed. */
export function summaryText({ operation, results, summary }: Ended): string {
	const { rows, notFound, skipped, failed } = summary;
	const incomplete = results.filter(
		(result) => isAnswered(result) && (result.error ?? result.isCut),
	).length;
	const counts = [
		...hitsText(operation, results, summary),
		!operation.neverMisses || notFound > 0 ? `${counted(notFound)} not found` : '',
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
		for (const { outcome, data } of results) {
			const value = data?.[verdict.key];
			const key = typeof value === 'string' ? value : 'unknown';
			if (outcome === 'found') counts.set(key, (counts.get(key) ?? 0) + 1);
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
