import type { Data } from '../../shared/contract/data';
import { prepare } from '../../shared/input/prepare';
import { paginate } from '../../shared/http/paginate';
import { operations } from '../../shared/providers/enrich/operations';
import { fakeClient } from '../../testkit/fakeClient';
import { csv, HTML, scripted, success } from '../../testkit/fakeTransport';

const { downloadExportJob, listTeamMembers, revealLeads, unlockNames, waterfallIcpSearch } =
	operations;

describe('a file', () => {
	const download = (answer: ReturnType<typeof csv>) =>
		fakeClient(scripted(answer)).call(downloadExportJob, { jobId: 'ej_1' });

	test('is read as it is; what it cost stands in the headers', async () => {
		const headers = { 'x-credits-used': '40', 'x-credits-refunded': '10' };
		const { data, receipt } = await download(csv('a,b\n1,"2"\n', headers));
		expect(data).toEqual({ csv: 'a,b\n1,"2"\n' });
		expect(receipt).toMatchObject({ creditsUsed: 40, creditsRefunded: 10, creditsRemaining: null });
	});

	test('without such headers says nothing of credits', async () => {
		expect((await download(csv(''))).receipt.creditsUsed).toBeNull();
	});

	test.each([
		['a web page', HTML],
		['an object', success({})],
	])('is not %s', async (_, answer) => {
		await expect(download(answer)).rejects.toMatchObject({ kind: 'unreadable' });
	});
});

test('a list without pages is read at once, and asked for without a page', async () => {
	const transport = scripted(success([{ id: '1' }, { id: '2' }]));
	const client = fakeClient(transport);
	const call = (input: Data) => client.call(listTeamMembers, input as { teamId: string });
	const pages = [];
	for await (const page of paginate(call, listTeamMembers, { teamId: 't' })) pages.push(page);
	expect(pages.map(({ entries, hasMore }) => [entries.length, hasMore])).toEqual([[2, false]]);
	expect(transport.requests.map(({ url }) => url.endsWith('/teams/t/members'))).toEqual([true]);
});

describe('leads are named by their IDs,', () => {
	const leads = [{ id: 'enc_1' }, { id: 'enc_2' }];
	test.each([
		['a text', 'enc_1, enc_2'],
		['a list', ['enc_1', 'enc_2', 'enc_1']],
		['the leads of a search', [{ id: 'enc_1', firstName: 'A' }, { id: 'enc_2' }]],
	])('%s', (_, value) => {
		expect(prepare(unlockNames, { leads: value })).toMatchObject({ input: { leads } });
	});

	test('and what is revealed of them has to be chosen', () => {
		expect(() => prepare(revealLeads, { leads: 'enc_1' })).toThrow("'Reveal' is empty");
		expect(revealLeads.cost?.({ leads, fields: ['email', 'phone'] })).toBe(1070);
	});
});

test('the levels of a customer profile come as groups; empty ones are left out', () => {
	const values = {
		company_linkedin_url: 'https://www.linkedin.com/company/figma',
		cascade: [{ job_levels: 'VP', skills: [] }, {}, { include_title: ['CTO'] }],
	};
	expect(prepare(waterfallIcpSearch, values)).toMatchObject({
		input: { cascade: [{ job_levels: ['VP'] }, { include_title: ['CTO'] }] },
	});
});

describe('a ready-made ideal customer', () => {
	const search = (more: object) =>
		prepare(waterfallIcpSearch, {
			company_linkedin_url: 'https://www.linkedin.com/company/figma',
			...more,
		}) as { input: { cascade?: object[] } };

	test('is sent as its levels', () => {
		expect(search({ profile: 'sales' }).input).toMatchObject({
			cascade: [
				{ job_levels: ['C-Level', 'VP'], job_functions: ['Sales'] },
				{ job_levels: ['Director'], job_functions: ['Sales'] },
				{ job_levels: ['Manager'], job_functions: ['Sales'] },
			],
		});
		expect(search({ profile: 'sales' }).input).not.toHaveProperty('profile');
	});

	test('is left to the API where it has the same', () => {
		expect(search({ profile: 'leadership' }).input.cascade).toBeUndefined();
	});

	test("gives way to the user's own levels", () => {
		const { input } = search({ profile: 'sales', cascade: [{ include_title: 'CTO' }] });
		expect(input.cascade).toMatchObject([{ include_title: ['CTO'] }]);
	});

	test('has a name that is known', () => {
		expect(() => search({ profile: 'Sales people' })).toThrow(
			`'Ideal Customer' does not know "Sales people"`,
		);
	});
});
