import type { Data } from '../../shared/contract/data';
import { enrich } from '../../shared/providers/enrich';
import { offeredAs } from '../../zapier/src/placement';
import { sandboxes } from '../sandbox/support';
import { App, bundleFor, createAppTester, failureOf, type Field, zapierRunner } from './support';

const start = sandboxes();

interface Case {
	hit: Data;
	/** A row that the hit holds. */
	gives: Data;
	/** Undefined: it always answers. */
	miss?: Data;
	charged: number;
}

const CASES: Record<string, Case> = {
	find_email: {
		hit: { first_name: 'Emily', last_name: 'Zhang', domain: 'https://www.figma.com/about' },
		gives: { email: 'emily.zhang@figma.com', confidence: expect.any(String), credits_used: 10 },
		miss: { full_name: 'Emily Nobody', domain: 'figma.com' },
		charged: 10,
	},
	validate_email: {
		hit: { email: ' Emily.Zhang@Figma.com ' },
		gives: { result: 'valid', is_catch_all: false, credits_used: 1 },
		charged: 1,
	},
	find_phone_numbers: {
		hit: { email: 'emily.zhang@figma.com' },
		gives: { credits_used: 500 },
		miss: { linkedin: 'linkedin.com/in/nobody' },
		charged: 500,
	},
	find_person_by_email: {
		hit: { email: 'emily.zhang@figma.com' },
		gives: { first_name: 'Emily', last_name: 'Zhang', credits_used: 10 },
		miss: { email: 'nobody@figma.com' },
		charged: 10,
	},
	find_company_by_ip: {
		hit: { ip: '8.8.8.8' },
		gives: { ip_domain: 'google.com', ip_country_code: 'US', credits_used: 100 },
		miss: { ip: '2a00:1450::dead' },
		charged: 100,
	},
	find_leads: {
		hit: { job_title: ['VP of Sales'], more_filters: { companyNameMode: 'exact' }, limit: 3 },
		// The API does not say what a search costs.
		gives: { job_title: 'VP of Sales', credits_used: null },
		miss: { first_name: 'Nobody' },
		charged: 0,
	},
	find_employees: {
		hit: { company_linkedin_url: 'https://www.linkedin.com/company/figma', limit: 3 },
		gives: { credits_used: 3 },
		miss: { company_linkedin_url: 'https://www.linkedin.com/company/nobody' },
		charged: 3,
	},
	find_credit_balance: {
		hit: { low_below: 30_000 },
		gives: { balance: 25_000, is_low: true },
		charged: 0,
	},
};

const searches = Object.entries(App.searches ?? {});

test('every search of the app is tried here', () => {
	expect(Object.keys(CASES).sort()).toEqual(searches.map(([key]) => key).sort());
});

describe.each(searches)('%s', (key, { operation }) => {
	const { hit, gives, miss, charged } = CASES[key] as Case;

	test('a hit returns every declared key, costs what is documented and contains the sample', async () => {
		const sandbox = await start();
		const rows = await zapierRunner().search(key, bundleFor(sandbox, hit));
		expect(rows[0]).toMatchObject(gives);
		expect(sandbox.ledger.charged()).toBe(charged);
		for (const row of rows) {
			expect(keysOf(row)).toEqual(keysOf(operation.outputFields as Field[]));
			expect(keysOf(row)).toEqual(expect.arrayContaining(keysOf(operation.sample as Data)));
		}
	});

	test('values have the declared types', async () => {
		const sandbox = await start();
		const [row] = await zapierRunner().search(key, bundleFor(sandbox, hit));
		for (const field of operation.outputFields as Field[]) expectType(field, row?.[field.key]);
	});

	test('a miss is an empty list and costs nothing', async () => {
		if (!miss) return;
		const sandbox = await start();
		expect(await zapierRunner().search(key, bundleFor(sandbox, miss))).toEqual([]);
		expect(sandbox.ledger.charged()).toBe(0);
		const asked = sandbox.requests.filter(({ operationId }) => operationId !== 'getFilterOptions');
		expect(asked.map(({ status }) => status)).toEqual([200]);
	});

	test('a test in the editor runs for real', async () => {
		const sandbox = await start();
		const meta = { isLoadingSample: true };
		const rows = await zapierRunner().search(key, bundleFor(sandbox, hit, { meta }));
		expect(rows[0]).toMatchObject(gives);
	});

	test("works in Zapier's own tester", async () => {
		const sandbox = await start();
		const perform = operation.perform as Parameters<ReturnType<typeof createAppTester>>[0];
		const rows = await createAppTester(App)(perform as never, bundleFor(sandbox, hit));
		expect((rows as Data[])[0]).toMatchObject(gives);
	});

	test('answers that leave everything out still have every key', async () => {
		const sandbox = await start();
		const { paging, operationId, outcome } = offeredAs('search').find(
			({ item }) => item.key === key,
		)!.operation;
		// The least that counts as a hit.
		const data = [
			{ found: true, email: 'a@b.co' },
			{ phones: ['1'] },
			{ result: 'valid' },
			{ id: 'x' },
			{ ipDomain: 'b.co' },
			{ results: [{}] },
			{ balance: 1 },
		].find((least) => (paging ? 'results' in least : outcome(least).found));
		sandbox.fault({
			operationId,
			when: 'after',
			kind: 'status',
			status: 200,
			body: { success: true, data },
		});
		const [row] = await zapierRunner().search(key, bundleFor(sandbox, hit));
		expect(keysOf(row ?? {})).toEqual(keysOf(operation.outputFields as Field[]));
		expect(Object.values(row ?? {})).not.toContain(undefined);
	});
});

