import * as z from 'zod';
import { defineOperation, post } from '../../../contract/operation';
import { input, optional, output } from '../../../contract/fields';

export const ipToCompany = defineOperation({
	operationId: 'ipToCompany',
	...post('/ip-to-company'),
	title: 'Find Company by IP',
	description: 'Find out which company an IP address belongs to',
	billing: 'chargedOnceThenCached',
	price: { credits: 100, per: 'company found', free: 'Free when no company is found' },
	input: z.object({
		ip: input.ip('IP Address', {
			description: 'A public IPv4 or IPv6 address',
			examples: ['8.8.8.8'],
		}),
	}),
	output: z.object({
		...optional(output.text, {
			ipDomain: 'Company Domain',
			ipOrganization: 'Organization',
			ipCountryName: 'Country',
			ipCountryCode: 'Country Code',
			ipRegionName: 'Region',
			ipCity: 'City',
			ipSubContinent: 'Subcontinent',
			ipTimezone: 'Time Zone',
			ipIsp: 'Internet Provider',
			ipRange: 'IP Range',
			ipUsageType: 'Usage Type',
			searchIp: 'IP Address',
		}),
		...optional(output.number, { ipLatitude: 'Latitude', ipLongitude: 'Longitude' }),
	}),
	simplified: [
		...(['ipDomain', 'ipOrganization', 'ipCountryName', 'ipCountryCode'] as const),
		...(['ipRegionName', 'ipCity', 'searchIp'] as const),
	],
	outcome: (data) =>
		data.ipDomain
			? { found: true, reason: 'Company found' }
			: { found: false, reason: 'No company is known for this IP address' },
	example: {
		input: { ip: '8.8.8.8' },
		data: {
			ipDomain: 'google.com',
			ipOrganization: 'Google LLC',
			ipCountryName: 'United States',
			ipCountryCode: 'US',
			ipRegionName: 'California',
			ipCity: 'Mountain View',
			ipTimezone: 'America/Los_Angeles',
			ipIsp: 'Google LLC',
			searchIp: '8.8.8.8',
		},
	},
});
