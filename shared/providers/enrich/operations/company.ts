import * as z from 'zod';
import { defineOperation } from '../../../contract/operation';
import { input, output } from '../../../contract/fields';

export const ipToCompany = defineOperation({
	operationId: 'ipToCompany',
	method: 'POST',
	path: '/ip-to-company',
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
		ipDomain: output.text('Company Domain').optional(),
		ipOrganization: output.text('Organization').optional(),
		ipCountryName: output.text('Country').optional(),
		ipCountryCode: output.text('Country Code').optional(),
		ipRegionName: output.text('Region').optional(),
		ipCity: output.text('City').optional(),
		ipSubContinent: output.text('Subcontinent').optional(),
		ipLatitude: output.number('Latitude').optional(),
		ipLongitude: output.number('Longitude').optional(),
		ipTimezone: output.text('Time Zone').optional(),
		ipIsp: output.text('Internet Provider').optional(),
		ipRange: output.text('IP Range').optional(),
		ipUsageType: output.text('Usage Type').optional(),
		searchIp: output.text('IP Address').optional(),
	}),
	simplified: [
		'ipDomain',
		'ipOrganization',
		'ipCountryName',
		'ipCountryCode',
		'ipRegionName',
		'ipCity',
		'searchIp',
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
