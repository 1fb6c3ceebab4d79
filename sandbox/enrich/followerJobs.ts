import { z } from 'zod';
import type { Data } from '../../shared/contract/data';
import type { Operation, OutputOf } from '../../shared/contract/operation';
import {
	checkCompanyFollowerLimit,
	continueCompanyFollowerScrape,
	exportCompanyFollowerCsv,
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
	getCountEstimateStatus,
	startCompanyFollowerScrape,
	startCountEstimate,
} from '../../shared/providers/enrich/operations/companyFollowers';
import { asciiOf } from '../identity';
import type { Ledger } from '../ledger';
import type { ProcessingResult, Processor } from '../routes';
import type { SeededRandom } from '../seededRandom';
import type { Problem } from '../wireAnswer';
import { csvAnswer, fileOf } from './csv';
import { insufficientCredits } from './problems';
import { success } from './processing';

const newJob = z.strictObject({
	/** Followers that it finds. */
	total: z.int().min(0).max(50_000).default(5),
	/** Milliseconds until it has ended. */
	afterMs: z.number().min(0).default(0),
	/** It ends with fewer followers than expected. */
	partial: z.boolean().default(false),
});
/** A list of a company's followers to put into the sandbox. */
export type NewFollowerJob = z.input<typeof newJob>;

interface FollowerJob extends z.output<typeof newJob> {
	batchId: string;
	createdMs: number;
	/** What its settlement says; 0 of each, where whoever controls the sandbox has made it. */
	creditsUsed: number;
	creditsRefunded: number;
}

/** What a list looks like to whoever controls the sandbox. */
export interface ListedFollowerJob {
	batchId: string;
	status: 'processing' | 'completed' | 'partial';
	/** Followers. */
	total: number;
	processed: number;
}

interface Estimate {
	batchId: string;
	companyUrl: unknown;
	createdMs: number;
}

/** Credits per follower: every account has its own. */
const PRICE = 10;
/** An estimate takes as long as a list of so many. */
const ESTIMATE_ITEMS = 100;

type Follower = NonNullable<OutputOf<typeof getCompanyFollowerResults>['data']>[number];

const NOT_FOUND: Problem = { status: 404, detail: 'No batch found with that ID' };
const COLUMNS = ['name', 'title', 'companyName', 'location', 'profileUrl'] as const;

/**
 * Lists of company followers, and estimates of their number. Whoever controls the sandbox can put
 * other lists here, which cost nothing. How far one is follows from the clock.
 */
export class FollowerJobs {
	private readonly jobs = new Map<string, FollowerJob>();
	private readonly estimates = new Map<string, Estimate>();
	private made = 0;

	constructor(
		private readonly random: SeededRandom,
		private readonly ledger: Ledger,
		private readonly itemsPerSecond: number,
	) {}

	/** Returns its ID. @throws ZodError */
	add(job: NewFollowerJob): string {
		const batchId = this.random.hex(24, 'followers', ++this.made);
		this.jobs.set(batchId, {
			...newJob.parse(job),
			...{ batchId, createdMs: Date.now(), creditsUsed: 0, creditsRefunded: 0 },
		});
		return batchId;
	}

	list(): ListedFollowerJob[] {
		return [...this.jobs.values()].map((job) => ({
			batchId: job.batchId,
			status: hasEnded(job) ? (job.partial ? 'partial' : 'completed') : 'processing',
			...{ total: job.total, processed: doneOf(job) },
		}));
	}

	/** Undefined: the operation has nothing to do with followers. */
	processorOf(operation: Operation): Processor | undefined {
		if (operation === getCompanyFollowerProgress) return this.serving(operation, progressOf);
		if (operation === getCompanyFollowerResults) {
			return this.serving(operation, (job, { page, limit, requestId }) =>
				this.page(job, Number(page), Number(limit), requestId),
			);
		}
		if (operation === exportCompanyFollowerCsv) return this.export;
		if (operation === startCompanyFollowerScrape)
			return (input, requestId) => this.start(Number(input.max_limit), requestId);
		if (operation === continueCompanyFollowerScrape)
			return (input, requestId) => this.continue(String(input.batchId), requestId);
		if (operation === checkCompanyFollowerLimit)
			return (_, requestId) =>
				success({ ...operation.example.data, creditsPerProfile: PRICE }, { requestId });
		if (operation === startCountEstimate)
			return (input, requestId) => this.startEstimate(input, requestId);
		if (operation === getCountEstimateStatus)
			return (input, requestId) => this.estimate(String(input.batchId), requestId);
		return undefined;
	}

