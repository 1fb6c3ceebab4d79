import type * as operations from '../../../shared/providers/enrich/operations/person';
import { addressOf, asciiOf, personOf } from '../../identity';
import { isElsewhere, isNobody, isUnknownDomain } from '../../testValues';
import { type AnswerData, type AnswerRule, asDocumented, type Call, isHit } from './rule';

type ReverseLookup = typeof operations.reverseLookup;

export const reverseLookup: AnswerRule<ReverseLookup> = {
	label: 'Reverse lookup',
	answer(call) {
		const email = call.input.email.toLowerCase();
		const { local, domain } = addressOf(email);
		const isRuledOut = isNobody(local) || isUnknownDomain(domain) || isElsewhere(domain);
		if (!isHit(call, isRuledOut, 'profile', email)) return { data: {} };
		return { data: asDocumented(call, profileOf(email, call)), subject: email };
	},
};

function profileOf(
	email: string,
	{ random, operation }: Call<ReverseLookup>,
): AnswerData<ReverseLookup> {
	const { firstName, lastName, companyName } = personOf(email, random);
	const { person, location, company, word, number, helpers } = random.faker('profile', email);
	const title = person.jobTitle();
	const [city, earlier] = [location.city(), company.name()];
	const since = number.int({ min: 2018, max: 2024 });
	return {
		id: `ACoAA${random.hex(12, 'profile', email)}`,
		displayName: `${firstName} ${lastName}`,
		firstName,
		lastName,
		headline: `${title} at ${companyName}`,
		summary: `${title} who works on ${company.buzzPhrase()}.`,
		companyName,
		location: `${city}, ${location.state()}`,
		profileUrl: `https://www.linkedin.com/in/${asciiOf(firstName + lastName) || random.hex(8, email)}`,
		connectionCount: number.int({ min: 20, max: 500 }),
		isConnectionCountObfuscated: false,
		isPublic: true,
		skills: helpers.multiple(() => person.jobArea(), { count: { min: 2, max: 5 } }),
		locale: { country: 'US', language: 'en' },
		schools: {
			educationsCount: 1,
			educationHistory: [
				{
					degreeName: 'Bachelor of Science',
					schoolName: `University of ${location.city()}`,
					schoolLocation: location.city(),
					startEndDate: { start: { year: since - 10 }, end: { year: since - 6 } },
				},
			],
		},
		positions: {
			positionsCount: 2,
			positionHistory: [
				{
					title,
					companyName,
					companyLocation: city,
					description: `Leads the ${word.noun()} team.`,
					startEndDate: {
						start: { month: number.int({ min: 1, max: 12 }), year: since },
						end: null,
					},
				},
				{
					title: person.jobTitle(),
					companyName: earlier,
					companyLocation: location.city(),
					startEndDate: {
						start: { month: 1, year: since - 5 },
						end: { month: 12, year: since - 1 },
					},
				},
			],
		},
		creditsConsumed: operation.price?.credits ?? undefined,
	};
}
