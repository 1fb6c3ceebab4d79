import type { Data } from '../../../shared/contract/data';
import type * as operations from '../../../shared/providers/enrich/operations/lead';
import type { unlockNames as unlock } from '../../../shared/providers/enrich/operations/leadReveal';
import { asciiOf, companyOf } from '../../identity';
import type { Oddities } from '../oddities';
import type { SeededRandom } from '../../seededRandom';
import { isNobody } from '../../testValues';
import { filterValues } from './filterValues';
import type { AnswerData, AnswerRule } from './rule';

/** Of a month. */
const FREE_SEARCHES = 50;
const FEWEST_LEADS = 200;
/** 40 pages of 100 can be read. */
const MOST_LEADS = 4001;

const isUnknown = ([name, values]: [string, string[]]): boolean =>
	filterValues[name] !== undefined && !values.some((value) => filterValues[name]?.includes(value));

type Lead = AnswerData<typeof operations.searchLeads>['results'][number];

export const searchLeads: AnswerRule<typeof operations.searchLeads> = {
	label: 'Lead search',
	meta: 'id',
	answer({ operation, input, random, ledger, oddities }) {
		const { page, pageSize } = input;
		const search = searchOf(input, random, oddities);
		const first = (page - 1) * pageSize;
		const count = Math.max(0, Math.min(pageSize, search.total - first));
		const totalPages = Math.ceil(search.total / pageSize);
		// The operation knows what a full page costs; results that are not there are not charged.
		const fullPage = operation.cost?.(input) ?? 0;
		// Another page of a search is no other search.
		const isFree = ledger.countSearch(search.key) <= FREE_SEARCHES;
		return {
			data: {
				results: Array.from({ length: count }, (_, i) => search.leadAt(first + i)),
				pagination: {
					page,
					pageSize,
					totalResults: search.total,
					totalPages,
					hasMore: page < totalPages,
					isApproximate: false,
					searchedTotalResult: search.total,
				},
			},
			credits: isFree ? Math.max(0, fullPage - (pageSize - count)) : count,
			subject: `page ${page}`,
		};
	},
};

export const countLeads: AnswerRule<typeof operations.countLeads> = {
	meta: 'id',
	answer({ input, random, oddities }) {
		const { total } = searchOf(input, random, oddities);
		return {
			data: {
				count: total,
				searchType: 'unified',
				isApproximate: false,
				searchedTotalResult: total,
			},
		};
	},
};

/** The leads that searches have shown, with their last names in full: what is revealed fits them. */
const shown = new WeakMap<SeededRandom, Map<string, { lead: Lead; lastName: string }>>();

export const shownLead = (id: string, random: SeededRandom) => shown.get(random)?.get(id);

/** In full; the documentation's lead keeps its name. */
export const lastNameOf = (id: string, random: SeededRandom): string =>
	shownLead(id, random)?.lastName ?? random.faker('lead name', id).person.lastName();

export const unlockNames: AnswerRule<typeof unlock> = {
	label: 'Lead names',
	answer({ operation, input: { leads }, random }) {
		const [known] = operation.example.data.results ?? [];
		const results = leads.map(({ id }) =>
			id === known?.id ? known : { id, lastName: lastNameOf(id, random) },
		);
		return { data: { results }, credits: leads.length, subject: `${leads.length} leads` };
	},
};

type Values = Data;

const textsOf = (value: unknown): string[] =>
	(Array.isArray(value) ? value : [value]).filter(
		(entry): entry is string => typeof entry === 'string',
	);

const holdsOneOf = (value: unknown, parts: readonly string[]) =>
	parts.some((part) => String(value).toLowerCase().includes(part.toLowerCase()));

/** The leads of one set of filters: how many there are, and each of them. */
function searchOf(
	input: { filters: Values; excludeFilters?: Values },
	random: SeededRandom,
	oddities: Oddities,
) {
	const { filters, excludeFilters: excluded = {} } = input;
	const key = JSON.stringify([filters, excluded]);
	const choices = allowedChoices(filters, excluded);
	const isEmpty =
		Object.values(filters).flatMap(textsOf).some(isNobody) ||
		Object.values(choices).some((left) => left.length === 0) ||
		(oddities.has('unknownFilterValues') && Object.entries(choices).some(isUnknown));
	return {
		key,
		total: isEmpty
			? 0
			: (oddities.has('manyLeads') ? MOST_LEADS : FEWEST_LEADS) +
				Math.floor(random.roll('leads', key) * 3800),
		leadAt: (index: number) => leadAt(index, key, { filters, excluded, choices }, random),
	};
}

