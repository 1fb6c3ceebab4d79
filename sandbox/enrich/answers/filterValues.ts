/** What the sandbox's filters know: the values that the documentation shows, and others like them. */
import { getFilterOptions } from '../../../shared/providers/enrich/operations/leadOptions';

const documented = getFilterOptions.example.data as Record<string, string[]>;

const more: Record<string, string[]> = {
	countryName: [
		...['Australia', 'Austria', 'Belgium', 'Brazil', 'Canada', 'Denmark', 'Finland', 'France'],
		...['India', 'Ireland', 'Italy', 'Japan', 'Netherlands', 'New Zealand', 'Norway', 'Poland'],
		...['Portugal', 'Singapore', 'South Africa', 'Spain', 'Sweden', 'Switzerland'],
	],
	headquartersCountry: ['United States', 'United Kingdom', 'Germany', 'France', 'Netherlands'],
	continent: ['Africa', 'Asia', 'Europe', 'North America', 'Oceania', 'South America'],
	jobFunction: ['Customer Success', 'Design', 'Finance', 'Human Resources', 'Legal', 'Operations'],
	jobLevel: ['Entry', 'Owner', 'Partner', 'Senior'],
	linkedinIndustry: [
		...['Software Development', 'Financial Services', 'Hospitals and Health Care', 'Retail'],
		...['Technology, Information and Internet', 'Advertising Services', 'Manufacturing'],
	],
	industrySicDescription: ['Advertising, Not Elsewhere Classified', 'Prepackaged Software'],
	industryNaicsDescription: ['Data Processing, Hosting, and Related Services'],
	revenueBuckets: [
		'<$1M',
		'$1M to <$10M',
		'$10M to <$50M',
		'$50M to <$100M',
		'$100M to <$1B',
		'$1B+',
	],
	lastFundingTypeOrg: ['Seed', 'Series A', 'Series B', 'Series C', 'Private Equity'],
	languages: ['English', 'French', 'German', 'Spanish'],
	crmTechOrg: ['HubSpot', 'Microsoft Dynamics', 'Pipedrive', 'Salesforce'],
	marketingAutomationTechOrg: ['ActiveCampaign', 'HubSpot', 'Mailchimp', 'Marketo'],
	cloudProviderTechOrg: ['Amazon Web Services', 'Google Cloud', 'Microsoft Azure'],
	eCommercePlatformTechOrg: ['Magento', 'Shopify', 'WooCommerce'],
};

export const filterValues: Record<string, string[]> = Object.fromEntries(
	[...new Set([...Object.keys(documented), ...Object.keys(more)])].map((key) => [
		key,
		[...(documented[key] ?? []), ...(more[key] ?? [])],
	]),
);
