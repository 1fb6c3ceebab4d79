import { z } from 'zod';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import {
	downloadExportJob,
	exportLeads,
	getExportJob,
	listExportJobs,
} from '../../shared/providers/enrich/operations/leadExport';
import {
	enrichLeads,
	getRevealJob,
	listRevealJobs,
	revealLeads,
} from '../../shared/providers/enrich/operations/leadReveal';
import type { SeededRandom } from '../seededRandom';
import { asciiOf } from '../identity';
import type { Ledger } from '../ledger';
import type { ProcessingResult, Processor } from '../routes';
import { HIT_RATE } from '../testValues';
import { insufficientCredits } from './problems';
import { inventLead, lastNameOf, shownLead } from './answers/lead';
import { csvAnswer, fileOf } from './csv';
import { success } from './processing';

const [{ id: EXAMPLE_LEAD }] = revealLeads.example.input.leads as [{ id: string }];
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
	/** Of a job that was submitted; others cost what follows from their size. */
	credits?: { used: number; refunded: number };
	jobType?: 'reveal' | 'enrich';
	fields?: ('email' | 'phone')[];
	revealed?: Data[];
}

/** What a lead job looks like to whoever controls the sandbox. */
export interface ListedLeadJob {
	jobId: string;
	kind: LeadJob['kind'];
	status: LeadJobStatus;
	/** Leads. */
	total: number;
	processed: number;
}

const LISTS = new Map<Operation, LeadJob['kind']>([
	[listRevealJobs, 'reveal'],
	[listExportJobs, 'export'],
]);

/**
 * Reveal jobs and exports. Whoever controls the sandbox can put others here, which cost nothing. How
 * far one is follows from the clock.
 */
export class LeadJobs {
	private jobs: LeadJob[] = [];
	/** What was paid for, by kind and lead. */
	private readonly revealedBefore = new Set<string>();
	private made = 0;

