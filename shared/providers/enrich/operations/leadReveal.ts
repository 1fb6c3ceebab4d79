import * as z from 'zod';
import {
	fields,
	input,
	nullable,
	optional,
	output,
	page,
	pageSize,
} from '../../../contract/fields';
import { defineOperation, freeGet, post } from '../../../contract/operation';
import { hasMoreJobs, statusFilter, jobStatus, outcomeOfJobs } from './leadJobs';

const KINDS = ['email', 'phone'] as const;
const CREDITS = { email: 10, phone: 525 };
const MAX_LEADS = 25;
const exampleId = 'rj_0f3a9c517be2d846';

type Asked = { leads?: unknown[]; fields?: (keyof typeof CREDITS)[] };
const costOf = ({ leads = [], fields = [...KINDS] }: Asked) =>
	leads.length * [...new Set(fields)].reduce((sum, kind) => sum + CREDITS[kind], 0);

/** Starts a job that is charged while it runs: it is answered even where the balance is too low. */
const startOf = (names: Record<'operationId' | 'path' | 'title' | 'description', string>) =>
	defineOperation({
		...names,
		method: 'POST',
		billing: 'reservesAtSubmit',
		price: {
			credits: CREDITS.phone + CREDITS.email,
			per: 'lead with both (10 for the email, 525 for the phone)',
			free: 'What was revealed before, or is not found, is free',
		},
		cost: costOf,
		// Left out, it means both for reveals, at the highest price: the connector always asks.
		input: z.object({
			leads: input.records('Lead IDs', MAX_LEADS, { examples: ['enc_abc123def456'] }),
			fields: z
				.array(z.enum(KINDS))
				.min(1)
				.meta({
					title: 'Reveal',
					description: 'Documented: 10 credits per email, 525 per phone',
					normalize: 'list',
					initial: ['email'],
				}),
		}),
		output: z.object({
			...fields(output.text, 'jobId'),
			status: output.oneOf('Status', ['pending']),
			...fields(output.integer, { totalLeads: 'Leads' }),
			fields: output.list('Fields', z.enum(KINDS)),
			...fields(output.number, 'creditsReserved'),
			...fields(output.text, 'message'),
		}),
		simplified: ['jobId', 'status', 'totalLeads', 'fields', 'creditsReserved'],
		outcome: () => ({ found: true, reason: "Started; 'Get Reveal Job' has the results" }),
		example: {
			input: { leads: [{ id: 'enc_abc123def456' }], fields: ['email'] },
			data: {
				jobId: exampleId,
				status: 'pending',
				totalLeads: 1,
				fields: ['email'],
				creditsReserved: 10,
				message: 'Reveal job started',
			},
		},
	});

export const revealLeads = startOf({
	operationId: 'revealLeads',
	path: '/lead-finder/reveal',
	title: 'Reveal Leads',
	description: 'Start to reveal emails or phone numbers of up to 25 leads of a search',
});

export const enrichLeads = startOf({
	operationId: 'enrichLeads',
	path: '/lead-finder/enrich',
	title: 'Enrich Leads',
	description: 'Start to enrich up to 25 leads with emails or phone numbers',
});

export const revealedLead = z.object({
	...fields(output.text, { id: 'Lead ID' }),
	...nullable(output.text, 'firstName lastName jobTitle companyName'),
	...nullable(output.text, { emailAddress: 'Email', phone: 'Phone', cellphone: 'Mobile Phone' }),
	...nullable(output.text, { linkedinUrl: 'LinkedIn Profile URL', domain: 'Company Domain' }),
});

const credits = output.number('Credits Refunded').nullable().optional();