function expectType({ key, type, list, children }: Field, value: unknown): void {
	if (value === null) return;
	if (children) {
		expect(Array.isArray(value)).toBe(true);
		for (const item of value as Data[]) {
			expect(keysOf(item)).toEqual(keysOf(children));
			for (const child of children) expectType(child, item[child.key]);
		}
	} else if (list) expect({ key, list: Array.isArray(value) }).toEqual({ key, list: true });
	else if (type === 'datetime') expect(Date.parse(String(value))).not.toBeNaN();
	else expect({ key, type: typeof value }).toEqual({ key, type });
}

const keysOf = (from: Data | Field[]): string[] =>
	(Array.isArray(from) ? from.map(({ key }) => key) : Object.keys(from)).sort();

test('no row repeats what was asked for, or says a thing twice', () => {
	const dropped = Object.entries({
		find_email: ['id', 'found', 'message', 'first_name', 'last_name', 'domain', 'outcome'],
		validate_email: ['id', 'email', 'message'],
		find_person_by_email: ['credits_consumed'],
		find_company_by_ip: ['search_ip'],
	});
	for (const [key, fields] of dropped)
		expect(keysOf(App.searches?.[key]?.operation.outputFields as Field[])).not.toEqual(
			expect.arrayContaining([expect.stringMatching(`^(?:${fields.join('|')})$`)]),
		);
});

