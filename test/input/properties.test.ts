import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { normalizeIp } from '../../shared/input/ip';
import { normalizeProfileUrl } from '../../shared/input/profileUrl';
import { normalizeDomain } from '../../shared/input/domain';
import { normalizeEmail } from '../../shared/input/email';
import { type Normalizer, NORMALIZERS } from '../../shared/input/normalize';
import { splitFullName } from '../../shared/input/names';
import { InvalidValue, isBlank, quote } from '../../shared/input/text';
import { outcomeOf } from './support';

const normalizers = Object.entries(NORMALIZERS) as [Normalizer, (value: unknown) => unknown][];

/** What the patterns look out for, so that random texts meet them. */
const piece = fc.constantFrom(
	...[
		'Emily',
		'Zhang',
		'O',
		'S',
		'de la',
		'van',
		'y',
		'MBA',
		'Ph.D.',
		'Jr.',
		'Dr.',
		'Sr',
		'CEO',
		'LLC',
		'XQZV',
	],
	...[
		'DUPONT',
		'García',
		'Nguyễn',
		'Văn',
		'Kim',
		'Min-jun',
		'李',
		'小明',
		'山田',
		'さくら',
		'김',
		'عبد',
		'様',
	],
	...[
		' ',
		'  ',
		' - ',
		',',
		', ',
		'.',
		'..',
		'-',
		'_',
		"'",
		'"',
		'’',
		'“',
		'”',
		'(',
		')',
		'<',
		'>',
		'[',
		']',
		'&',
		'|',
	],
	...[
		'·',
		'・',
		'*',
		'…',
		'😀',
		'🇩🇪',
		'™',
		'\u0301',
		'\u200b',
		'\u00a0',
		'\ud800',
		'ª',
		'Ⅲ',
		'&#39;',
		'&#38;',
		'?',
		'Ã',
	],
	...[
		'@',
		'://',
		'https:',
		'http//',
		'www.',
		'figma.com',
		'linkedin.com',
		'/in/',
		'/pub/',
		'/company/',
		'/',
		'%20',
		'%25',
	],
	...[
		'%C3%B6',
		'%',
		'ACoAABk7TGwBxYz',
		'mailto:',
		'münchen.de',
		'xn--',
		'8.8.8.8',
		'10.0.0.1',
		'::1',
		'2001:4860::',
		'ffff',
	],
	...[
		':',
		':443',
		'/32',
		'1',
		'000',
		'1,000',
		'1.5',
		'e3',
		'=',
		'+',
		'yes',
		'İ',
		'ß',
		'ﬁ',
		'。',
		'\ufdfa',
	],
);
const text = fc.oneof(
	fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
	fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(' ')),
	fc.string({ unit: 'binary' }),
);
/** Values that are accepted, to be changed a little. */
const ACCEPTED: Record<Normalizer, string[]> = {
	text: ['Emily Zhang'],
	name: ['Emily', 'Dr. Anna (Annie)', 'Jean-Luc', 'J.', '李', 'Anna, PhD'],
	lastName: ['Zhang', "O'Neil Jr.", 'van der Berg', 'García L.', "'t Hooft", '李'],
	fullName: [
		'Emily Zhang',
		'Smith, Jr., John',
		'John "Jack" Smith, PMP',
		'李伟',
		"Gerard 't Hooft",
	],
	domain: [
		'figma.com',
		'https://www.figma.com/about',
		'münchen.de',
		'www.www.com',
		'emily@figma.com',
	],
	email: [
		'emily@figma.com',
		'Emily <emily@figma.com>',
		'mailto:jörg@münchen.de?x',
		"o'brien@figma.com",
	],
	ip: ['8.8.8.8', '8.8.8.8, 10.0.0.1', '[2001:4860:4860::8888]:443', '::ffff:8.8.8.8'],
	profileUrl: [
		'linkedin.com/in/emily',
		'https://de.linkedin.com/pub/emily/1/2/3',
		'linkedin.com/in/j%C3%B6rg/en',
	],
	list: ['CEO'],
	values: ['VP, Director', 'Germany'],
	records: ['enc_1', 'enc_1, enc_2'],
	number: ['1,000', '1.5', '1.000.000,5', '1e3'],
	yesNo: ['yes', 'FALSE', '1'],
};
/** An accepted value with something put in somewhere, or without some of its characters. */
const near = (normalizer: Normalizer) =>
	fc
		.tuple(
			fc.constantFrom(...ACCEPTED[normalizer]),
			fc.nat(40),
			fc.nat(2),
			fc.array(piece, { maxLength: 2 }),
		)
		.map(
			([value, at, removed, pieces]) =>
				value.slice(0, at) + pieces.join('') + value.slice(at + removed),
		);
