/** Operations whose answer is a CSV file: handed on as a file, or as an item per line. */
import { parse } from 'csv-parse/sync';
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { Data } from '../../shared/contract/data';
import { inputFields } from '../../shared/contract/form';
import type { Operation } from '../../shared/contract/operation';
import type { RowResult } from '../../shared/rows/result';
import type { PlacedOperation } from './kit';
import { perResource } from './show';

const AS = 'fileAs';

/** Whether what a step returns in the end is a file. */
const isFile = ({ operation, followUp }: PlacedOperation) =>
	(followUp?.results ?? operation).answers === 'csv';

export const fileProperties = (placed: PlacedOperation[]): INodeProperties[] =>
	perResource(placed, isFile, {
		displayName: 'Return As',
		name: AS,
		type: 'options',
		default: 'file',
		description: 'How the file leaves this step',
		options: [
			{
				name: 'CSV File',
				value: 'file',
				description: 'One file per row, as the field "data"; for spreadsheets and mails',
			},
			{ name: 'Items', value: 'items', description: 'One item per line of the file' },
		],
	});

/** Spreadsheets misread every accent without it. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Undefined: the answer is no file, or there is none. */
export async function toFileItems(
	context: IExecuteFunctions,
	operation: Operation,
	result: RowResult,
	index: number,
): Promise<{ result: RowResult; binary?: INodeExecutionData['binary'] } | undefined> {
	const csv = result.data?.csv;
	if (operation.answers !== 'csv' || typeof csv !== 'string') return undefined;
	if (context.getNodeParameter(AS, 0, 'file') === 'items') {
		const options = { columns: true, bom: true, relax_column_count: true, skip_empty_lines: true };
		const entries = parse(csv, options) as unknown as Data[];
		return { result: { ...result, data: {}, entries } };
	}
	// Of a step that has waited for its file, only the result knows the ID.
	const [given = ''] = inputFields(operation).map(({ key }) =>
		String(context.getNodeParameter(key, index, '')),
	);
	const id = result.batchId ?? given;
	const fileName = `${[operation.title.toLowerCase(), id]
		.join(' ')
		.trim()
		.replaceAll(/[^\w-]+/g, '-')}.csv`;
	const content = csv.startsWith(BYTE_ORDER_MARK) ? csv : BYTE_ORDER_MARK + csv;
	const data = await context.helpers.prepareBinaryData(Buffer.from(content), fileName, 'text/csv');
	return { result: { ...result, data: { fileName } }, binary: { data } };
}
