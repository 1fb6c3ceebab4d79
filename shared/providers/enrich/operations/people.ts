import * as z from 'zod';
import { fields, input, nullable, optional, output, page } from '../../../contract/fields';
import { defineOperation, post } from '../../../contract/operation';
import { InvalidValue, quote } from '../../../input/text';

const price = { credits: 1, per: 'person returned', free: 'Free when nobody is found' };
const figma = 'https://www.linkedin.com/company/figma';
const company = { company_linkedin_url: input.companyUrl('Company LinkedIn URL') };
const maxResults = (usual: number) =>
	z.int().min(1).max(100).default(usual).meta({ title: 'Max Results', normalize: 'number' });
const found = (people: unknown[] = []) =>
	people.length > 0
		? { found: true, reason: 'People found' }
		: { found: false, reason: 'Nobody is known for this search' };

const employee = z.object({
	...nullable(output.text, 'first_name last_name full_name headline'),
	...nullable(output.text, { about_me: 'About' }),
	location: output
		.group('Location', nullable(output.text, 'city state_code country country_code continent'))
		.optional(),
	...nullable(output.text, 'linkedin_url job_title job_level job_function'),
	...optional(output.yesNo, { job_is_current: 'Is Current Job' }),
	...nullable(output.text, 'education skills certifications'),
});

export const employeeFinder = defineOperation({
	operationId: 'employeeFinder',
	...post('/people-search/employee-finder'),
	title: 'Find Company Employees',
	description: 'Find the people who work at a company',
	billing: 'chargedEachTime',
	price,
	cost: ({ max_results = 10 }) => max_results,
	input: z.object({
		...company,
		country: input.texts('Country', 50, { examples: ['Germany'] }).optional(),
		...optional(input.texts, 'continent sales_region'),
		job_level: input.texts('Job Level', undefined, { examples: ['Director'] }).optional(),
		job_function: input.texts('Job Function', undefined, { examples: ['Marketing'] }).optional(),
		max_results: maxResults(10),
		page,
	}),
	output: z.object({
		...fields(output.text, { company_linkedin_url: 'Company LinkedIn URL' }),
		...fields(output.integer, 'max_results results_length page total_pages total_results'),
		results: output.list('Employees', employee),
	}),
	entry: employee,
	paging: {
		entries: 'results',
		size: 'max_results',
		maxSize: 100,
		hasMore: ({ data: { total_pages }, page, count }) =>
			count > 0 && (total_pages === undefined || page < total_pages),
	},
	outcome: ({ results }) => found(results),
	example: {
		input: { company_linkedin_url: figma, job_level: ['Director'] },
		data: {
			company_linkedin_url: figma,
			max_results: 10,
			results_length: 1,
			page: 1,
			total_pages: 1,
			total_results: 1,
			results: [
				{
					first_name: 'Emily',
					last_name: 'Zhang',
					full_name: 'Emily Zhang',
					linkedin_url: 'https://www.linkedin.com/in/emilyzhang',
					job_title: 'Director of Product Design',
					job_level: 'Director',
				},
			],
		},
	},
});

const words = (title: string, example: string, description?: string) =>
	z
		.array(z.string().min(1))
		.meta({ title, description, normalize: 'list', examples: [example] })
		.optional();

const level = z.object({
	include_title: words('Job Title', 'VP Engineering'),
	exclude_title: words('Exclude Job Title', 'Intern'),
	job_levels: words('Job Level', 'Director'),
	job_functions: words('Job Function', 'Engineering'),
	skills: words('Skills', 'TypeScript'),
	location: words(
		'Location',
		'DE',
		'Codes of countries such as DE, of continents such as EUROPE, or WORLD',
	),
	include_headline_search: z
		.boolean()
		.default(false)
		.meta({ title: 'Search Headlines Too', normalize: 'yesNo' }),
	priority_bonus: z
		.int()
		.min(0)
		.max(30)
		.default(0)
		.meta({ title: 'Priority Bonus', description: '0 to 30 points', normalize: 'number' }),
});

/** A function's leaders first, then whoever reports to them. Levels and functions as the API names them. */
const leadersOf = (...job_functions: string[]) =>
	[['C-Level', 'VP'], ['Director'], ['Manager']].map((job_levels) => ({
		job_levels,
		job_functions,
	}));

