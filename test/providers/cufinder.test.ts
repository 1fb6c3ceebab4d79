import type { Data } from '../../shared/contract/data';
import { inputFields } from '../../shared/contract/form';
import { isPaid, type Operation } from '../../shared/contract/operation';
import { metaOf } from '../../shared/contract/schema';
import type { ErrorKind } from '../../shared/errors/errorTable';
import { createClient } from '../../shared/http/client';
import type { HttpRequest, HttpResponse } from '../../shared/http/transport';
import { prepare } from '../../shared/input/prepare';
import { cufinder, type OperationId } from '../../shared/providers/cufinder';
import { operations } from '../../shared/providers/cufinder/operations';
import { lookUpRows, type RunOptions } from '../../shared/rows/lookUpRows';
import { errorOf } from '../../testkit/errorOf';
import { FakeClock } from '../../testkit/fakeClock';
import { fakeStore } from '../../testkit/fakeStore';
import { json, scripted } from '../../testkit/fakeTransport';

const BASE_URL = 'https://api.test/v2';
const CANARY = 'canary-0123456789';

const { enrichCompany, findPersonByEmail, findEmailByProfile, findCompanyDomain, searchCompanies } =
	operations;

const hit = (data: Data) => json(200, { status: 1, data: { credit_count: 9921, ...data } });
const failure = (status: number, message: string, headers = {}) =>
	json(status, { status: -1, message }, headers);
const company = { name: 'figma', domain: 'figma.com' };
const companyHit = hit({ query: 'figma.com', confidence_level: 95, company });
const MISS = failure(404, 'No result');

/** Answers one after the other, the last one for ever. */
function connect(answers: HttpResponse[]) {
	const transport = scripted(...answers);
	const clock = new FakeClock();
	const client = createClient(cufinder, {
		baseUrl: BASE_URL,
		transport,
		clock,
		secrets: [CANARY],
	});
	return { client, clock, requests: transport.requests };
}

async function refusal(answer: HttpResponse) {
	const { client, requests } = connect([answer]);
	const error = await errorOf(client.call(enrichCompany, { query: 'figma.com' }));
	return { error, requests, text: `${error.message} ${error.nextStep}` };
}

const run = (
	operation: Operation,
	values: Data[],
	answers: HttpResponse[],
	options: Partial<RunOptions> & { limit?: number } = {},
) => {
	const { client, requests } = connect(answers);
	const { limit, ...rest } = options;
	const rows = values.map((row) => ({ values: row, limit }));
	return lookUpRows(operation, rows, { client, ...rest }).then((ended) => ({ ...ended, requests }));
};

describe('requests', () => {
	test.each<[OperationId, string, Data, string]>([
		['enrichCompany', 'enc', { query: 'Figma Inc' }, 'query=Figma+Inc'],
		[
			'enrichPerson',
			'tep',
			{ full_name: 'Emily Zhang', company: 'Figma & Co' },
			'full_name=Emily+Zhang&company=Figma+%26+Co',
		],
		['findPersonByEmail', 'rel', { email: 'Emily@Figma.com' }, 'email=emily%40figma.com'],
		[
			'findEmailByProfile',
			'fwe',
			{ linkedin_url: 'linkedin.com/in/emilyzhang/?utm=x' },
			'linkedin_url=https%3A%2F%2Fwww.linkedin.com%2Fin%2Femilyzhang',
		],
		[
			'findCompanyDomain',
			'cuf',
			{ company_name: 'Figma', country_code: ' us ' },
			'company_name=Figma&country_code=US',
		],
		[
			'searchCompanies',
			'cse',
			{
				filters: {
					country: 'United States',
					products_services: ['design tools', 'fonts'],
					followers_count_min: '1,000',
					is_school: 'no',
				},
			},
			'country=united+states&products_services=design+tools&products_services=fonts&followers_count_min=1000&is_school=false&page=1',
		],
	])('%s posts a form to /%s', async (id, code, values, body) => {
		const { results, requests } = await run(operations[id], [values], [MISS]);
		expect(results[0]?.outcome).toBe('notFound');
		expect(requests).toHaveLength(1);
		const [request] = requests as [HttpRequest];
		expect(request).toMatchObject({ method: 'POST', url: `${BASE_URL}/${code}`, body });
		expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
	});

	test('a country that is no code is refused before anything is sent', async () => {
		const values = { company_name: 'Figma', country_code: 'Germany' };
		const { results, requests } = await run(findCompanyDomain, [values], [companyHit]);
		expect(results[0]).toMatchObject({ outcome: 'failed', creditsUsed: 0 });
		expect(results[0]?.reason).toBe(
			'\'Country Code\' "Germany" does not fit: two letters are needed, such as US',
		);
		expect(requests).toHaveLength(0);
	});

	test('a search without any filter is not sent', async () => {
		const { results, requests } = await run(
			searchCompanies,
			[{ filters: { country: ' ' } }],
			[companyHit],
		);
		expect(results[0]?.outcome).toBe('skipped');
		expect(requests).toHaveLength(0);
	});

	test('a search may go without a country, which only one source asks for', async () => {
		const { requests } = await run(
			searchCompanies,
			[{ filters: { founded_after_year: 2020 } }],
			[MISS],
		);
		expect(requests[0]?.body).toBe('founded_after_year=2020&page=1');
	});
});

