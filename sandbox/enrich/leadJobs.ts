import { z } from 'zod';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import {
	downloadExportJob,
	listExportJobs,
} from '../../shared/providers/enrich/operations/leadExport';
import { listRevealJobs } from '../../shared/providers/enrich/operations/leadReveal';
import type { SeededRandom } from '../seededRandom';
import type { Processor } from '../routes';
import { inventLead } from './answers/lead';
import { csvAnswer } from './csv';
import { success } from './processing';

const LISTED_FOR_MS = 30 * 24 * 60 * 60 * 1000;

const STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;
export type LeadJobStatus = (typeof STATUSES)[number];

const newJob = z.strictObject({
	kind: z.enum(['reveal', 'export']),
	/** What becomes of it. */
	status: z.enum(STATUSES).default('completed'),
	/** Milliseconds until it has that status; until then it is pending, then processing. */
	afterMs: z.number().min(0).default(0),
	/** Leads. */
	total: z.int().min(1).max(100_000).default(5),
	/** The display name of an export. */
	name: z.string().default('Leads'),
	/** Default: now. */
	createdAt: z.iso.datetime().optional(),
});
/** A reveal job or an export of leads to put into the sandbox. */
export type NewLeadJob = z.input<typeof newJob>;

const ending = z.strictObject({
	jobId: z.string(),
	status: z.enum(['completed', 'failed']).default('completed'),
});
export type LeadJobEnding = z.input<typeof ending>;

interface LeadJob extends z.output<typeof newJob> {
	jobId: string;
	createdMs: number;
	/** When it has its last status; milliseconds since the epoch. */
	settledMs: number;
}

/** What a lead job looks like to whoever controls the sandbox. */
export interface ListedLeadJob {
	jobId: string;
	kind: LeadJob['kind'];
	status: LeadJobStatus;
}

const LISTS = new Map<Operation, LeadJob['kind']>([
	[listRevealJobs, 'reveal'],
	[listExportJobs, 'export'],
]);

/**
 * Reveal jobs and exports as the lists show them. The sandbox does not serve their submits: whoever
 * controls it puts them here, and they cost nothing. How far one is follows from the clock.
 */
export class LeadJobs {
	private jobs: LeadJob[] = [];
	private made = 0;

	constructor(private readonly random: SeededRandom) {}

	/** Returns its ID. @throws ZodError */
	add(job: NewLeadJob): string {
		const { createdAt, ...rest } = newJob.parse(job);
		const prefix = rest.kind === 'reveal' ? 'rj' : 'ej';
		const jobId = `${prefix}_${this.random.hex(16, 'leadJob', ++this.made)}`;
		const now = Date.now();
		const createdMs = createdAt === undefined ? now : Date.parse(createdAt);
		this.jobs.push({ ...rest, jobId, createdMs, settledMs: now + rest.afterMs });
		return jobId;
	}

	/** Ends a job now; false: it is unknown or has ended. @throws ZodError */
	end(which: LeadJobEnding): boolean {
		const { jobId, status } = ending.parse(which);
		const job = this.jobs.find((one) => one.jobId === jobId);
		if (!job || hasEnded(job)) return false;
		Object.assign(job, { status, settledMs: Date.now() });
		return true;
	}

	list(): ListedLeadJob[] {
		return this.jobs.map((job) => ({ jobId: job.jobId, kind: job.kind, status: statusOf(job) }));
	}

	/** Undefined: the operation is none of the lists. */
	processorOf(operation: Operation): Processor | undefined {
		if (operation === downloadExportJob) return this.download;
		const kind = LISTS.get(operation);
		return kind && ((input) => success(this.page(kind, input), undefined));
	}

	/** The file of an export that is complete. */
	private readonly download: Processor = (input) => {
		const job = this.jobs.find(({ jobId, kind }) => jobId === input.jobId && kind === 'export');
		if (!job) return { problem: { status: 404, detail: 'Export job not found' } };
		const status = statusOf(job);
		if (status !== 'completed') {
			const detail = `Export job is not yet completed. Current status: ${status}`;
			return { problem: { status: 409, detail } };
		}
		const leads = Array.from({ length: job.total }, (_, i) =>
			inventLead([job.jobId, i], { filters: {}, choices: {} }, this.random),
		);
		const credits = { 'x-credits-used': '0', 'x-credits-refunded': '0' };
		return {
			charged: 0,
			wire: csvAnswer(`export-${job.jobId}.csv`, CSV_COLUMNS, leads, credits),
		};
	};

	/** Forgets all jobs. IDs go on, so that none is ever given twice. */
	reset(): void {
		this.jobs = [];
	}

	/** Newest first. */
	private page(kind: LeadJob['kind'], input: Data): Data {
		const { page, limit, status } = input as { page: number; limit: number; status?: string };
		const oldest = Date.now() - LISTED_FOR_MS;
		const chosen = this.jobs
			.filter((job) => job.kind === kind && job.createdMs >= oldest)
			.filter((job) => status === undefined || statusOf(job) === status)
			.reverse()
			.sort((a, b) => b.createdMs - a.createdMs);
		const first = (page - 1) * limit;
		const jobs = chosen.slice(first, first + limit).map((job) => SHOWN[kind](job));
		return { jobs, total: chosen.length, page, limit };
	}
}

function statusOf({ status, settledMs, afterMs }: LeadJob): LeadJobStatus {
	const leftMs = settledMs - Date.now();
	if (leftMs <= 0) return status;
	return leftMs > afterMs / 2 ? 'pending' : 'processing';
}

const hasEnded = (job: LeadJob) => ['completed', 'failed'].includes(statusOf(job));

const CSV_COLUMNS = {
	firstName: 'First Name',
	lastName: 'Last Name',
	jobTitle: 'Job Title',
	companyName: 'Company Name',
	domain: 'Domain',
};

const CREDITS_PER_REVEAL = 10;

/** What both lists show of a job. */
function shared(job: LeadJob) {
	const status = statusOf(job);
	const creditsUsed =
		status === 'completed' && job.kind === 'reveal' ? CREDITS_PER_REVEAL * job.total : 0;
	return {
		jobId: job.jobId,
		status,
		creditsUsed,
		creditsRefunded: 0,
		createdAt: new Date(job.createdMs).toISOString(),
		completedAt: hasEnded(job) ? new Date(job.settledMs).toISOString() : null,
	};
}

/** A job in a list. */
type Entry<P extends typeof listRevealJobs | typeof listExportJobs> = z.output<
	P['output']
>['jobs'][number];

const PHASES = {
	pending: 'queued',
	processing: 'enriching',
	completed: 'uploading',
	failed: 'fetching',
} as const satisfies Record<LeadJobStatus, string>;

const SHARE_DONE = { pending: 0, processing: 0.5, completed: 1, failed: 0 };
const doneOf = (job: LeadJob) => Math.floor(job.total * SHARE_DONE[statusOf(job)]);

const SHOWN: {
	reveal(job: LeadJob): Entry<typeof listRevealJobs>;
	export(job: LeadJob): Entry<typeof listExportJobs>;
} = {
	reveal: (job) => ({
		...shared(job),
		jobType: 'reveal',
		fields: ['email'],
		total: job.total,
		processed: doneOf(job),
	}),
	export: (job) => ({
		...shared(job),
		name: job.name,
		phase: PHASES[statusOf(job)],
		totalRows: job.total,
		processedRows: doneOf(job),
		progress: 100 * SHARE_DONE[statusOf(job)],
		error: statusOf(job) === 'failed' ? 'The export could not be made' : null,
	}),
};
