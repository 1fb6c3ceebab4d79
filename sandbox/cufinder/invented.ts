/** Companies and people that nobody has: the same ones for the same input. */
import { asciiOf, companyOf } from '../identity';
import type { SeededRandom } from '../seededRandom';
import type { Company, ListedCompany, Person } from './operations';

const INDUSTRIES = [
	'software development',
	'financial services',
	'hospitals and health care',
	'advertising services',
	'retail',
] as const;
const SIZES = ['2-10', '11-50', '51-200', '201-500', '501-1,000', '1,001-5,000'] as const;
const TYPES = ['privately held', 'public company', 'partnership'] as const;

export interface CompanyName {
	name: string;
	domain: string;
}

/** A company's name, its website or its LinkedIn page: all three lead to the same company. */
export function companyNamed(query: string): CompanyName {
	const words = query.trim().toLowerCase();
	const slug = /linkedin\.com\/company\/([^/?#]+)/.exec(words)?.[1];
	if (slug) return { name: slug.replaceAll('-', ' '), domain: `${slug}.com` };
	const [host = ''] = words.replace(/^(?:https?:\/\/)?(?:www\.)?/, '').split('/');
	if (/^[^\s@]+\.[a-z]{2,}$/.test(host)) {
		return { name: companyOf(host).toLowerCase(), domain: host };
	}
	const label = words.normalize('NFD').replace(/[^a-z0-9]/g, '') || 'company';
	return { name: words, domain: `${label}.com` };
}

/** "linkedin.com/in/emily-zhang-7/" → "emily-zhang-7"; undefined: it is no profile. */
export const profileSlug = (url: string): string | undefined =>
	/linkedin\.com\/in\/([^/?#\s]+)/i.exec(url)?.[1]?.toLowerCase();

export function inventCompany({ name, domain }: CompanyName, random: SeededRandom): Company {
	const { location, company, number } = random.faker('cufinder company', domain);
	return {
		name,
		website: `https://${domain}`,
		employee_count: number.int({ min: 2, max: 5000 }),
		size: random.pick(SIZES, 'size', domain),
		industry: random.pick(INDUSTRIES, 'industry', domain),
		description: company.catchPhrase().toLowerCase(),
		linkedin_url: `linkedin.com/company/${name.replace(/\s+/g, '-')}`,
		type: random.pick(TYPES, 'type', domain),
		domain,
		country: location.country().toLowerCase(),
		state: location.state().toLowerCase(),
		city: location.city().toLowerCase(),
		address: random.pick([location.streetAddress().toLowerCase(), null], 'address', domain),
		founded_year: String(number.int({ min: 1950, max: 2022 })),
		logo_url: `api.cufinder.io/logo/${domain}`,
		followers_count: number.int({ min: 10, max: 100_000 }),
	};
}

export interface PersonName {
	firstName: string;
	lastName: string;
	company: CompanyName;
}

export function inventPerson(
	{ firstName, lastName, company }: PersonName,
	random: SeededRandom,
): Person {
	const employer = inventCompany(company, random);
	const fullName = `${firstName} ${lastName}`.trim().toLowerCase();
	const key = `${fullName} ${company.domain}`;
	const { person, location, number } = random.faker('cufinder person', key);
	const slug = asciiOf(fullName) || random.hex(8, 'slug', key);
	const title = person.jobTitle().toLowerCase();
	return {
		first_name: firstName.toLowerCase(),
		last_name: lastName.toLowerCase(),
		full_name: fullName,
		linkedin_url: `linkedin.com/in/${slug}`,
		summary: random.pick([`${title} at ${company.name}`, null], 'summary', key),
		followers_count: number.int({ min: 0, max: 5000 }),
		facebook: null,
		twitter: random.pick([`twitter.com/${slug}`, null], 'twitter', key),
		avatar: `media.cufinder.io/person_profile/${slug}`,
		country: location.country().toLowerCase(),
		state: location.state().toLowerCase(),
		city: location.city().toLowerCase(),
		job_title: title,
		job_title_categories: [person.jobArea().toLowerCase()],
		company_name: employer.name,
		company_linkedin: employer.linkedin_url,
		company_website: employer.website,
		company_size: employer.size,
		company_industry: employer.industry,
		company_facebook: null,
		company_twitter: null,
		company_country: employer.country,
		company_state: employer.state,
		company_city: employer.city,
	};
}

/** "555-01xx" is reserved for fiction: nobody's phone rings. */
export function inventPhone(key: string, random: SeededRandom): string | null {
	const line = String(Math.floor(random.roll('line', key) * 100)).padStart(2, '0');
	return random.pick([`+1415555${'01' + line}`, null], 'phone', key);
}

/** What a search asks for shows in its results. */
export interface CompanyFilters {
	name?: string;
	country?: string;
	state?: string;
	city?: string;
	industry?: string;
	employee_size?: string;
}

export function inventListedCompany(
	key: string,
	filters: CompanyFilters,
	random: SeededRandom,
): ListedCompany {
	const invented = random.faker('cufinder search', key).company.name().toLowerCase();
	const named = companyNamed(filters.name ? `${filters.name} ${invented}` : invented);
	const company = inventCompany(named, random);
	return {
		name: company.name,
		website: company.website,
		domain: company.domain,
		employees: { range: filters.employee_size ?? company.size },
		industry: filters.industry ?? company.industry,
		overview: company.description,
		type: company.type,
		main_location: {
			country: filters.country ?? company.country,
			state: filters.state ?? company.state,
			city: filters.city ?? company.city,
			address: company.address,
		},
		social: { facebook: null, linkedin: company.linkedin_url, twitter: null },
	};
}
