import { enrichCompany, findCompanyDomain, searchCompanies } from './company';
import { enrichPerson, findEmailByProfile, findPersonByEmail } from './person';

/** By operationId, in the order in which users meet them. CUFinder itself names only paths. */
export const operations = {
	enrichCompany,
	enrichPerson,
	findPersonByEmail,
	findEmailByProfile,
	findCompanyDomain,
	searchCompanies,
};
