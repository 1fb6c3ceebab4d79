import { normalizeDomain } from './domain';
import { normalizeEmail } from './email';
import { normalizeIp } from './ip';
import { normalizeFullName, normalizeLastName, normalizeName } from './names';
import { normalizeProfileUrl } from './profileUrl';
import { normalizeText } from './text';
import {
	normalizeList,
	normalizeNumber,
	normalizeRecords,
	normalizeValues,
	normalizeYesNo,
} from './values';

/**
 * How a field's value is brought into its one spelling: pure value to value, no I/O. A normalizer
 * returns the normalized value, or throws InvalidValue with a reason that fits behind the field's name.
 */
export type Normalizer =
	| 'text'
	/** A first name, or any other single name. */
	| 'name'
	/** A last name in full: an initial or a masked name is refused. */
	| 'lastName'
	/** A whole name, which `splitFullName` takes apart. */
	| 'fullName'
	| 'domain'
	| 'email'
	| 'ip'
	| 'profileUrl'
	| 'list'
	/** A list that may be one text, with commas between its values. */
	| 'values'
	/** A list of IDs, or of objects that have one. */
	| 'records'
	| 'number'
	| 'yesNo';

export const NORMALIZERS: Record<Normalizer, (value: unknown) => unknown> = {
	text: normalizeText,
	name: normalizeName,
	lastName: normalizeLastName,
	fullName: normalizeFullName,
	domain: normalizeDomain,
	email: normalizeEmail,
	ip: normalizeIp,
	profileUrl: normalizeProfileUrl,
	list: normalizeList,
	values: normalizeValues,
	records: normalizeRecords,
	number: normalizeNumber,
	yesNo: normalizeYesNo,
};
