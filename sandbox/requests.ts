/** What the sandbox remembers of one call. Never the key. */
export interface RecordedRequest {
	operationId: string;
	/** As it came over the wire. */
	input: unknown;
	/** Milliseconds since the epoch. */
	at: number;
	/** Undefined as long as nothing was answered, and when the connection was cut instead. */
	status?: number;
	charged: number;
	/** Turned away by the rate limit. */
	refused: boolean;
	/** Calls in flight when this one arrived, itself included. */
	inFlight: number;
	/** The kind of fault that it met. */
	fault?: string;
}

/** The last calls, oldest first; at least `cap` of them are kept. 0: none. */
export class Recorder {
	readonly requests: RecordedRequest[] = [];

	constructor(private readonly cap: number) {}

	add(request: RecordedRequest): RecordedRequest {
		if (this.cap > 0) {
			this.requests.push(request);
			// Half at a time, so that forgetting costs next to nothing per call.
			if (this.requests.length >= 2 * this.cap) this.requests.splice(0, this.cap);
		}
		return request;
	}

	reset(): void {
		this.requests.length = 0;
	}
}