describe('every operation', () => {
	const all: [string, Operation][] = Object.entries(operations);

	test.each(all)('%s stands under its own id, and its example fits', (id, operation) => {
		expect(operation.operationId).toBe(id);
		expect(prepare(operation, operation.example.input)).toHaveProperty('input');
		expect(operation.output.safeParse(operation.example.data).error).toBeUndefined();
		expect(operation.outcome(operation.example.data).found).toBe(true);
		expect(operation.outcome({}).found).toBe(false);
	});

	test.each(all)('%s costs credits, also where no price is documented', (_, operation) => {
		expect(isPaid(operation.billing)).toBe(true);
		expect(operation.price).not.toBeNull();
	});

	test.each(all)('%s shows a title for each field', (_, operation) => {
		const shapes = [operation.input, operation.output, operation.entry ?? operation.output];
		const fields = shapes.flatMap(({ shape }) => Object.values(shape));
		expect(fields.map((field) => metaOf(field).title)).not.toContain(undefined);
	});

	// A form fills in numbers and choices that stand alone; in a group, what is left alone is not sent.
	test.each(all)('%s asks for no number or choice outside a group', (_, operation) => {
		const types = new Set(inputFields(operation).map(({ type }) => type));
		expect([['text'], ['group']]).toContainEqual([...types]);
	});
});

describe('a hit', () => {
	test('lies flat, with what is left and without what it cost', async () => {
		const { client } = connect([companyHit]);
		expect(await client.call(enrichCompany, { query: 'figma.com' })).toEqual({
			data: { ...company, query: 'figma.com', confidence_level: 95 },
			receipt: { creditsUsed: null, creditsRemaining: 9921 },
		});
	});

	test('of a person holds the profile, and empty values as they are', async () => {
		const person = { full_name: 'emily zhang', phone: null, linkedin_followers: '1000' };
		const { results } = await run(
			operations.enrichPerson,
			[operations.enrichPerson.example.input],
			[hit({ query: 'emily zhang at figma', person })],
		);
		expect(results[0]).toMatchObject({
			outcome: 'found',
			data: { full_name: 'emily zhang', phone: null, linkedin_followers: 1000 },
			creditsUsed: null,
			creditsRemaining: 9921,
		});
	});

	test.each([
		[51, 51],
		['51', 51],
		[null, null],
	])('takes %j employees', async (employee_count, read) => {
		const { client } = connect([hit({ company: { ...company, employee_count } })]);
		const { data } = await client.call(enrichCompany, { query: 'figma.com' });
		expect(data.employee_count).toBe(read);
	});

	test('keeps what is readable, and names what is not', async () => {
		const { client } = connect([hit({ company: { ...company, city: {}, founded_year: 2012 } })]);
		const { data, dropped } = await client.call(enrichCompany, { query: 'figma.com' });
		expect(data).toEqual({ ...company, founded_year: '2012' });
		expect(dropped).toEqual(['city']);
	});

	test('keeps fields that nobody has described', async () => {
		const { client } = connect([hit({ work_email: 'emily@figma.com', is_catch_all: false })]);
		const input = findEmailByProfile.example.input;
		expect((await client.call(findEmailByProfile, input)).data).toEqual({
			work_email: 'emily@figma.com',
			is_catch_all: false,
		});
	});
});

