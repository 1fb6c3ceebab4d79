import * as z from 'zod';
import { defineOperation } from '../../../contract/operation';
import { input, output } from '../../../contract/fields';

export const phoneLookup = defineOperation({
	operationId: 'phoneLookup',
	method: 'GET',
	path: '/reverse-lookup/phones',
	title: 'Find Phone Numbers',
	description: 'Find the phone numbers of a person from their email or LinkedIn profile',
	billing: 'chargedEachTime',
	price: { credits: 500, per: 'person with a phone number', free: 'Free when no number is found' },
	input: z.object({
		email: input.email('Email', { examples: ['emily.zhang@figma.com'] }).optional(),
		linkedin: input
			.profileUrl('LinkedIn Profile URL', { examples: ['https://www.linkedin.com/in/emilyzhang'] })
			.optional(),
	}),
	// An address says more than a profile: who has both is the same person as who has the address.
	identity: ({ email, linkedin }) => (email ? { email } : { linkedin }),
	needsOneOf: ['email', 'linkedin'],
	output: z.object({ phones: output.texts('Phone Numbers') }),
	derived: {
		phone: {
			field: output.text('Phone Number', 'The first of the numbers'),
			of: ({ phones }) => phones?.[0],
		},
	},
	outcome: ({ phones = [] }) => {
		const count = phones.length;
		if (count === 0) return { found: false, reason: 'No phone number is known for this person' };
		return {
			found: true,
			reason: count === 1 ? '1 phone number found' : `${count} phone numbers found`,
		};
	},
	example: {
		input: { email: 'emily.zhang@figma.com' },
		data: { phones: ['+14155550137', '+14155550138'] },
	},
});
