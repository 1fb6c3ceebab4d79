import * as z from 'zod';
import type { Batch, Progress } from '../../contract/batch';
import type { Data } from '../../contract/data';
import { simplifiedKeys } from '../../contract/form';
import { fields, nullable, optional, output, page, pageSize } from '../../contract/fields';
import type { Lenient } from '../../contract/lenient';
import {
	defineOperation,
	freeGet,
	type Operation,
	type PageRead,
	post,
	type Price,
} from '../../contract/operation';
import { ipToCompany } from './operations/company';
import { findEmail, validateEmail } from './operations/email';
import { reverseLookup } from './operations/person';
import { phoneLookup } from './operations/phone';

const MAX_ROWS = 500_000;
const EXAMPLE_ID = 'a1b2c3d4e5f6a7b8c9d0e1f2';

/** What one product's batches have of their own. */
interface Product<
	I extends z.ZodObject,
	O extends z.ZodObject,
	B extends z.ZodObject,
	E extends z.ZodObject,
> {
	product: string;
	title: string;
	single: Operation<I, O>;
	/** operationIds. */
	ids: [submit: string, status: string, results: string];
	path: string;
	/** The path parameter that holds the batch's ID; default: batchId. */
	idName?: string;
	input: B;
	/** What the results call how many items are done. */
	done: 'processedCount' | 'processedItems';
	maxRows?: number;
	/** What the answers hold besides what all products' do. */
	more?: { submit?: z.ZodRawShape; status?: z.ZodRawShape; results?: z.ZodRawShape };
	/** An entry of the results; default: as the single lookup answers. */
	entry?: E;
	/** Nothing in the answers is documented as always there. */
	isVague?: true;
	toBody(inputs: readonly z.output<I>[]): z.input<B>;
	keyOfInput(input: z.output<I>): string | undefined;
	keysOfResult(result: Lenient<z.output<E>>): string[];
	/** Default: true. */
	callsBack?: boolean;
	namesRows?: boolean;
	mayCostLess?: true;
}

const webhookUrl = z.url().meta({ title: 'Webhook URL' }).optional();
const strictEmail = z.email().max(254);
const emails = (max: number, address: z.ZodType) =>
	z.array(address).min(1).max(max).meta({ title: 'Emails' });

const message = optional(output.text, 'message');
const pageCounts = optional(output.integer, { page: 'Page', limit: 'Page Size' });
const counts = { ...pageCounts, ...optional(output.integer, 'successful failed') };
const named = fields(output.text, 'batchId status');
const totalItems = optional(output.integer, 'totalItems');

/** The three operations of one product's batches, and how rows and results find each other. */
function batchOf<
	I extends z.ZodObject,
	O extends z.ZodObject,
	B extends z.ZodObject,
	E extends z.ZodObject = O,
>(product: Product<I, O, B, E>): Batch {
	const { path, idName = 'batchId', input, done, more = {} } = product;
	const { isVague, maxRows = MAX_ROWS } = product;
	const [submitId, statusId, resultsId] = product.ids;
	const single = product.single as Operation;
	const entry: z.ZodObject = product.entry ?? single.output;
	const answer = (shape: z.ZodRawShape) => (isVague ? z.object(shape).partial() : z.object(shape));
	const id = { [idName]: z.string().min(1).meta({ title: 'Batch ID', normalize: 'text' }) };
	const price: Price | null = single.price;
	const credits = price?.credits ?? 0;

	const submit = defineOperation({
		operationId: submitId,
		...post(path),
		title: `${single.title} in Batch`,
		description: 'Any number of rows in one batch',
		billing: 'reservesAtSubmit',
		price,
		cost: (body) => credits * countOf(body),
		input,
		output: answer({
			...named,
			itemCount: output.integer('Items'),
			...optional(output.integer, { originalCount: 'Items Sent' }),
			...optional(output.integer, 'duplicatesRemoved'),
			...more.submit,
		}),
		outcome: (data) => ({ found: idIn(data) !== undefined, reason: 'Batch started' }),
		example: {
			input: product.toBody([product.single.input.parse(single.example.input)]),
			data: {
				batchId: EXAMPLE_ID,
				status: 'queued',
				itemCount: 1,
				originalCount: 1,
				duplicatesRemoved: 0,
			},
		},
	});
	const status = defineOperation({
		operationId: statusId,
		...freeGet(`${path}/{${idName}}`),
		title: `Get ${single.title} Batch`,
		description: 'Read how far a batch is',
		input: z.object(id),
		output: answer({
			...named,
			...totalItems,
			...optional(output.integer, 'processedItems'),
			progress: output.number('Progress', 'Percent').optional(),
			...more.status,
		}),
		outcome: (data: Data) => ({ found: true, reason: `The batch is ${String(data.status)}` }),
		example: {
			input: { [idName]: EXAMPLE_ID },
			data: {
				batchId: EXAMPLE_ID,
				status: 'processing',
				totalItems: 100,
				processedItems: 50,
				progress: 50,
			},
		},
	});
	const results = defineOperation({
		operationId: resultsId,
		...freeGet(`${path}/{${idName}}/results`),
		title: `Get ${single.title} Batch Results`,
		description: 'Read what a batch brought; the first read settles what it costs',
		// Settling is idempotent: reading again never charges again.
		input: z.object({
			...id,
			page,
			limit: pageSize(1000, 100),
		}),
		output: answer({
			...named,
			...totalItems,
			[done]: output.integer('Processed Items').optional(),
			results: output.list('Results', entry).optional(),
			...more.results,
		}),
		entry,
		derived: single.derived,
		simplified: simplifiedOf(single, entry),
		paging: { entries: 'results', size: 'limit', maxSize: 1000, hasMore: hasMoreResults },
		outcome: (data: Data) => ({ found: true, reason: `The batch is ${String(data.status)}` }),
		example: {
			input: { [idName]: EXAMPLE_ID },
			data: {
				batchId: EXAMPLE_ID,
				status: 'completed',
				totalItems: 1,
				[done]: 1,
				results: [entry.parse(single.example.data)],
			},
		},
	});
	const { toBody, keyOfInput, keysOfResult, mayCostLess } = product;
	const { callsBack = true, namesRows = true } = product;
	return {
		product: product.product,
		title: product.title,
		single,
		startedBy: single,
		submit: submit as Operation,
		status: status as Operation,
		results: results as Operation,
		idName,
		maxRows,
		callsBack,
		namesRows,
		mayCostLess,
		toBody: toBody as Batch['toBody'],
		keyOfInput: keyOfInput as Batch['keyOfInput'],
		keysOfResult: keysOfResult as Batch['keysOfResult'],
		toProgress,
		totalOf: (data) => numberIn(data.totalItems),
		idOf: idIn,
		outcome: (entry) => single.outcome(entry),
	};
}

