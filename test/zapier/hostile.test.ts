import type { Data } from '../../shared/contract/data';
import { CANARY_KEY } from '../../testkit/fakeClient';
import { sandboxes } from '../sandbox/support';
import { bundleFor, failureOf, shortenTimeouts, zapierRunner } from './support';

const start = sandboxes();
shortenTimeouts();

const NAME = { first_name: 'Emily', last_name: 'Zhang', domain: 'figma.com' };
const proto = (json: string) => JSON.parse(json) as Data;

const REFUSED: [search: string, inputData: Data, says: RegExp][] = [
	['find_email', {}, /'First Name'.*are empty.*Nothing was charged/],
	['find_email', { ...NAME, domain: ' ' }, /^'Company Domain' is empty/],
	[
		'find_email',
		{ domain: 'figma.com', first_name: 'Emily' },
		/^'Last Name' is empty.*'Full Name'/,
	],
	['find_email', { ...NAME, domain: 'Figma Inc' }, /^'Company Domain' .*looks like a company name/],
	['find_email', { ...NAME, first_name: '=HYPERLINK("x")' }, /^'First Name' .*spreadsheet formula/],
	[
		'find_email',
		{ ...NAME, first_name: 'x'.repeat(1_000_000) },
		/^'First Name' is 1000000 characters/,
	],
	[
		'find_email',
		{ ...NAME, last_name: { toString: 'x' } },
		/^'Last Name' must be text, not an object/,
	],
	['find_email', { ...NAME, last_name: ['a', 'b'] }, /^'Last Name' must be text, not a list/],
	[
		'find_email',
		proto('{"__proto__": {"domain": "figma.com"}, "first_name": "Ann", "last_name": "Bell"}'),
		/^'Company Domain' is empty/,
	],
	[
		'validate_email',
		{ email: 'not an address' },
		/^'Email' "not an address" is not an email address/,
	],
	['find_phone_numbers', {}, /'Email' and 'LinkedIn Profile URL' are empty/],
	['find_company_by_ip', { ip: '192.168.0.1' }, /^'IP Address' .*private/],
	['find_leads', {}, /^'Filters' is empty/],
	['find_leads', { more_filters: {} }, /^'Filters' is empty/],
	['find_leads', { more_filters: '{' }, /^'More Filters' is not valid JSON/],
	['find_leads', { more_filters: ['city'] }, /^'More Filters' must be a JSON object/],
	['find_leads', { more_filters: '{"nonsense": 1}' }, /'Filters' does not know "nonsense"/],
	[
		'find_leads',
		{ more_filters: '{"__proto__": {"city": "Berlin"}}' },
		/'Filters' does not know "__proto__"/,
	],
	['find_leads', { more_filters: { constructor: 'x' } }, /'Filters' does not know "constructor"/],
	[
		'find_leads',
		{ city: 'Berlin', more_filters: { city: 'Bonn' } },
		/^'More Filters' holds "city"/,
	],
	[
		'find_leads',
		{ employee_count_min: 'many' },
		/^'Employee Count \(Lower Bound\)' "many" is not a number/,
	],
	...[0, 76, 1.5, 'ten', -1, {}].map((limit): [string, Data, RegExp] => [
		'find_leads',
		{ city: 'Berlin', limit },
		/^'Limit' must be a whole number from 1 to 75/,
	]),
];

test.each(REFUSED)('%s refuses %j before anything is sent', async (key, inputData, says) => {
	const sandbox = await start();
	const failure = await failureOf(zapierRunner().search(key, bundleFor(sandbox, inputData)));
	expect(failure).toMatchObject({ name: 'AppError', code: 'invalid_input', status: 400 });
	expect(failure.message).toMatch(says);
	expect(failure.message.length).toBeLessThan(500);
	expect(sandbox.requests).toEqual([]);
});

test('control characters are cleaned away', async () => {
	const sandbox = await start();
	const [row] = await zapierRunner().search(
		'find_email',
		bundleFor(sandbox, {
			first_name: '\u0000Emily\u200b',
			last_name: 'Zhang\r\n',
			domain: '\tfigma.com',
		}),
	);
	expect(row).toMatchObject({ email: 'emily.zhang@figma.com' });
});

test("Zapier's own placeholders in somebody's data are sent as they are", async () => {
	const sandbox = await start();
	const city = 'A {{bundle.authData.apiKey}} {{{B}}} {{process.env.HOME}}';
	const inputData = { city, job_title: ['{{x}}'], limit: 1 };
	await zapierRunner().search('find_leads', bundleFor(sandbox, inputData));
	expect(sandbox.requests.at(-1)?.input).toMatchObject({ filters: { city, jobTitle: ['{{x}}'] } });
});

describe('the key', () => {
	test('stands in no output, error or log', async () => {
		const sandbox = await start({ apiKey: CANARY_KEY });
		const printed: unknown[] = [];
		for (const method of ['log', 'info', 'warn', 'error'] as const)
			jest.spyOn(console, method).mockImplementation((...words) => void printed.push(words));
		const { search, connect, cache } = zapierRunner({ prints: true });
		const forget = () => Object.keys(cache).forEach((name) => delete cache[name]);
		const echo = { success: false, detail: `Your key ${CANARY_KEY} is bad` };
		const ends: unknown[] = [await connect(bundleFor(sandbox))];
		for (const headerStyle of ['x-api-key', 'bearer']) {
			// Pasted with blanks and quotes, so that what is sent differs from what was entered.
			const authData = { headerStyle, apiKey: ` "${CANARY_KEY}" ` };
			const bundle = bundleFor(sandbox, NAME, { authData });
			for (const status of [200, 400, 401, 402, 403, 422, 429, 500]) {
				sandbox.fault({ when: 'before', kind: 'status', status, body: echo });
				ends.push(await failureOf(search('find_email', bundle)));
				// A lookup that may have been charged would not be sent again.
				forget();
			}
			sandbox.fault({ operationId: 'searchLeads', when: 'before', kind: 'reset' });
			ends.push(
				await failureOf(search('find_leads', { ...bundle, inputData: { city: 'Berlin' } })),
			);
			ends.push(await search('find_email', bundle), { ...cache });
			forget();
		}
		const wrong = bundleFor({ url: 'ftp://x', apiKey: CANARY_KEY });
		ends.push(await failureOf(search('find_email', wrong)), await failureOf(connect(wrong)));
		const refused = bundleFor(sandbox, NAME, { authData: { apiKey: `${CANARY_KEY} x` } });
		ends.push(await failureOf(search('find_email', refused)), await failureOf(connect(refused)));
		expect(ends).toHaveLength(1 + 2 * 11 + 4);
		expect(JSON.stringify([ends, printed])).not.toContain(CANARY_KEY);
		expect(JSON.stringify(printed)).toMatch(/POST .*email-finder/);
	});

	test('is sent to no other host', async () => {
		const [own, other] = [await start({ apiKey: CANARY_KEY }), await start({ apiKey: CANARY_KEY })];
		const location = `${other.url}/wallets/balance`;
		own.fault({ when: 'before', kind: 'status', status: 307, headers: { location } });
		await failureOf(zapierRunner().connect(bundleFor(own)));
		expect(other.requests).toEqual([]);
	});
});
