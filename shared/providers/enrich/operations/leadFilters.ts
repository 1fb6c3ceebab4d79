import * as z from 'zod';
import type { FieldMeta } from '../../../contract/fieldMeta';
import { input, optional } from '../../../contract/fields';
import { metaOf } from '../../../contract/schema';
import { titleOfKey } from '../../../contract/titles';
import type { Words } from '../../../contract/words';

type Kind = Pick<FieldMeta, 'normalize' | 'match' | 'valuesFrom'>;

/**
 * Makes filters of one kind, from keys with a space between or from titles by key. They share a
 * schema: one each would double the time that the node takes to load.
 */
function kindOf<T extends z.ZodType>(schema: T, kind: Kind, addition = '') {
	z.globalRegistry.add<z.ZodType>(schema, { title: '', ...kind });
	return <const K extends string | Record<string, string>>(keys: K) =>
		optional(() => schema, typeof keys === 'string' ? titlesOf(keys, addition) : keys) as Record<
			K extends string ? Words<K> : keyof K & string,
			z.ZodOptional<T>
		>;
}

const titlesOf = (keys: string, addition: string) =>
	Object.fromEntries(
		keys.split(' ').map((key) => {
			const words = key.replace(/Org$/, '').replace(/Tech$/, 'Technology');
			return [key, titleOfKey(words) + addition];
		}),
	);

/** A list that matches any of its values, of which there may be so many; some are chosen from a list. */
const listOf = (max: number, kind: Kind = { match: 'exact', valuesFrom: 'filterOptions' }) =>
	kindOf(z.union([z.string(), z.array(z.string()).max(max)]), { normalize: 'values', ...kind });
const AT_LEAST = ' (At Least)';
const [wholeNumber, positive] = [z.int().min(0), z.number().min(0)];
const text = kindOf(z.string(), { normalize: 'text', match: 'exact' });
const yesNo = kindOf(z.boolean(), { normalize: 'yesNo' });
const number = kindOf(z.number(), { normalize: 'number' });
const count = kindOf(wholeNumber, { normalize: 'number' }, AT_LEAST);
const amount = kindOf(positive, { normalize: 'number' }, AT_LEAST);
const [upTo10, upTo20, upTo25, upTo50] = [listOf(10), listOf(20), listOf(25), listOf(50)];
const anyOf = (max: number, match: FieldMeta['match']) => listOf(max, { match });

const headlines = () =>
	anyOf(
		10,
		'contains',
	)({
		personHeadline: 'Headline Contains',
		companyHeadline: 'Company Headline Contains',
		aboutUs: 'Company Description Contains',
	});
const domain = () => anyOf(5000, 'exact')({ domain: 'Company Domain' });