/** What was asked for, so that results can be joined with the rows, and what a lookup shows. */
const simplifiedOf = (single: Operation, { shape }: z.ZodObject): string[] =>
	[...new Set([...Object.keys(single.input.shape), ...simplifiedKeys(single)])].filter(
		(key) => key in shape || key in (single.derived ?? {}),
	);

const countOf = (body: Data): number =>
	Object.values(body).reduce<number>(
		(sum, value) => sum + (Array.isArray(value) ? value.length : 0),
		0,
	);

/** Phone jobs name their ID otherwise in some places. */
const idIn = ({ batchId, jobId, id }: Data): string | undefined =>
	[batchId, jobId, id].find((value): value is string => typeof value === 'string' && value !== '');

const numberIn = (value: unknown) => (typeof value === 'number' ? value : undefined);

function toProgress({ status, progress, processedItems, totalItems }: Data): Progress {
	const text = String(status ?? '').toLowerCase();
	const hasEnded = /^(?:completed|done|partial|failed|cancell?ed)$/.test(text);
	const total = numberIn(totalItems);
	const done = numberIn(processedItems);
	const percent =
		numberIn(progress) ?? (done !== undefined && total ? (100 * done) / total : undefined);
	return {
		state: !hasEnded ? 'running' : /^(?:failed|cancell?ed)$/.test(text) ? 'failed' : 'completed',
		status: text,
		...(percent !== undefined && { percent }),
		...(total !== undefined && { total }),
	};
}

/**
 * Neither a short page nor an empty one need be the last: misses may be left out of a page, and the
 * API may give fewer than were asked for.
 */
function hasMoreResults({ data, page, pageSize, read, count }: PageRead<Data>): boolean {
	const total = numberIn(data.totalItems);
	if (total === undefined) return count > 0;
	return read < total && (count > 0 || page * pageSize < total);
}

/** What is asked and what is answered may be spelled differently; both are compared in this form. */
const keyText = (value: unknown): string | undefined =>
	(typeof value === 'string' && value.normalize('NFC').trim().toLowerCase()) || undefined;

function hostOf(value: unknown, toUrl: (text: string) => string): string | undefined {
	const text = keyText(value);
	try {
		return text && new URL(toUrl(text)).hostname;
	} catch {
		return text;
	}
}
const domainKey = (value: unknown) => hostOf(value, (text) => `http://${text}`);
const ipKey = (value: unknown) =>
	hostOf(value, (text) => (text.includes(':') ? `http://[${text}]` : `http://${text}`));

/** Profiles are the same on all of the site's hosts. */
function profileKey(value: unknown): string | undefined {
	const text = keyText(value);
	try {
		const path = text && new URL(/^https?:/.test(text) ? text : `https://${text}`).pathname;
		return path && keyText(decodeURIComponent(path).replace(/\/+$/, ''));
	} catch {
		return text;
	}
}

const leadKey = ({
	firstName,
	lastName,
	domain,
}: Partial<Record<string, unknown>>): string | undefined => {
	const parts = [keyText(firstName), keyText(lastName), domainKey(domain)];
	return parts.every((part) => part !== undefined) ? parts.join('\n') : undefined;
};
const known = (...keys: (string | undefined)[]): string[] =>
	keys.filter((key) => key !== undefined);