export const getRevealJob = defineOperation({
	operationId: 'getRevealJob',
	...freeGet('/lead-finder/reveal-jobs/{jobId}'),
	title: 'Get Lead Reveal Job',
	description: 'Read how far a reveal is, and the leads once it is completed',
	input: z.object({
		jobId: input.id('Job ID', { valuesFrom: 'revealJobs', examples: [exampleId] }),
	}),
	output: z.object({
		...fields(output.text, 'jobId'),
		status: jobStatus,
		jobType: output.oneOf('Job Type', ['reveal', 'enrich']),
		fields: output.list('Fields', z.enum(KINDS)),
		progress: output
			.group('Progress', optional(output.integer, 'processed total'))
			.nullable()
			.optional(),
		results: output
			.group('Results', {
				revealed: output.list('Leads', revealedLead).optional(),
				...optional(output.integer, 'alreadyRevealed newlyRevealed'),
				...optional(output.number, 'creditsUsed'),
				creditsRefunded: credits,
			})
			.nullable()
			.optional(),
		...nullable(output.text, 'error'),
		creditsRefunded: credits,
		...fields(output.dateTime, 'createdAt'),
		...nullable(output.dateTime, 'completedAt'),
	}),
	outcome: ({ status }) => ({ found: true, reason: `The job is ${status ?? 'open'}` }),
	example: {
		input: { jobId: exampleId },
		data: {
			jobId: exampleId,
			status: 'completed',
			jobType: 'reveal',
			fields: ['email'],
			progress: { processed: 1, total: 1 },
			results: {
				revealed: [{ id: 'enc_abc123def456', emailAddress: 'sarah.chen@stripe.com' }],
				alreadyRevealed: 0,
				newlyRevealed: 1,
				creditsUsed: 10,
				creditsRefunded: 0,
			},
			createdAt: '2026-06-03T14:20:00.000Z',
			completedAt: '2026-06-03T14:20:12.000Z',
		},
	},
});

const job = z.object({
	...fields(output.text, 'jobId'),
	status: jobStatus,
	jobType: output.oneOf('Job Type', ['reveal', 'enrich']),
	fields: output.list('Fields', z.enum(KINDS), 'What was asked for of each lead'),
	...fields(output.integer, { total: 'Leads', processed: 'Leads Processed' }),
	...fields(output.number, 'creditsUsed creditsRefunded'),
	...fields(output.dateTime, 'createdAt'),
	...nullable(output.dateTime, 'completedAt'),
});

export const listRevealJobs = defineOperation({
	operationId: 'listRevealJobs',
	...freeGet('/lead-finder/reveal-jobs'),
	title: 'List Reveal Jobs',
	description: 'List the jobs of the last 30 days that reveal emails and phone numbers of leads',
	input: z.object({ page, limit: pageSize(100, 20), status: statusFilter }),
	output: z.object({
		jobs: output.list('Jobs', job),
		...fields(output.integer, { total: 'Total', page: 'Page', limit: 'Page Size' }),
	}),
	entry: job,
	paging: { entries: 'jobs', size: 'limit', maxSize: 100, hasMore: hasMoreJobs },
	outcome: outcomeOfJobs,
	example: {
		input: {},
		data: {
			jobs: [
				{
					jobId: exampleId,
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
			...{ total: 1, page: 1, limit: 20 },
		},
	},
});

export const unlockNames = defineOperation({
	operationId: 'unlockNames',
	...post('/lead-finder/unlock-names'),
	title: 'Unlock Lead Names',
	description: 'Unlock the full last names of up to 100 leads of a search',
	billing: 'chargedEachTime',
	price: { credits: 1, per: 'lead' },
	cost: ({ leads = [] }) => leads.length,
	input: z.object({ leads: input.records('Lead IDs', 100, { examples: ['enc_abc123def456'] }) }),
	output: z.object({
		results: output.list('Leads', z.object(optional(output.text, 'id lastName'))),
	}),
	entry: z.object(optional(output.text, 'id lastName')),
	paging: { entries: 'results', isAsAsked: true },
	outcome: ({ results = [] }) =>
		results.length > 0
			? { found: true, reason: 'Names unlocked' }
			: { found: false, reason: 'No name is known for these leads' },
	example: {
		input: { leads: [{ id: 'enc_abc123def456' }] },
		data: { results: [{ id: 'enc_abc123def456', lastName: 'Chen' }] },
	},
});