/** What leads can be filtered by. */
export const leadFilters = z.strictObject({
	...text('firstName lastName middleName city emailDomain persona education phone websites'),
	...text('jobDescription jobLocationCity jobLocationState jobStartDate certifications patents'),
	...text('publications headquartersCity headquartersState locationCity locationState specialties'),
	...text('lastFundingDateOrg leadInvestorsOrg'),
	...text({
		linkedinUrl: 'LinkedIn Profile URL',
		linkedinHeadline: 'LinkedIn Headline (Exact)',
		logoUrl: 'Photo URL',
		emailAddress: 'Email',
		cellphone: 'Mobile Phone',
		orgName: 'Organization Name',
		orgLinkedinUrl: 'Company LinkedIn URL',
		topAppleappstoreUrlOrg: 'App Store URL',
		lastAppstoreUpdateOrg: 'App Store Last Update',
		appstoreAppCategoryOrg: 'App Store Category',
		topPlaystoreUrlOrg: 'Play Store URL',
		lastPlaystoreUpdateOrg: 'Play Store Last Update',
		playstoreAppCategoryOrg: 'Play Store Category',
	}),
	...upTo20('stateCode countryCode countryRegion jobLocationCountry companyEntityType'),
	...upTo20('companyLegalType headquartersCountry locationCountry lastFundingTypeOrg'),
	...upTo20({
		stateName: 'State',
		countryName: 'Country',
		linkedinIndustry: 'Industry (LinkedIn)',
	}),
	...listOf(7)('continent'),
	...headlines(),
	...upTo10('jobLevel crmTechOrg marketingAutomationTechOrg abmTechOrg salesAutomationTechOrg'),
	...upTo10('analyticsTechOrg cmsTechOrg martechCategoriesOrg cloudProviderTechOrg erpTechOrg'),
	...upTo10('conversationIntelligenceTechOrg emailHostingTechOrg emailSecurityTechOrg'),
	...upTo10('applicationSecurityTechOrg cloudSecurityTechOrg developmentTechOrg'),
	...upTo10({ eCommercePlatformTechOrg: 'E-Commerce Platform' }),
	...upTo25('skills'),
	...listOf(25, { match: 'contains', valuesFrom: 'filterOptions' })('languages'),
	...anyOf(25, 'exact')('jobTitle'),
	...listOf(25, { match: 'exact', valuesFrom: 'companyNames' })('companyName'),
	companyNameMode: z.enum(['exact', 'contains']).meta({ title: 'Company Name Match' }).optional(),
	...listOf(26)('jobFunction'),
	...domain(),
	...upTo50('industrySicCode industryNaicsCode'),
	...upTo50({
		industrySicDescription: 'Industry (SIC)',
		industryNaicsDescription: 'Industry (NAICS)',
	}),
	...listOf(6)('revenueBuckets'),
	...yesNo('hasMobileAppOrg hasWebAppOrg hasCisoOrg hasCioOrg'),
	...yesNo({
		jobIsCurrent: 'Is Current Job',
		isLinkedinUrlClaimedOrg: 'Has Claimed LinkedIn Page',
		isWebsiteForSaleOrg: 'Website Is for Sale',
	}),
	...number({
		foundedOn: 'Founded in Year',
		employeeOnLinkedinGrowthRateOrg: `Employee Growth Rate${AT_LEAST}`,
	}),
	...count('jobCount employeeCount locationCountOrg marketingRoleCountOrg salesRoleCountOrg'),
	...count('operationsRoleCountOrg businessDevelopmentRoleCountOrg customerSuccessRoleCountOrg'),
	...count('itRoleCountOrg grcRoleCountOrg securityRoleCountOrg devopsRoleCountOrg'),
	...count('networkInfrastructureRoleCountOrg mobileDevRoleCountOrg iosDevRoleCountOrg'),
	...count('androidDevRoleCountOrg engineerRoleCountOrg qaRoleCountOrg totalReviewsOrg'),
	...count('marketingOpenRolesCountOrg operationsOpenRolesCountOrg salesOpenRolesCountOrg'),
	...count('accountExecutiveOpenRolesCountOrg customerSuccessOpenRolesCountOrg'),
	...count('demandGenerationOpenRolesCountOrg businessDevelopmentOpenRolesCountOrg'),
	...count('itOpenRolesCountOrg securityOpenRolesCountOrg grcOpenRolesCountOrg'),
	...count('devopsOpenRolesCountOrg networkInfrastructureOpenRolesCountOrg'),
	...count('appstoreUpdateCountOrg playstoreDownloadCountOrg'),
	...count({
		employeeCountMax: 'Employee Count (Upper Bound)',
		employeeCountMin: 'Employee Count (Lower Bound)',
		topAppstoreReviewCountOrg: `App Store Review Count${AT_LEAST}`,
		topPlaystoreReviewCountOrg: `Play Store Review Count${AT_LEAST}`,
		fundingRoundNumberOfInvestorsOrg: `Investors in Funding Round${AT_LEAST}`,
	}),
	...amount('monthlyOrganicTrafficOrg monthlyPaidTrafficOrg totalMonthlyTrafficOrg'),
	...amount('monthlyGoogleAdspendOrg lastFundingAmountOrg totalFundingAmountOrg'),
	...amount({
		revenueMax: 'Revenue (Upper Bound)',
		revenueMin: 'Revenue (Lower Bound)',
		topAppstoreRatingOrg: `App Store Rating${AT_LEAST}`,
		topPlaystoreRatingOrg: `Play Store Rating${AT_LEAST}`,
	}),
});

type Help = Pick<FieldMeta, 'description' | 'range' | 'title'> & { example?: string | number };

const SIZE = { range: 'Company Size', description: 'Employees' };
const REVENUE = { range: 'Revenue', description: 'Yearly revenue' };