const anything = fc.oneof(
	text,
	fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
);
const RUNS = { numRuns: 2000 };
const isRefused = (outcome: unknown) =>
	typeof outcome === 'string' && outcome.startsWith('refused: ');

describe.each(normalizers)('%s', (name, normalize) => {
	const mostlyAccepted = fc.oneof({ weight: 3, arbitrary: near(name) }, text);

	test('a value is normalized, or refused in one line of words, whatever it is', () => {
		fc.assert(
			fc.property(fc.oneof(mostlyAccepted, anything), (value) => {
				try {
					normalize(value);
				} catch (error) {
					expect(error).toBeInstanceOf(InvalidValue);
					expect((error as Error).message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
					expect((error as Error).message.length).toBeLessThan(300);
				}
			}),
			RUNS,
		);
	});

	test('a normalized value stays as it is', () => {
		fc.assert(
			fc.property(mostlyAccepted, (value) => {
				const once = outcomeOf(normalize, value);
				if (isRefused(once)) return;
				expect(outcomeOf(normalize, once)).toEqual(once);
			}),
			RUNS,
		);
	});

	test('spaces and invisible characters around a value change nothing', () => {
		const margin = fc.stringMatching(/^[ \t\n\u00a0\u200b\ufeff\u3164]{0,4}$/);
		fc.assert(
			fc.property(margin, mostlyAccepted, margin, (before, value, behind) => {
				const outcome = outcomeOf(normalize, value);
				if (isRefused(outcome)) return;
				expect(outcomeOf(normalize, before + value + behind)).toEqual(outcome);
			}),
			RUNS,
		);
	});

	const shapes = [
		...[
			'a',
			' ',
			'a ',
			'<',
			'>',
			'<a>',
			'(',
			')',
			'()',
			'((',
			'[',
			'"',
			"'",
			"' ",
			'.',
			'a.',
			'@',
			'@.',
			'a@',
			',',
			'a,',
		],
		...[
			'-',
			'_',
			'/',
			'//',
			'%',
			'%25',
			':',
			'1',
			'1,',
			'1.',
			'0',
			'x',
			'*',
			'\u200b',
			'\u0301',
			'ａ',
			'\ufdfa',
			'李',
			'가',
			'あ',
			'·',
		],
		...[
			'http://',
			'https:',
			'www.',
			'linkedin.com/in/',
			'Dr. ',
			'MBA ',
			', MBA',
			'de ',
			'sales ',
			'x ',
			'8.8.8.8,',
			'::',
			'ffff:',
		],
		...[
			'😀',
			'\ud800',
			'A',
			'AB ',
			'S. ',
			'y ',
			'Ã',
			'?',
			'&#39;',
			'=',
			'von ',
			'a-',
			'- ',
			'…',
			'xn--',
		],
	];
	test.each(shapes)('takes 5,000 characters of %j', (shape) => {
		for (const [start, end] of [
			['', ''],
			['Emily ', ''],
			['', 'Zhang'],
			['"', '!'],
			['linkedin.com/in/', ' x'],
			['a@', '.com'],
		]) {
			const room = 5000 - `${start}${end}`.length;
			const hostile = `${start}${shape.repeat(room / shape.length)}${end}`;
			const outcome = outcomeOf(normalize, hostile);
			if (typeof outcome === 'string' && outcome.startsWith('refused: '))
				expect(outcome.length).toBeLessThan(300);
			else expect(outcome).toBeDefined();
		}
	});
});

describe('full names', () => {
	test('are a first and a last name, each normalized, or refused in words', () => {
		fc.assert(
			fc.property(text, (value) => {
				try {
					const { firstName, lastName } = splitFullName(value);
					expect(NORMALIZERS.lastName(lastName)).toBe(lastName);
					expect(firstName).toMatch(/\p{L}/u);
					expect(firstName + lastName).not.toMatch(/[@<>()"|,;*…]|\p{Extended_Pictographic}/u);
				} catch (error) {
					if (!(error instanceof InvalidValue)) throw error;
					expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
				}
			}),
			RUNS,
		);
	});

	test('are the same in either order, with titles, credentials and nicknames', () => {
		const first = fc.constantFrom('Emily', 'Jean-Luc', 'J.', 'Mary Ann', 'Łukasz', 'أحمد');
		const last = fc.constantFrom(
			'Zhang',
			"O'Neil",
			'van der Berg',
			'Smith-Jones',
			'de la Cruz',
			'محمد',
		);
		const spelling = fc.constantFrom<((f: string, l: string) => string)[]>(
			(f, l) => `${f} ${l}`,
			(f, l) => `${l}, ${f}`,
			(f, l) => `  ${f}\u00a0 ${l}\n`,
			(f, l) => `Dr. ${f} ${l}`,
			(f, l) => `${f} ${l}, MBA, PMP`,
			(f, l) => `${l}, Jr., ${f}`,
			(f, l) => `${f} (Annie) ${l}`,
			(f, l) => `"${f} ${l}"`,
			(f, l) => `${f} ${l} 🚀`,
		);
		fc.assert(
			fc.property(first, last, spelling, (firstName, lastName, spell) => {
				expect(splitFullName(spell(firstName, lastName))).toEqual({ firstName, lastName });
			}),
		);
	});
});

describe('all spellings of one thing are one', () => {
	const wrapping = fc.constantFrom(
		['', ''],
		['"', '"'],
		['<', '>'],
		['', ','],
		[' ', ' '],
		['“', '”,'],
		['(', ')'],
	);
	const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);

	test('domains', () => {
		const form = fc.constantFrom(
			'*',
			'www.*',
			'https://*',
			'http://www.*/',
			'https://*/a/b?c=d#e',
			'*.',
			'emily@*',
			'//*',
			'*:443',
		);
		fc.assert(
			fc.property(label, form, wrapping, (name, shape, [before = '', behind = '']) => {
				const domain = `${name}-co.com`;
				for (const spelled of [domain, domain.toUpperCase()]) {
					expect(normalizeDomain(before + shape.replace('*', spelled) + behind)).toBe(domain);
				}
			}),
		);
	});

	test('email addresses', () => {
		const form = fc.constantFrom(
			'*',
			'mailto:*',
			'Emily Zhang <*>',
			'* (Emily)',
			'mailto:*?subject=x',
		);
		fc.assert(
			fc.property(label, label, form, (user, name, shape) => {
				const email = `${user}@${name}.com`;
				for (const spelled of [email, email.toUpperCase()]) {
					expect(normalizeEmail(shape.replace('*', spelled))).toBe(email);
				}
			}),
		);
	});

	test('profiles', () => {
		const host = fc.constantFrom(
			'linkedin.com',
			'www.linkedin.com',
			'm.linkedin.com',
			'de.linkedin.com',
		);
		const scheme = fc.constantFrom('', 'http://', 'https://', '//');
		const end = fc.constantFrom('', '/', '/en', '?trk=x', '#about', '/details/skills/');
		const slug = fc.constantFrom('emily-zhang-1a2b3c', 'jörg', '李伟', 'x.y', 'ACoAABk7TGwBxYz');
		const encoding = fc.constantFrom<((part: string) => string)[]>(
			(part) => part,
			encodeURIComponent,
			(part) => encodeURIComponent(encodeURIComponent(part)),
		);
		fc.assert(
			fc.property(
				scheme,
				host,
				slug,
				encoding,
				end,
				wrapping,
				(s, h, name, encode, e, [before = '', behind = '']) => {
					expect(normalizeProfileUrl(`${before}${s}${h}/in/${encode(name)}${e}${behind}`)).toBe(
						`https://www.linkedin.com/in/${encodeURIComponent(name)}`,
					);
				},
			),
		);
	});

	test('IPv6 addresses, in the spelling of RFC 5952', () => {
		const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
		const groups = fc.tuple(fc.integer({ min: 0x2600, max: 0x2bff }), ...Array(7).fill(group));
		fc.assert(
			fc.property(groups, fc.boolean(), fc.boolean(), (parts, isPadded, isUpper) => {
				const written = (parts as number[])
					.map((part) => part.toString(16).padStart(isPadded ? 4 : 1, '0'))
					.join(':');
				const given = isUpper ? written.toUpperCase() : written;
				const ip = normalizeIp(given);
				// The web's URL standard writes IPv6 as RFC 5952 does.
				expect(ip).toBe(new URL(`http://[${written}]`).hostname.slice(1, -1));
				for (const spelled of [`[${given}]`, `[${given}]:443`, `${given}%eth0`, `${given}/128`]) {
					expect(normalizeIp(spelled)).toBe(ip);
				}
			}),
		);
	});

	test('nothing is an IP address that is none', () => {
		const parts = fc.array(
			fc.constantFrom('0', '1', '8', '08', 'ffff', 'f', ':', '::', '.', '256', '255', '%1', 'g'),
			{ maxLength: 12 },
		);
		fc.assert(
			fc.property(parts, (pieces) => {
				const given = pieces.join('');
				const outcome = outcomeOf(normalizeIp, given);
				if (outcome.startsWith('refused: ') && !outcome.includes('private')) return;
				expect(isIPv4(given.replace(/:\d+$/, '')) || isIPv6(given)).toBe(true);
			}),
			{ numRuns: 20_000 },
		);
	});
});

test('blank values and quotations never throw', () => {
	fc.assert(
		fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
			expect(typeof isBlank(value)).toBe('boolean');
			expect(quote(value)).toMatch(/^".*"$/su);
		}),
	);
});
