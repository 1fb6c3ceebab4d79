import * as z from 'zod';
import { defineOperation, post } from '../../../contract/operation';
import { input, optional, output } from '../../../contract/fields';

const monthAndYear = (title: string) => output.group(title, optional(output.integer, 'month year'));

const dates = output.group('Dates', {
	start: monthAndYear('Start').optional(),
	end: monthAndYear('End').nullable().optional(),
});

const education = z.object({
	...optional(output.text, { degreeName: 'Degree', schoolName: 'School' }),
	...optional(output.text, { schoolLocation: 'School Location', schoolLogo: 'School Logo URL' }),
	startEndDate: dates.optional(),
});
const position = z.object({
	...optional(output.text, { title: 'Job Title', companyName: 'Company Name' }),
	...optional(output.text, {
		companyLocation: 'Company Location',
		companyLogo: 'Company Logo URL',
	}),
	...optional(output.text, 'description'),
	startEndDate: dates.optional(),
});

export const reverseLookup = defineOperation({
	operationId: 'reverseLookup',
	...post('/reverse-lookup/lookup'),
	title: 'Find Person by Email',
	description: 'Look up the professional profile behind an email address',
	billing: 'chargedOnceThenCached',
	price: { credits: 10, per: 'profile found', free: 'Free when no profile is found' },
	input: z.object({ email: input.email('Email', { examples: ['emily.zhang@figma.com'] }) }),
	output: z.object({
		...optional(output.text, { id: 'Profile ID', displayName: 'Full Name' }),
		...optional(output.text, 'firstName lastName headline summary companyName location photoUrl'),
		...optional(output.text, 'profileUrl reportProfileUrl'),
		...optional(output.integer, 'connectionCount'),
		...optional(output.yesNo, {
			isConnectionCountObfuscated: 'Connection Count Approximate',
			isPublic: 'Public Profile',
		}),
		...optional(output.texts, 'skills'),
		locale: output
			.group(
				'Locale',
				optional(output.text, { country: 'Country Code', language: 'Language Code' }),
			)
			.optional(),
		schools: output
			.group('Education', {
				...optional(output.integer, { educationsCount: 'Education Count' }),
				educationHistory: output.list('Education History', education).optional(),
			})
			.optional(),
		positions: output
			.group('Positions', {
				...optional(output.integer, { positionsCount: 'Position Count' }),
				positionHistory: output.list('Position History', position).optional(),
			})
			.optional(),
		...optional(output.number, 'creditsConsumed'),
	}),
	simplified: [
		...(['id', 'displayName', 'firstName', 'lastName'] as const),
		...(['headline', 'companyName', 'location', 'profileUrl'] as const),
	],
	outcome: (data) =>
		data.id || data.displayName || data.profileUrl
			? { found: true, reason: 'Profile found' }
			: { found: false, reason: 'No profile is known for this email' },
	example: {
		input: { email: 'emily.zhang@figma.com' },
		data: {
			id: 'ACoAABk7TGwB',
			displayName: 'Emily Zhang',
			firstName: 'Emily',
			lastName: 'Zhang',
			headline: 'Staff Product Designer at Figma',
			companyName: 'Figma',
			location: 'San Francisco, California',
			profileUrl: 'https://www.linkedin.com/in/emilyzhang',
			isPublic: true,
			skills: ['Product Design', 'Design Systems'],
		},
	},
});
