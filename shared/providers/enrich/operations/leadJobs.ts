import * as z from 'zod';
import { defineOperation, type PageRead } from '../../../contract/operation';
import { output } from '../../../contract/fields';

const STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;

const input = z.object({
	page: z.int().min(1).default(1).meta({ title: 'Page' }),
	limit: z.int().min(1).max(100).default(20).meta({ title: 'Page Size' }),
	status: z
		.enum(STATUSES)
		.meta({ title: 'Status', description: 'Only jobs with this status' })
		.optional(),
});

/** Both lists report how many jobs there are in all; a total that is never reached ends all the same. */
const hasMore = ({ data: { total, limit }, page, pageSize, count }: PageRead<JobList>): boolean =>
	count > 0 && (total === undefined || page * (limit || pageSize) < total);

interface JobList {
	total?: number;
	limit?: number;
}

const outcome = ({ jobs = [] }: { jobs?: unknown[] }) => ({
	found: jobs.length > 0,
	reason: 'Jobs of the last 30 days',
});

const revealJob = z.object({
	jobId: output.text('Job ID'),
	status: output.oneOf('Status', STATUSES),
	jobType: output.oneOf('Job Type', ['reveal', 'enrich']),
	fields: output.list('Fields', z.enum(['email', 'phone']), 'What was asked for of each lead'),
	total: output.integer('Leads'),
	processed: output.integer('Leads Processed'),
	creditsUsed: output.number('Credits Used'),
	creditsRefunded: output.number('Credits Refunded'),
	createdAt: output.dateTime('Created At'),
	completedAt: output.dateTime('Completed At').nullable().optional(),
});

export const listRevealJobs = defineOperation({
	operationId: 'listRevealJobs',
	method: 'GET',
	path: '/lead-finder/reveal-jobs',
	title: 'List Reveal Jobs',
	description: 'List the jobs of the last 30 days that reveal emails and phone numbers of leads',
	billing: 'freeRead',
	price: null,
	input,
	output: z.object({
		jobs: output.list('Jobs', revealJob),
		total: output.integer('Total'),
		page: output.integer('Page'),
		limit: output.integer('Page Size'),
	}),
	entry: revealJob,
	paging: { entries: 'jobs', size: 'limit', maxSize: 100, hasMore },
	outcome,
	example: {
		input: {},
		data: {
			jobs: [
				{
					jobId: 'rj_0f3a9c517be2d846',
					status: 'completed',
					jobType: 'reveal',
					fields: ['email'],
					total: 5,
					processed: 5,
					creditsUsed: 40,
					creditsRefunded: 10,
					createdAt: '2026-06-03T14:20:00.000Z',
					completedAt: '2026-06-03T14:20:12.000Z',
				},
			],
			total: 1,
			page: 1,
			limit: 20,
		},
	},
});

const exportJob = z.object({
	jobId: output.text('Job ID'),
	name: output.text('Name'),
	status: output.oneOf('Status', STATUSES),
	phase: output.oneOf('Phase', ['queued', 'fetching', 'enriching', 'generating', 'uploading']),
	totalRows: output.number('Rows'),
	processedRows: output.number('Rows Processed'),
	progress: output.number('Progress', 'Percent'),
	creditsUsed: output.number('Credits Used'),
	creditsRefunded: output.number('Credits Refunded'),
	createdAt: output.dateTime('Created At'),
	completedAt: output.dateTime('Completed At').nullable(),
	error: output.text('Reason', 'Why the export could not be made').nullable(),
});

export const listExportJobs = defineOperation({
	operationId: 'listExportJobs',
	method: 'GET',
	path: '/lead-finder/export-jobs',
	title: 'List Export Jobs',
	description: 'List the lead exports of the last 30 days',
	billing: 'freeRead',
	price: null,
	input,
	output: z.object({
		jobs: output.list('Jobs', exportJob),
		total: output.number('Total'),
		page: output.number('Page'),
		limit: output.number('Page Size'),
	}),
	entry: exportJob,
	paging: { entries: 'jobs', size: 'limit', maxSize: 100, hasMore },
	outcome,
	example: {
		input: {},
		data: {
			jobs: [
				{
					jobId: 'ej_5d20c8f4a1973be6',
					name: 'VPs of Sales in Germany',
					status: 'completed',
					phase: 'uploading',
					totalRows: 500,
					processedRows: 500,
					progress: 100,
					creditsUsed: 0,
					creditsRefunded: 0,
					createdAt: '2026-06-03T14:30:00.000Z',
					completedAt: '2026-06-03T14:35:00.000Z',
					error: null,
				},
			],
			total: 1,
			page: 1,
			limit: 20,
		},
	},
});
