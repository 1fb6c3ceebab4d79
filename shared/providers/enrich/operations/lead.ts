import * as z from 'zod';
import { defineOperation, post } from '../../../contract/operation';
import { fields, nullable, optional, output, page, pageSize } from '../../../contract/fields';
import { criteria, extras } from './leadFilters';

const FREE_PAGES = 3;
const FREE_RESULTS = 75;

const lead = z.object({
	id: output.text('Lead ID', 'Needed to reveal, enrich or export the lead'),
	lastName: output.text('Last Name', 'Masked until unlocked').nullable().optional(),
	...nullable(output.text, 'firstName jobTitle jobFunction jobLevel companyName'),
	...nullable(output.text, 'linkedinHeadline emailDomain skills city logoUrl companyHeadline'),
	...nullable(output.text, 'revenue specialties headquartersCity headquartersState'),
	...nullable(output.text, 'headquartersCountry'),
	...nullable(output.text, {
		domain: 'Company Domain',
		linkedinUrl: 'LinkedIn Profile URL',
		stateName: 'State',
		countryName: 'Country',
		orgLinkedinUrl: 'Company LinkedIn URL',
		logoUrlOrg: 'Company Logo URL',
		industrySicDescription: 'Industry (SIC)',
		industryNaicsDescription: 'Industry (NAICS)',
		foundedOn: 'Founded',
		lastFundingTypeOrg: 'Last Funding Type',
		lastFundingDateOrg: 'Last Funding Date',
	}),
	...nullable(output.integer, 'employeeCount'),
	...nullable(output.number, {
		linkedinConnectionsCount: 'LinkedIn Connection Count',
		employeeOnLinkedinGrowthRateOrg: 'Employee Growth Rate',
		totalMonthlyTrafficOrg: 'Monthly Website Visits',
		totalFundingAmountOrg: 'Total Funding',
	}),
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
	...post('/lead-finder/search'),
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
	...extras,
	input: z.object({
		...criteria,
		page,
		pageSize: pageSize(100, 25),
	}),
	output: z.object({
		results: output.list('Leads', lead),
		pagination: output.group('Pagination', {
			...fields(output.integer, 'page pageSize totalResults totalPages'),
			...fields(output.yesNo, { hasMore: 'More Results' }),
			...optional(output.yesNo, { isApproximate: 'Total Is Approximate' }),
			...optional(output.integer, { searchedTotalResult: 'Total Matches' }),
		}),
	}),
	entry: lead,
	paging: {
		entries: 'results',
		size: 'pageSize',
		maxSize: 100,
		maxPages: 40,
		hasMore: ({ data }) => data.pagination?.hasMore === true,
		total: ({ pagination }) => pagination?.searchedTotalResult ?? pagination?.totalResults,
		beyond: 'Narrow the filters, or export the leads instead.',
	},
	simplified: [
		...(['id', 'firstName', 'lastName', 'jobTitle', 'companyName', 'domain'] as const),
		...(['linkedinUrl', 'city', 'countryName', 'employeeCount'] as const),
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
	...post('/lead-finder/count'),
	title: 'Count Leads',
	description: 'Count how many leads match, without spending credits',
	billing: 'freeRead',
	price: null,
	...extras,
	input: z.object(criteria),
	output: z.object({
		count: output.integer('Count', 'How many leads can be paged through'),
		searchType: output.oneOf('Search Type', ['people', 'company', 'unified']),
		...fields(output.yesNo, { isApproximate: 'Approximate' }),
		...optional(output.integer, { searchedTotalResult: 'Total Matches' }),
	}),
	outcome: (data) => ({ found: true, reason: matches(data.count) }),
	example: {
		input: { filters: { jobTitle: ['VP of Sales'] } },
		data: { count: 1842, searchType: 'unified', isApproximate: false, searchedTotalResult: 1842 },
	},
});
