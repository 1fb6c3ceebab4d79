import type { Catalog, NodeKit } from '../../../../nodes/shared/kit';
import { cufinder, type OperationId } from '../../../../shared/providers/cufinder';

const resources = {
	company: 'Company',
	person: 'Person',
} as const;

/** Where each operation of the API stands in the CUFinder node. */
export const catalog = {
	enrichCompany: { resource: 'company', operation: 'enrich', action: 'Enrich company' },
	enrichPerson: { resource: 'person', operation: 'enrich', action: 'Enrich person' },
	findPersonByEmail: {
		resource: 'person',
		operation: 'findByEmail',
		action: 'Find person by email',
	},
	findEmailByProfile: {
		resource: 'person',
		operation: 'findEmail',
		name: 'Find Work Email',
		action: 'Find work email of person by profile',
	},
	findCompanyDomain: {
		resource: 'company',
		operation: 'findDomain',
		action: 'Find domain of company',
	},
	searchCompanies: { resource: 'company', operation: 'search', action: 'Search companies' },
} satisfies Catalog<OperationId, keyof typeof resources>;

export const kit: NodeKit = {
	provider: cufinder,
	credentialType: 'cufinderApi',
	resources,
	catalog,
};
