import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';
import { bench, jsonOf } from '../../testkit/enrichWorkflow';

const b = bench();

const leads = (more: object = {}, operation = 'search') => ({
	resource: 'lead',
	operation,
	...more,
});
const filterRow = (filter: string, value: unknown) => ({ filter, value });
const run = async (parameters: object, row: object = {}) => {
	const result = await b.run(parameters, [row]);
	return { result, items: jsonOf(result.node('Enrich')) };
};
/** What was sent to a path, one body per call. */
const sentTo = (operationId: string) =>
	b.sandbox.requests.filter((one) => one.operationId === operationId).map(({ input }) => input);

describe('filters', () => {
	test('those at hand, typed or chosen: several values with commas, ranges as one text', async () => {
		const { items } = await run(
			leads({
				jobTitle: 'VP of Sales, Head of Sales',
				jobLevel: ['VP', 'Director'],
				countryName: '={{ $json.country }}',
				companyName: { __rl: true, mode: 'text', value: 'Figma, Stripe' },
				employeeCountRange: '50-500',
				revenueRange: '1M+',
				limit: 3,
			}),
			{ country: 'germany, united kingdom' },
		);
		expect(items).toHaveLength(3);
		expect(sentTo('searchLeads')).toEqual([
			expect.objectContaining({
				filters: {
					jobTitle: ['VP of Sales', 'Head of Sales'],
					jobLevel: ['VP', 'Director'],
					countryName: ['Germany', 'United Kingdom'],
					companyName: ['Figma', 'Stripe'],
					employeeCountMin: 50,
					employeeCountMax: 500,
					revenueMin: 1_000_000,
				},
			}),
		]);
	});

	test('what is left empty is not sent, above all not as 0', async () => {
		await run(
			leads({
				jobTitle: 'CEO',
				employeeCountRange: '',
				jobLevel: [],
				companyName: { __rl: true, mode: 'list', value: '' },
				moreFilters: { filters: [filterRow('foundedOn', { __rl: true, mode: 'text', value: '' })] },
			}),
		);
		expect(sentTo('searchLeads')).toMatchObject([{ filters: { jobTitle: ['CEO'] } }]);
		expect(Object.keys((sentTo('searchLeads')[0] as { filters: object }).filters)).toEqual([
			'jobTitle',
		]);
	});

	test('More Filters: of each kind; the same filter twice means either', async () => {
		await run(
			leads({
				moreFilters: {
					filters: [
						filterRow('crmTechOrg', { __rl: true, mode: 'list', value: 'Salesforce' }),
						filterRow('crmTechOrg', { __rl: true, mode: 'text', value: 'hubspot, pipedrive' }),
						filterRow('salesRoleCountOrg', { __rl: true, mode: 'text', value: '10' }),
						filterRow('hasWebAppOrg', { __rl: true, mode: 'text', value: 'yes' }),
						filterRow('city', { __rl: true, mode: 'text', value: 'Berlin' }),
					],
				},
				excludeFilters: { jobTitle: 'assistant, intern' },
			}),
		);
		expect(sentTo('searchLeads')).toMatchObject([
			{
				filters: {
					crmTechOrg: ['Salesforce', 'HubSpot', 'Pipedrive'],
					salesRoleCountOrg: 10,
					hasWebAppOrg: true,
					city: 'Berlin',
				},
				excludeFilters: { jobTitle: ['assistant', 'intern'] },
			},
		]);
	});

	test('a technology is found in the list that holds it', async () => {
		await run(
			leads({ technology: ['CRM: Salesforce', 'CRM: HubSpot', 'Cloud Provider: Google Cloud'] }),
		);
		expect(sentTo('searchLeads')).toMatchObject([
			{
				filters: { crmTechOrg: ['Salesforce', 'HubSpot'], cloudProviderTechOrg: ['Google Cloud'] },
			},
		]);
		const { items } = await run(leads({ technology: '={{ "HubSpot" }}' }));
		expect(items[0]).toMatchObject({
			outcome: 'failed',
			reason: expect.stringMatching(
				/'Technology' does not know "HubSpot"; nearest: "CRM: HubSpot"/,
			),
		});
	});

	test('a value that holds commas is one value', async () => {
		await run(leads({ linkedinIndustry: '={{ "Technology, Information and Internet, Retail" }}' }));
		expect(sentTo('searchLeads')).toMatchObject([
			{ filters: { linkedinIndustry: ['Technology, Information and Internet', 'Retail'] } },
		]);
	});

	test('as JSON, with what to exclude', async () => {
		const filters = {
			jobLevel: 'VP',
			countryName: ['Germany'],
			exclude: { jobTitle: 'assistant' },
		};
		await run(leads({ filtersBy: 'json', filters: JSON.stringify(filters) }));
		expect(sentTo('searchLeads')).toMatchObject([
			{
				filters: { jobLevel: ['VP'], countryName: ['Germany'] },
				excludeFilters: { jobTitle: ['assistant'] },
			},
		]);
	});

	test.each([
		[{ countryName: 'Germny' }, `'Country' does not know "Germny"; nearest: "Germany"`],
		[
			{ jobLevel: ['Chief'] },
			`'Job Level' does not know "Chief"; it knows "C-Suite", "VP", "Director"`,
		],
		[{ companyName: 'Strype' }, `'Company Name' does not know "Strype"; nearest: "Stripe"`],
		[
			{ employeeCountRange: '50' },
			`'Company Size' "50" is no range: write "50-500", "50+" or "<500"`,
		],
		[
			{ filtersBy: 'json', filters: '{"jobTitel":"CEO"}' },
			`'Filters' does not know "jobTitel"; nearest: "jobTitle"`,
		],
		[{ filtersBy: 'json', filters: '{"jobTitle":' }, `'Filters' is not valid JSON`],
		[{ savedSearch: 'nobodys', jobTitle: 'CEO' }, `'Saved Search' does not know "nobodys"`],
	])('what would find nothing is caught before the search: %j', async (filters, reason) => {
		const { items } = await run(leads(filters));
		expect(items).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining(reason) }]);
		expect(sentTo('searchLeads')).toEqual([]);
		expect(b.sandbox.ledger.charged()).toBe(0);
	});

	test('the check can be switched off', async () => {
		const { items } = await run(
			leads({ countryName: ['Atlantis'], limit: 1, options: { checksValues: false } }),
		);
		expect(items).toMatchObject([{ outcome: 'found' }]);
	});

	test('where the list cannot be read, the search goes on unchecked', async () => {
		b.sandbox.reset();
		b.fault({ operationId: 'getFilterOptions', when: 'before', kind: 'status', status: 404 });
		const { url, apiKey } = b.sandbox;
		const other = { enrichApi: { apiKey, baseUrl: url.replace('127.0.0.1', 'localhost') } };
		const parameters = leads({ countryName: ['Atlantis'], limit: 1 });
		const result = await b.run(parameters, [{}], { credentials: other });
		expect(jsonOf(result.node('Enrich'))).toMatchObject([{ outcome: 'found' }]);
	});

	test('those of a saved search hold too; where both set the same filter, the step counts', async () => {
		const {
			items: [saved],
		} = await run({
			resource: 'savedSearch',
			operation: 'create',
			name: 'VPs in Germany',
			jobLevel: ['VP'],
			countryName: ['Germany'],
		});
		await run(leads({ savedSearch: saved!.id, countryName: ['France'], limit: 1 }));
		await run(
			leads({ savedSearch: { __rl: true, mode: 'text', value: 'VPs in Germany' }, limit: 1 }),
		);
		expect(sentTo('searchLeads')).toMatchObject([
			{ filters: { jobLevel: ['VP'], countryName: ['France'] } },
			{ filters: { jobLevel: ['VP'], countryName: ['Germany'] } },
		]);
	});
});

