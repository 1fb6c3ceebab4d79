import * as z from 'zod';
import { fields, input, output } from '../../../contract/fields';
import { defineOperation, freeDelete, freeGet, freePost } from '../../../contract/operation';
import { checksValues, leadFilters, technology } from './leadFilters';

const filters = leadFilters.meta({ title: 'Filters' });

const savedSearch = z.object({
	...fields(output.text, 'id name'),
	filters,
	...fields(output.dateTime, 'createdAt updatedAt'),
});
const shown = ['id', 'name', 'createdAt', 'updatedAt'] satisfies (keyof typeof savedSearch.shape)[];
const example = {
	id: '665e0b2f4a6d8c001abc1234',
	name: 'VPs of Sales in Germany',
	filters: { jobTitle: ['VP of Sales'], countryName: ['Germany'] },
	createdAt: '2026-06-03T14:30:00.000Z',
	updatedAt: '2026-06-03T14:30:00.000Z',
};

export const createSavedSearch = defineOperation({
	operationId: 'createSavedSearch',
	...freePost('/lead-finder/saved'),
	title: 'Save Lead Search',
	description: 'Save the filters of a lead search under a name',
	extras: { technology, checksValues },
	extrasStandFor: ['filters'],
	input: z.object({ name: input.text('Name', 100, { examples: [example.name] }), filters }),
	output: savedSearch,
	simplified: shown,
	outcome: () => ({ found: true, reason: 'Search saved' }),
	example: { input: { name: example.name, filters: example.filters }, data: example },
});

export const listSavedSearches = defineOperation({
	operationId: 'listSavedSearches',
	...freeGet('/lead-finder/saved'),
	title: 'List Saved Searches',
	description: "List the lead searches that were saved; 'Raw' output holds their filters too",
	input: z.object({}),
	output: z.object({ savedSearches: output.list('Saved Searches', savedSearch) }),
	entry: savedSearch,
	answers: 'list',
	paging: { entries: 'savedSearches' },
	simplified: shown,
	outcome: ({ savedSearches = [] }) => ({
		found: savedSearches.length > 0,
		reason: 'Saved searches',
	}),
	example: { input: {}, data: { savedSearches: [example] } },
});

export const deleteSavedSearch = defineOperation({
	operationId: 'deleteSavedSearch',
	...freeDelete('/lead-finder/saved/{id}'),
	title: 'Delete Saved Search',
	description: 'Delete a saved lead search; only its owner can',
	input: z.object({
		id: input.id('Saved Search', { valuesFrom: 'savedSearches', examples: [example.id] }),
	}),
	output: z.object({ deleted: z.literal(true).meta({ title: 'Deleted' }) }),
	outcome: () => ({ found: true, reason: 'Search deleted' }),
	example: { input: { id: example.id }, data: { deleted: true } },
});
