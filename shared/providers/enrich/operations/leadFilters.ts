import * as z from 'zod';
import { optional } from '../../../contract/fields';
import { metaOf } from '../../../contract/schema';
import { titleOfKey } from '../../../contract/titles';
import type { Words } from '../../../contract/words';
import type { Normalizer } from '../../../input/normalize';

/**
 * Makes filters of one kind, from keys with a space between or from titles by key. They share a
 * schema: one each would double the time that the node takes to load.
 */
function kindOf<T extends z.ZodType>(schema: T, normalize: Normalizer, addition = '') {
	z.globalRegistry.add<z.ZodType>(schema, { title: '', normalize });
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

/** A list that matches any of its values, of which there may be so many. */
const listOf = (max: number) => kindOf(z.union([z.string(), z.array(z.string()).max(max)]), 'list');
const AT_LEAST = ' (At Least)';
const [wholeNumber, positive] = [z.int().min(0), z.number().min(0)];
const text = kindOf(z.string(), 'text');
const yesNo = kindOf(z.boolean(), 'yesNo');
const number = kindOf(z.number(), 'number');
const count = kindOf(wholeNumber, 'number', AT_LEAST);
const amount = kindOf(positive, 'number', AT_LEAST);
const [upTo10, upTo20, upTo25, upTo50] = [listOf(10), listOf(20), listOf(25), listOf(50)];

const headlines = () =>
	upTo10({
		personHeadline: 'Headline Contains',
		companyHeadline: 'Company Headline Contains',
		aboutUs: 'Company Description Contains',
	});
const domain = () => listOf(5000)({ domain: 'Company Domain' });

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
	...upTo25('jobTitle companyName languages skills'),
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

/** Offered directly, with what people would enter, where the title does not say it. */
const COMMON: { [K in keyof typeof leadFilters.shape]?: string | number | null } = {
	...{ firstName: null, lastName: null, city: 'Berlin', stateName: null, countryName: 'Germany' },
	...{
		jobTitle: 'VP of Sales',
		jobFunction: 'Marketing',
		jobLevel: 'Director',
		skills: 'Salesforce',
	},
	...{ companyName: 'Figma', domain: 'figma.com', aboutUs: null, personHeadline: null },
	...{ linkedinIndustry: 'Software Development', industrySicDescription: null },
	...{ employeeCountMin: 50, employeeCountMax: 500, revenueBuckets: '$1M to <$10M' },
	...{ headquartersCountry: null, lastFundingTypeOrg: 'Series A' },
};
for (const [key, example] of Object.entries(COMMON)) {
	const field: z.ZodType = leadFilters.shape[key as keyof typeof COMMON];
	const meta = { title: key, ...metaOf(field), common: true };
	z.globalRegistry.add(field, { ...meta, ...(example !== null && { examples: [example] }) });
}

/** What leads can be excluded by: the API takes just these. */
const leadExclusions = z.strictObject({
	...headlines(),
	...domain(),
	...upTo25({ jobTitle: 'Job Title Contains' }),
});

export const criteria = {
	filters: leadFilters.meta({ title: 'Filters', description: 'Leads must match all of these' }),
	excludeFilters: leadExclusions
		.meta({ title: 'Exclude', description: 'Leads that match one of these are left out' })
		.optional(),
};