/** The values asked for, less those that are excluded. */
function allowedChoices(filters: Values, excluded: Values): Record<string, string[]> {
	const choices: Record<string, string[]> = {};
	for (const [name, value] of Object.entries(filters)) {
		const texts = textsOf(value);
		if (texts.length === 0) continue;
		choices[name] = texts.filter((text) => !holdsOneOf(text, textsOf(excluded[name])));
	}
	return choices;
}

/** Filters that are called otherwise in the results. */
const SHOWN_AS: Partial<Record<string, keyof Lead>> = { personHeadline: 'linkedinHeadline' };

interface Criteria {
	filters: Values;
	excluded: Values;
	choices: Record<string, string[]>;
}

function leadAt(index: number, key: string, criteria: Criteria, random: SeededRandom): Lead {
	// A few tries are enough to meet nothing that was excluded.
	for (let attempt = 0; ; attempt++) {
		const lead = inventLead([key, index, attempt], criteria, random);
		const isExcluded = Object.entries(criteria.excluded).some(([name, value]) =>
			holdsOneOf((lead as Data)[SHOWN_AS[name] ?? name], textsOf(value)),
		);
		if (!isExcluded || attempt === 20) return lead;
	}
}

/** `words` decide who it is. */
export function inventLead(
	words: (string | number)[],
	{ filters, choices }: Pick<Criteria, 'filters' | 'choices'>,
	random: SeededRandom,
): Lead {
	const { person, company, location, number, helpers, date, commerce } = random.faker(
		'lead',
		...words,
	);
	const asked = (name: string, invented: string): string => {
		const values = choices[name];
		return values ? helpers.arrayElement(values) : invented;
	};
	const firstName = asked('firstName', person.firstName());
	const lastName = asked('lastName', person.lastName());
	const invented = company.name();
	const askedDomain = asked('domain', '');
	const companyName = asked('companyName', askedDomain ? companyOf(askedDomain) : invented);
	const domain = askedDomain || `${asciiOf(companyName).slice(0, 20) || 'company'}.example`;
	const jobTitle = asked('jobTitle', person.jobTitle());
	const min = Number(filters.employeeCountMin ?? filters.employeeCount ?? 5);
	const max = Math.max(min, Number(filters.employeeCountMax ?? min + 5000));
	const countryName = asked('countryName', location.country());
	const lead: Lead = {
		id: `enc_${random.hex(12, 'lead', ...words)}`,
		firstName,
		lastName: `${lastName.charAt(0)}.`,
		jobTitle,
		jobFunction: asked('jobFunction', person.jobArea()),
		jobLevel: asked('jobLevel', helpers.arrayElement(filterValues.jobLevel ?? [])),
		companyName,
		domain,
		emailDomain: asked('emailDomain', domain),
		linkedinUrl: asked(
			'linkedinUrl',
			`https://www.linkedin.com/in/${asciiOf(firstName)}-${random.hex(6, 'url', ...words)}`,
		),
		linkedinHeadline: asked(
			'linkedinHeadline',
			asked('personHeadline', `${jobTitle} at ${companyName}`),
		),
		linkedinConnectionsCount: number.int({ min: 20, max: 500 }),
		skills: asked('skills', `${person.jobArea()}, ${person.jobArea()}`),
		city: asked('city', location.city()),
		stateName: asked('stateName', location.state()),
		countryName,
		companyHeadline: asked('companyHeadline', company.catchPhrase()),
		employeeCount: number.int({ min: Math.ceil(min), max: Math.ceil(max) }),
		industrySicDescription: asked('industrySicDescription', commerce.department()),
		industryNaicsDescription: asked('industryNaicsDescription', commerce.department()),
		revenue: asked('revenueBuckets', '$1M to <$10M'),
		specialties: asked('specialties', company.buzzPhrase()),
		foundedOn: String(filters.foundedOn ?? number.int({ min: 1950, max: 2022 })),
		headquartersCity: asked('headquartersCity', location.city()),
		headquartersState: asked('headquartersState', location.state()),
		headquartersCountry: asked('headquartersCountry', countryName),
		employeeOnLinkedinGrowthRateOrg: number.int({ min: -10, max: 60 }),
		totalMonthlyTrafficOrg: number.int({ min: 100, max: 5_000_000 }),
		totalFundingAmountOrg: number.int({ min: 0, max: 100 }) * 1_000_000,
		lastFundingTypeOrg: asked('lastFundingTypeOrg', 'Series A'),
		lastFundingDateOrg: date
			.between({ from: '2015-01-01', to: '2025-01-01' })
			.toISOString()
			.slice(0, 10),
	};
	if (!shown.has(random)) shown.set(random, new Map());
	shown.get(random)?.set(lead.id ?? '', { lead, lastName });
	return lead;
}