	constructor(
		private readonly random: SeededRandom,
		private readonly ledger: Ledger,
		private readonly itemsPerSecond: number,
	) {}

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
		return this.jobs.map((job) => ({
			...{ jobId: job.jobId, kind: job.kind, status: statusOf(job) },
			...{ total: job.total, processed: doneOf(job) },
		}));
	}

	/** Undefined: the operation is none of the lists. */
	processorOf(operation: Operation): Processor | undefined {
		if (operation === downloadExportJob) return this.download;
		if (operation === revealLeads)
			return (input, requestId) => this.reveal('reveal', input, requestId);
		if (operation === enrichLeads)
			return (input, requestId) => this.reveal('enrich', input, requestId);
		if (operation === exportLeads) return (input, requestId) => this.startExport(input, requestId);
		if (operation === getRevealJob || operation === getExportJob) {
			const kind = operation === getRevealJob ? 'reveal' : 'export';
			return (input, requestId) => this.status(operation, kind, String(input.jobId), requestId);
		}
		const kind = LISTS.get(operation);
		return kind && ((input) => success(this.page(kind, input), undefined));
	}

	/** Charges while the job runs: a balance that is too low makes it fail, and the submit does not say so. */
	private reveal(jobType: 'reveal' | 'enrich', input: Data, requestId: string) {
		const { leads, fields } = input as { leads: { id: string }[]; fields: ('email' | 'phone')[] };
		const ids = [...new Set(leads.map(({ id }) => id))];
		const revealed = ids.map((id) => this.contactOf(id, fields));
		const creditsReserved = revealLeads.cost?.({ leads: ids.map((id) => ({ id })), fields }) ?? 0;
		const isEnough = creditsReserved <= this.ledger.balance;
		const jobId = this.add({
			kind: 'reveal',
			total: ids.length,
			status: isEnough ? 'completed' : 'failed',
			afterMs: (1000 * ids.length) / this.itemsPerSecond || 0,
		});
		const job = this.jobs.at(-1) as LeadJob;
		if (isEnough) {
			// What was revealed before is free.
			const found = (kind: 'emailAddress' | 'phone') =>
				revealed.filter((contact) => contact[kind] !== null && this.isNew(contact.id, kind)).length;
			const used =
				(fields.includes('email') ? 10 * found('emailAddress') : 0) +
				(fields.includes('phone') ? 525 * found('phone') : 0);
			job.credits = { used, refunded: creditsReserved - used };
			this.ledger.book('deduction', -creditsReserved, `Lead ${jobType}`, { jobId });
			if (used < creditsReserved)
				this.ledger.book('refund', creditsReserved - used, `Lead ${jobType}: not found`, { jobId });
		}
		Object.assign(job, { jobType, fields, revealed });
		const data = { jobId, status: 'pending', totalLeads: ids.length, fields, creditsReserved };
		const message = `${jobType === 'reveal' ? 'Reveal' : 'Enrich'} job started`;
		return success({ ...data, message }, { requestId }, job.credits?.used ?? 0);
	}

	/** Whether this is revealed for the first time. */
	private isNew(id: string, kind: string): boolean {
		const key = `${kind} ${id}`;
		const isNew = !this.revealedBefore.has(key);
		this.revealedBefore.add(key);
		return isNew;
	}

	/** The same person for the same ID; what the documentation shows is always found. */
	private contactOf(id: string, fields: readonly string[]) {
		const { firstName, jobTitle, companyName, domain, linkedinUrl } =
			shownLead(id, this.random)?.lead ??
			inventLead([id], { filters: {}, choices: {} }, this.random);
		const lastName = lastNameOf(id, this.random);
		const has = (kind: string) =>
			fields.includes(kind) && (id === EXAMPLE_LEAD || this.random.roll(kind, id) < HIT_RATE);
		const email = `${asciiOf(firstName ?? '')}.${asciiOf(lastName)}@${domain}`;
		const phone = `+1415555${Math.floor(1000 + 9000 * this.random.roll('number', id))}`;
		return {
			...{ id, firstName, lastName, jobTitle, companyName, domain, linkedinUrl },
			emailAddress: has('email') ? email : null,
			phone: has('phone') ? phone : null,
		};
	}

	private startExport(input: Data, requestId: string) {
		const asked = exportLeads.input.parse(input);
		const total = Math.min(asked.maxResults, asked.leadIds?.length || 200);
		const credits = exportLeads.cost?.({ ...asked, maxResults: total }) ?? 0;
		if (credits > this.ledger.balance)
			return { problem: insufficientCredits(credits, this.ledger.balance) };
		const jobId = this.add({
			kind: 'export',
			total,
			name: asked.name ?? 'Leads',
			afterMs: (1000 * total) / this.itemsPerSecond || 0,
		});
		if (credits > 0) this.ledger.book('deduction', -credits, 'Lead export', { jobId });
		(this.jobs.at(-1) as LeadJob).credits = { used: credits, refunded: 0 };
		const data = { jobId, status: 'pending', estimatedRows: total, estimatedCredits: credits };
		const message = 'Export job started';
		return success({ ...data, creditsReserved: credits, message }, { requestId }, credits);
	}

	private status(
		{ example }: Operation,
		kind: LeadJob['kind'],
		jobId: string,
		requestId: string,
	): ProcessingResult {
		const job = this.jobs.find((one) => one.jobId === jobId && one.kind === kind);
		// The documentation's own job is there without anybody's doing.
		if (!job && jobId === example.input.jobId) return success(example.data, { requestId });
		if (!job) return { problem: { status: 404, detail: 'No job found with that ID' } };
		if (kind === 'export') {
			const path = `/lead-finder/export-jobs/${jobId}/download`;
			const downloadUrl = statusOf(job) === 'completed' ? path : null;
			return success({ ...SHOWN.export(job), downloadUrl }, { requestId });
		}
		const { total, processed, creditsUsed, ...shown } = SHOWN.reveal(job);
		const { creditsRefunded } = shown;
		const isDone = shown.status === 'completed';
		return success(
			{
				...shown,
				progress: { processed, total },
				results: isDone
					? { revealed: job.revealed ?? [], newlyRevealed: total, creditsUsed, creditsRefunded }
					: null,
				error: shown.status === 'failed' ? 'Insufficient credits' : null,
			},
			{ requestId },
		);
	}

	/** The file of an export that is complete. */
	private readonly download: Processor = (input) => {
		const job = this.jobs.find(({ jobId, kind }) => jobId === input.jobId && kind === 'export');
		const { example } = downloadExportJob;
		if (!job && input.jobId === example.input.jobId) return fileOf(example.data.csv ?? '');
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
		this.revealedBefore.clear();
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
	const used = job.credits?.used ?? (job.kind === 'reveal' ? CREDITS_PER_REVEAL * job.total : 0);
	return {
		jobId: job.jobId,
		status,
		creditsUsed: status === 'completed' ? used : 0,
		creditsRefunded: status === 'completed' ? (job.credits?.refunded ?? 0) : 0,
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
		jobType: job.jobType ?? 'reveal',
		fields: job.fields ?? ['email'],
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
