import type * as z from 'zod';
import type { Batch } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation } from '../../shared/contract/operation';
import type { OperationId } from '../../shared/providers/enrich';
import { batches } from '../../shared/providers/enrich/batches';
import type { operations } from '../../shared/providers/enrich/operations';
import { ruleFor } from './answers';
import type { AnswerData } from './answers/rule';
import type { Callbacks } from './callbacks';
import { LATE_READS, type Oddities } from './oddities';
import { hashOf } from '../../shared/batches/hash';
import type { SeededRandom } from '../seededRandom';
import { BatchJob } from './batchJob';
import type { Ledger, TransactionType } from '../ledger';
import type { ProcessingResult, Processor } from '../routes';
import type { Problem } from '../wireAnswer';
import { insufficientCredits } from './problems';
import { answererOf, lookupOf, success } from './processing';
import { Rows } from './rows';

/** The rows behind each list that a submit may carry. */
const ROWS: Record<string, (entry: unknown) => Data> = {
	leads: (lead) => lead as Data,
	ips: (ip) => ip as Data,
	emails: (email) => ({ email }),
	linkedins: (linkedin) => ({ linkedin }),
};

/** An entry of the results; undefined: it is left out. */
type EntryRule<P extends Operation> = (
	row: z.input<P['input']>,
	data: AnswerData<P>,
	found: boolean,
) => Data | undefined;

/** Where entries differ from the single answers, by the single lookup's operationId. */
const ENTRIES: { [K in OperationId]?: EntryRule<(typeof operations)[K]> } = {
	phoneLookup: (row, data, found) => ({
		...row,
		...data,
		...(found ? {} : { error: 'No phone numbers found for this item' }),
	}),
	reverseLookup: (_row, data, found) => (found ? data : undefined),
	ipToCompany: (_row, data) =>
		Object.fromEntries(
			IP_FIELDS.filter((name) => name === 'ipDomain' || name in data).map((name) => [
				name,
				data[name] ?? null,
			]),
		),
};

const entryRuleOf = ({ operationId }: Operation): EntryRule<Operation> =>
	(ENTRIES as Record<string, EntryRule<Operation> | undefined>)[operationId] ??
	((_row, data) => data);

const IP_FIELDS = [
	'searchIp',
	'ipDomain',
	'ipOrganization',
	'ipCountryName',
	'ipCountryCode',
	'ipCity',
	'ipTimezone',
] as const;

/** What a batch looks like to whoever controls the sandbox. */
export interface ListedBatch {
	batchId: string;
	/** The operationId of the submit. */
	operationId: string;
	status: BatchJob['status'];
	totalItems: number;
	processedItems: number;
	settlement?: BatchJob['settlement'];
}

interface Shared {
	ledger: Ledger;
	random: SeededRandom;
	oddities: Oddities;
	callbacks: Callbacks;
	itemsPerSecond: number;
}

/** All batches of one sandbox, and the processing of their operations. */
export class Batches {
	private readonly jobs = new Map<string, BatchJob>();
	private made = 0;
	/** After how many items the next batches fail. */
	private failures: number[] = [];

	constructor(private readonly shared: Shared) {}

	/** The single lookup of the batch that an operation belongs to, if it belongs to one. */
	static singleOf(operation: Operation): Operation | undefined {
		return batches.find((batch) => isPartOf(batch, operation))?.single;
	}

	/** Undefined: the operation has nothing to do with batches. */
	processorOf(operation: Operation): Processor | undefined {
		const batch = batches.find((one) => isPartOf(one, operation));
		if (!batch) return undefined;
		if (operation === batch.submit) {
			const answer = answererOf(batch.single, this.shared);
			return (input, requestId) => this.submit({ batch, answer, input, requestId });
		}
		return (input, requestId) => {
			const job = this.jobs.get(String(input[batch.idName]));
			// The ID of another product's batch is as unknown as any.
			if (job?.batch !== batch) return { problem: NOT_FOUND };
			return operation === batch.status
				? this.status(job, requestId)
				: this.results(job, input as Data & Page, requestId);
		};
	}

	list(): ListedBatch[] {
		return [...this.jobs.values()].map(({ id, batch, status, size, processed, settlement }) => ({
			batchId: id,
			operationId: batch.submit.operationId,
			status,
			totalItems: size,
			processedItems: processed,
			settlement,
		}));
	}

	/**
	 * Lets a batch fail, or without an ID the next one, once so many items are processed.
	 * False: there is no such batch, or it has ended.
	 */
	fail({ batchId, afterItems = 0 }: { batchId?: string; afterItems?: number } = {}): boolean {
		if (batchId !== undefined) return this.jobs.get(batchId)?.fail(afterItems) ?? false;
		this.failures.push(afterItems);
		return true;
	}

