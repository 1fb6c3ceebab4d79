import * as z from 'zod';
import { output } from '../../../contract/fields';
import { defineOperation, freeGet } from '../../../contract/operation';
import { metaOf } from '../../../contract/schema';
import { leadFilters } from './leadFilters';

/** Filters that may have a list. */
const listed = Object.entries<z.ZodType>(leadFilters.shape)
	.filter(([, field]) => metaOf(field).valuesFrom === 'filterOptions')
	.map(([key]) => key);

export const getFilterOptions = defineOperation({
	operationId: 'getFilterOptions',
	...freeGet('/lead-finder/filter-options'),
	title: 'Get Lead Filter Options',
	description: 'Get the values that the filters of a lead search know, by filter',
	input: z.object({}),
	output: z.object({}).catchall(z.array(z.string())),
	mayHold: listed,
	outcome: () => ({ found: true, reason: 'Values of the filters' }),
	example: {
		input: {},
		data: {
			countryName: ['United States', 'United Kingdom', 'Germany'],
			jobFunction: ['Engineering', 'Marketing', 'Sales'],
			jobLevel: ['C-Suite', 'VP', 'Director', 'Manager'],
			industrySicDescription: ['Computer Processing & Data Preparation'],
		},
	},
});

export const suggestCompanyNames = defineOperation({
	operationId: 'suggestCompanyNames',
	...freeGet('/lead-finder/suggest'),
	title: 'Suggest Company Names',
	description: 'List the company names that begin with some letters',
	input: z.object({
		q: z.string().meta({
			title: 'Begins With',
			description: 'At least 2 letters',
			examples: ['Stri'],
			normalize: 'text',
		}),
		limit: z
			.int()
			.meta({ title: 'Max Suggestions', description: '1 to 50', initial: 20, normalize: 'number' })
			.optional(),
	}),
	output: z.object({ values: output.texts('Company Names') }),
	outcome: ({ values = [] }) => ({
		found: values.length > 0,
		reason: values.length > 0 ? 'Company names found' : 'No company name begins like this',
	}),
	example: { input: { q: 'Stri', limit: 20 }, data: { values: ['Stripe', 'Strivr'] } },
});
