import * as z from 'zod';
import { splitFullName } from '../../../input/names';
import { textOr } from '../../../contract/data';
import { defineOperation, post } from '../../../contract/operation';
import { fields, input, optional, output } from '../../../contract/fields';

export const findEmail = defineOperation({
	operationId: 'findEmail',
	...post('/email-finder'),
	title: 'Find Email',
	description: 'Find the work email of a person from their name and company domain',
	billing: 'chargedEachTime',
	price: { credits: 10, per: 'email found', free: 'Free when no email is found' },
	input: z.object({
		firstName: input.name('First Name', 100, { examples: ['Emily'] }),
		lastName: input.lastName('Last Name', 100, { examples: ['Zhang'] }),
		domain: input.domain('Company Domain', {
			description: "The company's web domain; a website address or an email works too",
			examples: ['figma.com'],
		}),
	}),
	alternatives: {
		fullName: {
			field: input.fullName('Full Name', 200, {
				description:
					"Fill this in when your list has the whole name in one column, and leave 'First Name' and 'Last Name' empty",
				examples: ['Emily Zhang'],
			}),
			fills: ['firstName', 'lastName'],
			fill: splitFullName,
		},
	},
	output: z.object({
		...optional(output.text, 'email'),
		found: output.yesNo('Found', 'Whether an email was found'),
		confidence: output.oneOf('Confidence', ['high', 'medium', 'low']).optional(),
		isCatchAll: output
			.yesNo('Catch-All', 'Whether the domain accepts mail to any address')
			.optional(),
		...optional(output.text, { provider: 'Email Provider' }),
		...fields(output.text, 'message firstName lastName'),
		...fields(output.text, { domain: 'Company Domain' }),
	}),
	simplified: ['email', 'confidence', 'isCatchAll'],
	grade: { key: 'confidence', values: ['high', 'medium', 'low'] },
	outcome: (data) =>
		data.found === true && data.email !== undefined
			? { found: true, reason: textOr('Email found', data.message) }
			: { found: false, reason: textOr('No email found for this person', data.message) },
	example: {
		input: { firstName: 'Emily', lastName: 'Zhang', domain: 'figma.com' },
		data: {
			email: 'emily.zhang@figma.com',
			found: true,
			confidence: 'high',
			isCatchAll: false,
			provider: 'GOOGLE',
			message: 'Email found with high confidence',
			firstName: 'Emily',
			lastName: 'Zhang',
			domain: 'figma.com',
		},
	},
});

export const validateEmail = defineOperation({
	operationId: 'validateEmail',
	...post('/email-validation'),
	title: 'Validate Email',
	description: 'Check whether an email address can receive mail',
	billing: 'chargedEachTime',
	price: { credits: 1, per: 'address checked', free: 'Free when the result is risky' },
	input: z.object({ email: input.anyEmail('Email', { examples: ['emily.zhang@figma.com'] }) }),
	output: z.object({
		...fields(output.text, 'email message'),
		result: output.oneOf(
			'Result',
			['valid', 'invalid', 'risky'],
			'Risky means that delivery cannot be confirmed',
		),
		isCatchAll: output.yesNo('Catch-All', 'Whether the domain accepts mail to any address'),
		confidence: output.oneOf('Confidence', [
			'definitive',
			'high',
			'medium',
			'low',
			'temporary',
			'none',
		]),
		isFederated: output
			.yesNo('Federated', 'Whether the mailbox signs in through single sign-on')
			.optional(),
		hasSEG: output
			.yesNo('Behind Email Gateway', 'Whether a secure email gateway filters the mail')
			.optional(),
		segProvider: output.text('Email Gateway').optional(),
		provider: output.oneOf('Email Provider', ['GOOGLE', 'MICROSOFT', 'SMTP']).optional(),
	}),
	verdict: { key: 'result', values: ['valid', 'risky', 'invalid'] },
	simplified: ['email', 'result', 'confidence', 'isCatchAll'],
	// What cannot receive mail must not go where mail is sent.
	outcome: ({ result, message }) => {
		const verdict = textOr('', result).toLowerCase();
		return {
			found: verdict === 'valid' || verdict === 'risky',
			reason: textOr(verdict ? `The result is ${verdict}` : 'The answer names no result', message),
		};
	},
	example: {
		input: { email: 'emily.zhang@figma.com' },
		data: {
			email: 'emily.zhang@figma.com',
			result: 'valid',
			message: 'The mailbox exists and accepts mail',
			isCatchAll: false,
			confidence: 'high',
			isFederated: false,
			hasSEG: false,
			provider: 'GOOGLE',
		},
	},
});
