import * as z from 'zod';
import { defineOperation } from '../../../contract/operation';
import { output } from '../../../contract/fields';
import { leadExclusions, leadFilters } from './leadFilters';

const FREE_PAGES = 3;
const FREE_RESULTS = 75;

const criteria = {
	filters: leadFilters.meta({ title: 'Filters', description: 'Leads must match all of these' }),
	excludeFilters: leadExclusions
		.meta({ title: 'Exclude', description: 'Leads that match one of these are left out' })
		.optional(),
};

const nullable = <T extends z.ZodType>(field: T) => field.nullable().optional();

const lead = z.object({
	id: output.text('Lead ID', 'Needed to reveal, enrich or export the lead'),
	firstName: nullable(output.text('First Name')),
	lastName: nullable(output.text('Last Name', 'Masked until unlocked')),
	jobTitle: nullable(output.text('Job Title')),
	jobFunction: nullable(output.text('Job Function')),
	jobLevel: nullable(output.text('Job Level')),
	companyName: nullable(output.text('Company Name')),
	domain: nullable(output.text('Company Domain')),
	linkedinUrl: nullable(output.text('LinkedIn Profile URL')),
	linkedinHeadline: nullable(output.text('LinkedIn Headline')),
	linkedinConnectionsCount: nullable(output.number('LinkedIn Connection Count')),
	emailDomain: nullable(output.text('Email Domain')),
	skills: nullable(output.text('Skills')),
	city: nullable(output.text('City')),
	stateName: nullable(output.text('State')),
	countryName: nullable(output.text('Country')),
	logoUrl: nullable(output.text('Logo URL')),
	orgLinkedinUrl: nullable(output.text('Company LinkedIn URL')),
	logoUrlOrg: nullable(output.text('Company Logo URL')),
	companyHeadline: nullable(output.text('Company Headline')),
	employeeCount: nullable(output.integer('Employee Count')),
	industrySicDescription: nullable(output.text('Industry (SIC)')),
	industryNaicsDescription: nullable(output.text('Industry (NAICS)')),
	revenue: nullable(output.text('Revenue')),
	specialties: nullable(output.text('Specialties')),
	foundedOn: nullable(output.text('Founded')),
	headquartersCity: nullable(output.text('Headquarters City')),
	headquartersState: nullable(output.text('Headquarters State')),
	headquartersCountry: nullable(output.text('Headquarters Country')),
	employeeOnLinkedinGrowthRateOrg: nullable(output.number('Employee Growth Rate')),
	totalMonthlyTrafficOrg: nullable(output.number('Monthly Website Visits')),
	totalFundingAmountOrg: nullable(output.number('Total Funding')),
	lastFundingTypeOrg: nullable(output.text('Last Funding Type')),
	lastFundingDateOrg: nullable(output.text('Last Funding Date')),
});

const matches = (count: number | undefined) =>
	count !== undefined ? `${count} ${count === 1 ? 'lead matches' : 'leads match'}` : 'Leads match';

const spanOf = ({ page = 1, pageSize = 25 }: { page?: number; pageSize?: number }) => ({
	page,
	first: (page - 1) * pageSize,
	last: page * pageSize,
});

export const searchLeads = defineOperation({
	operationId: 'searchLeads',
	method: 'POST',
	path: '/lead-finder/search',
	title: 'Find Leads',
	description: 'Search people by job, company, location and more',
	billing: 'chargedEachTime',
	price: {
		credits: 1,
		per: 'result beyond the free ones',
		free: 'The first 3 pages or 75 results of a search are free, for the first 50 searches of a month',
	},
	cost: (input) => {
		const { page, first, last } = spanOf(input);
		if (page > FREE_PAGES) return last - first;
		return Math.max(0, last - Math.max(first, FREE_RESULTS));
	},
	input: z.object({
		...criteria,
		page: z.int().min(1).default(1).meta({ title: 'Page' }),
		pageSize: z.int().min(1).max(100).default(25).meta({ title: 'Page Size' }),
	}),
	output: z.object({
		results: output.list('Leads', lead),
		pagination: output.group('Pagination', {
			page: output.integer('Page'),
			pageSize: output.integer('Page Size'),
			totalResults: output.integer('Total Results'),
			totalPages: output.integer('Total Pages'),
			hasMore: output.yesNo('More Results'),
			isApproximate: output.yesNo('Total Is Approximate').optional(),
			searchedTotalResult: output.integer('Total Matches').optional(),
		}),
	}),
	entry: lead,
	paging: {
		entries: 'results',
		size: 'pageSize',
		maxSize: 100,
		maxPages: 40,
		hasMore: ({ data }) => data.pagination?.hasMore === true,
	},
	simplified: [
		'id',
		'firstName',
		'lastName',
		'jobTitle',
		'companyName',
		'domain',
		'linkedinUrl',
		'city',
		'countryName',
		'employeeCount',
	],
	outcome: ({ results = [], pagination }) => {
		const total = pagination?.totalResults ?? results.length;
		return results.length > 0
			? { found: true, reason: matches(total) }
			: { found: false, reason: 'No lead matches these filters' };
	},
	example: {
		input: { filters: { jobTitle: ['VP of Sales'], countryName: ['Germany'] } },
		data: {
			results: [
				{
					id: 'enc_abc123def456',
					firstName: 'Sarah',
					lastName: 'C.',
					jobTitle: 'VP of Sales',
					companyName: 'Stripe',
					domain: 'stripe.com',
					linkedinUrl: 'https://www.linkedin.com/in/sarahc',
					city: 'Berlin',
					countryName: 'Germany',
					employeeCount: 8000,
				},
			],
			pagination: { page: 1, pageSize: 25, totalResults: 1, totalPages: 1, hasMore: false },
		},
	},
});

export const countLeads = defineOperation({
	operationId: 'countLeads',
	method: 'POST',
	path: '/lead-finder/count',
	title: 'Count Leads',
	description: 'Count how many leads match, without spending credits',
	billing: 'freeRead',
	price: null,
	input: z.object(criteria),
	output: z.object({
		count: output.integer('Count', 'How many leads can be paged through'),
		searchType: output.oneOf('Search Type', ['people', 'company', 'unified']),
		isApproximate: output.yesNo('Approximate'),
		searchedTotalResult: output.integer('Total Matches').optional(),
	}),
	outcome: (data) => ({ found: true, reason: matches(data.count) }),
	example: {
		input: { filters: { jobTitle: ['VP of Sales'] } },
		data: { count: 1842, searchType: 'unified', isApproximate: false, searchedTotalResult: 1842 },
	},
});
