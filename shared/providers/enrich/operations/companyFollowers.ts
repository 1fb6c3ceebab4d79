import * as z from 'zod';
import { defineOperation } from '../../../contract/operation';
import { output } from '../../../contract/fields';

const batchId = z.string().min(1).meta({ title: 'Batch ID', normalize: 'text' });
const exampleId = '665a1f4e2c3b7800129dce01';

/** How far a list of company followers is. */
export const getCompanyFollowerProgress = defineOperation({
	operationId: 'getCompanyFollowerProgress',
	method: 'GET',
	path: '/company-follower/{batchId}/progress',
	title: 'Get Company Followers Progress',
	description: 'Read how far a list of company followers is',
	billing: 'freeRead',
	price: null,
	input: z.object({ batchId }),
	output: z.object({
		batchId: output.text('Batch ID'),
		processed: output.integer('Processed'),
		total: output.integer('Total', '-1 while it is unknown'),
		errors: output.integer('Not Read'),
		done: output.yesNo('Done'),
		partial: output.yesNo('Partial', 'It ended with fewer followers than expected').optional(),
		message: output.text('Message').optional(),
	}),
	outcome: ({ done }) => ({
		found: true,
		reason: done === true ? 'The list is complete' : 'The list is not complete yet',
	}),
	example: {
		input: { batchId: exampleId },
		data: { batchId: exampleId, processed: 125, total: 500, errors: 0, done: false },
	},
});

const text = (title: string) => output.text(title).nullable().optional();
const yesNo = (title: string) => output.yesNo(title).nullable().optional();

const follower = z.object({
	objectURN: output.text('LinkedIn URN').optional(),
	name: text('Name'),
	firstName: text('First Name'),
	lastName: text('Last Name'),
	profileUrl: output.text('Profile URL'),
	profilePictureUrl: text('Profile Picture URL'),
	title: text('Title'),
	companyName: text('Company'),
	companyProfileUrl: text('Company Profile URL'),
	companyWebsite: text('Company Website'),
	companyDomain: text('Company Domain'),
	companyLogoUrl: text('Company Logo URL'),
	companyLocation: text('Company Location'),
	location: text('Location'),
	summary: text('Summary'),
	connectionDegree: output.number('Connection Degree').nullable().optional(),
	tenureAtCompany: text('Tenure at Company'),
	industry: text('Industry'),
	isPremium: yesNo('Is Premium'),
	isSaved: yesNo('Is Saved'),
	isOpenProfile: yesNo('Is Open Profile'),
	spotlights: output.texts('Spotlights').optional(),
});

/** The followers that a list holds, page by page. */
export const getCompanyFollowerResults = defineOperation({
	operationId: 'getCompanyFollowerResults',
	method: 'GET',
	path: '/company-follower/{batchId}/results',
	title: 'Get Company Followers',
	description: 'Read the followers that a list holds; the first read settles what it costs',
	billing: 'freeRead',
	price: null,
	input: z.object({
		batchId,
		page: z.int().min(1).default(1).meta({ title: 'Page' }),
		limit: z.int().min(1).max(500).default(100).meta({ title: 'Page Size' }),
	}),
	output: z.object({
		batchId: output.text('Batch ID'),
		count: output.integer('Count'),
		data: output.list('Followers', follower),
		pagination: output.group('Pagination', {
			page: output.integer('Page'),
			limit: output.integer('Page Size'),
			total: output.integer('Total'),
			totalPages: output.integer('Pages'),
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
			batchId: exampleId,
			count: 1,
			data: [{ name: 'Sarah Chen', profileUrl: 'https://linkedin.com/in/sarahchen' }],
			pagination: { page: 1, limit: 100, total: 1, totalPages: 1 },
		},
	},
});
