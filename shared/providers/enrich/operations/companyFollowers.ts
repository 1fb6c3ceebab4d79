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
import { counted } from '../../../errors/wording';

const exampleId = '665a1f4e2c3b7800129dce01';
const batch = { batchId: input.id('Batch ID', { examples: [exampleId] }) };
const figma = 'https://www.linkedin.com/company/figma';

const access = 'company followers are for accounts that Enrich has approved';

const LEVELS = [
	...['CXO', 'Director', 'Entry Level', 'Entry Level Manager', 'Experienced Manager'],
	...['In Training', 'Owner / Partner', 'Senior', 'Strategic', 'Vice President'],
];
/** The API has its own lists of more than a thousand values, and names one that it does not know. */
const filters = {
	...optional(input.texts, 'countries states jobTitles departments'),
	levels: z
		.array(z.enum(LEVELS))
		.meta({ title: 'Levels', normalize: 'list', examples: ['Director'] })
		.optional(),
};

/** By what the API calls the access of an account. */
const ACCESS: Partial<Record<string, string>> = {
	approved: 'Your account is approved',
	none: 'Your account is not approved for company followers: ask Enrich for access',
	pending: 'Enrich has not decided yet on your access to company followers',
	rejected: 'Enrich has refused your access to company followers: contact Enrich',
	revoked: 'Enrich has withdrawn your access to company followers: contact Enrich',
};

export const checkCompanyFollowerLimit = defineOperation({
	operationId: 'checkCompanyFollowerLimit',
	...freeGet('/company-follower/limit'),
	title: 'Check Company Follower Limit',
	description:
		'Read whether your account is approved for company followers, and how many are left today',
	input: z.object({}),
	output: z.object({
		...fields(output.text, 'status'),
		...optional(output.integer, 'dailyLimit dailyUsed dailyRemaining creditsPerProfile'),
	}),
	outcome: ({ status = '', dailyRemaining, dailyLimit }) => ({
		found: true,
		reason:
			status === 'approved' && dailyRemaining !== undefined && dailyLimit !== undefined
				? `Your account is approved: ${counted(dailyRemaining)} of ${counted(dailyLimit)} followers left today`
				: (ACCESS[status] ?? `Your access is ${status || 'not reported'}`),
	}),
	example: {
		input: {},
		data: {
			...{ status: 'approved', creditsPerProfile: 100 },
			...{ dailyLimit: 5000, dailyUsed: 1200, dailyRemaining: 3800 },
		},
	},
});

const share = { ...fields(output.integer, 'count'), ...fields(output.number, 'percentage') };
const seniorities = z
	.array(z.object({ ...fields(output.text, 'seniorityLevel seniorityId'), ...share }))
	.meta({ title: 'By Seniority' })
	.nullable()
	.optional();
const estimate = output
	.group('Estimate', {
		...fields(output.integer, { totalCount: 'Followers' }),
		functionBreakdown: output
			.list(
				'By Function',
				z.object({
					...fields(output.text, 'functionName functionId'),
					...share,
					seniorityBreakdown: seniorities,
				}),
			)
			.nullable()
			.optional(),
		seniorityBreakdown: seniorities,
		filtersApplied: output
			.group('Filters', optional(output.texts, 'countries states jobTitles departments levels'))
			.nullable()
			.optional(),
	})
	.optional();
const estimateId = '665b2a3f4c5d6e0013fab002';

export const startCountEstimate = defineOperation({
	operationId: 'startCountEstimate',
	access,
	...post('/count-estimate'),
	title: 'Estimate Company Followers',
	description: 'Start to count the followers of a company that match; it takes about a minute',
	billing: 'chargedEachTime',
	price: { credits: 100, per: 'estimate', free: 'The same again within 24 hours is free' },
	input: z.object({ companyUrl: input.companyUrl('Company LinkedIn URL'), ...filters }),
	output: z.object({
		...fields(output.text, 'batchId'),
		status: output.oneOf('Status', ['pending', 'completed']),
		...optional(output.text, 'message'),
		...optional(output.yesNo, 'fromCache'),
		...optional(output.dateTime, 'cachedAt'),
		data: estimate,
	}),
	neverMisses: true,
	simplified: ['batchId', 'status', 'fromCache', 'cachedAt', 'data'],
	outcome: () => ({ found: true, reason: "Started; 'Get Estimate' has the result" }),
	example: {
		input: { companyUrl: figma, levels: ['Director'] },
		data: { batchId: estimateId, status: 'pending', message: 'Count estimation job started.' },
	},
});

