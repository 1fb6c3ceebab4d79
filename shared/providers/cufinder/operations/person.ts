import * as z from 'zod';
import { defineOperation } from '../../../contract/operation';
import { input } from '../../../contract/fields';
import { about, number, text, texts } from './fields';

const person = {
	first_name: text('First Name'),
	last_name: text('Last Name'),
	full_name: text('Full Name'),
	job_title: text('Job Title'),
	job_title_categories: texts('Job Title Categories'),
	linkedin_url: text('LinkedIn Profile URL'),
	summary: text('Summary'),
	// Samples name it one way, SDKs the other.
	followers_count: number('Followers'),
	linkedin_followers: number('LinkedIn Followers'),
	facebook: text('Facebook URL'),
	twitter: text('Twitter URL'),
	avatar: text('Photo URL'),
	country: text('Country'),
	state: text('State'),
	city: text('City'),
	company_name: text('Company Name'),
	company_linkedin: text('Company LinkedIn URL'),
	company_website: text('Company Website'),
	company_size: text('Company Size'),
	company_industry: text('Company Industry'),
	company_facebook: text('Company Facebook URL'),
	company_twitter: text('Company Twitter URL'),
	company_country: text('Company Country'),
	company_state: text('Company State'),
	company_city: text('Company City'),
};

const position = [
	'job_title',
	'linkedin_url',
	'company_name',
	'company_website',
	'country',
	'city',
] as const;

interface FoundPerson {
	full_name?: string | null;
	first_name?: string | null;
	linkedin_url?: string | null;
}

const isFound = ({ full_name, first_name, linkedin_url }: FoundPerson) =>
	Boolean(full_name || first_name || linkedin_url);

const emily = {
	first_name: 'emily',
	last_name: 'zhang',
	full_name: 'emily zhang',
	job_title: 'staff product designer',
	linkedin_url: 'linkedin.com/in/emilyzhang',
	country: 'united states',
	city: 'san francisco',
	company_name: 'figma',
	company_website: 'https://figma.com',
	company_industry: 'software development',
	confidence_level: 97,
};

export const enrichPerson = defineOperation({
	operationId: 'enrichPerson',
	method: 'POST',
	path: '/tep',
	title: 'Enrich Person',
	description: "Find a person's profile, email and phone number from their name and company",
	billing: 'chargedEachTime',
	price: { credits: 10, per: 'person found', free: 'Free when nobody is found' },
	input: z.object({
		full_name: input.fullName('Full Name', 200, { examples: ['Emily Zhang'] }),
		company: input.text('Company', 200, {
			description: 'The name of the company that the person works for',
			examples: ['Figma'],
		}),
	}),
	output: z.object({ ...person, email: text('Email'), phone: text('Phone Number'), ...about }),
	simplified: ['full_name', 'email', 'phone', ...position],
	outcome: (data) =>
		isFound(data) || data.email || data.phone
			? { found: true, reason: 'Person found' }
			: { found: false, reason: 'Nobody of this name is known at this company' },
	example: {
		input: { full_name: 'Emily Zhang', company: 'Figma' },
		data: { ...emily, email: 'emily@figma.com', phone: null, query: 'emily zhang at figma' },
	},
});

export const findPersonByEmail = defineOperation({
	operationId: 'findPersonByEmail',
	method: 'POST',
	path: '/rel',
	title: 'Find Person by Email',
	description: 'Look up the professional profile behind an email address',
	billing: 'chargedEachTime',
	price: { credits: null, per: 'person found', free: 'Free when nobody is found' },
	input: z.object({ email: input.email('Email', { examples: ['emily@figma.com'] }) }),
	output: z.object({ ...person, ...about }),
	simplified: ['full_name', ...position],
	outcome: (data) =>
		isFound(data)
			? { found: true, reason: 'Person found' }
			: { found: false, reason: 'Nobody is known for this email' },
	example: {
		input: { email: 'emily@figma.com' },
		data: { ...emily, query: 'emily@figma.com' },
	},
});

export const findEmailByProfile = defineOperation({
	operationId: 'findEmailByProfile',
	method: 'POST',
	path: '/fwe',
	title: 'Find Email by LinkedIn Profile',
	description: 'Find the work email of a person from their LinkedIn profile',
	billing: 'chargedEachTime',
	price: { credits: null, per: 'email found', free: 'Free when no email is found' },
	input: z.object({
		linkedin_url: input.profileUrl('LinkedIn Profile URL', {
			examples: ['https://www.linkedin.com/in/emilyzhang'],
		}),
	}),
	output: z.object({ work_email: text('Work Email'), ...about }),
	outcome: ({ work_email }) =>
		work_email
			? { found: true, reason: 'Email found' }
			: { found: false, reason: 'No work email is known for this profile' },
	example: {
		input: { linkedin_url: 'https://www.linkedin.com/in/emilyzhang' },
		data: {
			work_email: 'emily@figma.com',
			query: 'https://www.linkedin.com/in/emilyzhang',
			confidence_level: 98,
		},
	},
});