describe('a miss is an answer', () => {
	const misses: [string, HttpResponse][] = [
		['404', MISS],
		['404 in the older words', json(404, { type: 'invalid_request', message: 'Not found' })],
		['404 without words', json(404, '')],
		['404 of an unknown shape', json(404, {})],
		['200 with status -1', failure(200, 'No companies found matching the criteria')],
		['400 that says so', failure(400, 'No companies found matching the criteria')],
		['422 that says so', failure(422, 'Person could not be found')],
		['200 with nothing in it', hit({ query: 'x', company: null, person: null })],
		['200 with empty values', hit({ company: { name: '', domain: null }, work_email: '' })],
	];
	test.each(
		misses.flatMap(([name, answer]) =>
			Object.values(operations).map(
				(operation) => [name, operation.title, operation, answer] as const,
			),
		),
	)('%s: %s', async (_, __, operation, answer) => {
		const { results, requests } = await run(operation, [operation.example.input], [answer]);
		expect(results[0]).toMatchObject({ outcome: 'notFound', creditsUsed: null });
		expect(results[0]?.reason).toBe(operation.outcome({}).reason);
		expect(results[0]?.error).toBeUndefined();
		expect(requests).toHaveLength(1);
	});

	test('says what is left where it is reported', async () => {
		const answer = json(404, { status: -1, message: 'No result', data: { credit_count: 7 } });
		const { summary } = await run(findPersonByEmail, [{ email: 'a@b.co' }], [answer]);
		expect(summary).toMatchObject({ notFound: 1, creditsRemaining: 7 });
	});
});