/** Ready-made levels. The API has its own where it gets none. */
const PROFILES: Record<string, { title: string; cascade?: z.input<typeof level>[] }> = {
	leadership: { title: 'Founders and CEOs, Then C-Suite, VPs, Directors' },
	marketing: { title: 'Leaders of Marketing, Then Managers', cascade: leadersOf('Marketing') },
	owners: {
		title: 'Owners and Founders, Then Partners',
		cascade: [{ job_levels: ['Owner', 'Founder'] }, { job_levels: ['Partner'] }],
	},
	sales: { title: 'Leaders of Sales, Then Managers', cascade: leadersOf('Sales') },
	technology: {
		title: 'Leaders of Technology, Then Managers',
		cascade: leadersOf('Engineering', 'Technology'),
	},
};

const candidate = z.object({
	person: output.group('Person', {
		...nullable(output.text, 'first_name last_name linkedin_url linkedin_headline'),
		...nullable(output.text, 'location email_domain'),
	}),
	current_position: output.group('Current Position', {
		...nullable(output.text, 'title company level function'),
		...nullable(output.yesNo, 'is_current'),
		...nullable(output.text, 'start_date'),
	}),
	...fields(output.texts, 'skills'),
	...fields((title) => output.text(title).nullable(), 'education certifications'),
	...fields(output.number, 'score'),
	...fields(output.integer, 'ranking cascade_level'),
	ranking_factors: output.group('Ranking Factors', {
		...optional(output.number, 'title_match job_level skills_overlap location_match'),
		...optional(output.number, 'current_job profile_completeness experience priority_bonus'),
	}),
	...fields(output.texts, 'what_matched'),
});

const cascadeStats = z.object(fields(output.integer, 'level candidates_found candidates_kept'));

export const waterfallIcpSearch = defineOperation({
	operationId: 'waterfallIcpSearch',
	...post('/people-search/waterfall-icp-search'),
	title: 'Find People by Customer Profile',
	description: 'Find the people at a company who fit your ideal customer best, level by level',
	billing: 'chargedEachTime',
	price,
	cost: ({ max_results = 25 }) => max_results,
	input: z.object({
		...company,
		cascade: z
			.array(level)
			.min(1)
			.max(10)
			.meta({
				title: 'Levels',
				description: 'Whom to look for first, second and so on',
			})
			.optional(),
		max_results: maxResults(25),
		min_score: z.number().min(0).max(100).default(0).meta({
			title: 'Minimum Score',
			description: 'From 0 to 100',
			normalize: 'number',
		}),
	}),
	alternatives: {
		profile: {
			field: z.string().meta({
				title: 'Ideal Customer',
				normalize: 'text',
				description: "Ready-made levels; 'Levels' of your own replace them",
				options: Object.fromEntries(
					Object.entries(PROFILES).map(([key, { title }]) => [key, title]),
				),
				initial: 'leadership',
			}),
			fills: ['cascade'],
			fill(profile) {
				if (!Object.hasOwn(PROFILES, profile))
					throw new InvalidValue(`does not know ${quote(profile)}`);
				return PROFILES[profile] ?? {};
			},
		},
	},
	output: z.object({
		results: output.list('People', candidate),
		...fields(output.integer, 'total_found total_returned'),
		cascade_stats: output.list('Levels', cascadeStats),
	}),
	entry: candidate,
	paging: { entries: 'results', size: 'max_results', maxSize: 100 },
	outcome: ({ results }) => found(results),
	example: {
		input: {
			company_linkedin_url: figma,
			cascade: [{ job_levels: ['VP'] }, { skills: ['Sales'] }],
		},
		data: {
			results: [
				{
					person: { first_name: 'Emily', last_name: 'Zhang' },
					current_position: { title: 'VP of Product Design', company: 'Figma', level: 'VP' },
					skills: ['Product Design'],
					education: null,
					certifications: null,
					score: 87,
					ranking: 1,
					cascade_level: 0,
					ranking_factors: { job_level: 25 },
					what_matched: ['job_level'],
				},
			],
			total_found: 1,
			total_returned: 1,
			cascade_stats: [{ level: 0, candidates_found: 1, candidates_kept: 1 }],
		},
	},
});
