/**
 * What rows and batches say of themselves beside what was asked for: the one list from which items,
 * files, previews and the output fields of every platform derive.
 */
import type { Data } from '../contract/data';
import type { FieldType, FormField } from '../contract/form';
import type { Provider } from '../contract/provider';
import type { RowResult } from './result';

const field =
	(type: FieldType) =>
	(title: string, description?: string): Pick<FormField, 'title' | 'type' | 'description'> => ({
		title,
		type,
		...(description && { description }),
	});
const text = field('text');
const number = field('number');
const yesNo = field('yesNo');

const FIELDS = {
	outcome: text('Outcome', 'What became of the row: found, notFound, skipped or failed'),
	reason: text('Reason', 'Why, and what to do where something is to be done'),
	creditsUsed: number('Credits Used', 'What the answer named; empty: not reported'),
	creditsLeft: number('Credits Left', 'As the answer said'),
	mayHaveBeenCharged: yesNo('May Have Been Charged', 'Whether it may be charged without an answer'),
	requestId: text('Request ID'),
	batchId: text('Batch ID', 'The batch that answered'),
	reusedFrom: text('Reused From', 'When the earlier batch was started that answered'),
	reusedAnswer: yesNo('Reused Answer', 'Whether an answer of earlier was used, at no new charge'),
	isRecovered: yesNo('Recovered', "Whether the answer was lost, and the wallet's entry names it"),
	sameAsRow: number('Same as Row', 'The row whose lookup answered this one too'),
	product: text('Product', 'What the batch looks up'),
	status: text('Status'),
	isComplete: yesNo('Complete'),
	progress: number('Progress (Percent)'),
	totalItems: number('Rows in the Batch'),
	duplicatesRemoved: number('Duplicates Removed'),
	creditsReserved: number('Credits Reserved'),
	creditsRefunded: number('Credits Refunded'),
	reusedBatch: yesNo('Reused an Earlier Batch'),
	startedAt: field('dateTime')('Started At'),
} satisfies Record<string, Pick<FormField, 'title' | 'type' | 'description'>>;

export type ResultKey = keyof typeof FIELDS;

export const resultField = (key: ResultKey): FormField => ({
	...FIELDS[key],
	key,
	isRequired: true,
});

/** What a row says of itself, by key. */
const OF_ROW = {
	outcome: ({ outcome }) => outcome,
	reason: ({ reason, error }) =>
		error ? `${reason.replace(/\.$/, '')}. ${error.nextStep}`.trim() : reason,
	// The first entry of a list bears its charge.
	creditsUsed: ({ creditsUsed }, isFirst) => (isFirst || creditsUsed === null ? creditsUsed : 0),
	creditsLeft: ({ creditsRemaining }) => creditsRemaining,
	mayHaveBeenCharged: ({ error }) => error?.mayHaveBeenCharged ?? false,
	requestId: ({ requestId }) => requestId,
	batchId: ({ batchId }) => batchId,
	reusedFrom: ({ reusedFrom }) => reusedFrom && startText(reusedFrom.at),
	reusedAnswer: ({ isReused }) => isReused === true,
	isRecovered: ({ isRecovered }) => isRecovered === true,
	sameAsRow: ({ sameAs }) => (sameAs === undefined ? null : sameAs + 1),
} satisfies Partial<Record<ResultKey, (result: RowResult, isFirst: boolean) => unknown>>;

const startText = (at: number | null): string =>
	at === null ? 'an earlier run' : new Date(at).toISOString();

export type RowKey = keyof typeof OF_ROW;

/** Everything that a row can say of itself. */
export const ROW_KEYS = Object.keys(OF_ROW) as RowKey[];
/** The same without what cannot be where the provider has no batches, or no wallet to read. */
export const rowKeysOf = ({ batches, recover }: Provider): RowKey[] =>
	ROW_KEYS.filter(
		(key) =>
			(batches !== undefined || !OF_BATCHES.includes(key)) &&
			(recover !== undefined || key !== 'isRecovered'),
	);
const OF_BATCHES: RowKey[] = ['batchId', 'reusedFrom'];

/** What every row says, also where only the essence is wanted. */
export const ESSENTIAL_KEYS = ['outcome', 'reason', 'creditsUsed'] satisfies RowKey[];

/** @param isFirst of the entries of a list. Unknown values are null. */
export const rowFields = (result: RowResult, keys: readonly RowKey[], isFirst = true): Data =>
	Object.fromEntries(keys.map((key) => [key, OF_ROW[key](result, isFirst) ?? null]));