	/** Reserves the full price; about every third list ends with fewer followers, and a refund of the others. */
	private start(maxLimit: number, requestId: string): ProcessingResult {
		const reserved = PRICE * maxLimit;
		const { balance } = this.ledger;
		if (reserved > balance) return { problem: insufficientCredits(reserved, balance) };
		const partial = this.random.roll('partial', this.made) < 0.3;
		const total = partial ? Math.ceil(maxLimit / 2) : maxLimit;
		const batchId = this.add({ total, partial, afterMs: this.durationOf(total) });
		this.charge(batchId, reserved, PRICE * total);
		return this.started(batchId, reserved, requestId);
	}

	private continue(batchId: string, requestId: string): ProcessingResult {
		const job = this.jobs.get(batchId);
		const { example } = continueCompanyFollowerScrape;
		if (!job && batchId === example.input.batchId) return success(example.data, { requestId });
		if (!job) return { problem: NOT_FOUND };
		if (!job.partial || !hasEnded(job))
			return { problem: { status: 409, detail: 'This list is not partial' } };
		const reserved = PRICE * job.total;
		const { balance } = this.ledger;
		if (reserved > balance) return { problem: insufficientCredits(reserved, balance) };
		const total = 2 * job.total;
		Object.assign(job, { total, partial: false, createdMs: Date.now() });
		job.afterMs = this.durationOf(total);
		this.charge(batchId, reserved, reserved);
		return this.started(batchId, reserved, requestId);
	}

	private started(batchId: string, creditsReserved: number, requestId: string) {
		const message = 'Company follower scrape started';
		const meta = { requestId, creditsReserved, creditsPerItem: PRICE };
		return success({ batchId, message }, meta, creditsReserved);
	}

	private charge(batchId: string, reserved: number, used: number): void {
		this.ledger.book('deduction', -reserved, 'Company followers', { batchId });
		if (used < reserved)
			this.ledger.book('refund', reserved - used, 'Company followers: not found', { batchId });
		const job = this.jobs.get(batchId);
		if (job) Object.assign(job, { creditsUsed: used, creditsRefunded: reserved - used });
	}

	private durationOf = (total: number) => (1000 * total) / this.itemsPerSecond || 0;

	/** The same within a day is free. */
	private startEstimate({ companyUrl, ...filters }: Data, requestId: string): ProcessingResult {
		const key = `estimate ${JSON.stringify([companyUrl, filters])}`;
		const price = this.ledger.isPaid(key) ? 0 : (startCountEstimate.price?.credits ?? 0);
		const { balance } = this.ledger;
		if (price > balance) return { problem: insufficientCredits(price, balance) };
		if (price > 0) this.ledger.book('deduction', -price, 'Count estimate', { requestId });
		this.ledger.rememberPaid(key);
		const batchId = this.random.hex(24, key);
		if (!this.estimates.has(batchId))
			this.estimates.set(batchId, { batchId, companyUrl, createdMs: Date.now() });
		const message = 'Count estimation job started.';
		const meta = { requestId, creditsUsed: price, creditsRemaining: this.ledger.balance };
		return success({ batchId, status: 'pending', message }, meta, price);
	}

