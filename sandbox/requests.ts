/** What the sandbox remembers of one call. Never the key. */
export interface RecordedRequest {
	operationId: string;
	/** As it came over the wire; of longer lists the first 1,000 entries. */
	input: unknown;
	/** Milliseconds since the epoch. */
	at: number;
	/** Undefined as long as nothing was answered, and when the connection was cut instead. */
	status?: number;
	/** Negative: refunded. */
	charged: number;
	/** Turned away by the rate limit. */
	refused: boolean;
	/** Calls in flight when this one arrived, itself included. */
	inFlight: number;
	/** The kind of fault that it met. */
	fault?: string;
}

/** The last calls, or what else is recorded, oldest first; at least `cap` are kept. 0: none. */
export class Recorder<T> {
	readonly entries: T[] = [];

	constructor(private readonly cap: number) {}

	add(entry: T): T {
		if (this.cap > 0) {
			this.entries.push(entry);
			// Half at a time, so that forgetting costs next to nothing per call.
			if (this.entries.length >= 2 * this.cap) this.entries.splice(0, this.cap);
		}
		return entry;
	}

	reset(): void {
		this.entries.length = 0;
	}
}

/** Counts the calls: all so far, those in flight, and the most that ever were. */
export class Traffic {
	calls = 0;
	inFlight = 0;
	peak = 0;

	enter(): void {
		this.calls++;
		this.inFlight++;
		this.peak = Math.max(this.peak, this.inFlight);
	}

	reset(): void {
		this.peak = this.inFlight;
	}
}

const MAX_LIST = 1000;

/** What is remembered of an input: not all of a large batch. */
export function shortened(input: unknown): unknown {
	if (typeof input !== 'object' || input === null) return input;
	const lists = Object.entries(input).filter(
		(entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > MAX_LIST,
	);
	if (lists.length === 0) return input;
	return {
		...input,
		...Object.fromEntries(lists.map(([name, list]) => [name, list.slice(0, MAX_LIST)])),
	};
}
