/** Keeps the credits of a run below a limit, also while many calls are under way at once. */
export class SpendingLimit {
	private reserved = 0;
	/** How much dearer than documented the dearest call turned out. */
	private dearer = 1;
	private isPriceSeen = false;
	private waiting: (() => void)[] = [];

	constructor(
		private readonly most = Infinity,
		private spent = 0,
	) {}

	/**
	 * Sets credits aside for a call that is about to be sent. Waits while calls under way might
	 * turn out cheaper. Undefined: the call could exceed the limit and must not be sent.
	 */
	async reserve(documented: number): Promise<number | undefined> {
		for (;;) {
			const credits = documented * this.dearer;
			// Documented prices disagree: many calls at once only when a charge has been told.
			const isPriceOpen = this.reserved > 0 && !this.isPriceSeen && this.most !== Infinity;
			if (!isPriceOpen && this.spent + this.reserved + credits <= this.most) {
				this.reserved += credits;
				return credits;
			}
			// Put so that a limit that is no number lets nothing through.
			if (!(this.spent + credits <= this.most)) return undefined;
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
	}

	settle(reservation: number, documented: number, charged: number): void {
		this.reserved -= reservation;
		this.spent += charged;
		this.isPriceSeen ||= charged > 0;
		if (documented > 0) this.dearer = Math.max(this.dearer, charged / documented);
		for (const wake of this.waiting.splice(0)) wake();
	}
}
