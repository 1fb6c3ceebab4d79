import * as z from 'zod';
import type { FieldMeta } from '../../../contract/fieldMeta';

type Help = Omit<FieldMeta, 'title' | 'normalize'>;

// Filters of one kind share a schema: 160 of their own would double the time that the node takes to load.
const aText = z.string();
const aCount = z.int().min(0);
const anAmount = z.number().min(0);
const aNumber = z.number();
const aYesNo = z.boolean();
const lists = new Map<number, z.ZodType>();
function aList(max: number): z.ZodType {
	const list = lists.get(max) ?? z.union([aText, z.array(aText).max(max)]);
	lists.set(max, list);
	return list;
}

const filter = (schema: z.ZodType, meta: FieldMeta) =>
	z.optional(schema).register(z.globalRegistry, { ...meta });

const text = (title: string, help?: Help) => filter(aText, { title, normalize: 'text', ...help });
const list = (title: string, max: number, help?: Help) =>
	filter(aList(max), { title, normalize: 'list', ...help });
const count = (title: string, help?: Help) =>
	filter(aCount, { title, normalize: 'number', ...help });
const amount = (title: string, help?: Help) =>
	filter(anAmount, { title, normalize: 'number', ...help });
const anyNumber = (title: string) => filter(aNumber, { title, normalize: 'number' });
const yesNo = (title: string) => filter(aYesNo, { title, normalize: 'yesNo' });

