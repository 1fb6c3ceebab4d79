import { stringify } from 'csv-stringify/sync';
import type { Processed } from '../routes';
import type { WireAnswer } from '../wireAnswer';

/** A CSV file to download, its columns in this order. */
export const csvAnswer = (
	fileName: string,
	columns: readonly string[] | Readonly<Record<string, string>>,
	rows: readonly object[],
	headers: Record<string, string> = {},
): WireAnswer => ({
	status: 200,
	contentType: 'text/csv; charset=utf-8',
	headers: { 'content-disposition': `attachment; filename="${fileName}"`, ...headers },
	body: stringify([...rows], { header: true, columns: columns as Record<string, string> }),
});

/** A file as the documentation shows it. */
export const fileOf = (body: string): Processed => ({
	charged: 0,
	wire: { status: 200, contentType: 'text/csv; charset=utf-8', body },
});
