/** How much of the past counts. */
const MEMORY = 0.8;
const LEAST = 0.05;
/** Calls overtake each other: a little less than all of them is all of them. */
const NEARLY_ALL = 0.85;
/** From one answer alone, at most so many programs are inferred. */
const MAX_FIRST_OTHERS = 4;

/** Which part of the calls with this key is ours: other programs may use it too. */
export class KeyShare {
	private own = 0;
	private all = 0;

	/** From above 0 to 1; 1: nobody else has been noticed. */
	get value(): number {
		const share = this.all === 0 ? 1 : this.own / this.all;
		return share > NEARLY_ALL ? 1 : Math.max(LEAST, share);
	}

	/** The first that is seen of a limit; who has used it, and when, is not known. */
	seeFirst(own: number, all: number): void {
		this.see(own, Math.max(own, Math.min(MAX_FIRST_OTHERS * own, all)));
	}

	/** So many calls were counted, and so many of them were ours. */
	see(own: number, all: number): void {
		this.own = MEMORY * this.own + own;
		this.all = MEMORY * this.all + all;
	}
}
