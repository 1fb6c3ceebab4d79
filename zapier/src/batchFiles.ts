import { stringify } from 'csv-stringify/sync';
import type { Bundle, ZObject } from 'zapier-platform-core';
import { toRowResult } from '../../shared/batches/results';
import type { Batch } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import type { Paging } from '../../shared/contract/operation';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { entriesIn, pageInput } from '../../shared/http/paginate';
import { enrich } from '../../shared/providers/enrich';
import { batches } from './batchReference';
import { columnsOf, record } from './outputs';
import { runStep } from './step';

const PAGE_ROWS = 1_000;
/** A part is read within one step, also where each page takes two seconds. */
const PART_PAGES = 10;
const PART_ROWS = PART_PAGES * PAGE_ROWS;

interface PartOfBatch {
	product: string;
	batchId: string;
	/** From 1. */
	part: number;
}

/** Files of all results, each read only when a step asks for it. */
export const resultFiles = (z: ZObject, { product }: Batch, batchId: string, rows = 1): string[] =>
	Array.from({ length: Math.max(1, Math.ceil(rows / PART_ROWS)) }, (_, i) => {
		const part: PartOfBatch = { product, batchId, part: i + 1 };
		return z.dehydrateFile(hydrators.batchResultsCsv, { ...part });
	});

async function batchResultsCsv(z: ZObject, bundle: Bundle): Promise<string> {
	const { product, batchId, part } = bundle.inputData as unknown as PartOfBatch;
	const csv = await runStep(z, bundle, async (client) => {
		const batch = batches.find((one) => one.product === product);
		if (!batch)
			throw new ConnectorError({ kind: 'badInput', field: 'Batch', detail: 'is unknown' });
		const columns = columnsOf(batch.results);
		const paging = batch.results.paging as Paging;
		const rows: unknown[][] = [['Outcome', 'Outcome Reason', ...columns.map(({ label }) => label)]];
		const firstPage = (part - 1) * PART_PAGES + 1;
		let read = (firstPage - 1) * PAGE_ROWS;
		for (let page = firstPage; page < firstPage + PART_PAGES; page++) {
			const input = pageInput(paging, { [batch.idName]: batchId }, page, PAGE_ROWS);
			const { data } = await client.call(batch.results, input);
			const entries = entriesIn(paging, data);
			read += entries.length;
			rows.push(...entries.map((entry) => toLine(batch, batchId, entry, columns)));
			const count = entries.length;
			if (!paging.hasMore?.({ data, page, pageSize: PAGE_ROWS, read, count })) break;
		}
		// A byte order mark: without it spreadsheets misread every accent.
		return `\uFEFF${stringify(rows, { cast: { boolean: String, string: withoutFormula } })}`;
	});
	const name = `enrich-${product}-${batchId}-${part}.csv`;
	return z.stashFile(csv, Buffer.byteLength(csv), name, 'text/csv');
}

function toLine(
	batch: Batch,
	batchId: string,
	entry: Data,
	columns: ReturnType<typeof columnsOf>,
): unknown[] {
	const { outcome, reason, data } = toRowResult(batch, batchId, entry);
	const values = Object.values(record(columns, data));
	return [
		outcome,
		reason,
		...values.map((value) => (Array.isArray(value) ? value.join(', ') : value)),
	];
}

/** A spreadsheet must not run what stands in somebody's data; phone numbers stay as they are. */
const withoutFormula = (text: string): string =>
	/^[=@\t\r]|^[+-](?![\d\s().,+-]*$)/.test(text) ? `'${text}` : text;

/** The file of a lead export, read only when a step asks for it. */
export const exportFile = (z: ZObject, jobId: string): string =>
	z.dehydrateFile(hydrators.leadExportCsv, { jobId });

async function leadExportCsv(z: ZObject, bundle: Bundle): Promise<string> {
	const jobId = String(bundle.inputData.jobId);
	const csv = await runStep(z, bundle, async (client) => {
		const { data } = await client.call(enrich.operations.downloadExportJob, { jobId });
		return data.csv ?? '';
	});
	return z.stashFile(csv, Buffer.byteLength(csv), `enrich-leads-${jobId}.csv`, 'text/csv');
}

export const hydrators = { batchResultsCsv, leadExportCsv };
