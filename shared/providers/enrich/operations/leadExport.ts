import * as z from 'zod';
import { fields, input, output, page, pageSize } from '../../../contract/fields';
import { defineOperation, freeGet, post } from '../../../contract/operation';
import { criteria, extras } from './leadFilters';
import { hasMoreJobs, jobStatus, outcomeOfJobs, statusFilter } from './leadJobs';

const exampleId = 'ej_5d20c8f4a1973be6';
const jobId = { jobId: input.id('Job ID', { valuesFrom: 'exportJobs', examples: [exampleId] }) };
const yesNo = (title: string, description: string) =>
	z.boolean().default(false).meta({ title, description, normalize: 'yesNo' });

export const exportLeads = defineOperation({
	operationId: 'exportLeads',
	...post('/lead-finder/export'),
	title: 'Export Leads',
	description: 'Start to export up to 100,000 leads as a CSV file',
	billing: 'reservesAtSubmit',
	price: {
		credits: 536,
		per: 'lead with all (10 for the email, 525 for the phone, 1 for the name)',
		free: 'Free without contact data and names',
	},
	cost: (asked) => {
		const { maxResults = 1000, leadIds, includeContactInfo } = asked;
		const perLead =
			(includeContactInfo || asked.includeEmail ? 10 : 0) +
			(includeContactInfo || asked.includePhone ? 525 : 0) +
			(asked.includeNames ? 1 : 0);
		return perLead * Math.min(maxResults, leadIds?.length || Infinity);
	},
	...extras,
	input: z.object({
		...criteria,
		name: z.string().max(200).meta({ title: 'Name', normalize: 'text' }).optional(),
		maxResults: z
			.int()
			.min(1)
			.max(100_000)
			.default(1000)
			.meta({ title: 'Max Leads', normalize: 'number' }),
		includeContactInfo: yesNo(
			'Include Email and Phone',
			'Whether to reveal both: 535 credits per lead, as documented',
		),
		includeEmail: yesNo(
			'Include Email',
			'Whether to reveal emails: 10 credits per lead, as documented',
		),
		includePhone: yesNo(
			'Include Phone',
			'Whether to reveal phone numbers: 525 credits per lead, as documented',
		),
		includeNames: yesNo(
			'Include Full Names',
			'Whether to unlock last names: 1 credit per lead, as documented',
		),
		leadIds: input.texts('Lead IDs', 100_000).optional(),
		page: z.int().min(1).meta({ title: 'Page', normalize: 'number' }).optional(),
		pageSize: z.int().min(1).max(100).meta({ title: 'Page Size', normalize: 'number' }).optional(),
	}),
	output: z.object({
		...fields(output.text, 'jobId'),
		status: output.oneOf('Status', ['pending']),
		...fields(output.number, 'estimatedRows estimatedCredits creditsReserved'),
		...fields(output.text, 'message'),
	}),
	neverMisses: true,
	simplified: ['jobId', 'status', 'estimatedRows', 'estimatedCredits', 'creditsReserved'],
	outcome: () => ({ found: true, reason: 'Export started' }),
	example: {
		input: { filters: { jobLevel: ['VP'], domain: ['stripe.com'] }, maxResults: 500 },
		data: {
			jobId: exampleId,
			status: 'pending',
			...{ estimatedRows: 500, estimatedCredits: 0, creditsReserved: 0 },
			message: 'Export job started',
		},
	},
});

const job = z.object({
	...fields(output.text, 'jobId name'),
	status: jobStatus,
	phase: output.oneOf('Phase', ['queued', 'fetching', 'enriching', 'generating', 'uploading']),
	...fields(output.number, { totalRows: 'Rows', processedRows: 'Rows Processed' }),
	progress: output.number('Progress', 'Percent'),
	...fields(output.number, 'creditsUsed creditsRefunded'),
	...fields(output.dateTime, 'createdAt'),
	completedAt: output.dateTime('Completed At').nullable(),
	error: output.text('Reason', 'Why the export could not be made').nullable(),
});
const exampleJob = {
	...{ jobId: exampleId, name: 'VPs of Sales in Germany' },
	status: 'completed',
	phase: 'uploading',
	progress: 100,
	...{ totalRows: 500, processedRows: 500, creditsUsed: 0, creditsRefunded: 0 },
	...{ createdAt: '2026-06-03T14:30:00.000Z', completedAt: '2026-06-03T14:35:00.000Z' },
	error: null,
} as const;

export const listExportJobs = defineOperation({
	operationId: 'listExportJobs',
	...freeGet('/lead-finder/export-jobs'),
	title: 'List Export Jobs',
	description: 'List the lead exports of the last 30 days',
	input: z.object({ page, limit: pageSize(100, 20), status: statusFilter }),
	output: z.object({
		jobs: output.list('Jobs', job),
		...fields(output.number, { total: 'Total', page: 'Page', limit: 'Page Size' }),
	}),
	entry: job,
	paging: { entries: 'jobs', size: 'limit', maxSize: 100, hasMore: hasMoreJobs },
	outcome: outcomeOfJobs,
	example: { input: {}, data: { jobs: [exampleJob], total: 1, page: 1, limit: 20 } },
});

export const getExportJob = defineOperation({
	operationId: 'getExportJob',
	...freeGet('/lead-finder/export-jobs/{jobId}'),
	title: 'Get Lead Export Job',
	description: 'Read how far a lead export is',
	input: z.object(jobId),
	output: job.extend({ downloadUrl: output.text('Download URL').nullable() }),
	outcome: ({ status }) => ({ found: true, reason: `The export is ${status ?? 'open'}` }),
	example: { input: { jobId: exampleId }, data: { ...exampleJob, downloadUrl: null } },
});

export const downloadExportJob = defineOperation({
	operationId: 'downloadExportJob',
	...freeGet('/lead-finder/export-jobs/{jobId}/download'),
	title: 'Download Export',
	description: 'Download the CSV file of a completed lead export',
	input: z.object(jobId),
	answers: 'csv',
	output: z.object({ csv: output.text('CSV File') }),
	outcome: () => ({ found: true, reason: 'File downloaded' }),
	example: { input: { jobId: exampleId }, data: { csv: 'firstName,lastName\nSarah,C.\n' } },
});
