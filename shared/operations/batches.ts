import * as z from 'zod/v4';
import type { Batch } from '../batch';
import type { Absent, Data, Operation, Price } from '../operation';
import { ipToCompany } from './company';
import { findEmail, validateEmail } from './email';
import { output } from './fields';
import { reverseLookup } from './person';
import { phoneLookup } from './phone';

const MANY = 500_000;

interface Product {
	single: Operation;
	/** operationIds of submit, status and results. */
	ids: [string, string, string];
	path: string;
	/** The path parameter that holds the batch's ID. */
	idName?: string;
	input: z.ZodObject;
	/** What the results call how many items are done. */
	done: 'processedCount' | 'processedItems';
	most?: number;
	events?: Batch['events'];
	toBody: Batch['toBody'];
	keyOfInput: Batch['keyOfInput'];
	keyOfResult: Batch['keyOfResult'];
	/** Default: true. */
	namesRows?: boolean;
}

const COMES_LATER: Absent = {
	absent:
		'Batches come to this platform together with waiting for them; until then every lookup runs by itself',
};

const webhookUrl = z.url().meta({ title: 'Webhook URL' }).optional();

const emails = (most: number, address: z.ZodType) =>
	z.array(address).min(1).max(most).meta({ title: 'Emails' });

const strictEmail = z.email().max(254);

/** The three operations of one product's batches, and how rows and results find each other. */
function batchOf(product: Product): Batch {
	const { single, ids, path, idName = 'batchId', input, done, most = MANY, ...mapping } = product;
	const [submitId, statusId, resultsId] = ids;
	const batchId = 'a1b2c3d4e5f6a7b8c9d0e1f2';
	const shared = { n8n: COMES_LATER, zapier: COMES_LATER };
	const id = { [idName]: z.string().min(1).meta({ title: 'Batch ID', clean: 'text' }) };
	const counts = {
		totalItems: output.integer('Total Items').optional(),
		processedItems: output.integer('Processed Items').optional(),
	};
	const progress = z.object({
		batchId: output.text('Batch ID'),
		status: output.text('Status'),
		...counts,
		progress: output.number('Progress', 'Percent').optional(),
	});
	const page = z.object({
		batchId: output.text('Batch ID'),
		status: output.text('Status'),
		totalItems: output.integer('Total Items').optional(),
		[done]: output.integer('Processed Items').optional(),
		results: output.list('Results', single.output).optional(),
	});
	const price: Price | null = single.price && {
		...single.price,
		free: `${single.price.free}. The full price is reserved at the start, and the rest refunded with the results`,
	};
	const submit: Operation = {
		...shared,
		operationId: submitId,
		method: 'POST',
		path,
		title: `${single.title} in Batch`,
		description: `${single.description}, for many rows as one job`,
		billing: 'reservesAtSubmit',
		price,
		cost: (body) => (price?.credits ?? 0) * countOf(body),
		input,
		output: z.object({
			batchId: output.text('Batch ID'),
			status: output.text('Status'),
			itemCount: output.integer('Items'),
			originalCount: output.integer('Items Sent').optional(),
			duplicatesRemoved: output.integer('Duplicates Removed').optional(),
		}),
		verdict: ({ batchId }) => ({ found: typeof batchId === 'string', reason: 'Batch started' }),
		example: {
			input: mapping.toBody([single.example.input]),
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
		verdict: (data) => ({ found: true, reason: `The batch is ${String(data.status)}` }),
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
		entry: single.output,
		verdict: (data) => ({ found: true, reason: `The batch is ${String(data.status)}` }),
		example: {
			input: { [idName]: batchId },
			data: {
				batchId,
				status: 'completed',
				totalItems: 1,
				[done]: 1,
				results: [single.example.data],
			},
		},
	};
	return { namesRows: true, single, submit, status, results, idName, most, ...mapping };
}

const countOf = (body: Data): number =>
	Object.values(body).reduce<number>(
		(sum, value) => sum + (Array.isArray(value) ? value.length : 0),
		0,
	);

const lower = (...values: unknown[]): string | undefined =>
	values.every((value) => typeof value === 'string') ? values.join('\n').toLowerCase() : undefined;

export const batches: readonly Batch[] = [
	batchOf({
		single: findEmail,
		ids: ['batchFindEmails', 'getEmailFinderBatchStatus', 'getEmailFinderBatchResults'],
		path: '/email-finder/batch',
		events: { result: 'webhook:finder_lookup.completed', end: 'finder.completed' },
		input: z.object({
			leads: z.array(findEmail.input).min(1).max(MANY).meta({ title: 'Leads' }),
			webhookUrl,
		}),
		done: 'processedCount',
		toBody: (inputs) => ({ leads: inputs }),
		keyOfInput: ({ firstName, lastName, domain }) => lower(firstName, lastName, domain),
		keyOfResult: ({ firstName, lastName, domain }) => lower(firstName, lastName, domain),
	}),
	batchOf({
		single: validateEmail,
		ids: ['batchValidateEmails', 'getEmailValidationBatchStatus', 'getEmailValidationBatchResults'],
		path: '/email-validation/batch',
		events: { result: 'webhook:email_lookup.completed', end: 'validation.completed' },
		input: z.object({ emails: emails(MANY, z.string().min(1)), webhookUrl }),
		done: 'processedCount',
		toBody: (inputs) => ({ emails: inputs.map(({ email }) => email) }),
		keyOfInput: ({ email }) => lower(email),
		keyOfResult: ({ email }) => lower(email),
	}),
	batchOf({
		single: phoneLookup,
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
		// One item per row: an email says more than a profile when a row has both.
		toBody: (inputs) => {
			const addresses = inputs.map(({ email }) => email).filter(Boolean);
			const profiles = inputs.filter(({ email }) => !email).map(({ linkedin }) => linkedin);
			return {
				...(addresses.length > 0 && { emails: addresses }),
				...(profiles.length > 0 && { linkedins: profiles }),
			};
		},
		keyOfInput: ({ email, linkedin }) => lower(email) ?? (linkedin as string | undefined),
		keyOfResult: ({ email, linkedin }) =>
			lower(email) ?? (typeof linkedin === 'string' ? linkedin : undefined),
	}),
	batchOf({
		single: reverseLookup,
		ids: ['bulkReverseLookup', 'getBulkLookupStatus', 'getBulkLookupResults'],
		path: '/reverse-lookup/bulk-lookup',
		events: { result: 'webhook:email_result.completed', end: 'webhook:email_completion.completed' },
		input: z.object({ emails: emails(100_000, strictEmail), webhookUrl }),
		done: 'processedItems',
		most: 100_000,
		toBody: (inputs) => ({ emails: inputs.map(({ email }) => email) }),
		keyOfInput: ({ email }) => lower(email),
		// The documented results do not name the address that was asked for.
		namesRows: false,
		keyOfResult: ({ email }) => lower(email),
	}),
	batchOf({
		single: ipToCompany,
		ids: ['batchIpToCompany', 'getIpToCompanyBatchStatus', 'getIpToCompanyBatchResults'],
		path: '/ip-to-company/batch',
		input: z.object({
			ips: z.array(ipToCompany.input).min(1).max(MANY).meta({ title: 'IP Addresses' }),
		}),
		done: 'processedCount',
		toBody: (inputs) => ({ ips: inputs }),
		keyOfInput: ({ ip }) => lower(ip),
		keyOfResult: ({ searchIp }) => lower(searchIp),
	}),
];

/** All operations of all batches, for the registry. */
export const batchOperations: readonly Operation[] = batches.flatMap(
	({ submit, status, results }) => [submit, status, results],
);
