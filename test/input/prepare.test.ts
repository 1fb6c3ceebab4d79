import fc from 'fast-check';
import { splitFullName } from '../../shared/input/names';
import { isBlank, quote } from '../../shared/input/text';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { prepare, titleOf } from '../../shared/input/prepare';
import { enrich } from '../../shared/providers/enrich';

const {
	countLeads,
	findEmail,
	getWalletTransactions,
	ipToCompany,
	phoneLookup,
	reverseLookup,
	searchLeads,
	validateEmail,
} = enrich.operations;
const operations = Object.values<Operation>(enrich.operations);

const input = (operation: Operation, values: Data) =>
	(prepare(operation, values) as { input: Data }).input;
const key = (operation: Operation, values: Data) =>
	(prepare(operation, values) as { key: string }).key;

function refusal(operation: Operation, values: unknown): ConnectorError {
	try {
		prepare(operation, values as Data);
	} catch (error) {
		if (error instanceof ConnectorError) return error;
		throw error;
	}
	throw new Error('It was expected to be refused');
}

const person = { firstName: 'Emily', lastName: 'Zhang', domain: 'figma.com' };

describe('names as they stand in real lists', () => {
	test.each([
		['René', 'René'],
		['Rene\u0301', 'René'],
		['Jean-Luc', 'Jean-Luc'],
		["O'Brien", "O'Brien"],
		['  Emily \t ', 'Emily'],
		['Em\u200bily', 'Emily'],
		['\ufeffEmily', 'Emily'],
		['Mary\u00a0Ann', 'Mary Ann'],
		['Emily\r\n', 'Emily'],
		['"Emily"', 'Emily'],
		['EMILY', 'EMILY'],
		['李', '李'],
		['Łukasz', 'Łukasz'],
	])('%j becomes %j', (given, tidy) => {
		expect(input(findEmail, { ...person, firstName: given }).firstName).toBe(tidy);
	});

	test.each([
		['=HYPERLINK("x")', 'formula'],
		['+1 234', 'formula'],
		['@SUM(A1)', 'formula'],
		['emily@figma.com', 'email address'],
		['https://linkedin.com/in/x', 'web address'],
		['123', 'no letter'],
		['—', 'no letter'],
		['a'.repeat(101), 'First Name'],
		[true, 'a boolean'],
		[{ first: 'x' }, 'an object'],
		[['Emily'], 'a list'],
	])('%j is refused', (given, words) => {
		const { kind, message, nextStep } = refusal(findEmail, { ...person, firstName: given });
		expect(kind).toBe('badInput');
		expect(message).toContain("'First Name'");
		expect(message).toContain(words);
		expect(nextStep).toContain('Nothing was charged');
	});

	test.each([
		['Emily Zhang', 'Emily', 'Zhang'],
		['Zhang, Emily', 'Emily', 'Zhang'],
		['Dr. Emily Zhang', 'Emily', 'Zhang'],
		['Prof. Dr. Emily Zhang', 'Emily', 'Zhang'],
		['Emily Zhang, PhD', 'Emily', 'Zhang'],
		['Emily Zhang Jr.', 'Emily', 'Zhang'],
		['Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
		['van Beethoven, Ludwig', 'Ludwig', 'van Beethoven'],
		['María José de la Cruz', 'María José', 'de la Cruz'],
		['Anne-Marie Saint-Clair', 'Anne-Marie', 'Saint-Clair'],
		['Mary Ann Smith', 'Mary Ann', 'Smith'],
		['Ing Wong', 'Ing', 'Wong'],
		['Di Zhang', 'Di', 'Zhang'],
		['Smith, Dr. John', 'John', 'Smith'],
	])('the full name %j is %j and %j', (fullName, firstName, lastName) => {
		expect(splitFullName(fullName)).toEqual({ firstName, lastName });
		expect(input(findEmail, { fullName, domain: 'figma.com' })).toMatchObject({
			firstName,
			lastName,
		});
	});

	test.each([
		'Emily',
		'Dr. Zhang',
		'Zhang Jr.',
		'Smith,',
		', Emily',
		'Emily Zhang, Sales Director',
	])('%j is no full name', (fullName) => {
		const { message } = refusal(findEmail, { fullName, domain: 'figma.com' });
		expect(message).toContain("'Full Name'");
	});

	test('a full name only fills what is empty', () => {
		expect(
			input(findEmail, { firstName: 'Emma', fullName: 'Emily Zhang', domain: 'figma.com' }),
		).toMatchObject({
			firstName: 'Emma',
			lastName: 'Zhang',
		});
	});

	test('a missing last name says what to fill in', () => {
		const { field, message } = refusal(findEmail, { firstName: 'Emily', domain: 'figma.com' });
		expect(field).toBe('Last Name');
		expect(message).toBe("'Last Name' is empty; fill it in, or fill in 'Full Name' instead");
	});
});

describe('domains', () => {
	test.each([
		['figma.com', 'figma.com'],
		['FIGMA.COM', 'figma.com'],
		['https://www.figma.com/about?x=1', 'figma.com'],
		['http://figma.com:8080', 'figma.com'],
		['www.figma.com', 'figma.com'],
		['figma.com/', 'figma.com'],
		['figma.com.', 'figma.com'],
		['emily@figma.com', 'figma.com'],
		['mailto:emily@figma.com', 'figma.com'],
		['https://user@figma.com/', 'figma.com'],
		['medium.com/@figma', 'medium.com'],
		['münchen.de', 'xn--mnchen-3ya.de'],
		['https://www.Bücher.example/x', 'xn--bcher-kva.example'],
		['fig\u200bma.com', 'figma.com'],
		[' figma.com\u00a0', 'figma.com'],
		['mail.google.co.uk', 'mail.google.co.uk'],
	])('%j becomes %j', (given, tidy) => {
		expect(input(findEmail, { ...person, domain: given }).domain).toBe(tidy);
	});

	test.each([
		'Figma',
		'Figma Inc.',
		'Figma, Inc.',
		'figma .com',
		'8.8.8.8',
		'http://',
		'=A1',
		'-',
		'figma..com',
		`${'a.'.repeat(140)}com`,
		'javascript:alert(1)',
		'../../etc/passwd',
	])('%j is refused', (domain) => {
		expect(refusal(findEmail, { ...person, domain }).message).toContain("'Company Domain'");
	});
});

describe('email addresses', () => {
	test.each([
		['Emily.Zhang@FIGMA.com', 'emily.zhang@figma.com'],
		['mailto:emily@figma.com', 'emily@figma.com'],
		['MAILTO:emily@figma.com?subject=Hi', 'emily@figma.com'],
		['Emily Zhang <emily@figma.com>', 'emily@figma.com'],
		['<emily@figma.com>', 'emily@figma.com'],
		['"emily@figma.com"', 'emily@figma.com'],
		['emily@figma.com;', 'emily@figma.com'],
		['emily\u200b@figma.com', 'emily@figma.com'],
		['\u00a0emily@figma.com ', 'emily@figma.com'],
		["o'brien@figma.com", "o'brien@figma.com"],
		['emily+tag@figma.co.uk', 'emily+tag@figma.co.uk'],
	])('%j becomes %j', (given, tidy) => {
		for (const operation of [validateEmail, reverseLookup])
			expect(input(operation, { email: given })).toEqual({ email: tidy });
	});

	test.each([
		'emily',
		'emily@',
		'@figma.com',
		'emily@figma',
		'emily@@figma.com',
		'a b@figma.com',
		'a@b..com',
		'a@figma.com, b@figma.com',
		'a@figma.com?x=y',
		'a@figma.com/x',
		'a@figma.c',
		42,
	])('%j is refused before it costs anything', (email) => {
		for (const operation of [validateEmail, reverseLookup, phoneLookup]) {
			expect(refusal(operation, { email }).message).toContain("'Email'");
		}
	});
});

describe('IP addresses', () => {
	test.each([
		['8.8.8.8', '8.8.8.8'],
		[' 8.8.8.8\n', '8.8.8.8'],
		['2001:4860:4860::8888', '2001:4860:4860::8888'],
		['[2001:4860:4860::8888]', '2001:4860:4860::8888'],
		['::FFFF:8.8.8.8', '8.8.8.8'],
	])('%j becomes %j', (given, tidy) => {
		expect(input(ipToCompany, { ip: given })).toEqual({ ip: tidy });
	});

	test.each([
		'10.0.0.1',
		'127.0.0.1',
		'192.168.1.1',
		'172.16.0.1',
		'100.64.0.1',
		'169.254.1.1',
		'224.0.0.1',
		'0.0.0.0',
		'::1',
		'fe80::1',
		'fd00::1',
		'::ffff:10.0.0.1',
	])('%s belongs to no company', (ip) => {
		expect(refusal(ipToCompany, { ip }).message).toContain('private or reserved');
	});

	test.each([
		'256.1.1.1',
		'8.8.8',
		'8.8.8.8.',
		'8.8.8.8.8',
		'8.8.8.8/24',
		'figma.com',
		'::g',
		':',
		8,
	])('%j is no IP address', (ip) => {
		expect(refusal(ipToCompany, { ip }).message).toContain('is not an IP address');
	});
});

describe('profiles and filters', () => {
	test.each([
		['linkedin.com/in/emilyzhang?utm=x', 'https://www.linkedin.com/in/emilyzhang'],
		['http://www.linkedin.com/in/emilyzhang/', 'https://www.linkedin.com/in/emilyzhang'],
		['HTTPS://LinkedIn.com/in/Emily', 'https://www.linkedin.com/in/emily'],
	])('%j becomes %j', (given, tidy) => {
		expect(input(phoneLookup, { linkedin: given })).toEqual({ linkedin: tidy });
	});

	test.each(['emilyzhang', 'https://linkedin.com', 'file:///etc/passwd', 'in/emily'])(
		'%j is no profile',
		(linkedin) => {
			expect(refusal(phoneLookup, { linkedin }).message).toContain("'LinkedIn Profile URL'");
		},
	);

	test('filters are tidied, and blank ones left out', () => {
		const filters = {
			jobTitle: [' CEO ', ''],
			city: '',
			employeeCountMin: '1,000',
			employeeCountMax: 5000,
			jobIsCurrent: 'yes',
			domain: 'figma.com',
		};
		expect(input(searchLeads, { filters })).toMatchObject({
			filters: {
				jobTitle: ['CEO'],
				employeeCountMin: 1000,
				employeeCountMax: 5000,
				jobIsCurrent: true,
				domain: ['figma.com'],
			},
		});
	});

	test('filters may come as JSON text', () => {
		expect(input(countLeads, { filters: '{"city": "Berlin"}' })).toEqual({
			filters: { city: 'Berlin' },
		});
	});

	test.each([
		[{ jobTitel: 'CEO' }, '"jobTitel"'],
		[{ employeeCountMin: 'many' }, "'Employee Count (Lower Bound)'"],
		[{ employeeCountMin: '1,5' }, 'is not a number'],
		[{ employeeCountMin: ',' }, 'is not a number'],
		[{ jobIsCurrent: 'perhaps' }, 'neither yes nor no'],
		[{ companyNameMode: 'fuzzy' }, "'Company Name Match'"],
		[
			{
				jobTitle: Array(26)
					.fill('x')
					.map((x, i) => x + i),
			},
			"'Job Title'",
		],
		['{"city": ', 'not valid JSON'],
		['[1]', 'an object'],
		[['CEO'], 'an object'],
		[42, 'an object'],
		[JSON.parse('{"__proto__": {"city": "Berlin"}}'), '__proto__'],
		[JSON.parse('{"constructor": "x"}'), 'constructor'],
	])('the filters %j are refused', (filters, words) => {
		expect(refusal(searchLeads, { filters }).message).toContain(words);
	});

	test('what may be excluded is limited', () => {
		expect(
			refusal(searchLeads, { filters: { city: 'Berlin' }, excludeFilters: { city: 'Bonn' } })
				.message,
		).toContain('"city"');
	});
});

describe('blank rows are skipped, not refused', () => {
	test.each([
		[{}],
		[{ email: '' }],
		[{ email: '  \t\u00a0' }],
		[{ email: '\u200b\ufeff' }],
		[{ email: null }],
		[{ email: undefined }],
		[{ email: [] }],
		[{ email: ['', [null]] }],
		[{ other: 'x' }],
	])('%j', (values) => {
		expect(prepare(validateEmail, values)).toEqual({
			blank: "'Email' is empty, so there is nothing to look up",
		});
	});

	test('a row that needs one of several fields names them all', () => {
		expect(prepare(phoneLookup, {})).toEqual({
			blank: "'Email' and 'LinkedIn Profile URL' are empty, so there is nothing to look up",
		});
		expect(input(phoneLookup, { email: ' ', linkedin: 'linkedin.com/in/x' })).toEqual({
			linkedin: 'https://www.linkedin.com/in/x',
		});
	});

	test('an operation without required fields always runs', () => {
		expect(input(getWalletTransactions, {})).toEqual({ page: 1, limit: 50 });
	});
});

describe('equal rows share a key', () => {
	test('whatever the case, spacing and form of their values', () => {
		const same = [
			person,
			{ firstName: 'EMILY', lastName: ' zhang ', domain: 'https://www.figma.com/x' },
			{ fullName: 'Zhang, Emily', domain: 'hello@FIGMA.com' },
		];
		expect(new Set(same.map((values) => key(findEmail, values))).size).toBe(1);
	});

	test('but not others', () => {
		expect(key(findEmail, person)).not.toBe(key(findEmail, { ...person, lastName: 'Zhan' }));
		expect(key(phoneLookup, { email: 'a@b.co' })).not.toBe(
			key(phoneLookup, { linkedin: 'linkedin.com/in/a' }),
		);
	});
});

describe('hostile values', () => {
	const fields = operations.flatMap((operation) =>
		[...Object.keys(operation.input.shape), ...Object.keys(operation.alternatives ?? {})].map(
			(field) => [operation.operationId, field, operation] as const,
		),
	);
	const exampleOf = ({ example }: Operation): Data => ({ ...example.input });

	/**
	 * Patterns can take quadratic time, so what counts is how long a text they are ever given. Those
	 * for a single character cannot.
	 */
	function longestMatched(work: () => void): number {
		const { exec } = RegExp.prototype;
		let longest = 0;
		RegExp.prototype.exec = function (text: string) {
			if (!exec.call(/^\[[^\]]+\]$/, this.source)) longest = Math.max(longest, text.length);
			return exec.call(this, text);
		};
		try {
			work();
		} finally {
			RegExp.prototype.exec = exec;
		}
		return longest;
	}

	test('what measures texts sees each that a pattern is given', () => {
		const text = 'a'.repeat(7);
		for (const work of [
			() => /b+/.test(text),
			() => text.replace(/b+/g, ''),
			() => text.split(/b+/),
			() => text.match(/b+/g),
		])
			expect(longestMatched(work)).toBe(7);
		expect(longestMatched(() => /[b]/.test(text))).toBe(0);
	});

	test.each(fields)('a text of 1 MB is refused at once: %s %s', (_, field, operation) => {
		for (const text of ['a', ' ', '<', '@.', '1', '\u200b', '{"a":'].map((part) =>
			part.repeat(1_000_000 / part.length),
		)) {
			let refused: unknown;
			const longest = longestMatched(() => {
				try {
					prepare(operation, { ...exampleOf(operation), [field]: text });
				} catch (error) {
					refused = error;
				}
			});
			expect(longest).toBeLessThanOrEqual(5_000);
			if (refused === undefined) {
				// A value of nothing but blanks counts as empty.
				expect(isBlank(text)).toBe(true);
			} else {
				expect(refused).toBeInstanceOf(ConnectorError);
				expect((refused as Error).message.length).toBeLessThan(300);
			}
		}
	});

	test('a list of a million entries, or one nested 100,000 deep, is refused', () => {
		let deep: unknown = 'x';
		for (let i = 0; i < 100_000; i++) deep = [deep];
		const million = Array.from({ length: 1_000_000 }, (_, i) => `x${i}`);
		for (const jobTitle of [million, deep]) {
			expect(refusal(searchLeads, { filters: { jobTitle } }).kind).toBe('badInput');
			expect(refusal(validateEmail, { email: jobTitle }).kind).toBe('badInput');
		}
	});

	test('control characters and long values never reach a message', () => {
		const { message } = refusal(validateEmail, {
			email: `bad\u0007\u001b[31m${'x'.repeat(500)}\nline`,
		});
		expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
		expect(/"(.*)"/.exec(message)?.[1]?.length).toBeLessThanOrEqual(61);
	});

	test('a quotation never ends in half a character', () => {
		expect(quote('a'.repeat(59) + '😀😀')).toBe(`"${'a'.repeat(59)}…"`);
	});

	test('prototype keys in a row are never read', () => {
		const row = JSON.parse('{"__proto__": {"email": "a@b.co"}, "constructor": "x"}') as Data;
		expect(prepare(validateEmail, row)).toHaveProperty('blank');
		expect(prepare(validateEmail, Object.create({ email: 'a@b.co' }) as Data)).toHaveProperty(
			'blank',
		);
	});

	test('titles are found for any path', () => {
		expect(titleOf(searchLeads, 'filters', 'jobTitle', '0')).toBe('Job Title');
		expect(titleOf(findEmail, 'fullName')).toBe('Full Name');
		expect(titleOf(findEmail, 'constructor', '__proto__')).toBe('constructor');
	});

	const anything = fc.anything({
		withNullPrototype: true,
		withBigInt: true,
		withDate: true,
		withSparseArray: true,
	});
	const listed = fc.constantFrom(
		'emily@figma.com',
		'Emily Zhang',
		'figma.com',
		'8.8.8.8',
		'=1+1',
		'{"city":"x"}',
		7,
		'__proto__',
	);
	const value = fc.oneof(anything, listed, fc.string({ unit: 'binary' }), fc.json());

	test.each(fields)(
		'whatever stands in it, the row is refused in words or fits the API: %s %s',
		(_, field, operation) => {
			fc.assert(
				fc.property(value, fc.dictionary(fc.string(), value, { maxKeys: 3 }), (hostile, others) => {
					const row = { ...exampleOf(operation), ...others, [field]: hostile };
					try {
						const prepared = prepare(operation, row);
						if ('input' in prepared)
							expect(operation.input.safeParse(prepared.input).success).toBe(true);
					} catch (error) {
						if (!(error instanceof ConnectorError)) throw error;
						expect(error.kind).toBe('badInput');
						expect(error.message).not.toMatch(/[\p{Cc}]/u);
					}
				}),
				{ numRuns: 200 },
			);
		},
	);

	test('inside filters too', () => {
		fc.assert(
			fc.property(
				fc.dictionary(
					fc.constantFrom(
						...Object.keys(countLeads.example.input.filters as Data),
						'city',
						'domain',
						'employeeCount',
						'jobIsCurrent',
						'x',
					),
					value,
				),
				(filters) => {
					try {
						const prepared = prepare(countLeads, { filters });
						if ('input' in prepared)
							expect(countLeads.input.safeParse(prepared.input).success).toBe(true);
					} catch (error) {
						if (!(error instanceof ConnectorError)) throw error;
					}
				},
			),
			{ numRuns: 500 },
		);
	});
});
