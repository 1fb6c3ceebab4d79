/** What must hold of the description of every provider's action node. */
import type { INodeProperties, INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';
import { type FormField, inputFields } from '../../shared/contract/form';
import type { Operation, Price } from '../../shared/contract/operation';
import { requiredKeys } from '../../shared/contract/schema';
import { isCriteria } from '../../nodes/shared/criteria';
import type { PlacedOperation } from '../../nodes/shared/kit';
import { freeEntries } from '../../shared/rows/freeEntries';

const EXPENSIVE = 100;

export type Chosen = Record<string, unknown>;
/** As n8n decides it; `@tool` is whether the node is a tool of an AI agent. */
export function isShown({ displayOptions = {} }: INodeProperties, chosen: Chosen): boolean {
	const all: Chosen = { '@tool': false, ...chosen };
	const holds = ([name, values]: [string, unknown]) =>
		(values as unknown[]).includes(all[name.replace(/^\//, '')]);
	const { show = {}, hide = {} } = displayOptions;
	return Object.entries(show).every(holds) && !Object.entries(hide).some(holds);
}

const priceIn = (price: Price | null) => {
	if (!price) return 'Free';
	return price.credits === null ? 'not documented' : `${price.credits} credit`;
};

/** One or another field is needed, so that somebody has to choose. */
const hasWays = ({ input, alternatives = {}, needsOneOf = [] }: Operation) =>
	needsOneOf.length > 0 ||
	Object.values(alternatives).some(({ fills }) =>
		fills.some((key) => requiredKeys(input).includes(key)),
	);

/** The names of the parameters that stand for a field; of filters those at hand, and the list of all others. */
function shownAs(field: FormField): string[] {
	if (field.isSetting) return [];
	if (!isCriteria(field)) return [field.key];
	const first = (field.fields ?? []).filter(({ common }) => typeof common === 'number');
	const names = first.map(({ key, range }) => (range ? key.replace(/M..$/, 'Range') : key));
	return ['filtersBy', 'moreFilters', ...new Set(names)];
}

export function checkActionNode(
	placed: readonly PlacedOperation[],
	described: () => INodeTypeDescription,
	credentialName: () => string,
): void {
	/** What the editor shows with these choices. */
	const shown = (chosen: Chosen) =>
		described().properties.filter((property) => isShown(property, chosen));
	const named = (name: string, chosen: Chosen) =>
		shown(chosen).filter((property) => property.name === name);

	/** Every parameter, those within collections too. */
	const all = (properties: INodeProperties[] = described().properties): INodeProperties[] =>
		properties.flatMap((property) => [
			property,
			...(property.type === 'collection' ? all(property.options as INodeProperties[]) : []),
		]);
	const labelsOf = ({ options = [] }: INodeProperties) =>
		options.map((option) => ('displayName' in option ? option.displayName : option.name));

	describe.each(placed.map((one) => [one.operation.operationId, one] as const))(
		'%s',
		(_, { operation, resource, value, batch, followUp }) => {
			const { price, paging } = operation;
			const isMany = batch !== undefined;
			const chosen = { resource, operation: value };

			test('is offered, with an action, help and its price', () => {
				const [resources] = named('resource', {});
				expect((resources!.options as INodePropertyOptions[]).map(({ value }) => value)).toContain(
					resource,
				);
				const [list, ...others] = named('operation', { resource });
				expect(others).toEqual([]);
				const option = (list!.options as INodePropertyOptions[]).find(
					(one) => one.value === value,
				)!;
				expect(option.name).not.toContain(operation.title);
				expect(option.action).toMatch(/^[A-Z][^.]*[^.]$/);
				expect(option.action).not.toMatch(/\b(?:a|an|the)\b/i);
				const noun = {
					person: 'person|people',
					company: 'compan(?:y|ies)',
					companyFollower: 'company followers',
					savedSearch: 'saved search',
				}[resource];
				expect(option.action).toMatch(new RegExp(noun ?? resource, 'i'));
				expect(option.description).toContain(priceIn(price));
			});

			test('shows its own fields once, and no field of another operation', () => {
				const names = shown({
					...chosen,
					filtersBy: 'fields',
					returnAll: false,
					output: 'selected',
				}).map(({ name }) => name);
				expect(new Set(names).size).toBe(names.length);
				const expected = [
					'resource',
					'operation',
					...(price && (price.credits ?? Infinity) >= EXPENSIVE ? ['priceNotice'] : []),
					...(hasWays(operation) ? ['waysNotice'] : []),
					...inputFields(operation).flatMap(shownAs),
					...(freeEntries(operation) !== undefined ? ['payForMore'] : []),
					...(operation.operationId === 'searchLeads' ? ['reveal'] : []),
					...(/^(?:reveal|enrich)Leads$/.test(operation.operationId) ? ['waitForLeads'] : []),
					...(paging && !paging.isAsAsked ? ['returnAll', 'limit'] : []),
					...(paging?.newestFirstBy ? ['from', 'to'] : []),
					...(operation.simplified || price ? ['output', 'outputFields'] : []),
					...(followUp ? ['waiting'] : []),
					...((followUp?.results ?? operation).answers === 'csv' ? ['fileAs'] : []),
					...(price && !operation.neverMisses ? ['notFound'] : []),
					'options',
				];
				expect(names.sort()).toEqual(expected.sort());
			});

			test('offers only the options that mean something for it', () => {
				const [options] = named('options', chosen);
				const names = (options!.options as INodeProperties[])
					.filter((option) => isShown(option, chosen))
					.map(({ name }) => name);
				const forAll = ['includeInputFields', 'maxWait', 'resultField', 'timeout'];
				expect(names.sort()).toEqual(
					[
						...forAll,
						...inputFields(operation).flatMap(({ key, isSetting }) => (isSetting ? key : [])),
						...(price
							? [
									'maxCredits',
									'trailField',
									...(operation.verdict || operation.grade ? ['acceptOnly'] : []),
									...(paging ? [] : ['keepExisting']),
									'maxCreditsFor',
									'onFailedRows',
									'onlyEstimate',
									'providerField',
									'skipIfFilled',
								]
							: []),
						...(price ? ['reuseHours'] : []),
						...(isMany ? ['format', 'waiting'] : []),
						...(batch?.namesRows ? ['lookUp'] : []),
						...(batch?.callsBack ? ['callbackUrl'] : []),
					].sort(),
				);
			});
		},
	);

	test.each(
		placed
			.filter(({ operation }) => operation.price)
			.map((one) => [one.operation.operationId, one] as const),
	)(
		'%s as a tool of an AI agent has a limit on what it spends, which no option lifts',
		(_, { resource, value, operation: { paging } }) => {
			const chosen = { resource, operation: value, '@tool': true };
			expect(named('maxCredits', chosen)).toMatchObject([{ default: 100 }]);
			expect(named('returnAll', chosen)).toEqual([]);
			expect(named('limit', chosen)).toHaveLength(paging && !paging.isAsAsked ? 1 : 0);
			const [options] = named('options', chosen);
			const names = (options!.options as INodeProperties[])
				.filter((option) => isShown(option, chosen))
				.map(({ name }) => name);
			expect(names).not.toContain('maxCredits');
			expect(names).not.toContain('maxCreditsFor');
		},
	);

	describe('every parameter', () => {
		test('has a default that fits its type', () => {
			for (const { name, type, default: value, options = [], typeOptions } of all()) {
				const kind = {
					string: typeOptions?.multipleValues ? 'array' : 'string',
					options: 'string',
					notice: 'string',
					number: 'number',
					dateTime: 'string',
					boolean: 'boolean',
					collection: 'object',
					fixedCollection: 'object',
					resourceLocator: 'object',
					json: 'string',
					multiOptions: 'array',
				}[type as string];
				expect([name, Array.isArray(value) ? 'array' : typeof value]).toEqual([name, kind]);
				if (type === 'options') expect(options).toContainEqual(expect.objectContaining({ value }));
			}
		});

		test('is shown by parameters and values that exist', () => {
			const known = new Map<string, unknown[]>([['@tool', [true, false]]]);
			const learn = ({ name, options = [], type }: INodeProperties, within = '') => {
				const path = within + name;
				const values =
					type === 'boolean'
						? [true, false]
						: (options as INodePropertyOptions[]).map(({ value }) => value);
				known.set(path, [...(known.get(path) ?? []), ...values]);
				if (type !== 'collection') return;
				for (const option of options as INodeProperties[]) learn(option, `${path}.`);
			};
			for (const property of described().properties) learn(property);
			for (const { name, displayOptions } of all())
				for (const [on, values] of Object.entries({
					...displayOptions?.show,
					...displayOptions?.hide,
				}))
					expect([name, known.get(on.replace(/^\//, ''))]).toEqual([
						name,
						expect.arrayContaining(values as unknown[]),
					]);
		});

		test('has a label in title case, help without a final period, and an example that says so', () => {
			for (const { displayName, description: help, placeholder, type } of all()) {
				if (type === 'notice') continue;
				expect(displayName).toMatch(/^(?:[A-Z0-9]|iOS)/);
				if (help && !help.includes('. ')) expect(help).not.toMatch(/\.$/);
				if (placeholder)
					expect(placeholder).toMatch(/ollection$/.test(type) ? /^Add / : /^e\.g\. /);
				if (type === 'boolean' && help) expect(help).toMatch(/^Whether /);
			}
		});

		test('lists its choices by name', () => {
			for (const property of all()) {
				const labels = labelsOf(property).filter((label) => label !== 'Any');
				expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b)));
			}
		});
	});

	test('agents can use it, by the rules of n8n', () => {
		expect(described()).toMatchObject({ usableAsTool: true, version: 1, group: ['transform'] });
		for (const { name, noDataExpression } of described().properties)
			if (name === 'resource' || name === 'operation') expect(noDataExpression).toBe(true);
		expect(credentialName()).toBe(described().credentials![0]!.name);
	});
}
