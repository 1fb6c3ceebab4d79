/**
 * What CUFinder's API version 2 takes and answers, after its documentation and its own client
 * libraries; written apart from the connector's description, so that each checks the other.
 */
import * as z from 'zod';

const text = z.string().trim().min(1);
const wholeNumber = z.union([z.int(), z.stringFormat('whole number', /^-?\d+$/).transform(Number)]);
const yesNo = z.union([
	z.boolean(),
	z.enum(['true', 'false']).transform((word) => word === 'true'),
]);
/** Clients repeat the key or join with commas. */
const texts = z.union([z.array(text), text.transform((joined) => joined.split(/\s*,\s*/))]);

const maybe = z.string().nullable();
const maybeNumber = z.number().nullable();

const company = z.strictObject({
	name: maybe,
	website: maybe,
	employee_count: maybeNumber,
	size: maybe,
	industry: maybe,
	description: maybe,
	linkedin_url: maybe,
	type: maybe,
	domain: maybe,
	country: maybe,
	state: maybe,
	city: maybe,
	address: maybe,
	founded_year: maybe,
	logo_url: maybe,
	followers_count: maybeNumber,
});

const person = z.strictObject({
	first_name: maybe,
	last_name: maybe,
	full_name: maybe,
	linkedin_url: maybe,
	summary: maybe,
	followers_count: maybeNumber,
	facebook: maybe,
	twitter: maybe,
	avatar: maybe,
	country: maybe,
	state: maybe,
	city: maybe,
	job_title: maybe,
	job_title_categories: z.array(z.string()),
	company_name: maybe,
	company_linkedin: maybe,
	company_website: maybe,
	company_size: maybe,
	company_industry: maybe,
	company_facebook: maybe,
	company_twitter: maybe,
	company_country: maybe,
	company_state: maybe,
	company_city: maybe,
});

const listedCompany = z.strictObject({
	name: maybe,
	website: maybe,
	domain: maybe,
	employees: z.strictObject({ range: maybe }),
	industry: maybe,
	overview: maybe,
	type: maybe,
	main_location: z.strictObject({ country: maybe, state: maybe, city: maybe, address: maybe }),
	social: z.strictObject({ facebook: maybe, linkedin: maybe, twitter: maybe }),
});

export type Company = z.output<typeof company>;
export type Person = z.output<typeof person>;
export type ListedCompany = z.output<typeof listedCompany>;

/** The documentation writes the larger ones with commas; both spellings are in use. */
export const EMPLOYEE_SIZES = [
	...['0-1', '1 employee', '2-10', '11-50', '51-200', '201-500', '501-1,000', '501-1000'],
	...['1,001-5,000', '5,001-10,000', '10,001+'],
] as const;

export interface CufinderOperation<
	I extends z.ZodObject = z.ZodObject,
	O extends z.ZodObject = z.ZodObject,
> {
	/** What the ledger calls it. */
	title: string;
	/** Credits for a result; what is not found is free. */
	price: number;
	/** Fields that are not known are refused: the real API may be kinder. */
	input: I;
	/** What `data` holds besides `query`, `confidence_level` and `credit_count`. */
	output: O;
	/** How the answer repeats what was asked for. */
	queryOf(input: z.output<I>): unknown;
}

const define = <I extends z.ZodObject, O extends z.ZodObject>(operation: CufinderOperation<I, O>) =>
	operation;

/** By the code that is the operation's path. Prices that nobody has published are invented. */
export const operations = {
	enc: define({
		title: 'Company enrichment',
		price: 3,
		input: z.strictObject({ query: text }),
		output: z.strictObject({ company }),
		queryOf: ({ query }) => query,
	}),
	tep: define({
		title: 'Person enrichment',
		price: 10,
		input: z.strictObject({ full_name: text, company: text }),
		output: z.strictObject({ person: person.extend({ email: maybe, phone: maybe }) }),
		queryOf: ({ full_name, company }) => `${full_name} at ${company}`,
	}),
	rel: define({
		title: 'Reverse email lookup',
		price: 5, // invented
		input: z.strictObject({ email: text }),
		output: z.strictObject({ person }),
		queryOf: ({ email }) => email,
	}),
	fwe: define({
		title: 'LinkedIn profile email finder',
		price: 4, // invented
		input: z.strictObject({ linkedin_url: text }),
		output: z.strictObject({ work_email: z.string() }),
		queryOf: ({ linkedin_url }) => linkedin_url,
	}),
	cuf: define({
		title: 'Company name to domain',
		price: 1, // invented
		input: z.strictObject({
			company_name: text,
			country_code: z.stringFormat('country code', /^[A-Za-z]{2}$/).optional(),
		}),
		output: z.strictObject({ domain: z.string() }),
		queryOf: ({ company_name }) => company_name,
	}),
	cse: define({
		title: 'Company search',
		price: 3,
		input: z.strictObject({
			name: text.optional(),
			country: text.optional(),
			state: text.optional(),
			city: text.optional(),
			industry: text.optional(),
			employee_size: z.enum(EMPLOYEE_SIZES).optional(),
			followers_count_min: wholeNumber.optional(),
			followers_count_max: wholeNumber.optional(),
			founded_after_year: wholeNumber.optional(),
			founded_before_year: wholeNumber.optional(),
			funding_amount_min: wholeNumber.optional(),
			funding_amount_max: wholeNumber.optional(),
			annual_revenue_min: wholeNumber.optional(),
			annual_revenue_max: wholeNumber.optional(),
			products_services: texts.optional(),
			is_school: yesNo.optional(),
			page: wholeNumber.refine((page) => page >= 1, 'Pages are counted from 1').optional(),
		}),
		output: z.strictObject({ companies: z.array(listedCompany) }),
		queryOf: (filters) => filters,
	}),
};

export type CufinderOperations = typeof operations;
export type CufinderOperationId = keyof CufinderOperations;
