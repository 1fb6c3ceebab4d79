import * as z from 'zod';
import { defineOperation } from '../../../contract/operation';
import { input, output } from '../../../contract/fields';

const monthAndYear = (title: string) =>
	output.group(title, {
		month: output.integer('Month').optional(),
		year: output.integer('Year').optional(),
	});

const dates = output.group('Dates', {
	start: monthAndYear('Start').optional(),
	end: monthAndYear('End').nullable().optional(),
});

export const reverseLookup = defineOperation({
	operationId: 'reverseLookup',
	method: 'POST',
	path: '/reverse-lookup/lookup',
	title: 'Find Person by Email',
	description: 'Look up the professional profile behind an email address',
	billing: 'chargedOnceThenCached',
	price: { credits: 10, per: 'profile found', free: 'Free when no profile is found' },
	input: z.object({ email: input.email('Email', { examples: ['emily.zhang@figma.com'] }) }),
	output: z.object({
		id: output.text('Profile ID').optional(),
		displayName: output.text('Full Name').optional(),
		firstName: output.text('First Name').optional(),
		lastName: output.text('Last Name').optional(),
		headline: output.text('Headline').optional(),
		summary: output.text('Summary').optional(),
		companyName: output.text('Company Name').optional(),
		location: output.text('Location').optional(),
		photoUrl: output.text('Photo URL').optional(),
		profileUrl: output.text('Profile URL').optional(),
		reportProfileUrl: output.text('Report Profile URL').optional(),
		connectionCount: output.integer('Connection Count').optional(),
		isConnectionCountObfuscated: output.yesNo('Connection Count Approximate').optional(),
		isPublic: output.yesNo('Public Profile').optional(),
		skills: output.texts('Skills').optional(),
		locale: output
			.group('Locale', {
				country: output.text('Country Code').optional(),
				language: output.text('Language Code').optional(),
			})
			.optional(),
		schools: output
			.group('Education', {
				educationsCount: output.integer('Education Count').optional(),
				educationHistory: output
					.list(
						'Education History',
						z.object({
							degreeName: output.text('Degree').optional(),
							schoolName: output.text('School').optional(),
							schoolLocation: output.text('School Location').optional(),
							schoolLogo: output.text('School Logo URL').optional(),
							startEndDate: dates.optional(),
						}),
					)
					.optional(),
			})
			.optional(),
		positions: output
			.group('Positions', {
				positionsCount: output.integer('Position Count').optional(),
				positionHistory: output
					.list(
						'Position History',
						z.object({
							title: output.text('Job Title').optional(),
							companyName: output.text('Company Name').optional(),
							companyLocation: output.text('Company Location').optional(),
							companyLogo: output.text('Company Logo URL').optional(),
							description: output.text('Description').optional(),
							startEndDate: dates.optional(),
						}),
					)
					.optional(),
			})
			.optional(),
		creditsConsumed: output.number('Credits Consumed').optional(),
	}),
	simplified: [
		'id',
		'displayName',
		'firstName',
		'lastName',
		'headline',
		'companyName',
		'location',
		'profileUrl',
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