export const emailFinderBatch = batchOf({
	single: findEmail,
	product: 'emailFinder',
	title: 'Email Finder',
	ids: ['batchFindEmails', 'getEmailFinderBatchStatus', 'getEmailFinderBatchResults'],
	path: '/email-finder/batch',
	input: z.object({
		leads: z.array(findEmail.input).min(1).max(MAX_ROWS).meta({ title: 'Leads' }),
		webhookUrl,
	}),
	done: 'processedCount',
	toBody: (inputs) => ({ leads: [...inputs] }),
	keyOfInput: leadKey,
	keysOfResult: (result) => known(leadKey(result)),
});

export const emailValidationBatch = batchOf({
	single: validateEmail,
	product: 'emailValidation',
	title: 'Email Validation',
	ids: ['batchValidateEmails', 'getEmailValidationBatchStatus', 'getEmailValidationBatchResults'],
	path: '/email-validation/batch',
	input: z.object({ emails: emails(MAX_ROWS, z.string().min(1)), webhookUrl }),
	done: 'processedCount',
	toBody: (inputs) => ({ emails: inputs.map(({ email }) => email) }),
	keyOfInput: ({ email }) => keyText(email),
	keysOfResult: ({ email }) => known(keyText(email)),
});

export const phonesBatch = batchOf({
	single: phoneLookup,
	mayCostLess: true,
	product: 'phones',
	title: 'Phones',
	ids: ['createPhoneBulkJob', 'getPhoneBulkJobStatus', 'getPhoneBulkJobResults'],
	path: '/reverse-lookup/phones/bulk',
	idName: 'jobId',
	input: z.object({
		emails: z.array(strictEmail).max(MAX_ROWS).meta({ title: 'Emails' }).optional(),
		linkedins: z
			.array(z.string().max(500))
			.max(MAX_ROWS)
			.meta({ title: 'LinkedIn Profile URLs' })
			.optional(),
		webhookUrl,
	}),
	done: 'processedItems',
	more: { submit: message, results: counts },
	entry: z.object({
		...optional(output.text, { email: 'Email', linkedin: 'LinkedIn Profile URL' }),
		...phoneLookup.output.partial().shape,
		...optional(output.text, 'error'),
	}),
	// One item per row: an email says more than a profile when a row has both.
	toBody: (inputs) => {
		const addresses = inputs.flatMap(({ email }) => email || []);
		const profiles = inputs.flatMap(({ email, linkedin }) => (email ? [] : (linkedin ?? [])));
		return {
			...(addresses.length > 0 && { emails: addresses }),
			...(profiles.length > 0 && { linkedins: profiles }),
		};
	},
	keyOfInput: ({ email, linkedin }) => keyText(email) ?? profileKey(linkedin),
	keysOfResult: ({ email, linkedin }) => known(keyText(email), profileKey(linkedin)),
});

export const reverseLookupBatch = batchOf({
	single: reverseLookup,
	product: 'reverseLookup',
	title: 'Reverse Lookup',
	ids: ['bulkReverseLookup', 'getBulkLookupStatus', 'getBulkLookupResults'],
	path: '/reverse-lookup/bulk-lookup',
	input: z.object({ emails: emails(100_000, strictEmail), webhookUrl }),
	done: 'processedItems',
	more: { submit: message, results: counts },
	maxRows: 100_000,
	toBody: (inputs) => ({ emails: inputs.map(({ email }) => email) }),
	keyOfInput: ({ email }) => keyText(email),
	// The documented results do not name the address that was asked for.
	namesRows: false,
	keysOfResult: (result: Data) => known(keyText(result.email)),
});

export const ipToCompanyBatch = batchOf({
	single: ipToCompany,
	product: 'ipToCompany',
	title: 'IP to Company',
	ids: ['batchIpToCompany', 'getIpToCompanyBatchStatus', 'getIpToCompanyBatchResults'],
	path: '/ip-to-company/batch',
	input: z.object({
		ips: z.array(ipToCompany.input).min(1).max(MAX_ROWS).meta({ title: 'IP Addresses' }),
	}),
	done: 'processedCount',
	isVague: true,
	entry: ipToCompany.output
		.pick({
			searchIp: true,
			ipOrganization: true,
			ipCountryName: true,
			ipCountryCode: true,
			ipCity: true,
			ipTimezone: true,
		})
		.extend(nullable(output.text, 'ipDomain')),
	more: {
		status: {
			...optional(output.integer, { foundCount: 'Found' }),
			progress: output.integer('Progress', 'Percent').optional(),
			...optional(output.text, 'createdAt'),
			...nullable(output.text, 'completedAt'),
		},
		results: { ...pageCounts, ...optional(output.integer, { foundCount: 'Found' }) },
	},
	callsBack: false,
	toBody: (inputs) => ({ ips: [...inputs] }),
	keyOfInput: ({ ip }) => ipKey(ip),
	keysOfResult: ({ searchIp }) => known(ipKey(searchIp)),
});

export const batches = [
	emailFinderBatch,
	emailValidationBatch,
	phonesBatch,
	reverseLookupBatch,
	ipToCompanyBatch,
] as const satisfies readonly Batch[];