export const getCountEstimateStatus = defineOperation({
	operationId: 'getCountEstimateStatus',
	access,
	...freeGet('/count-estimate/{batchId}'),
	title: 'Get Follower Estimate',
	description: 'Read how many followers match, once the estimate is completed',
	input: z.object({ batchId: input.id('Batch ID', { examples: [estimateId] }) }),
	output: z.object({
		...fields(output.text, 'batchId'),
		status: output.oneOf('Status', ['pending', 'in_progress', 'completed', 'failed', 'cancelled']),
		...fields(output.text, { companyUrl: 'Company LinkedIn URL' }),
		...optional(output.text, 'message'),
		...fields(output.dateTime, 'createdAt'),
		...nullable(output.dateTime, 'completedAt'),
		data: estimate,
	}),
	derived: {
		totalCount: {
			field: output.integer('Followers'),
			of: ({ data }: { data?: { totalCount?: number } | null }) => data?.totalCount,
		},
	},
	simplified: ['companyUrl', 'status', 'batchId'],
	outcome: ({ status, data }) => ({
		found: true,
		reason:
			status === 'completed' && data?.totalCount !== undefined
				? `About ${counted(data.totalCount, 'follower matches', 'followers match')}`
				: `The estimate is ${status ?? 'open'}`,
	}),
	example: {
		input: { batchId: estimateId },
		data: {
			...{ batchId: estimateId, status: 'completed', companyUrl: figma },
			...{ createdAt: '2025-06-03T14:30:00.000Z', completedAt: '2025-06-03T14:31:15.000Z' },
			data: { totalCount: 8542, functionBreakdown: null, seniorityBreakdown: null },
		},
	},
});

/** What the answer to a start and to a continuation holds. */
const started = {
	billing: 'reservesAtSubmit',
	output: z.object(fields(output.text, 'batchId message')),
	neverMisses: true,
	outcome: () => ({ found: true, reason: "Started; 'Get Progress' says when it is done" }),
} as const;
const CREDITS_PER_FOLLOWER = { credits: null, per: 'follower; your account has its own price' };

export const startCompanyFollowerScrape = defineOperation({
	...started,
	simplified: ['batchId'],
	operationId: 'startCompanyFollowerScrape',
	access,
	...post('/company-follower'),
	title: 'List Company Followers',
	description: 'Start to list the followers of a company; for approved accounts only',
	price: CREDITS_PER_FOLLOWER,
	input: z.object({
		companyUrl: input.companyUrl('Company LinkedIn URL'),
		max_limit: z
			.int()
			.min(1)
			.max(50_000)
			.meta({ title: 'Max Followers', normalize: 'number', initial: 100 }),
		name: z.string().max(100).meta({ title: 'Name', normalize: 'text' }).optional(),
		...filters,
		webhookUrl: z.url().meta({ title: 'Webhook URL', normalize: 'text' }).optional(),
		skipCache: z
			.boolean()
			.meta({ title: 'Skip Cache', normalize: 'yesNo', initial: false })
			.optional(),
	}),
	example: {
		input: { companyUrl: figma, max_limit: 500 },
		data: { batchId: exampleId, message: 'Company follower scrape started' },
	},
});

export const continueCompanyFollowerScrape = defineOperation({
	...started,
	simplified: ['batchId'],
	operationId: 'continueCompanyFollowerScrape',
	access,
	...post('/company-follower'),
	title: 'Continue Company Followers',
	description: 'Fill the gap of a partial list of company followers that is less than 3 days old',
	price: CREDITS_PER_FOLLOWER,
	input: z.object(batch),
	queryKeys: ['batchId'],
	example: {
		input: { batchId: exampleId },
		data: { batchId: exampleId, message: 'Continuing the partial scrape' },
	},
});