describe('an error', () => {
	test.each<[string, HttpResponse, ErrorKind]>([
		['400', failure(400, 'Not enough credits!'), 'insufficientCredits'],
		['400 without words', json(400, {}), 'insufficientCredits'],
		['400 in the older words', json(400, { type: 'api_error' }), 'insufficientCredits'],
		['402', failure(402, 'Payment required'), 'insufficientCredits'],
		['-1 for credits', failure(200, 'Not enough credits!'), 'insufficientCredits'],
		['400 about a value', failure(400, 'company_name is required'), 'badInput'],
		['401', failure(401, 'API key verification failed!'), 'unauthorized'],
		[
			'401 in the older words',
			json(401, { type: 'invalid_request', message: 'API key is wrong!' }),
			'unauthorized',
		],
		['-1 for the key', failure(200, 'API key verification failed!'), 'unauthorized'],
		['404 for the key', failure(404, 'API key not found'), 'unauthorized'],
		['404 of another host', json(404, { message: 'Route POST:/enc not found' }), 'badSettings'],
		['404 as a web page', json(404, '<html>Not found</html>'), 'badSettings'],
		['422', failure(422, 'country_code is not valid'), 'badInput'],
		['422 without words', json(422, ''), 'badInput'],
	])('%s: nothing was charged, nothing is sent again', async (_, answer, kind) => {
		const { error, requests } = await refusal(answer);
		expect(error.kind).toBe(kind);
		expect(error.mayHaveBeenCharged).toBe(false);
		expect(requests).toHaveLength(1);
	});

	test.each([
		['500', failure(500, 'Server error')],
		['502 as a web page', json(502, '<html>Bad gateway</html>')],
		['a web page', json(200, '<!DOCTYPE html><html></html>')],
		['half an answer', json(200, '{"status": 1, "data": {"comp')],
		['an empty answer', json(200, '')],
		['somebody else’s answer', json(200, { success: true, data: company })],
		['a failure in unknown words', failure(200, 'Something went wrong')],
	])('%s: may have been charged, and is not sent again', async (_, answer) => {
		const { error, requests, text } = await refusal(answer);
		expect(error.mayHaveBeenCharged).toBe(true);
		expect(requests).toHaveLength(1);
		expect(text).toContain('may have been charged (3 credits as documented)');
		expect(text).toContain('look at the credits that are left in your CUFinder account');
	});

	test('of a lookup without a documented price names no price', async () => {
		const { client } = connect([failure(500, 'Server error')]);
		const error = await errorOf(client.call(findPersonByEmail, { email: 'a@b.co' }));
		expect(error.nextStep).toContain('This call may have been charged, so it was not sent again.');
	});

	test('says what CUFinder said', async () => {
		expect((await refusal(failure(422, 'Query is too short'))).text).toContain(
			'Query is too short',
		);
		expect((await refusal(failure(500, 'Try in an hour'))).text).toContain('Try in an hour');
		expect((await refusal(json(200, '<html></html>'))).text).toContain(
			'it is a web page, not data',
		);
	});

	test('says who is meant, and where credits are bought', async () => {
		expect((await refusal(failure(401, 'API key is wrong!'))).text).toContain('CUFinder');
		expect((await refusal(failure(400, 'Not enough credits!'))).text).toContain('cufinder.io');
	});

	test('never holds the key', async () => {
		const { text } = await refusal(failure(401, `API key ${CANARY} is wrong!`));
		expect(text).toContain('[key]');
		expect(text).not.toContain(CANARY);
	});

	test('429 is waited out for as long as it says', async () => {
		const limited = failure(429, 'Slow down', { 'retry-after': '7' });
		const { client, clock, requests } = connect([limited, companyHit]);
		const { data } = await client.call(enrichCompany, { query: 'figma.com' });
		expect(data.name).toBe('figma');
		expect(requests).toHaveLength(2);
		expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(7000);
	});

	test('a 200 that speaks of too many requests is a 429', async () => {
		const { client, requests } = connect([failure(200, 'Too many requests'), companyHit]);
		await client.call(enrichCompany, { query: 'figma.com' });
		expect(requests).toHaveLength(2);
	});

	test('a lack of credits ends the run: the other rows are not sent', async () => {
		const values = Array.from({ length: 30 }, (_, i) => ({ query: `company ${i}` }));
		const { summary, requests } = await run(enrichCompany, values, [
			failure(400, 'Not enough credits!'),
		]);
		expect(summary).toMatchObject({ failed: 30, creditsUsed: 0 });
		expect(requests.length).toBeLessThan(30);
	});
});

describe('rows', () => {
	test('that are equal are asked for once and answered together', async () => {
		const values = [{ email: 'a@b.co' }, { email: ' A@B.co ' }, { email: 'mailto:a@b.co' }];
		const answer = hit({ person: { full_name: 'ada b' } });
		const { results, summary, requests } = await run(findPersonByEmail, values, [answer]);
		expect(requests).toHaveLength(1);
		expect(summary).toMatchObject({ rows: 3, found: 3, creditsRemaining: 9921 });
		expect(results.map(({ sameAs }) => sameAs)).toEqual([undefined, 0, 0]);
	});

	test('that were answered before are not paid for again', async () => {
		const store = fakeStore();
		await run(enrichCompany, [{ query: 'figma.com' }], [companyHit], { store });
		const again = await run(enrichCompany, [{ query: 'figma.com' }], [companyHit], { store });
		expect(again.requests).toHaveLength(0);
		expect(again.results[0]).toMatchObject({ outcome: 'found', isReused: true });
	});

	test('keep a limit by the documented price, as answers do not name one', async () => {
		const values = Array.from({ length: 5 }, (_, i) => ({ query: `company ${i}` }));
		const { summary, requests } = await run(enrichCompany, values, [companyHit], { maxCredits: 7 });
		expect(requests).toHaveLength(2);
		expect(summary).toMatchObject({ found: 2, skipped: 3 });
	});

	test('are not sent under a limit that nobody could keep', async () => {
		const limited = await run(findPersonByEmail, [{ email: 'a@b.co' }], [MISS], { maxCredits: 99 });
		expect(limited.requests).toHaveLength(0);
		expect(limited.results[0]).toMatchObject({
			outcome: 'skipped',
			reason: 'Not sent, because it could exceed the spending limit: its price is not documented',
			creditsUsed: 0,
		});
		expect(limited.results[0]?.error?.nextStep).toBe(
			"Nothing was charged for this row. Clear 'Maximum Credits' to look it up, as its price is not documented.",
		);
		const free = await run(findPersonByEmail, [{ email: 'a@b.co' }], [MISS]);
		expect(free.requests).toHaveLength(1);
	});
});

