/** How many times dearer than documented a call may be before a charge has been told. */
const CAUTION = 50;

/** Keeps the credits of a run below a limit, also while many calls are under way at once. */
export class SpendingLimit {
	private reserved = 0;
	private isPriceSeen = false;
	private waiting: (() => void)[] = [];

	constructor(
		private readonly most = Infinity,
		private spent = 0,
		/** How much dearer than documented the dearest call turned out. */
		private dearer = 1,
	) {}

	/**
	 * Sets credits aside for a call that is about to be sent. Waits while calls under way might
	 * turn out cheaper. Undefined: the call could exceed the limit and must not be sent.
	 * @param documented Null: not documented, so that no limit can be kept.
	 */
	async reserve(documented: number | null): Promise<number | undefined> {
		if (documented === null) return this.most === Infinity ? 0 : undefined;
		for (;;) {
			const credits = documented * this.dearer;
			// Documented prices disagree: until a charge is told, leave room for a dearer one.
			const caution = this.isPriceSeen || this.reserved === 0 ? 1 : CAUTION;
			if (this.spent + (this.reserved + credits) * caution <= this.most) {
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
