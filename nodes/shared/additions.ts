/** Completing entries: in the step that lists them, or in one of its own. */
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import {
	ADDED,
	type Addition,
	completed,
	type OfferedAddition,
} from '../../shared/contract/addition';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import type { Provider } from '../../shared/contract/provider';
import { ConnectorError, toConnectorError } from '../../shared/errors/ConnectorError';
import { counted } from '../../shared/errors/wording';
import { normalizeRecords } from '../../shared/input/values';
import { type Added, addTo, type AddOptions } from '../../shared/rows/addTo';
import type { Row } from '../../shared/rows/lookUpRows';
import { type RowResult, summarize, toFailedRow, withoutCharge } from '../../shared/rows/result';
import type { PlacedOperation } from './kit';
import type { Done } from './lookUpMany';
import { forAll } from './show';

const CHOICE = 'reveal';
const NONE = 'none';
const WAIT = 'waitForLeads';
/** For the sums that are stated beforehand. */
const FOR_EXAMPLE = 50;

const offeredFor = ({ operation }: PlacedOperation, { additions = {} }: Provider) =>
	additions[operation.operationId];

/** As an operation's results look once everything is there. */
export function resultsOf(operation: Operation, { additions, additionOf }: Provider): Operation {
	const own = additionOf?.(operation, operation.example.input as Data);
	const offered = Object.values(additions?.[operation.operationId] ?? {});
	return own?.shown ?? offered.reduce(completed, operation);
}

/** Whether an operation completes entries itself, and has to be waited for. */
const isJob = ({ operation }: PlacedOperation, { additionOf }: Provider): boolean =>
	additionOf?.(operation, operation.example.input as Data)?.job !== undefined;

export function additionProperties(
	placed: PlacedOperation[],
	provider: Provider,
): INodeProperties[] {
	const all = placed.map((one) => offeredFor(one, provider)).find((one) => one !== undefined);
	const has = (one: PlacedOperation) => offeredFor(one, provider) !== undefined;
	const costs = ({ credits }: OfferedAddition) =>
		`at most ${counted(credits, 'credit')} for each, as documented: ${counted(credits * FOR_EXAMPLE)} for ${FOR_EXAMPLE}`;
	const options = [
		{ name: 'Nothing', value: NONE, description: 'Costs nothing' },
		...Object.entries(all ?? {}).map(([value, addition]) => ({
			name: addition.title,
			value,
			description: `Costs ${costs(addition)}`,
		})),
	];
	options.sort((a, b) => (a.name < b.name ? -1 : 1));
	return [
		...forAll(placed, has, {
			displayName: 'Reveal',
			name: CHOICE,
			type: 'options',
			noDataExpression: true,
			default: NONE,
			description: 'What to find out of each result in this same step',
			options,
		}),
		...Object.entries(all ?? {}).flatMap(([value, addition]) =>
			forAll(
				placed,
				has,
				{
					displayName: `${addition.title}: ${costs(addition)}. What is not found, or was revealed before, is documented as free. 'Maximum Credits' under 'Options' keeps a run below a limit.`,
					name: 'revealNotice',
					type: 'notice',
					default: '',
				},
				{ show: { [CHOICE]: [value] } },
			),
		),
		...forAll(placed, (one) => isJob(one, provider), {
			displayName: 'Wait for Results',
			name: WAIT,
			type: 'boolean',
			default: true,
			description:
				'Whether to stay until the contact data is there, in groups of 25 leads; else each row only starts a job',
		}),
	];
}

/** What is to be found out of the entries that this step lists. */
export const chosenAddition = (
	context: IExecuteFunctions,
	provider: Provider,
	{ operationId }: Operation,
): OfferedAddition | undefined =>
	provider.additions?.[operationId]?.[context.getNodeParameter(CHOICE, 0, NONE) as string];

/** The same rows, with what was found out of their entries. */
export async function complete(
	done: Done,
	addition: OfferedAddition,
	options: AddOptions,
): Promise<Done> {
	const ids = done.results.flatMap(({ entries = [], sameAs }) =>
		sameAs === undefined ? entries.map(({ id }) => String(id)) : [],
	);
	const added = await addTo(addition, ids, options);
	const results = done.results.map((result) => withAdded(result, addition, added));
	return {
		...done,
		operation: completed(done.operation, addition),
		results,
		summary: summarize(results, added.creditsRemaining ?? done.summary.creditsRemaining),
		note: [done.note, noteOf(addition, added)].filter(Boolean).join(' '),
	};
}

function noteOf({ isFound }: Addition, { byId, problem }: Added): string {
	const all = [...byId.values()];
	const found = all.filter((one) => !(one instanceof ConnectorError) && isFound(one)).length;
	const text = `${counted(found)} of ${counted(all.length, 'lead')} revealed.`;
	return problem ? `${text} ${problem.message}. ${problem.nextStep}` : text;
}