describe('find_leads', () => {
	const search = async (inputData: Data) => {
		const sandbox = await start();
		const rows = await zapierRunner().search('find_leads', bundleFor(sandbox, inputData));
		const searches = sandbox.requests.filter(({ operationId }) => operationId === 'searchLeads');
		return { rows, sent: searches.map(({ input }) => input as Data) };
	};

	test('returns ten leads unless the limit says otherwise, and at most as many as are free', async () => {
		expect((await search({ city: 'Berlin' })).rows).toHaveLength(10);
		const { rows, sent } = await search({ city: 'Berlin', limit: '75' });
		expect(rows).toHaveLength(75);
		expect(sent).toHaveLength(1);
		expect(enrich.operations.searchLeads.cost?.(sent[0] as Data)).toBe(0);
	});

	test('sends fields of both groups and the JSON of all others', async () => {
		const { sent } = await search({
			job_title: ['CEO', 'CTO'],
			employee_count_min: 50,
			more_filters: '{"hasCisoOrg": true, "companyNameMode": "exact"}',
			exclude_filters_domain: ['figma.com'],
			limit: 5,
		});
		expect(sent).toEqual([
			{
				filters: {
					jobTitle: ['CEO', 'CTO'],
					employeeCountMin: 50,
					hasCisoOrg: true,
					companyNameMode: 'exact',
				},
				excludeFilters: { domain: ['figma.com'] },
				page: 1,
				pageSize: 5,
			},
		]);
	});

	test('goes on with the page that is asked for, so that a scheduled zap gets other leads', async () => {
		const sandbox = await start();
		const { search } = zapierRunner();
		const idsOf = async (page: number) => {
			const input = { city: 'Berlin', limit: 5, page };
			return (await search('find_leads', bundleFor(sandbox, input))).map(({ id }) => id);
		};
		const [first, second] = [await idsOf(1), await idsOf(2)];
		expect(new Set([...first, ...second]).size).toBe(10);
		expect(await idsOf(1)).toEqual(first);
	});

	test('nothing beyond the free results is sent, unless Maximum Credits allows it', async () => {
		const sandbox = await start();
		const { search } = zapierRunner();
		const beyond = { city: 'Berlin', limit: 25, page: 4 };
		const failure = await failureOf(search('find_leads', bundleFor(sandbox, beyond)));
		expect(failure.name).toBe('HaltedError');
		expect(failure.message).toContain("'Maximum Credits'");
		const sent = () => sandbox.requests.filter(({ operationId }) => operationId === 'searchLeads');
		expect(sent()).toEqual([]);
		const allowed = bundleFor(sandbox, { ...beyond, maximum_credits: 25 });
		expect(await search('find_leads', allowed)).toHaveLength(25);
		expect(sandbox.ledger.charged()).toBe(25);
		await search('find_leads', allowed);
		expect(sandbox.ledger.charged()).toBe(25);
	});

	test('shows an initial as such, and never as a last name', async () => {
		const { rows } = await search({ city: 'Berlin', limit: 20 });
		for (const { last_name, last_name_initial } of rows) {
			expect(last_name).toBeNull();
			expect(last_name_initial).toMatch(/^.\.$/);
		}
		const sandbox = await start();
		const { first_name, last_name_initial, domain } = rows[0] as Data;
		const guess = { first_name, last_name: last_name_initial, domain };
		await failureOf(zapierRunner().search('find_email', bundleFor(sandbox, guess)));
		expect(sandbox.requests).toEqual([]);
	});

	test.each(['job_level', 'country_name', 'technology'])(
		'the dropdown of %s offers what the search then knows',
		async (key) => {
			const sandbox = await start();
			const { trigger, search } = zapierRunner();
			const meta = { isFillingDynamicDropdown: true };
			const choices = await trigger(`${key}_list`, bundleFor(sandbox, {}, { meta }));
			expect(choices.length).toBeGreaterThan(2);
			const [{ id = '', name } = {}] = choices;
			expect(name).toEqual(expect.any(String));
			const rows = await search('find_leads', bundleFor(sandbox, { [key]: [id], limit: 1 }));
			expect(rows).toHaveLength(1);
			const wrong = bundleFor(sandbox, { [key]: ['Nonsense'] });
			expect(await failureOf(search('find_leads', wrong))).toMatchObject({ code: 'invalid_input' });
		},
	);

	test('a saved search brings its filters along', async () => {
		const sandbox = await start();
		const { trigger, search } = zapierRunner();
		const [choice] = await trigger('saved_search_list', bundleFor(sandbox));
		expect(choice).toMatchObject({ name: 'VPs of Sales in Germany' });
		await search('find_leads', bundleFor(sandbox, { saved_search: choice?.id, limit: 1 }));
		expect(sandbox.requests.at(-1)?.input).toMatchObject({
			filters: { jobTitle: ['VP of Sales'] },
		});
	});

	test('every filter has help', () => {
		const fields = App.searches?.find_leads?.operation.inputFields as Field[];
		expect(fields.filter(({ helpText }) => !helpText)).toEqual([]);
	});

	test('the first lead bears the charge, and every lead says how many match', async () => {
		const { rows } = await search({ city: 'Berlin', limit: 2 });
		expect(rows.map(({ credits_used }) => credits_used)).toEqual([null, 0]);
		expect(rows[1]?.reason).toMatch(/^\d+ leads match$/);
	});
});

test('the key goes in the header that the connection names', async () => {
	const sandbox = await start();
	const authData = { headerStyle: 'bearer', apiKey: ` "Bearer ${sandbox.apiKey}" ` };
	const bundle = bundleFor(sandbox, { ip: '8.8.8.8' }, { authData });
	expect(await zapierRunner().search('find_company_by_ip', bundle)).toHaveLength(1);
});