describe('a search', () => {
	const search = { filters: { country: 'germany' } };
	const page = (...names: string[]) =>
		hit({ query: search.filters, companies: names.map((name) => ({ name })) });
	const pagesAsked = (requests: HttpRequest[]) =>
		requests.map(({ body }) => new URLSearchParams(body).get('page'));

	test.each([
		['on an empty page', page()],
		['on a miss', MISS],
		['on a miss by its words', failure(200, 'No companies found matching the criteria')],
	])('ends %s', async (_, end) => {
		const answers = [page('a', 'b'), page('c'), end];
		const { results, requests } = await run(searchCompanies, [search], answers);
		expect(pagesAsked(requests)).toEqual(['1', '2', '3']);
		expect(results[0]).toMatchObject({
			outcome: 'found',
			entries: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
			creditsUsed: null,
			creditsRemaining: 9921,
		});
		expect(results[0]?.error).toBeUndefined();
	});

	test('reads no more pages than are wanted', async () => {
		const answers = [page('a', 'b'), page('c', 'd'), page('e')];
		const { results, requests } = await run(searchCompanies, [search], answers, { limit: 3 });
		expect(requests).toHaveLength(2);
		expect(results[0]?.entries).toHaveLength(3);
	});

	test('ends where a page only repeats the one before', async () => {
		const { results } = await run(searchCompanies, [search], [page('a')]);
		expect(results[0]?.entries).toEqual([{ name: 'a' }]);
	});

	test('keeps its pages where a later one fails', async () => {
		const answers = [page('a'), failure(500, 'Server error')];
		const { results } = await run(searchCompanies, [search], answers);
		expect(results[0]).toMatchObject({ outcome: 'found', entries: [{ name: 'a' }] });
		expect(results[0]?.error?.mayHaveBeenCharged).toBe(true);
	});

	test('counts the pages of an earlier try against the limit, each of them', async () => {
		const store = fakeStore();
		const answers = [page('a'), page('b'), failure(400, 'Not enough credits!')];
		await run(searchCompanies, [search], answers, { store });
		const again = await run(searchCompanies, [search], [page('c')], { store, maxCredits: 8 });
		expect(again.requests).toHaveLength(0);
		expect(again.results[0]?.entries).toEqual([{ name: 'a' }, { name: 'b' }]);
	});
});

describe('the connection', () => {
	const { toConnection, headers, defaultBaseUrl } = cufinder.auth;

	test('sends the key as it was entered, in the header that CUFinder reads', () => {
		const connection = toConnection({ apiKey: ` x-api-key: "${CANARY}"\n` });
		expect(connection).toEqual({
			apiKey: CANARY,
			baseUrl: 'https://api.cufinder.io/v2',
			headerStyle: 'x-api-key',
		});
		expect(headers(connection)).toEqual({ 'x-api-key': CANARY });
		expect(connection.baseUrl).toBe(defaultBaseUrl);
	});

	test.each(['', undefined, `${CANARY} ${CANARY}`, `${CANARY}\nx: y`, `${CANARY}é`])(
		'%j is refused as a key, in words that do not repeat it',
		(apiKey) => {
			const attempt = () => toConnection({ apiKey });
			expect(attempt).toThrow(/not set up correctly: the API key/);
			expect(attempt).not.toThrow(/canary/);
		},
	);
});