function withAdded(result: RowResult, addition: Addition, added: Added): RowResult {
	const { entries = [], sameAs } = result;
	if (entries.length === 0) return result;
	const completed = entries.map((entry) => {
		const got = added.byId.get(String(entry.id));
		if (got instanceof ConnectorError) return { ...entry, [ADDED]: got.message };
		const has = got !== undefined && addition.isFound(got);
		return { ...entry, ...(has && valuesOf(got, addition)), [ADDED]: has ? 'found' : 'not found' };
	});
	if (sameAs !== undefined) return { ...result, entries: completed };
	return { ...result, entries: completed, ...chargeOf(result, entries, added) };
}

const valuesOf = (got: Data, { keys }: Addition): Data =>
	Object.fromEntries(keys.filter((key) => got[key] != null).map((key) => [key, got[key]]));

/** The row that holds the first entry of a group bears the charge of the group. */
function chargeOf(
	{ creditsUsed, creditsReported = 0, error: before }: RowResult,
	entries: readonly Data[],
	added: Added,
): Partial<RowResult> {
	const ids = new Set(entries.map(({ id }) => String(id)));
	const own = [...added.credits].filter(([id]) => ids.has(id)).map(([, credits]) => credits);
	const reported = own.reduce<number>((sum, credits) => sum + (credits ?? 0), 0);
	const isKnown = creditsUsed !== null && own.every((credits) => credits !== null);
	const isHit = [...ids].some((id) => added.byId.get(id) instanceof ConnectorError);
	const error = before ?? (isHit ? added.problem : undefined);
	return {
		creditsUsed: isKnown ? creditsUsed + reported : null,
		...(!isKnown && { creditsReported: (creditsUsed ?? creditsReported) + reported }),
		...(error && { error }),
	};
}

/** Undefined: the operation completes no entries, or shall only start to. */
export async function addForRows(
	context: IExecuteFunctions,
	operation: Operation,
	rows: readonly Row[],
	provider: Provider,
	options: AddOptions,
): Promise<Done | undefined> {
	const toAddition = (values: Data) => provider.additionOf?.(operation, values);
	if (toAddition(operation.example.input as Data) === undefined) return undefined;
	if (context.getNodeParameter(WAIT, 0, true) === false) return undefined;
	const results: RowResult[] = [];
	const groups = new Map<
		string,
		{ addition: Addition; rows: { index: number; ids: string[] }[] }
	>();
	rows.forEach(({ values, skip, problem }, index) => {
		try {
			if (problem) throw problem;
			const ids = normalizeRecords(values.leads ?? []).map(({ id }) => id);
			if (skip !== undefined || ids.length === 0) {
				const reason = skip ?? 'There is no lead ID in this row';
				results[index] = withoutCharge('skipped', reason);
				return;
			}
			const addition = toAddition(values) as Addition;
			const key = JSON.stringify(addition.input([]));
			const group = groups.get(key) ?? { addition, rows: [] };
			group.rows.push({ index, ids });
			groups.set(key, group);
		} catch (thrown) {
			results[index] = toFailedRow(toConnectorError(thrown));
		}
	});
	let left = options.maxCredits ?? Infinity;
	let creditsRemaining: number | null = null;
	let shown = operation;
	for (const { addition, rows } of groups.values()) {
		const ids = rows.flatMap((row) => row.ids);
		const added = await addTo(addition, ids, { ...options, maxCredits: left });
		for (const credits of added.credits.values()) left -= credits ?? 0;
		creditsRemaining = added.creditsRemaining ?? creditsRemaining;
		shown = addition.shown;
		for (const { index, ids } of rows) results[index] = toRowResult(ids, addition, added);
	}
	return { operation: shown, results, summary: summarize(results, creditsRemaining) };
}

function toRowResult(ids: readonly string[], addition: Addition, added: Added): RowResult {
	const got = ids.map((id) => added.byId.get(id));
	const entries = got.filter(
		(one): one is Data => one !== undefined && !(one instanceof ConnectorError),
	);
	const error = got.find((one) => one instanceof ConnectorError);
	const charge = chargeOf(
		{ ...withoutCharge('found', ''), entries },
		ids.map((id) => ({ id })),
		added,
	);
	if (error && entries.length === 0)
		return { ...toFailedRow(error), creditsUsed: charge.creditsUsed ?? null };
	const found = entries.filter((entry) => addition.isFound(entry)).length;
	const reason = `${counted(found)} of ${counted(ids.length, 'lead')} revealed`;
	return {
		...withoutCharge(
			found > 0 ? 'found' : 'notFound',
			ids.length === 1 ? (found > 0 ? 'Found' : 'Not found') : reason,
		),
		entries,
		creditsRemaining: added.creditsRemaining,
		creditsUsed: null,
		...charge,
		...(error && { error }),
	};
}