/** What anybody fills in first. */
const FIRST: { [K in keyof typeof leadFilters.shape]?: Partial<Help> } = {
	jobTitle: { example: 'VP of Sales', description: 'Whole titles' },
	jobLevel: { example: 'Director', description: 'How senior somebody is' },
	jobFunction: { example: 'Marketing', description: 'What somebody works in' },
	countryName: { example: 'Germany', description: 'Where the person is' },
	companyName: { example: 'Figma', description: 'Whole names, as Enrich spells them' },
	domain: { example: 'figma.com', description: "The company's website", title: 'Company Domain' },
	linkedinIndustry: { example: 'Software Development', title: 'Industry' },
	employeeCountMin: { ...SIZE, example: 50 },
	employeeCountMax: { ...SIZE, example: 500 },
	revenueMin: { ...REVENUE, example: '1M' },
	revenueMax: { ...REVENUE, example: '10M' },
};
/** Offered directly too, where there is room; with what people would enter, if the title does not say it. */
const COMMON: { [K in keyof typeof leadFilters.shape]?: Partial<Help> } = {
	...{ firstName: {}, lastName: {}, city: { example: 'Berlin' }, stateName: {} },
	...{ skills: { example: 'Salesforce' }, aboutUs: {}, personHeadline: {} },
	...{ industrySicDescription: {}, revenueBuckets: { example: '$1M to <$10M' } },
	...{ headquartersCountry: {}, lastFundingTypeOrg: { example: 'Series A' } },
};

/** Headings by key; the first one that fits. */
const GROUPS: [RegExp, string][] = [
	[/Tech(?:Org)?$|martech|has(?:Mobile|Web)App/, 'Technology'],
	[/OpenRolesCountOrg$/, 'Open Positions'],
	[/RoleCountOrg$|hasC[a-z]+oOrg|hasCioOrg/, 'Team'],
	[/app|playstore|totalReviews/i, 'Apps'],
	[/traffic|adspend|website/i, 'Website'],
	[/fund|investor/i, 'Funding'],
	[/^job|persona$/, 'Job'],
	[/^(?:headquarters|location)/, 'Company Location'],
	[
		/^(?:company|org|industry|revenue|employee|domain|aboutUs|special|founded)|Industry$|Claimed/,
		'Company',
	],
	[/./, 'Person'],
];
const groupOf = (key: string) => GROUPS.find(([keys]) => keys.test(key))?.[1];

const ranks = Object.keys(FIRST);
for (const [key, field] of Object.entries<z.ZodType>(leadFilters.shape)) {
	const name = key as keyof typeof FIRST;
	const { example, ...help } = FIRST[name] ?? COMMON[name] ?? {};
	z.globalRegistry.add(field, {
		title: key,
		...metaOf(field),
		group: groupOf(key),
		...help,
		...(FIRST[name] ? { common: 1 + ranks.indexOf(key) } : COMMON[name] && { common: true }),
		...(example !== undefined && { examples: [example] }),
	});
}

/** What leads can be excluded by: the API takes just these. */
const leadExclusions = z.strictObject({
	...headlines(),
	...domain(),
	...anyOf(25, 'contains')({ jobTitle: 'Job Title Contains' }),
});

/** What stands beside filters and is not sent: the connector makes filters of it. */
export const technology = input.texts('Technology', undefined, {
	description: 'What the company uses',
	examples: ['CRM: Salesforce'],
	valuesFrom: 'technologies',
	match: 'exact',
});
export const savedSearch = input.id('Saved Search', {
	description: 'Its filters hold too, but for those set here',
	valuesFrom: 'savedSearches',
});
export const checksValues = input.yesNo('Check Filter Values', {
	description:
		"Whether values that Enrich's own lists do not hold are refused before the search; it would find nothing by them",
	initial: true,
	isSetting: true,
});
export const extras = {
	extras: { savedSearch, technology, checksValues },
	extrasStandFor: ['filters'],
} as const;

export const criteria = {
	filters: leadFilters.meta({ title: 'Filters', description: 'Leads must match all of these' }),
	excludeFilters: leadExclusions
		.meta({ title: 'Exclude', description: 'Leads that match one of these are left out' })
		.optional(),
};