describe('a search is free unless told otherwise', () => {
	test.each([{ returnAll: true }, { limit: 500 }])(
		'%j stops there, and says what more would cost',
		async (more) => {
			const { items, result } = await run(leads({ jobTitle: 'CEO', ...more }));
			expect(items).toHaveLength(75);
			const stopped = /Stopped after the 75 that are free\. [\d,]+ more cost 1 credit each/;
			expect(items[0]!.reason).toMatch(stopped);
			expect(
				result
					.node('Enrich')
					.hints.map(({ message }) => message)
					.join(' '),
			).toMatch(stopped);
			expect(b.sandbox.ledger.charged()).toBe(0);
		},
	);

	test('with Pay for More Results it goes on', async () => {
		const { items } = await run(leads({ jobTitle: 'CEO', limit: 120, payForMore: true }));
		expect(items).toHaveLength(120);
		expect(b.sandbox.ledger.charged()).toBe(45);
	});
});

describe('reveal', () => {
	const search = (more: object) => leads({ jobTitle: 'CEO', limit: 30, ...more });

	test('is off unless asked for', async () => {
		const { items } = await run(search({}));
		expect(items[0]).not.toHaveProperty('revealed');
		expect(sentTo('revealLeads')).toEqual([]);
	});

	test('emails come with the search: in groups of 25, each lead says whether it was found', async () => {
		const { items, result } = await run(search({ reveal: 'email' }));
		expect(items).toHaveLength(30);
		expect(sentTo('revealLeads')).toMatchObject([
			{ fields: ['email'], leads: { length: 25 } },
			{ fields: ['email'], leads: { length: 5 } },
		]);
		const found = items.filter(({ revealed }) => revealed === 'found');
		expect(found.length).toBeGreaterThan(5);
		expect(found.every(({ emailAddress }) => String(emailAddress).includes('@'))).toBe(true);
		const missed = items.filter(({ revealed }) => revealed === 'not found');
		expect(missed.every(({ emailAddress }) => emailAddress === null)).toBe(true);
		expect(found.length + missed.length).toBe(30);
		expect(b.sandbox.ledger.charged()).toBe(10 * found.length);
		const hint = result
			.node('Enrich')
			.hints.map(({ message }) => message)
			.join(' ');
		expect(hint).toContain(`${found.length} of 30 leads revealed`);
	});

	test('last names are unlocked', async () => {
		const { items } = await run(search({ reveal: 'names', limit: 3 }));
		expect(sentTo('unlockNames')).toHaveLength(1);
		expect(items.every(({ lastName }) => !/^\w\.$/.test(String(lastName)))).toBe(true);
	});

	test('Maximum Credits leaves out what goes beyond, and says so', async () => {
		const { items } = await run(search({ reveal: 'both', options: { maxCredits: 600 } }));
		expect(sentTo('revealLeads')[0]).toMatchObject({ leads: { length: 1 } });
		expect(b.sandbox.ledger.charged()).toBeLessThanOrEqual(600);
		const left = items.filter(({ revealed }) => /spending limit/.test(String(revealed)));
		expect(left.length).toBeGreaterThan(15);
	});

	test('a job that failed for lack of credits says so, and nothing more is sent', async () => {
		const { ledger } = b.sandbox;
		ledger.book('deduction', 100 - ledger.balance, 'Spent elsewhere', {});
		const { items } = await run(search({ reveal: 'email' }));
		expect(sentTo('revealLeads')).toHaveLength(1);
		expect(items).toHaveLength(30);
		expect(items[0]!.revealed).toMatch(/Not enough credits/);
		expect(items[29]!.revealed).toMatch(/Not sent: Not enough credits/);
	});

	test('a submit whose answer is lost is not sent again', async () => {
		b.fault({ operationId: 'revealLeads', when: 'after', kind: 'reset' });
		const { items } = await run(search({ reveal: 'email', limit: 3 }));
		expect(sentTo('revealLeads')).toHaveLength(1);
		expect(items[0]).toMatchObject({ creditsUsed: null });
		expect(items[0]!.revealed).toMatch(/connection/);
	});

	const one = {
		resource: 'lead',
		operation: 'reveal',
		leads: '={{ $json.id }}',
		fields: ['email'],
	};
	const rows = Array.from({ length: 30 }, (_, i) => ({ id: `enc_${i}` }));

	test('of rows: one lead each, together in groups of 25, linked to their rows', async () => {
		const result = await b.run(one, rows);
		const items = jsonOf(result.node('Enrich'));
		expect(sentTo('revealLeads')).toHaveLength(2);
		expect(items.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
		expect(result.node('Enrich').outputs[0]!.map(({ pairedItem }) => pairedItem)).toEqual(
			rows.map((_, item) => ({ item })),
		);
		expect(new Set(items.map(({ outcome }) => outcome))).toEqual(new Set(['found', 'notFound']));
	});

	test('of rows, without waiting: each starts a job', async () => {
		const result = await b.run({ ...one, waitForLeads: false }, rows.slice(0, 2));
		expect(jsonOf(result.node('Enrich'))).toMatchObject([
			{ jobId: expect.any(String) },
			{ jobId: expect.any(String) },
		]);
	});
});

describe('lists in the editor', () => {
	const description = () =>
		b.engine.loader.nodeTypes.enrich!.type.description as INodeTypeDescription;
	const methods = () =>
		(b.engine.loader.nodeTypes.enrich!.type as never as { methods: Methods }).methods;
	type List = (
		this: object,
	) => Promise<INodePropertyOptions[] | { results: INodePropertyOptions[] }>;
	type Methods = Record<'loadOptions' | 'listSearch', Record<string, List>>;
	const all = (properties: INodeProperties[]): INodeProperties[] =>
		properties.flatMap((property) => [
			property,
			...(property.options ?? []).flatMap((option) =>
				'values' in option
					? all((option as INodePropertyCollection).values)
					: 'type' in option
						? all([option as INodeProperties])
						: [],
			),
		]);
	/** The editor's context for a step without a credential. */
	const withoutCredential = {
		getNode: () => ({ credentials: {} }),
		getCredentials: async () => Promise.reject(new Error('Node does not have any credentials set')),
		getCurrentNodeParameter: () => 'crmTechOrg',
	};

	test('every list has a method, and none fails without a credential', async () => {
		const properties = all(description().properties);
		const named = properties.flatMap(({ typeOptions, modes = [] }) => [
			...(typeOptions?.loadOptionsMethod ? [['loadOptions', typeOptions.loadOptionsMethod]] : []),
			...modes.flatMap((mode) =>
				mode.typeOptions?.searchListMethod
					? [['listSearch', mode.typeOptions.searchListMethod]]
					: [],
			),
		]) as [keyof Methods, string][];
		expect(named.length).toBeGreaterThan(8);
		for (const [kind, name] of named) {
			const answer = await methods()[kind][name]!.call(withoutCredential);
			const options = Array.isArray(answer) ? answer : answer.results;
			expect(options).toEqual([{ name: 'Choose a credential first', value: '' }]);
		}
	});
});
