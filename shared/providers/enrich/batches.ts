import * as z from 'zod';
import type { Batch } from '../../contract/batch';
import type { Absent, Data, N8nPlace, Operation, Price } from '../../contract/operation';
import { ipToCompany } from './operations/company';
import { findEmail, validateEmail } from './operations/email';
import { output } from '../../contract/fields';
import { reverseLookup } from './operations/person';
import { phoneLookup } from './operations/phone';

const MANY = 500_000;

interface Product {
	product: Batch['product'];
	single: Operation;
	/** operationIds of submit, status and results. */
	ids: [string, string, string];
	path: string;
	/** The operation for many rows, beside that for one. */
	n8n: Omit<N8nPlace, 'resource'>;
	/** The path parameter that holds the batch's ID. */
	idName?: string;
	input: z.ZodObject;
	/** What the results call how many items are done. */
	done: 'processedCount' | 'processedItems';
	most?: number;
	events?: Batch['events'];
	/** What the answers hold besides what all products' do. */
	submitAlso?: z.ZodRawShape;
	statusAlso?: z.ZodRawShape;
	resultsAlso?: z.ZodRawShape;
	/** An entry of the results; default: as the single lookup answers. */
	entry?: z.ZodObject;
	/** Nothing in the answers is documented as always there. */
	isVague?: boolean;
	toBody: Batch['toBody'];
	keyOfInput: Batch['keyOfInput'];
	keysOfResult: Batch['keysOfResult'];
	/** Default: true. */
	namesRows?: boolean;
	mayCostLess?: true;
}

const PART_OF_BATCH: Absent = {
	absent: "Offered for all products together, by 'Batch' and by the operations for many rows",
};
const COMES_WITH_JOBS: Absent = {
	absent:
		'Batches come to Zapier together with waiting for them; until then every lookup runs by itself',
};

const webhookUrl = z.url().meta({ title: 'Webhook URL' }).optional();

const emails = (most: number, address: z.ZodType) =>
	z.array(address).min(1).max(most).meta({ title: 'Emails' });

const strictEmail = z.email().max(254);

const message = { message: output.text('Message').optional() };
const counts = {
	page: output.integer('Page').optional(),
	limit: output.integer('Page Size').optional(),
	successful: output.integer('Successful').optional(),
	failed: output.integer('Failed').optional(),
};

/** The three operations of one product's batches, and how rows and results find each other. */
function batchOf(product: Product): Batch {
	const { single, ids, path, idName = 'batchId', input, done, most = MANY } = product;
	const { submitAlso, statusAlso, resultsAlso, entry = single.output, isVague } = product;
	const answer = (shape: z.ZodRawShape) => (isVague ? z.object(shape).partial() : z.object(shape));
	const [submitId, statusId, resultsId] = ids;
	const batchId = 'a1b2c3d4e5f6a7b8c9d0e1f2';
	const { resource } = single.n8n as N8nPlace;
	const shared = { n8n: PART_OF_BATCH, zapier: COMES_WITH_JOBS };
	const id = { [idName]: z.string().min(1).meta({ title: 'Batch ID', clean: 'text' }) };
	const items = {
		totalItems: output.integer('Total Items').optional(),
		processedItems: output.integer('Processed Items').optional(),
	};
	const progress = answer({
		batchId: output.text('Batch ID'),
		status: output.text('Status'),
		...items,
		progress: output.number('Progress', 'Percent').optional(),
		...statusAlso,
	});
	const page = answer({
		batchId: output.text('Batch ID'),
		status: output.text('Status'),
		totalItems: output.integer('Total Items').optional(),
		[done]: output.integer('Processed Items').optional(),
		results: output.list('Results', entry).optional(),
		...resultsAlso,
	});
	const price: Price | null = single.price && {
		...single.price,
	};
	const submit: Operation = {
		...shared,
		n8n: { resource, ...product.n8n },
		operationId: submitId,
		method: 'POST',
		path,
		title: `${single.title} in Batch`,
		description: 'Any number of rows in one batch',
		billing: 'reservesAtSubmit',
		price,
		cost: (body) => (price?.credits ?? 0) * countOf(body),
		input,
		output: answer({
			batchId: output.text('Batch ID'),
			status: output.text('Status'),
			itemCount: output.integer('Items'),
			originalCount: output.integer('Items Sent').optional(),
			duplicatesRemoved: output.integer('Duplicates Removed').optional(),
			...submitAlso,
		}),
		outcome: ({ batchId }) => ({ found: typeof batchId === 'string', reason: 'Batch started' }),
		example: {
			input: product.toBody([single.example.input]),
			data: { batchId, status: 'queued', itemCount: 1, originalCount: 1, duplicatesRemoved: 0 },
		},
	};
	const status: Operation = {
		...shared,
		operationId: statusId,
		method: 'GET',
		path: `${path}/{${idName}}`,
		title: `Get ${single.title} Batch`,
		description: 'Read how far a batch is',
		billing: 'freeRead',
		price: null,
		input: z.object(id),
		output: progress,
		outcome: (data) => ({ found: true, reason: `The batch is ${String(data.status)}` }),
		example: {
			input: { [idName]: batchId },
			data: { batchId, status: 'processing', totalItems: 100, processedItems: 50, progress: 50 },
		},
	};
	const results: Operation = {
		...shared,
		operationId: resultsId,
		method: 'GET',
		path: `${path}/{${idName}}/results`,
		title: `Get ${single.title} Batch Results`,
		description: 'Read what a batch brought; the first read settles what it costs',
		// Settling is idempotent: reading again never charges again.
		billing: 'freeRead',
		price: null,
		input: z.object({
			...id,
			page: z.int().min(1).default(1).meta({ title: 'Page' }),
			limit: z.int().min(1).max(1000).default(100).meta({ title: 'Page Size' }),
		}),
		output: page,
		entry,
		outcome: (data) => ({ found: true, reason: `The batch is ${String(data.status)}` }),
		example: {
			input: { [idName]: batchId },
			data: {
				batchId,
				status: 'completed',
				totalItems: 1,
				[done]: 1,
				results: [entry.parse(single.example.data)],
			},
		},
	};
	const { events, toBody, keyOfInput, keysOfResult, namesRows = true, mayCostLess } = product;
	const operations = { single, submit, status, results };
	const keys = { keyOfInput, keysOfResult, namesRows };
	return {
		product: product.product,
		...operations,
		...keys,
		idName,
		events,
		maxRows: most,
		toBody,
		mayCostLess,
	};
}

