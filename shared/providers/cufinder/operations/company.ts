import * as z from 'zod';
import { defineOperation } from '../../../contract/operation';
import type { FieldMeta } from '../../../contract/fieldMeta';
import { input, output } from '../../../contract/fields';
import { about, number, text } from './fields';

export const enrichCompany = defineOperation({
	operationId: 'enrichCompany',
	method: 'POST',
	path: '/enc',
	title: 'Enrich Company',
	description: "Find a company's profile from its name, web domain or LinkedIn page",
	billing: 'chargedEachTime',
	price: { credits: 3, per: 'company found', free: 'Free when no company is found' },
	input: z.object({
		query: input.text('Company', 500, {
			description: "The company's name, web domain or LinkedIn page",
			examples: ['figma.com'],
		}),
	}),
	output: z.object({
		name: text('Company Name'),
		domain: text('Company Domain'),
		website: text('Website'),
		industry: text('Industry'),
		description: text('Description'),
		// Seen as a number; the SDKs declare a text.
		employee_count: number('Employee Count'),
		size: text('Company Size', 'A range, such as 51-200'),
		type: text('Company Type'),
		founded_year: text('Year Founded'),
		linkedin_url: text('LinkedIn URL'),
		followers_count: number('Followers'),
		logo_url: text('Logo URL'),
		country: text('Country'),
		state: text('State'),
		city: text('City'),
		address: text('Address'),
		...about,
	}),
	simplified: [
		'name',
		'domain',
		'website',
		'industry',
		'employee_count',
		'size',
		'linkedin_url',
		'country',
		'city',
	],
	outcome: ({ name, domain, website, linkedin_url }) =>
		name || domain || website || linkedin_url
			? { found: true, reason: 'Company found' }
			: { found: false, reason: 'This company is not known' },
	example: {
		input: { query: 'figma.com' },
		data: {
			name: 'figma',
			domain: 'figma.com',
			website: 'https://figma.com',
			industry: 'software development',
			employee_count: 1600,
			size: '1,001-5,000',
			type: 'privately held',
			founded_year: '2012',
			linkedin_url: 'linkedin.com/company/figma',
			country: 'united states',
			state: 'california',
			city: 'san francisco',
			query: 'figma.com',
			confidence_level: 95,
		},
	},
});

export const findCompanyDomain = defineOperation({
	operationId: 'findCompanyDomain',
	method: 'POST',
	path: '/cuf',
	title: 'Find Company Domain',
	description: "Find a company's web domain from its name",
	billing: 'chargedEachTime',
	price: { credits: null, per: 'domain found', free: 'Free when no domain is found' },
	input: z.object({
		company_name: input.text('Company Name', 200, { examples: ['Figma'] }),
		country_code: z
			.string()
			.regex(/^[a-z]{2}$/i, 'two letters are needed, such as US')
			.toUpperCase()
			.meta({
				title: 'Country Code',
				description: 'Two letters, such as US or DE',
				examples: ['US'],
				normalize: 'text',
			} satisfies FieldMeta),
	}),
	output: z.object({ domain: text('Company Domain'), ...about }),
	outcome: ({ domain }) =>
		domain
			? { found: true, reason: 'Domain found' }
			: { found: false, reason: 'No domain is known for this company' },
	example: {
		input: { company_name: 'Figma', country_code: 'US' },
		data: { domain: 'figma.com', query: 'figma', confidence_level: 97 },
	},
});

const filter = <T extends z.ZodType>(schema: T, meta: FieldMeta) =>
	schema.meta({ ...meta }).optional();
const words = (title: string, help: Partial<FieldMeta> = {}) =>
	filter(z.string().min(1).max(200), { title, normalize: 'text', ...help });
/** CUFinder's own places and industries are in lower case. */
const place = (title: string, example: string) =>
	filter(z.string().min(1).max(200).toLowerCase(), {
		title,
		description: 'The full name in English',
		examples: [example],
		normalize: 'text',
		common: true,
	});