/** How far a list of company followers is. */
export const getCompanyFollowerProgress = defineOperation({
	operationId: 'getCompanyFollowerProgress',
	access,
	...freeGet('/company-follower/{batchId}/progress'),
	title: 'Get Company Followers Progress',
	description: 'Read how far a list of company followers is',
	input: z.object(batch),
	output: z.object({
		...fields(output.text, 'batchId'),
		...fields(output.integer, 'processed'),
		total: output.integer('Total', '-1 while it is unknown'),
		errors: output.integer('Not Read'),
		...fields(output.yesNo, 'done'),
		partial: output.yesNo('Partial', 'It ended with fewer followers than expected').optional(),
		...optional(output.text, 'message'),
	}),
	outcome: ({ done, partial }) => ({
		found: true,
		reason:
			done !== true
				? 'The list is not complete yet'
				: partial === true
					? "The list has ended with fewer followers than expected; 'Continue List' can add to it for 3 days"
					: 'The list is complete',
	}),
	example: {
		input: { batchId: exampleId },
		data: { batchId: exampleId, processed: 125, total: 500, errors: 0, done: false },
	},
});

const follower = z.object({
	...optional(output.text, { objectURN: 'LinkedIn URN' }),
	...nullable(output.text, 'name firstName lastName'),
	...fields(output.text, 'profileUrl'),
	...nullable(output.text, 'profilePictureUrl title'),
	...nullable(output.text, { companyName: 'Company' }),
	...nullable(output.text, 'companyProfileUrl companyWebsite companyDomain companyLogoUrl'),
	...nullable(output.text, 'companyLocation location summary'),
	...nullable(output.number, 'connectionDegree'),
	...nullable(output.text, { tenureAtCompany: 'Tenure at Company' }),
	...nullable(output.text, 'industry'),
	...nullable(output.yesNo, 'isPremium isSaved isOpenProfile'),
	...optional(output.texts, 'spotlights'),
});

/** The followers that a list holds, page by page. */
export const getCompanyFollowerResults = defineOperation({
	operationId: 'getCompanyFollowerResults',
	access,
	...freeGet('/company-follower/{batchId}/results'),
	title: 'Get Company Followers',
	description: 'Read the followers that a list holds; the first read settles what it costs',
	input: z.object({ ...batch, page, limit: pageSize(500, 100) }),
	output: z.object({
		...fields(output.text, 'batchId'),
		...fields(output.integer, 'count'),
		data: output.list('Followers', follower),
		pagination: output.group('Pagination', {
			...fields(output.integer, { page: 'Page', limit: 'Page Size' }),
			...fields(output.integer, { total: 'Total', totalPages: 'Pages' }),
		}),
	}),
	entry: follower,
	paging: {
		entries: 'data',
		size: 'limit',
		maxSize: 500,
		hasMore: ({ data: { pagination }, page, count }) =>
			pagination?.totalPages === undefined ? count > 0 : page < pagination.totalPages,
	},
	outcome: () => ({ found: true, reason: 'Follower found' }),
	example: {
		input: { batchId: exampleId },
		data: {
			...{ batchId: exampleId, count: 1 },
			data: [{ name: 'Sarah Chen', profileUrl: 'https://linkedin.com/in/sarahchen' }],
			pagination: { page: 1, limit: 100, total: 1, totalPages: 1 },
		},
	},
});

export const exportCompanyFollowerCsv = defineOperation({
	operationId: 'exportCompanyFollowerCsv',
	access,
	...freeGet('/company-follower/{batchId}/export'),
	title: 'Export Company Followers',
	description: 'Download the CSV file of a complete list of company followers',
	input: z.object(batch),
	answers: 'csv',
	output: z.object({ csv: output.text('CSV File') }),
	outcome: () => ({ found: true, reason: 'File downloaded' }),
	example: { input: { batchId: exampleId }, data: { csv: 'name,profileUrl\nSarah Chen,\n' } },
});
