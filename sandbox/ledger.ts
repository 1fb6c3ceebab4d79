import { hashOf } from '../shared/batches/hash';

/** Ids look like the API's: 24 hex digits. */
export const hexId = (prefix: string, number: number): string =>
	prefix + number.toString(16).padStart(24 - prefix.length, '0');

export type TransactionType = 'topup' | 'deduction' | 'refund' | 'adjustment';

export interface Transaction {
	id: string;
	organizationId: string;
	type: TransactionType;
	/** Negative for deductions. */
	amount: number;
	balanceAfter: number;
	description: string;
	createdAt: string;
	metadata: Record<string, unknown>;
}

/** How long a charged lookup is served again without charge. */
const PAID_FOR_MS = 7 * 24 * 60 * 60 * 1000;

/** The wallet. Every change of the balance is a transaction, so that they always add up to it. */
export class Ledger {
	private readonly paidUntil = new Map<string, number>();
	/** Hashes of lookups that were charged, and how many were charged before. */
	private readonly charges = new Set<number>();
	private again = 0;
	private readonly searches = new Map<string, Set<string>>();
	/** How often the history was read. */
	private looks = 0;
	/** The transactions that are held back, and until which look. */
	private heldBack: { until: number; entry: Transaction }[] = [];
	/** Oldest first. */
	private entries: Transaction[] = [];
	private left = 0;
	private spent = 0;

	constructor(
		private readonly initialBalance: number,
		readonly organizationId: string,
		/** How many looks at the history do not show a booking yet. */
		private readonly lateBy: () => number = () => 0,
	) {
		this.reset();
	}

	get balance(): number {
		return this.left;
	}

	/** Newest first. */
	get transactions(): Transaction[] {
		return this.entries.toReversed();
	}

	/** All credits deducted so far, less refunds. */
	charged(): number {
		return this.spent;
	}

	/** How many lookups were charged although the same one had been charged before. */
	paidAgain(): number {
		return this.again;
	}

	/** A lookup was charged, by itself or as a row of a batch. */
	notePaid(lookup: string): void {
		const key = hashOf(lookup.toLowerCase());
		if (this.charges.has(key)) this.again++;
		this.charges.add(key);
	}

	/** Books an amount; the caller has made sure that the balance allows it. */
	book(
		type: TransactionType,
		amount: number,
		description: string,
		metadata: Record<string, unknown> = {},
	): void {
		this.left += amount;
		if (type === 'deduction' || type === 'refund') this.spent -= amount;
		const entry: Transaction = {
			id: hexId('665e10a1', this.entries.length + 1),
			organizationId: this.organizationId,
			type,
			amount,
			balanceAfter: this.left,
			description,
			createdAt: new Date().toISOString(),
			metadata,
		};
		this.entries.push(entry);
		const lateBy = this.lateBy();
		if (lateBy > 0) this.heldBack.push({ until: this.looks + lateBy, entry });
	}

	/** Whether this lookup was charged within the last 7 days. */
	isPaid(lookup: string): boolean {
		return (this.paidUntil.get(lookup) ?? 0) > Date.now();
	}

	rememberPaid(lookup: string): void {
		this.paidUntil.set(lookup, Date.now() + PAID_FOR_MS);
	}

	/** How many different searches there were this month, this one included. */
	countSearch(search: string): number {
		const month = new Date().toISOString().slice(0, 7);
		const searches = this.searches.get(month) ?? new Set();
		this.searches.set(month, searches.add(search));
		return searches.size;
	}

	/** One page of the history, newest first. */
	page(
		type: string | undefined,
		page: number,
		limit: number,
	): { transactions: Transaction[]; total: number } {
		const looks = ++this.looks;
		this.heldBack = this.heldBack.filter(({ until }) => until >= looks);
		const late = new Set(this.heldBack.map(({ entry }) => entry));
		const chosen =
			type === undefined && late.size === 0
				? this.entries
				: this.entries.filter(
						(entry) => (type === undefined || entry.type === type) && !late.has(entry),
					);
		const end = Math.max(0, chosen.length - (page - 1) * limit);
		return {
			transactions: chosen.slice(Math.max(0, end - limit), end).reverse(),
			total: chosen.length,
		};
	}

	/** Back to the first top-up; nothing counts as paid any more. */
	reset(): void {
		this.paidUntil.clear();
		this.searches.clear();
		this.charges.clear();
		this.again = 0;
		this.looks = 0;
		this.heldBack = [];
		this.entries = [];
		this.left = 0;
		this.spent = 0;
		if (this.initialBalance > 0) this.book('topup', this.initialBalance, 'Credit purchase');
		this.heldBack = [];
	}
}
