import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Data } from '../../shared/contract/data';

/** So many rows are taken in before other calls get their turn. */
const PART = 5000;

/** The rows of a batch as JSON in one piece of memory: half a million need little room. */
export class Rows {
	private constructor(
		private readonly bytes: Buffer,
		/** Where each row begins, and where the last one ends. */
		private readonly starts: Uint32Array,
	) {}

	static async of(texts: Iterable<string>): Promise<Rows> {
		const parts: Buffer[] = [];
		const starts = [0];
		let end = 0;
		let lines: string[] = [];
		const take = () => {
			for (const line of lines) starts.push((end += Buffer.byteLength(line)));
			parts.push(Buffer.from(lines.join('')));
			lines = [];
		};
		for (const text of texts) {
			lines.push(text);
			if (lines.length < PART) continue;
			take();
			await nextTurn();
		}
		take();
		return new Rows(Buffer.concat(parts), Uint32Array.from(starts));
	}

	get length(): number {
		return this.starts.length - 1;
	}

	/** The first so many. */
	head(count: number): Rows {
		return new Rows(this.bytes, this.starts.subarray(0, count + 1));
	}

	at(index: number): Data {
		const text = this.bytes.toString('utf8', this.starts[index], this.starts[index + 1]);
		return JSON.parse(text) as Data;
	}
}
