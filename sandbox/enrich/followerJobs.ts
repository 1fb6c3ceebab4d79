import { z } from 'zod';
import type { Data } from '../../shared/contract/data';
import type { Operation, OutputOf } from '../../shared/contract/operation';
import {
	exportCompanyFollowerCsv,
	getCompanyFollowerProgress,
	getCompanyFollowerResults,
} from '../../shared/providers/enrich/operations/companyFollowers';
import { asciiOf } from '../identity';
import type { Ledger } from '../ledger';
import type { Processor } from '../routes';
import type { SeededRandom } from '../seededRandom';
import type { Problem } from '../wireAnswer';
import { csvAnswer } from './csv';
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
}

type Follower = NonNullable<OutputOf<typeof getCompanyFollowerResults>['data']>[number];

const NOT_FOUND: Problem = { status: 404, detail: 'No batch found with that ID' };
const COLUMNS = ['name', 'title', 'companyName', 'location', 'profileUrl'] as const;

/**
 * Lists of company followers. The sandbox does not serve their submits: whoever controls it puts them
 * here, and they cost nothing. How far one is follows from the clock.
 */
export class FollowerJobs {
	private readonly jobs = new Map<string, FollowerJob>();
	private made = 0;

	constructor(
		private readonly random: SeededRandom,
		private readonly ledger: Ledger,
	) {}

	/** Returns its ID. @throws ZodError */
	add(job: NewFollowerJob): string {
		const batchId = this.random.hex(24, 'followers', ++this.made);
		this.jobs.set(batchId, { ...newJob.parse(job), batchId, createdMs: Date.now() });
		return batchId;
	}

	/** Undefined: the operation has nothing to do with followers. */
	processorOf(operation: Operation): Processor | undefined {
		if (operation === getCompanyFollowerProgress) return this.serving(operation, progressOf);
		if (operation === getCompanyFollowerResults) {
			return this.serving(operation, (job, { page, limit, requestId }) =>
				this.page(job, Number(page), Number(limit), requestId),
			);
		}
		return operation === exportCompanyFollowerCsv ? this.export : undefined;
	}

	/** All followers as a CSV file, once the list is complete. */
	private readonly export: Processor = (input) => {
		const job = this.jobs.get(String(input.batchId));
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
			{ requestId, creditsUsed: 0, creditsRefunded: 0, creditsRemaining: this.ledger.balance },
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
