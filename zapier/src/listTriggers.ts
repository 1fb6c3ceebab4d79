import type { PlainInputField, Trigger } from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import { inputFields as fieldsOf } from '../../shared/contract/form';
import { entriesIn } from '../../shared/http/paginate';
import type { Operation, Paging } from '../../shared/contract/operation';
import { enrich } from '../../shared/providers/enrich';
import { listJobs } from '../../shared/triggers/listJobs';
import { endedJobs } from '../../shared/triggers/watch';
import { offeredAs } from './placement';
import { type Item } from './item';
import { exportFile } from './batchFiles';
import { toField as toInputField } from './inputs';
import { columnsOf, record, toField, withoutNulls } from './outputs';
import { type Poll, pollingTrigger } from './pollingTrigger';

const { getWalletTransactions, listRevealJobs, listExportJobs } = enrich.operations;

/** Entries of a list as rows; what tells them apart is called `id`. */
function shapeOf(operation: Operation, { omits = [] }: Item, idKey: string) {
	const columns = columnsOf(operation, [...omits, idKey]);
	const id = columnsOf(operation).find(({ path }) => path[0] === idKey);
	const toRow = (entry: Data): Data => ({ id: entry[idKey], ...record(columns, entry) });
	const [example = {}] = entriesIn(operation.paging as Paging, operation.example.data as Data);
	return {
		toRow,
		outputFields: [
			{ key: 'id', label: id?.label ?? 'ID', type: 'string' as const },
			...columns.map(toField),
		],
		sample: withoutNulls(toRow(example)),
	};
}

/** The field by which the API filters its list. */
function filterOf(operation: Operation, key: string, values?: readonly string[]): PlainInputField {
	const form = fieldsOf(operation).find((field) => field.key === key);
	if (!form) throw new Error(`No field ${key} in ${operation.operationId}`);
	const field = toInputField(form, form.title, 'Leave it empty for all');
	const { choices } = field as { choices: Record<string, string> };
	const kept = Object.entries(choices).filter(([value]) => !values || values.includes(value));
	return { ...field, required: false, choices: Object.fromEntries(kept) };
}

function transactionsTrigger(operation: Operation, item: Item): Trigger {
	const { toRow, ...shape } = shapeOf(operation, item, 'id');
	return pollingTrigger(item, {
		inputFields: [filterOf(operation, 'type')],
		// Newest first, and one page is more than what is booked between two looks of most wallets.
		async poll(client, { inputData: { type } }) {
			const filter = typeof type === 'string' && type !== '' ? { type } : {};
			const { data } = await client.call(getWalletTransactions, { ...filter, page: 1, limit: 100 });
			return (data.transactions ?? []).map((entry) => toRow(entry as Data));
		},
		...shape,
	} satisfies Poll);
}

/** Jobs that have ended, by the time of their end: one that still runs would never be new again. */
function jobsTrigger(operation: Operation, item: Item): Trigger {
	const { toRow, ...shape } = shapeOf(operation, item, 'jobId');
	const hasFile = operation === (listExportJobs as Operation);
	return pollingTrigger(item, {
		inputFields: [filterOf(operation, 'status', ['completed', 'failed'])],
		async poll(client, { inputData: { status } }, z) {
			const jobs = endedJobs(await listJobs(client, operation)).reverse();
			return jobs
				.filter((job) => !status || job.status === status)
				.map((job) => ({
					...toRow(job),
					...(hasFile && {
						file: job.status === 'completed' ? exportFile(z, String(job.jobId)) : null,
					}),
				}));
		},
		...shape,
		outputFields: [
			...shape.outputFields,
			...(hasFile ? [{ key: 'file', label: 'File (CSV)', type: 'file' as const }] : []),
		],
	} satisfies Poll);
}

const LISTS = new Map<Operation, (operation: Operation, item: Item) => Trigger>([
	[getWalletTransactions as Operation, transactionsTrigger],
	[listRevealJobs as Operation, jobsTrigger],
	[listExportJobs as Operation, jobsTrigger],
]);

/** The triggers over one list of the API each. */
export const listTriggers: Record<string, Trigger> = Object.fromEntries(
	offeredAs('trigger').flatMap(({ operation, item }) => {
		const make = LISTS.get(operation);
		return make ? [[item.key, make(operation, item)]] : [];
	}),
);
