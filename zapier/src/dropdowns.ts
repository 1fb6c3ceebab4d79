import type { Trigger } from 'zapier-platform-core';
import { type FormField, inputFields } from '../../shared/contract/form';
import type { ValueList } from '../../shared/contract/provider';
import { enrich } from '../../shared/providers/enrich';
import { dropdownKey, hasDropdown } from './inputs';
import { offeredAs } from './placement';
import { pollingTrigger } from './pollingTrigger';

/** Fields of groups that have no field of their own have no dropdown either. */
const shown = (field: FormField): FormField[] =>
	field.type === 'group'
		? (field.fields ?? []).filter(({ common }) => common).flatMap(shown)
		: [field];

const fields = new Map(
	[...offeredAs('search'), ...offeredAs('create')]
		.flatMap(({ operation }) => inputFields(operation).flatMap(shown))
		.filter(hasDropdown)
		.map((field) => [dropdownKey(field), field]),
);

/** Reading what a dropdown offers is free. */
function dropdown(key: string, { key: fieldKey, title, valuesFrom = '' }: FormField): Trigger {
	const { read } = (enrich.valueLists as Record<string, ValueList>)[valuesFrom] as ValueList;
	const noun = title.replace(/[^A-Za-z ]/g, '').trim();
	return pollingTrigger(
		{
			...{ kind: 'trigger', key, noun, label: `New ${noun}` },
			description: `Triggers when Enrich lists another ${noun.toLowerCase()}.`,
		},
		{
			poll: async (client) =>
				(await read(client, fieldKey, '')).map(({ value, label }) => ({ id: value, name: label })),
			outputFields: [
				{ key: 'id', label: 'Value', type: 'string' },
				{ key: 'name', label: 'Name', type: 'string' },
			],
			sample: { id: 'example', name: 'Example' },
		},
		{ isHidden: true },
	);
}

/** The hidden triggers that fill dropdowns from the API's own lists, by key. */
export const dropdowns: Record<string, Trigger> = Object.fromEntries(
	[...fields].map(([key, field]) => [key, dropdown(key, field)]),
);
