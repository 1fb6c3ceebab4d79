/** Lists that the editor reads while somebody fills in a step. */
import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import { isRecord } from '../../shared/contract/data';
import { type FormField, inputFields } from '../../shared/contract/form';
import type { Choice } from '../../shared/contract/provider';
import { toConnectorError } from '../../shared/errors/ConnectorError';
import { plain } from '../../shared/input/nearest';
import { clientOf } from './client';
import { type NodeKit, placedOperations } from './kit';

/** The list for a row of 'More Filters': that of the filter chosen there. */
export const VALUES_OF_FILTER = 'valuesOfFilter';

/** The method that lists the values of a field. */
export const listMethodOf = ({ valuesFrom = '', key }: FormField): string => `${valuesFrom}-${key}`;

/** What a resource locator holds; anything else is the value itself. */
export const chosenValue = (value: unknown): unknown =>
	isRecord(value) && value.__rl === true ? value.value : value;

const nested = (field: FormField): FormField[] => [field, ...(field.fields ?? []).flatMap(nested)];

type LoadOptions = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;
type ListSearch = (this: ILoadOptionsFunctions, search?: string) => Promise<INodeListSearchResult>;

/** The `methods` of a provider's action node. */
export function methodsOf(kit: NodeKit) {
	const fields = new Map<string, FormField>();
	for (const { operation } of placedOperations(kit))
		for (const field of inputFields(operation).flatMap(nested))
			if (field.valuesFrom) fields.set(listMethodOf(field), field);
	const loadOptions: Record<string, LoadOptions> = {};
	const listSearch: Record<string, ListSearch> = {
		async [VALUES_OF_FILTER](search) {
			const key = this.getCurrentNodeParameter('&filter');
			const field = [...fields.values()].find((one) => one.key === key);
			return { results: await listed(this, kit, field, search) };
		},
	};
	for (const [name, field] of fields) {
		loadOptions[name] = async function () {
			return await listed(this, kit, field);
		};
		listSearch[name] = async function (search) {
			return { results: await listed(this, kit, field, search) };
		};
	}
	return { loadOptions, listSearch };
}

/** Never fails: what keeps a list from being read stands in its place. */
async function listed(
	context: ILoadOptionsFunctions,
	kit: NodeKit,
	field: FormField | undefined,
	search = '',
): Promise<INodePropertyOptions[]> {
	const list = field && kit.provider.valueLists?.[field.valuesFrom ?? ''];
	if (!list) return [note('This filter has no list: type the value')];
	try {
		const client = await clientOf(context, kit, { isAside: true, maxWaitMs: 10_000 });
		const choices = await list.read(client, field.key, search);
		const found = choices.filter(
			({ label }) => list.isSearched || plain(label).includes(plain(search)),
		);
		if (found.length > 0) return found.map(toOption);
		return [
			note(list.isSearched && search.length < 2 ? 'Type two letters or more' : 'Nothing found'),
		];
	} catch (thrown) {
		const hasNone = !context.getNode().credentials?.[kit.credentialType];
		return [note(hasNone ? 'Choose a credential first' : toConnectorError(thrown).message)];
	}
}

const toOption = ({ value, label, description }: Choice): INodePropertyOptions => ({
	name: label,
	value,
	...(description && { description }),
});

/** Chosen all the same, it is no value. */
const note = (name: string): INodePropertyOptions => ({ name, value: '' });
