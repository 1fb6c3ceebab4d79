import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Data, Operation } from '../../shared/operation';
import type { RowResult, Summary } from '../../shared/rows';

export interface OutputSettings {
	/** The fields of a result to return; undefined: all. */
	fields?: string[];
	includeInputFields: boolean;
	/** Empty: the result stands beside the row's own fields. */
	resultField: string;
	notFound: 'keep' | 'drop' | 'output';
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
	return entries.map((entry, position) => ({
		json: merged(
			row.json,
			{ ...chosen(entry, settings.fields), ...account(operation, result, position === 0) },
			settings,
		),
		...(settings.includeInputFields && row.binary && { binary: row.binary }),
		pairedItem: { item: index },
	}));
}

/** An item for n8n's error branch: with these keys alone n8n sends it there, joined to its row. */
export const toErrorItem = (result: RowResult, index: number): INodeExecutionData => ({
	json: {
		error: `Row ${index + 1}: ${result.reason}`,
		message: result.error?.nextStep ?? '',
		details: failureDetails(result),
	},
	pairedItem: { item: index },
});

function failureDetails({ error, outcome }: RowResult): IDataObject {
	return {
		outcome,
		kind: error?.kind,
		mayHaveBeenCharged: error?.mayHaveBeenCharged ?? false,
		...(error?.field && { field: error.field }),
		...(error?.status && { status: error.status }),
		...(error?.requestId && { requestId: error.requestId }),
		...(error?.creditsMissing !== undefined && { creditsMissing: error.creditsMissing }),
	};
}

/** What became of the row and what it cost; the first entry of a list bears the charge. */
function account(operation: Operation, result: RowResult, isFirst: boolean): Data {
	const failure = result.error && {
		nextStep: result.error.nextStep,
		mayHaveBeenCharged: result.error.mayHaveBeenCharged,
	};
	if (!operation.price)
		return result.error ? { outcome: result.outcome, reason: result.reason, ...failure } : {};
	return {
		outcome: result.outcome,
		reason: result.reason,
		...failure,
		creditsUsed: isFirst ? result.creditsUsed : 0,
		creditsRemaining: result.creditsRemaining,
		...(result.requestId && { requestId: result.requestId }),
		...(result.sameAs !== undefined && { sameAsRow: result.sameAs + 1 }),
	};
}

function chosen(entry: Data, fields?: string[]): Data {
	if (!fields) return entry;
	return Object.fromEntries(
		fields.filter((field) => Object.hasOwn(entry, field)).map((field) => [field, entry[field]]),
	);
}

/** An empty value of the result never wipes out what the row already holds. */
function merged(
	row: IDataObject,
	result: Data,
	{ includeInputFields, resultField }: OutputSettings,
): IDataObject {
	const input = includeInputFields ? row : {};
	if (resultField !== '') return { ...input, [resultField]: result as IDataObject };
	const told = Object.entries(result).filter(
		([key, value]) => (value ?? undefined) !== undefined || !Object.hasOwn(input, key),
	);
	return { ...input, ...(Object.fromEntries(told) as IDataObject) };
}

/** One line for the output pane: what became of the rows, and the credits. */
export function summaryText(summary: Summary): string {
	const { rows, found, notFound, skipped, failed, creditsUsed, creditsRemaining } = summary;
	const count = (number: number) => number.toLocaleString('en-US');
	const left = creditsRemaining === null ? '' : `, ${count(creditsRemaining)} left`;
	return (
		`${count(rows)} ${rows === 1 ? 'row' : 'rows'}: ${count(found)} found, ${count(notFound)} not found, ` +
		`${count(skipped)} skipped, ${count(failed)} failed. ${count(creditsUsed)} credits used${left}.`
	);
}
