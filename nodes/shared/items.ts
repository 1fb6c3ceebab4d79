import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { counted } from '../../shared/errors/wording';
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
		creditsUsed: isFirst ? result.creditsUsed : 0,
		creditsRemaining: result.creditsRemaining,
		...(result.requestId && { requestId: result.requestId }),
		...(result.batchId && { batchId: result.batchId }),
		...(result.sameAs !== undefined && { sameAsRow: result.sameAs + 1 }),
	};
}

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
		'sameAsRow',
		'error',
	])
		delete rest[key];
	return rest;
}

/** One line for the output pane: what became of the rows, and the credits as far as they are reported. */
export function summaryText(
	summary: Summary,
	incomplete: number,
	{ neverMisses }: Pick<Operation, 'neverMisses'> = {},
	isChargeReported = true,
): string {
	const { rows, found, notFound, skipped, failed, creditsUsed, creditsRemaining } = summary;
	const left = creditsRemaining === null ? '' : `, ${counted(creditsRemaining)} left`;
	const credits = isChargeReported
		? `${counted(creditsUsed, 'credit')} used`
		: 'Credits used: not reported';
	return (
		`${counted(rows, 'row')}: ${counted(found)} ${neverMisses ? 'checked' : `found, ${counted(notFound)} not found`}, ` +
		`${counted(skipped)} skipped, ${counted(failed)} failed${incomplete > 0 ? `, ${counted(incomplete)} incomplete` : ''}. ${credits}${left}.`
	);
}