	/** Forgets all batches. IDs go on, so that none is ever given twice. */
	reset(): void {
		this.jobs.clear();
		this.failures = [];
		this.shared.callbacks.reset();
	}

	private async submit({ batch, answer, input, requestId }: Submit): Promise<ProcessingResult> {
		const { ledger, random, callbacks, itemsPerSecond, oddities } = this.shared;
		const { webhookUrl } = input as { webhookUrl?: string };
		const originalCount = countOf(input);
		if (originalCount === 0 || originalCount > batch.maxRows) return { problem: wrongCount(batch) };
		let key = 0;
		const all = await Rows.of(
			withoutDuplicates(input, (rowKey) => (key = (key + rowKey) % Number.MAX_SAFE_INTEGER)),
		);
		const isDropping = oddities.has('droppedRow') && all.length >= 4;
		const rows = isDropping ? all.head(all.length - 1) : all;

		// From here on nothing waits, so that no two calls spend the same credits.
		if (this.isRepeated(batch, key)) return { problem: REPEATED };
		const creditsPerItem = documentedCost(batch.single, {}) ?? 0;
		const required = creditsPerItem * rows.length;
		if (required > ledger.balance) {
			return { problem: insufficientCredits(required, ledger.balance, rows.length) };
		}
		const job = new BatchJob({
			...{ id: random.hex(24, 'batch', ++this.made), batch, rows, key, webhookUrl, random, answer },
			itemsPerSecond,
			onPaid: (row) => ledger.notePaid(lookupOf(batch.single, row)),
			failsAfter: this.failures.shift(),
		});
		this.jobs.set(job.id, job);
		this.book('deduction', -required, job, `reservation for ${rows.length} items`, requestId);
		if (webhookUrl !== undefined) callbacks.start(job);

		const data = {
			batchId: job.id,
			status: 'queued',
			itemCount: rows.length,
			originalCount,
			duplicatesRemoved: originalCount - rows.length,
		};
		const credits = {
			creditsReserved: required,
			creditsPerItem,
			estimatedCredits: required,
		};
		return success(data, { requestId, ...credits }, required);
	}

	/** IP to company documents that it refuses a duplicate submission; when one ends to be one is not said. */
	private isRepeated(batch: Batch, key: number): boolean {
		if (batch.single.operationId !== 'ipToCompany') return false;
		const isEver = this.shared.oddities.has('repeatedBatchRefused');
		return [...this.jobs.values()].some(
			(job) => job.batch === batch && job.key === key && (isEver || !job.hasEnded),
		);
	}

	private status(job: BatchJob, requestId: string): ProcessingResult {
		const { oddities } = this.shared;
		if (oddities.has('lateStatus') && job.looks++ < LATE_READS) return { problem: NOT_FOUND };
		return statusOf(job, requestId, job.size + (oddities.has('wrongTotal') ? 1 : 0));
	}

	private async results(
		job: BatchJob,
		{ page: asked, limit }: Page,
		requestId: string,
	): Promise<ProcessingResult> {
		const { batch } = job;
		const { oddities } = this.shared;
		if (oddities.has('resultsRefusedUntilEnd') && !job.hasEnded) {
			return { problem: NOT_YET[job.refusals++ % NOT_YET.length] ?? NOT_FOUND };
		}
		if (oddities.has('failingPage') && asked === 2) return { problem: FAILED_PAGE };
		let tally = await job.tally(job.processed);
		// The batch went on while it was counted.
		while (tally.items < job.processed) tally = await job.tally(job.processed);
		const { items, found, used } = tally;

		// From here on nothing waits, so that no two calls settle the same batch.
		const isFirst = job.hasEnded && !job.settlement;
		if (isFirst) this.settle(job, used, requestId);
		const isLate = oddities.has('lateResults') && job.hasEnded && job.reads < LATE_READS;
		if (job.hasEnded) job.reads++;
		const readable = isLate ? Math.floor(items / 2) : items;
		const lastPage = Math.max(1, Math.ceil(readable / limit));
		const page = oddities.has('repeatedLastPage') ? Math.min(asked, lastPage) : asked;
		const first = (page - 1) * limit;
		const isDoubled = oddities.has('doubledEntries') && first > 0;
		const begin = isDoubled ? first - 1 : first;
		const count = Math.max(0, Math.min(limit, readable - first)) + (isDoubled ? 1 : 0);
		const entryOf = entryRuleOf(batch.single);
		const results = Array.from({ length: count }, (_, i) => {
			const { row, data, found } = job.at(begin + i);
			const entry = entryOf(row, data, found);
			return entry && oddities.entryAt(begin + i, entry);
		}).filter((entry) => entry !== undefined);
		if (oddities.has('strayEntry') && page === 1 && count > 0) results.push(STRAY);
		const doneName =
			'processedCount' in batch.results.output.shape ? 'processedCount' : 'processedItems';
		const counts =
			doneName === 'processedItems'
				? { successful: found, failed: items - found, page: asked, limit }
				: {};
		const head = { batchId: job.id, status: job.status };
		const totalItems = job.size + (oddities.has('wrongTotal') ? 1 : 0);
		const hasTotals = !oddities.has('missingTotals');
		return success(
			{ ...head, ...(hasTotals && { totalItems, [doneName]: items }), ...counts, results },
			{
				requestId,
				...job.settlement,
				...(hasTotals && { totalItems, processedItems: items }),
			},
			isFirst ? -(job.settlement?.creditsRefunded ?? 0) : 0,
		);
	}

