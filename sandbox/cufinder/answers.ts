import type * as z from 'zod';
import { asciiOf, personOf } from '../identity';
import type { SeededRandom } from '../seededRandom';
import { HIT_RATE, isNobody } from '../testValues';
import {
	companyNamed,
	inventCompany,
	inventListedCompany,
	inventPerson,
	inventPhone,
	profileSlug,
} from './invented';
import type { CufinderOperationId, CufinderOperations } from './operations';
import type { CufinderSettings } from './settings';
import { forcedOutcome } from './testValues';

interface Call<K extends CufinderOperationId> {
	input: z.output<CufinderOperations[K]['input']>;
	random: SeededRandom;
	settings: CufinderSettings;
}

/** What `data` adds; undefined: nothing was found. */
type Answer<K extends CufinderOperationId> = z.output<CufinderOperations[K]['output']> | undefined;

/** Of a company search; how many the real API gives is not known. */
export const PAGE_SIZE = 10;

export const answers: { [K in CufinderOperationId]: (call: Call<K>) => Answer<K> } = {
	enc({ input, random }) {
		const named = companyNamed(input.query);
		if (!isFound(random, 'company', named.name, named.domain)) return undefined;
		return { company: inventCompany(named, random) };
	},
	tep({ input, random }) {
		const fullName = input.full_name.toLowerCase();
		const company = companyNamed(input.company);
		const [firstName = '', ...others] = fullName.split(/\s+/);
		const lastName = others.at(-1) ?? '';
		if (isNobody(lastName) || !isFound(random, 'person', fullName, company.domain)) {
			return undefined;
		}
		const person = inventPerson({ firstName, lastName, company }, random);
		const email = workAddress(firstName, lastName, company.domain);
		return { person: { ...person, email, phone: inventPhone(email, random) } };
	},
	rel({ input, random }) {
		const email = input.email.toLowerCase();
		if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email)) return undefined;
		if (!isFound(random, 'profile', email)) return undefined;
		const { firstName, lastName, companyName } = personOf(email, random);
		return {
			person: inventPerson({ firstName, lastName, company: companyNamed(companyName) }, random),
		};
	},
	fwe({ input, random }) {
		const slug = profileSlug(input.linkedin_url);
		if (slug === undefined || !isFound(random, 'work email', slug)) return undefined;
		if (slug === 'emilyzhang') return { work_email: 'emily.zhang@figma.com' };
		const words = slug.split('-').map(asciiOf).filter(Boolean);
		const employer = asciiOf(random.faker('employer', slug).company.name()) || 'company';
		return { work_email: `${words.join('.') || 'info'}@${employer}.example` };
	},
	cuf({ input, random }) {
		const { name, domain } = companyNamed(input.company_name);
		return isFound(random, 'domain', name, domain) ? { domain } : undefined;
	},
	cse({ input, random, settings }) {
		const { page = 1, ...filters } = input;
		const key = JSON.stringify(filters);
		const isEmpty = Object.values(filters)
			.flat()
			.some((value) => isNobody(String(value)));
		const total = isEmpty ? 0 : 12 + Math.floor(random.roll('companies', key) * 40);
		const first = (page - 1) * PAGE_SIZE;
		const count = Math.max(0, Math.min(PAGE_SIZE, total - first));
		if (count === 0 && (page === 1 || settings.endOfPages === 'miss')) return undefined;
		return {
			companies: Array.from({ length: count }, (_, i) =>
				inventListedCompany(`${key} ${first + i}`, filters, random),
			),
		};
	},
};

/** As somebody typed on purpose, otherwise by chance. */
function isFound(random: SeededRandom, kind: string, ...subjects: string[]): boolean {
	return forcedOutcome(...subjects) ?? random.roll('cufinder', kind, ...subjects) < HIT_RATE;
}

const workAddress = (firstName: string, lastName: string, domain: string): string =>
	`${[asciiOf(firstName), asciiOf(lastName)].filter(Boolean).join('.') || 'info'}@${domain}`;
