/** Delays that all end at once when the sandbox closes, so that it never lingers. */
export class Waits {
	private readonly pending = new Map<NodeJS.Timeout, () => void>();
	private isEnded = false;

	/** Resolves after so long; rejects when the sandbox closes first. */
	for(ms: number): Promise<void> {
		return new Promise((resolve, reject) => {
			if (this.isEnded) return reject(new Closed());
			const timer = setTimeout(() => {
				this.pending.delete(timer);
				resolve();
			}, ms);
			this.pending.set(timer, () => reject(new Closed()));
		});
	}

	end(): void {
		this.isEnded = true;
		for (const [timer, cancel] of this.pending) {
			clearTimeout(timer);
			cancel();
		}
		this.pending.clear();
	}
}

export class Closed extends Error {
	constructor() {
		super('The sandbox has been closed');
	}
}