const countOf = (body: Data): number =>
	Object.values(body).reduce<number>(
		(sum, value) => sum + (Array.isArray(value) ? value.length : 0),
		0,
	);

/** What is asked and what is told may be spelled differently; both are compared in this form. */
const plain = (value: unknown): string | undefined =>
	(typeof value === 'string' && value.normalize('NFC').trim().toLowerCase()) || undefined;

function hostOf(value: unknown, toUrl: (text: string) => string): string | undefined {
	const text = plain(value);
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
	const text = plain(value);
	try {
		const path = text && new URL(/^https?:/.test(text) ? text : `https://${text}`).pathname;
		return path && plain(decodeURIComponent(path).replace(/\/+$/, ''));
	} catch {
		return text;
	}
}

const leadKey = ({ firstName, lastName, domain }: Data): string | undefined => {
	const parts = [plain(firstName), plain(lastName), domainKey(domain)];
	return parts.every((part) => part !== undefined) ? parts.join('\n') : undefined;
};
const known = (...keys: (string | undefined)[]): string[] =>
	keys.filter((key) => key !== undefined);

export const batches: readonly Batch[] = [
	batchOf({
		single: findEmail,
		n8n: { operation: 'findMany', name: 'Find Many', action: 'Find work emails of many people' },
		product: 'emailFinder',
		ids: ['batchFindEmails', 'getEmailFinderBatchStatus', 'getEmailFinderBatchResults'],
		path: '/email-finder/batch',
		events: { result: 'webhook:finder_lookup.completed', end: 'finder.completed' },
		input: z.object({
			leads: z.array(findEmail.input).min(1).max(MANY).meta({ title: 'Leads' }),
			webhookUrl,
		}),
		done: 'processedCount',
		toBody: (inputs) => ({ leads: inputs }),
		keyOfInput: leadKey,
		keysOfResult: (result) => known(leadKey(result)),
	}),
	batchOf({
		single: validateEmail,
		n8n: {
			operation: 'validateMany',
			name: 'Validate Many',
			action: 'Validate many email addresses',
		},
		product: 'emailValidation',
		ids: ['batchValidateEmails', 'getEmailValidationBatchStatus', 'getEmailValidationBatchResults'],
		path: '/email-validation/batch',
		events: { result: 'webhook:email_lookup.completed', end: 'validation.completed' },
		input: z.object({ emails: emails(MANY, z.string().min(1)), webhookUrl }),
		done: 'processedCount',
		toBody: (inputs) => ({ emails: inputs.map(({ email }) => email) }),
		keyOfInput: ({ email }) => plain(email),
		keysOfResult: ({ email }) => known(plain(email)),
	}),
	batchOf({
		single: phoneLookup,
		mayCostLess: true,
		n8n: { operation: 'findMany', name: 'Find Many', action: 'Find phone numbers of many people' },
		product: 'phones',
		ids: ['createPhoneBulkJob', 'getPhoneBulkJobStatus', 'getPhoneBulkJobResults'],
		path: '/reverse-lookup/phones/bulk',
		events: { result: 'webhook:phone_result.completed', end: 'webhook:phone_completion.completed' },
		idName: 'jobId',
		input: z.object({
			emails: z.array(strictEmail).max(MANY).meta({ title: 'Emails' }).optional(),
			linkedins: z
				.array(z.string().max(500))
				.max(MANY)
				.meta({ title: 'LinkedIn Profile URLs' })
				.optional(),
			webhookUrl,
		}),
		done: 'processedItems',
		submitAlso: message,
		resultsAlso: counts,
		entry: z.object({
			email: output.text('Email').optional(),
			linkedin: output.text('LinkedIn Profile URL').optional(),
			...phoneLookup.output.partial().shape,
			error: output.text('Error').optional(),
		}),
		// One item per row: an email says more than a profile when a row has both.
		toBody: (inputs) => {
			const addresses = inputs.map(({ email }) => email).filter(Boolean);
			const profiles = inputs.filter(({ email }) => !email).map(({ linkedin }) => linkedin);
			return {
				...(addresses.length > 0 && { emails: addresses }),
				...(profiles.length > 0 && { linkedins: profiles }),
			};
		},
		keyOfInput: ({ email, linkedin }) => plain(email) ?? profileKey(linkedin),
		keysOfResult: ({ email, linkedin }) => known(plain(email), profileKey(linkedin)),
	}),
	batchOf({
		single: reverseLookup,
		n8n: {
			operation: 'findManyByEmail',
			name: 'Find Many by Email',
			action: 'Find many people by email',
		},
		product: 'reverseLookup',
		ids: ['bulkReverseLookup', 'getBulkLookupStatus', 'getBulkLookupResults'],
		path: '/reverse-lookup/bulk-lookup',
		events: { result: 'webhook:email_result.completed', end: 'webhook:email_completion.completed' },
		input: z.object({ emails: emails(100_000, strictEmail), webhookUrl }),
		done: 'processedItems',
		submitAlso: message,
		resultsAlso: counts,
		most: 100_000,
		toBody: (inputs) => ({ emails: inputs.map(({ email }) => email) }),
		keyOfInput: ({ email }) => plain(email),
		// The documented results do not name the address that was asked for.
		namesRows: false,
		keysOfResult: ({ email }) => known(plain(email)),
	}),
	batchOf({
		single: ipToCompany,
		n8n: {
			operation: 'findManyByIp',
			name: 'Find Many by IP',
			action: 'Find many companies by IP address',
		},
		product: 'ipToCompany',
		ids: ['batchIpToCompany', 'getIpToCompanyBatchStatus', 'getIpToCompanyBatchResults'],
		path: '/ip-to-company/batch',
		input: z.object({
			ips: z.array(ipToCompany.input).min(1).max(MANY).meta({ title: 'IP Addresses' }),
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
			.extend({ ipDomain: output.text('IP Domain').nullable().optional() }),
		statusAlso: {
			foundCount: output.integer('Found').optional(),
			progress: output.integer('Progress', 'Percent').optional(),
			createdAt: output.text('Created At').optional(),
			completedAt: output.text('Completed At').nullable().optional(),
		},
		resultsAlso: {
			foundCount: output.integer('Found').optional(),
			page: output.integer('Page').optional(),
			limit: output.integer('Page Size').optional(),
		},
		toBody: (inputs) => ({ ips: inputs }),
		keyOfInput: ({ ip }) => ipKey(ip),
		keysOfResult: ({ searchIp }) => known(ipKey(searchIp)),
	}),
];

/** The batch that a submit starts; undefined: it is no submit. */
export const batchStartedBy = (operation: Operation): Batch | undefined =>
	batches.find(({ submit }) => submit === operation);

/** All operations of all batches, for the registry. */
export const batchOperations: readonly Operation[] = batches.flatMap(
	({ submit, status, results }) => [submit, status, results],
);
