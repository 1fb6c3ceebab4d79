import type * as operations from '../../../shared/providers/enrich/operations/company';
import { isPublicIp } from '../testValues';
import { type AnswerData, type AnswerRule, asDocumented, isHit } from './rule';

type IpToCompany = typeof operations.ipToCompany;

export const ipToCompany: AnswerRule<IpToCompany> = {
	label: 'IP to company',
	errors: 'plain',
	meta: 'untimed',
	answer(call) {
		const ip = call.input.ip.trim().toLowerCase();
		if (!isPublicIp(ip)) return { data: { searchIp: ip } };
		const { location, company, internet, helpers } = call.random.faker('ip', ip);
		const country = helpers.arrayElement(COUNTRIES);
		const place: AnswerData<IpToCompany> = {
			searchIp: ip,
			ipCountryName: country.name,
			ipCountryCode: country.code,
			ipRegionName: location.state(),
			ipCity: location.city(),
			ipSubContinent: country.subContinent,
			ipLatitude: location.latitude(),
			ipLongitude: location.longitude(),
			ipTimezone: country.timezone,
			ipIsp: `${company.name()} Telecom`,
		};
		if (!isHit(call, false, 'company', ip)) return { data: place };
		const owner: AnswerData<IpToCompany> = {
			ipDomain: internet.domainName(),
			ipOrganization: company.name(),
			ipRange: ip.includes(':') ? `${ip}/64` : ip.replace(/\d+$/, '0/24'),
			ipUsageType: 'COM',
		};
		return { data: asDocumented(call, { ...place, ...owner }), subject: ip };
	},
};

const COUNTRIES = [
	{
		name: 'United States',
		code: 'US',
		subContinent: 'Northern America',
		timezone: 'America/New_York',
	},
	{ name: 'Germany', code: 'DE', subContinent: 'Western Europe', timezone: 'Europe/Berlin' },
	{ name: 'India', code: 'IN', subContinent: 'Southern Asia', timezone: 'Asia/Kolkata' },
	{ name: 'Brazil', code: 'BR', subContinent: 'South America', timezone: 'America/Sao_Paulo' },
];