const amount = (title: string) => filter(z.int().min(0), { title, normalize: 'number' });

const SIZES = [
	'0-1',
	'1 employee',
	'2-10',
	'11-50',
	'51-200',
	'201-500',
	'501-1,000',
	'1,001-5,000',
	'5,001-10,000',
	'10,001+',
];

const found = z.object({
	name: text('Company Name'),
	domain: text('Company Domain'),
	website: text('Website'),
	industry: text('Industry'),
	overview: text('Description'),
	type: text('Company Type'),
	employees: output
		.group('Employees', { range: text('Company Size', 'A range, such as 51-200') })
		.nullable()
		.optional(),
	main_location: output
		.group('Main Location', {
			country: text('Country'),
			state: text('State'),
			city: text('City'),
			address: text('Address'),
		})
		.nullable()
		.optional(),
	social: output
		.group('Social Profiles', {
			linkedin: text('LinkedIn URL'),
			facebook: text('Facebook URL'),
			twitter: text('Twitter URL'),
		})
		.nullable()
		.optional(),
});

/** One source asks for the country, the others for nothing; without any filter, all would match. */
const filters = z.strictObject({
	name: words('Company Name', {
		description: 'Names that contain this',
		examples: ['figma'],
		common: true,
	}),
	country: place('Country', 'united states'),
	state: place('State', 'california'),
	city: place('City', 'san francisco'),
	industry: place('Industry', 'software development'),
	employee_size: words('Company Size', {
		options: Object.fromEntries(SIZES.map((size) => [size, size])),
		common: true,
	}),
	products_services: filter(z.array(z.string().min(1)).min(1), {
		title: 'Products and Services',
		normalize: 'list',
	}),
	founded_after_year: amount('Founded After (Year)'),
	founded_before_year: amount('Founded Before (Year)'),
	followers_count_min: amount('Followers (At Least)'),
	followers_count_max: amount('Followers (At Most)'),
	funding_amount_min: amount('Funding in USD (At Least)'),
	funding_amount_max: amount('Funding in USD (At Most)'),
	annual_revenue_min: amount('Annual Revenue in Million USD (At Least)'),
	annual_revenue_max: amount('Annual Revenue in Million USD (At Most)'),
	is_school: filter(z.boolean(), { title: 'Is a School', normalize: 'yesNo' }),
});

export const searchCompanies = defineOperation({
	operationId: 'searchCompanies',
	method: 'POST',
	path: '/cse',
	title: 'Find Companies',
	description: 'Search companies by name, place, industry, size and more',
	billing: 'chargedEachTime',
	// Stated for a call; how many companies one brings is not documented.
	price: { credits: 3, per: 'page with results', free: 'Free when no company is found' },
	input: z.object({
		filters: filters.meta({ title: 'Filters', description: 'Companies must match all of these' }),
		page: z.int().min(1).default(1).meta({ title: 'Page' }),
	}),
	output: z.object({
		companies: output.list('Companies', found),
		confidence_level: about.confidence_level,
	}),
	entry: found,
	// Neither a page's size nor a total is documented: the list ends with a page that holds nothing.
	paging: { entries: 'companies', maxSize: Infinity, hasMore: ({ count }) => count > 0 },
	simplified: ['name', 'domain', 'website', 'industry', 'employees', 'main_location', 'social'],
	outcome: ({ companies = [] }) =>
		companies.length > 0
			? { found: true, reason: 'Companies found' }
			: { found: false, reason: 'No company matches these filters' },
	example: {
		input: { filters: { country: 'united states', industry: 'software development' } },
		data: {
			companies: [
				{
					name: 'figma',
					domain: 'figma.com',
					website: 'https://figma.com',
					industry: 'software development',
					type: 'privately held',
					employees: { range: '1,001-5,000' },
					main_location: { country: 'united states', state: 'california', city: 'san francisco' },
					social: { linkedin: 'linkedin.com/company/figma' },
				},
			],
			confidence_level: 95,
		},
	},
});