/** What leads can be filtered by. Lists match any of their values; the number is the most values. */
export const leadFilters = z.strictObject({
	firstName: text('First Name', { common: true }),
	lastName: text('Last Name', { common: true }),
	middleName: text('Middle Name'),
	city: text('City', { common: true, examples: ['Berlin'] }),
	stateName: list('State', 20, { common: true }),
	stateCode: list('State Code', 20),
	countryName: list('Country', 20, { common: true, examples: ['Germany'] }),
	countryCode: list('Country Code', 20),
	continent: list('Continent', 7),
	countryRegion: list('Country Region', 20),
	linkedinUrl: text('LinkedIn Profile URL'),
	linkedinHeadline: text('LinkedIn Headline (Exact)'),
	personHeadline: list('Headline Contains', 10, { common: true }),
	companyHeadline: list('Company Headline Contains', 10),
	linkedinIndustry: list('Industry (LinkedIn)', 20, {
		common: true,
		examples: ['Software Development'],
	}),
	logoUrl: text('Photo URL'),
	emailDomain: text('Email Domain'),
	emailAddress: text('Email'),
	jobTitle: list('Job Title', 25, { common: true, examples: ['VP of Sales'] }),
	jobFunction: list('Job Function', 26, { common: true, examples: ['Marketing'] }),
	jobLevel: list('Job Level', 10, { common: true, examples: ['Director'] }),
	jobDescription: text('Job Description'),
	jobLocationCity: text('Job Location City'),
	jobLocationState: text('Job Location State'),
	jobLocationCountry: list('Job Location Country', 20),
	jobIsCurrent: yesNo('Is Current Job'),
	jobStartDate: text('Job Start Date'),
	jobCount: count('Job Count (At Least)'),
	companyName: list('Company Name', 25, { common: true, examples: ['Figma'] }),
	companyNameMode: z.enum(['exact', 'contains']).meta({ title: 'Company Name Match' }).optional(),
	persona: text('Persona'),
	languages: list('Languages', 25),
	skills: list('Skills', 25, { common: true, examples: ['Salesforce'] }),
	certifications: text('Certifications'),
	patents: text('Patents'),
	publications: text('Publications'),
	websites: text('Websites'),
	education: text('Education'),
	phone: text('Phone'),
	cellphone: text('Mobile Phone'),
	orgName: text('Organization Name'),
	domain: list('Company Domain', 5000, { common: true, examples: ['figma.com'] }),
	aboutUs: list('Company Description Contains', 10, { common: true }),
	companyEntityType: list('Company Entity Type', 20),
	companyLegalType: list('Company Legal Type', 20),
	employeeCount: count('Employee Count (At Least)'),
	employeeCountMax: count('Employee Count (Upper Bound)', { common: true, examples: [500] }),
	employeeCountMin: count('Employee Count (Lower Bound)', { common: true, examples: [50] }),
	foundedOn: anyNumber('Founded in Year'),
	headquartersCity: text('Headquarters City'),
	headquartersState: text('Headquarters State'),
	headquartersCountry: list('Headquarters Country', 20, { common: true }),
	industrySicCode: list('Industry SIC Code', 50),
	industrySicDescription: list('Industry (SIC)', 50, { common: true }),
	industryNaicsCode: list('Industry NAICS Code', 50),
	industryNaicsDescription: list('Industry (NAICS)', 50),
	orgLinkedinUrl: text('Company LinkedIn URL'),
	locationCity: text('Location City'),
	locationState: text('Location State'),
	locationCountry: list('Location Country', 20),
	revenueMax: amount('Revenue (Upper Bound)'),
	revenueMin: amount('Revenue (Lower Bound)'),
	revenueBuckets: list('Revenue Buckets', 6, { common: true, examples: ['$1M to <$10M'] }),
	specialties: text('Specialties'),
	crmTechOrg: list('CRM Technology', 10),
	marketingAutomationTechOrg: list('Marketing Automation Technology', 10),
	abmTechOrg: list('ABM Technology', 10),
	salesAutomationTechOrg: list('Sales Automation Technology', 10),
	analyticsTechOrg: list('Analytics Technology', 10),
	cmsTechOrg: list('CMS Technology', 10),
	martechCategoriesOrg: list('Martech Categories', 10),
	conversationIntelligenceTechOrg: list('Conversation Intelligence Technology', 10),
	cloudProviderTechOrg: list('Cloud Provider Technology', 10),
	emailHostingTechOrg: list('Email Hosting Technology', 10),
	emailSecurityTechOrg: list('Email Security Technology', 10),
	applicationSecurityTechOrg: list('Application Security Technology', 10),
	cloudSecurityTechOrg: list('Cloud Security Technology', 10),
	developmentTechOrg: list('Development Technology', 10),
	eCommercePlatformTechOrg: list('E-Commerce Platform', 10),
	erpTechOrg: list('ERP Technology', 10),
	hasMobileAppOrg: yesNo('Has Mobile App'),
	hasWebAppOrg: yesNo('Has Web App'),
	hasCisoOrg: yesNo('Has CISO'),
	hasCioOrg: yesNo('Has CIO'),
	locationCountOrg: count('Location Count (At Least)'),
	isLinkedinUrlClaimedOrg: yesNo('Has Claimed LinkedIn Page'),
	marketingRoleCountOrg: count('Marketing Role Count (At Least)'),
	salesRoleCountOrg: count('Sales Role Count (At Least)'),
	operationsRoleCountOrg: count('Operations Role Count (At Least)'),
	businessDevelopmentRoleCountOrg: count('Business Development Role Count (At Least)'),
	customerSuccessRoleCountOrg: count('Customer Success Role Count (At Least)'),
	itRoleCountOrg: count('IT Role Count (At Least)'),
	grcRoleCountOrg: count('GRC Role Count (At Least)'),
	securityRoleCountOrg: count('Security Role Count (At Least)'),
	devopsRoleCountOrg: count('DevOps Role Count (At Least)'),
	networkInfrastructureRoleCountOrg: count('Network Infrastructure Role Count (At Least)'),
	mobileDevRoleCountOrg: count('Mobile Development Role Count (At Least)'),
	iosDevRoleCountOrg: count('iOS Development Role Count (At Least)'),
	androidDevRoleCountOrg: count('Android Development Role Count (At Least)'),
	engineerRoleCountOrg: count('Engineer Role Count (At Least)'),
	qaRoleCountOrg: count('QA Role Count (At Least)'),
	marketingOpenRolesCountOrg: count('Marketing Open Roles Count (At Least)'),
	operationsOpenRolesCountOrg: count('Operations Open Roles Count (At Least)'),
	salesOpenRolesCountOrg: count('Sales Open Roles Count (At Least)'),
	accountExecutiveOpenRolesCountOrg: count('Account Executive Open Roles Count (At Least)'),
	customerSuccessOpenRolesCountOrg: count('Customer Success Open Roles Count (At Least)'),
	demandGenerationOpenRolesCountOrg: count('Demand Generation Open Roles Count (At Least)'),
	businessDevelopmentOpenRolesCountOrg: count('Business Development Open Roles Count (At Least)'),
	itOpenRolesCountOrg: count('IT Open Roles Count (At Least)'),
	securityOpenRolesCountOrg: count('Security Open Roles Count (At Least)'),
	grcOpenRolesCountOrg: count('GRC Open Roles Count (At Least)'),
	devopsOpenRolesCountOrg: count('DevOps Open Roles Count (At Least)'),
	networkInfrastructureOpenRolesCountOrg: count(
		'Network Infrastructure Open Roles Count (At Least)',
	),
	monthlyOrganicTrafficOrg: amount('Monthly Organic Traffic (At Least)'),
	monthlyPaidTrafficOrg: amount('Monthly Paid Traffic (At Least)'),
	totalMonthlyTrafficOrg: amount('Total Monthly Traffic (At Least)'),
	monthlyGoogleAdspendOrg: amount('Monthly Google Ad Spend (At Least)'),
	employeeOnLinkedinGrowthRateOrg: anyNumber('Employee Growth Rate (At Least)'),
	isWebsiteForSaleOrg: yesNo('Website Is for Sale'),
	topAppleappstoreUrlOrg: text('App Store URL'),
	topAppstoreRatingOrg: amount('App Store Rating (At Least)'),
	topAppstoreReviewCountOrg: count('App Store Review Count (At Least)'),
	lastAppstoreUpdateOrg: text('App Store Last Update'),
	appstoreUpdateCountOrg: count('App Store Update Count (At Least)'),
	appstoreAppCategoryOrg: text('App Store Category'),
	topPlaystoreUrlOrg: text('Play Store URL'),
	topPlaystoreRatingOrg: amount('Play Store Rating (At Least)'),
	topPlaystoreReviewCountOrg: count('Play Store Review Count (At Least)'),
	lastPlaystoreUpdateOrg: text('Play Store Last Update'),
	playstoreDownloadCountOrg: count('Play Store Download Count (At Least)'),
	playstoreAppCategoryOrg: text('Play Store Category'),
	totalReviewsOrg: count('Total Reviews (At Least)'),
	lastFundingDateOrg: text('Last Funding Date'),
	lastFundingAmountOrg: amount('Last Funding Amount (At Least)'),
	leadInvestorsOrg: text('Lead Investors'),
	lastFundingTypeOrg: list('Last Funding Type', 20, { common: true, examples: ['Series A'] }),
	fundingRoundNumberOfInvestorsOrg: count('Investors in Funding Round (At Least)'),
	totalFundingAmountOrg: amount('Total Funding Amount (At Least)'),
});

/** What leads can be excluded by: the API takes just these. */
export const leadExclusions = z.strictObject({
	personHeadline: list('Headline Contains', 10),
	companyHeadline: list('Company Headline Contains', 10),
	aboutUs: list('Company Description Contains', 10),
	domain: list('Company Domain', 5000),
	jobTitle: list('Job Title Contains', 25),
});
