/** Which entries of the wallet belong to a lookup whose answer was lost. */
import type { Data } from '../../contract/data';
import { documentedCost } from '../../contract/operation';
import type { Charge, Provider, Recovered } from '../../contract/provider';
import { findEmail } from './operations/email';

/** Documented: `Email finder: emily.zhang@figma.com`. */
const EMAIL_FOUND = /^email finder: (\S+@\S+)$/i;

export const recover: NonNullable<Provider['recover']> = (operation, input, charges) =>
	charges.flatMap((charge): Recovered[] => {
		if (operation.operationId === findEmail.operationId) {
			const email = EMAIL_FOUND.exec(charge.description)?.[1];
			return email && isOf(email, input)
				? [{ charge, subject: email, data: found(email, input) }]
				: [];
		}
		if (charge.credits !== documentedCost(operation, input)) return [];
		const subject = subjectsOf(input).find((text) => holds(charge, text));
		return subject === undefined ? [] : [{ charge, subject }];
	});

const found = (email: string, { firstName, lastName, domain }: Data): Data => ({
	...{ email, found: true, firstName, lastName, domain },
});

/** What entries of other lookups may name is not documented; only the whole value is proof. */
const subjectsOf = (input: Data): string[] =>
	[input.email, input.ip, input.linkedin].filter(
		(value): value is string => typeof value === 'string' && value !== '',
	);

const holds = ({ description }: Charge, text: string): boolean =>
	description
		.toLowerCase()
		.split(/[\s,;()]+/)
		.includes(text.toLowerCase());

/** Whether the address is one that a company gives to somebody of this name. */
function isOf(email: string, { firstName, lastName, domain }: Data): boolean {
	const [local = '', host = ''] = email.toLowerCase().split('@');
	if (host !== String(domain).toLowerCase()) return false;
	const plain = local.replace(/[._-]/g, '');
	return partsOf(firstName).some((first) =>
		partsOf(lastName).some((last) =>
			[
				first + last,
				last + first,
				first.charAt(0) + last,
				first + last.charAt(0),
				last + first.charAt(0),
				last.charAt(0) + first,
				first,
				last,
			].includes(plain),
		),
	);
}

/** "Mary Ann" → "maryann", "mary", "ann". */
function partsOf(name: unknown): string[] {
	const words = String(name ?? '')
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.replace(/ß/g, 'ss')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean);
	return [...new Set([words.join(''), ...words])].filter((part) => part.length > 1);
}