	private settle(job: BatchJob, creditsUsed: number, requestId: string): void {
		const { ledger } = this.shared;
		const reserved = (documentedCost(job.batch.single, {}) ?? 0) * job.size;
		const creditsRefunded = reserved - creditsUsed;
		if (creditsRefunded > 0) {
			this.book('refund', creditsRefunded, job, 'refund of what was not used', requestId);
		}
		job.settlement = { creditsUsed, creditsRefunded, creditsRemaining: ledger.balance };
	}

	private book(
		type: TransactionType,
		amount: number,
		{ id, batch: { single, submit } }: BatchJob,
		what: string,
		requestId: string,
	): void {
		const { operationId } = submit;
		const description = `${ruleFor(single).label ?? single.title} batch ${id}: ${what}`;
		this.shared.ledger.book(type, amount, description, { operationId, requestId, batchId: id });
	}
}

interface Submit {
	batch: Batch;
	answer: ReturnType<typeof answererOf>;
	input: Data;
	requestId: string;
}

interface Page {
	page: number;
	limit: number;
}

const isPartOf = ({ submit, status, results }: Batch, operation: Operation): boolean =>
	[submit, status, results].includes(operation);

const NOT_FOUND: Problem = { status: 404, detail: 'No batch found with that ID' };
const REPEATED: Problem = { status: 409, detail: 'Duplicate batch submission detected' };
const NOT_YET: readonly Problem[] = [
	{ status: 409, detail: 'The batch is still being processed' },
	NOT_FOUND,
	{ status: 400, detail: 'Results are not ready' },
];
const FAILED_PAGE: Problem = { status: 500, detail: 'An unexpected error occurred' };
/** An entry that fits any product, and no row. */
const STRAY = {
	...{ email: 'stray@nobody-asked.example', searchIp: '192.0.2.255', found: true },
	...{ firstName: 'Stray', lastName: 'Entry', domain: 'nobody-asked.example', result: 'valid' },
};
const wrongCount = ({ submit, maxRows }: Batch): Problem => ({
	status: 400,
	detail: `body Give between 1 and ${maxRows} items: ${Object.keys(submit.input.shape)
		.filter((name) => name in ROWS)
		.join(', ')}`,
});

const listsOf = (body: Data): [name: string, list: unknown[]][] =>
	Object.keys(ROWS).flatMap((name) => {
		const list = body[name];
		return Array.isArray(list) ? [[name, list]] : [];
	});

const countOf = (body: Data): number =>
	listsOf(body).reduce((sum, [, list]) => sum + list.length, 0);

/** Each row once, as JSON. Letter case makes no difference, except in profile URLs. */
function* withoutDuplicates(body: Data, note: (key: number) => void): Generator<string> {
	// Hashes take less room than texts; that two texts share one does not happen by random.
	const seen = new Set<number>();
	for (const [name, list] of listsOf(body)) {
		for (const entry of list) {
			const text = JSON.stringify(ROWS[name]?.(entry));
			const key = hashOf(name === 'linkedins' ? text : text.toLowerCase());
			if (seen.has(key)) continue;
			seen.add(key);
			note(key);
			yield text;
		}
	}
}

function statusOf(
	{ id, status, size, processed, batch }: BatchJob,
	requestId: string,
	totalItems: number,
): ProcessingResult {
	// Only IP to company documents whole percents, and no `meta`.
	const isIp = batch.single.operationId === 'ipToCompany';
	const digits = isIp ? 1 : 10;
	const progress = Math.floor((100 * digits * processed) / size) / digits;
	return success(
		{ batchId: id, status, totalItems, processedItems: processed, progress },
		isIp ? undefined : { requestId },
	);
}