	private estimate(id: string, requestId: string): ProcessingResult {
		const estimate = this.estimates.get(id);
		const { example } = getCountEstimateStatus;
		if (!estimate && id === example.input.batchId) return success(example.data, { requestId });
		if (!estimate) return { problem: NOT_FOUND };
		const { createdMs, ...shown } = estimate;
		const endsAt = createdMs + this.durationOf(ESTIMATE_ITEMS);
		const isDone = Date.now() >= endsAt;
		const totalCount = Math.floor(10_000 * this.random.roll('followers', id));
		return success(
			{
				...shown,
				status: isDone ? 'completed' : 'in_progress',
				createdAt: new Date(createdMs).toISOString(),
				completedAt: isDone ? new Date(endsAt).toISOString() : null,
				...(isDone && { data: { totalCount } }),
			},
			{ requestId },
		);
	}

	/** All followers as a CSV file, once the list is complete. */
	private readonly export: Processor = (input) => {
		const job = this.jobs.get(String(input.batchId));
		const { example } = exportCompanyFollowerCsv;
		if (!job && input.batchId === example.input.batchId) return fileOf(example.data.csv ?? '');
		if (!job || !hasEnded(job)) return { problem: NOT_FOUND };
		const followers = Array.from({ length: job.total }, (_, i) => this.followerAt(job, i));
		return {
			charged: 0,
			wire: csvAnswer(`followers-${job.batchId}.csv`, COLUMNS, followers),
		};
	};

	/** Forgets all jobs. IDs go on, so that none is ever given twice. */
	reset(): void {
		this.jobs.clear();
		this.estimates.clear();
	}

	private serving(
		{ example }: Operation,
		answer: (job: FollowerJob, input: Data) => ReturnType<typeof success>,
	): Processor {
		return (input, requestId) => {
			const job = this.jobs.get(String(input.batchId));
			if (job) return answer(job, { ...input, requestId });
			// The documentation's own list is there without anybody's doing.
			const isExample = input.batchId === example.input.batchId;
			return isExample ? success(example.data, { requestId }) : { problem: NOT_FOUND };
		};
	}

	private page(job: FollowerJob, page: number, limit: number, requestId: unknown) {
		const first = (page - 1) * limit;
		const total = doneOf(job);
		const count = Math.max(0, Math.min(limit, total - first));
		const data = Array.from({ length: count }, (_, i) => this.followerAt(job, first + i));
		const pagination = { page, limit, total, totalPages: Math.ceil(total / limit) };
		return success(
			{ batchId: job.batchId, count, data, pagination },
			{
				...{ requestId, creditsUsed: job.creditsUsed, creditsRefunded: job.creditsRefunded },
				creditsRemaining: this.ledger.balance,
			},
		);
	}

	private followerAt({ batchId }: FollowerJob, index: number): Follower {
		const { person, company, location, number, datatype } = this.random.faker(
			'follower',
			batchId,
			index,
		);
		const [firstName, lastName] = [person.firstName(), person.lastName()];
		return {
			objectURN: `urn:li:member:${number.int({ min: 100_000, max: 999_999_999 })}`,
			name: `${firstName} ${lastName}`,
			firstName,
			lastName,
			profileUrl: `https://www.linkedin.com/in/${asciiOf(firstName + lastName)}-${index + 1}`,
			title: person.jobTitle(),
			companyName: company.name(),
			location: `${location.city()}, ${location.state()}`,
			connectionDegree: number.int({ min: 1, max: 3 }),
			isPremium: datatype.boolean(),
			isOpenProfile: datatype.boolean(),
		};
	}
}

const shareDone = ({ createdMs, afterMs }: FollowerJob) =>
	afterMs === 0 ? 1 : Math.min(1, (Date.now() - createdMs) / afterMs);
const hasEnded = (job: FollowerJob) => shareDone(job) === 1;
const doneOf = (job: FollowerJob) => Math.floor(job.total * shareDone(job));

function progressOf(job: FollowerJob, { requestId }: Data) {
	const done = hasEnded(job);
	const [processed, { total, batchId, partial }] = [doneOf(job), job];
	return success(
		{
			...{ batchId, processed, total, errors: 0, done },
			...(done && partial && { partial }),
			message: done ? 'Done' : `Fetching profiles... (${processed}/${total})`,
		},
		{ requestId },
	);
}
