import { normalizeEmail } from '../../shared/input/email';
import { refusalOf, values } from './support';

/** Every spelling of one address. */
const SPELLINGS: Record<string, string> = {
	'emily@figma.com': `
		emily@figma.com
		Emily@Figma.com
		EMILY@FIGMA.COM
		emily@figma.com.
		emily@figma.com,
		emily@figma.com;
		emily@figma.com!
		emily@figma.com:
		,emily@figma.com>
		<emily@figma.com>
		<emily@figma.com>,
		<emily@figma.com>;
		(emily@figma.com)
		[emily@figma.com]
		"emily@figma.com"
		'emily@figma.com'
		“emily@figma.com”
		‘emily@figma.com’
		«emily@figma.com»
		\`emily@figma.com\`
		'emily@figma.com
		emily@figma.com"
		"emily@figma.com",
		Emily Zhang <emily@figma.com>
		Emily Zhang<emily@figma.com>
		"Zhang, Emily" <emily@figma.com>
		Zhang, Emily (Figma) <Emily@Figma.com>
		emily@figma.com <emily@figma.com>
		'emily@figma.com' <emily@figma.com>
		emily@figma.com (Emily Zhang)
		Emily <mailto:emily@figma.com>
		<mailto:emily@figma.com>
		mailto:emily@figma.com
		MAILTO:emily@figma.com
		mailto:emily@figma.com?subject=Hi
		mailto:Emily%40figma.com?body=x
		mailto:<emily@figma.com>
		[emily@figma.com](mailto:emily@figma.com)
		[Write](mailto:emily@figma.com?subject=x)
		smtp:emily@figma.com
		SMTP:emily@figma.com
		emily\u200b@figma.com
		\ufeffemily@figma.com
		emi\u00adly@figma.com
		\u00a0emily@figma.com\u3000
		ｅｍｉｌｙ＠ｆｉｇｍａ．ｃｏｍ
		emily＠figma.com
		emily@figma。com
	`,
	'emily.zhang@figma.com': 'emily.zhang@figma.com\nEmily.Zhang@FIGMA.com',
	'emily+tag@figma.co.uk': 'emily+tag@figma.co.uk\nEmily+Tag@Figma.co.uk',
	"o'brien@figma.com": "o'brien@figma.com\nO'Brien@figma.com\n<O'Brien@figma.com>",
	'emily_zhang@figma.com': 'emily_zhang@figma.com',
	'emily-zhang@figma.com': 'emily-zhang@figma.com',
	'e@figma.com': 'E@figma.com',
	'1@figma.com': '1@figma.com',
	'007@figma.com': '007@figma.com',
	'-@figma.com': '-@figma.com',
	'_emily_@figma.com': '_emily_@figma.com',
	"!#$%&'+-/=?^_`{|}~@figma.com": "!#$%&'+-/=?^_`{|}~@figma.com",
	'user%figma.com@example.org': 'user%figma.com@example.org',
	'a/b=c@figma.com': 'a/b=c@figma.com',
	'emily@sub.figma.com': 'emily@sub.figma.com',
	'emily@www.figma.com': 'emily@www.figma.com',
	'emily@3m.com': 'emily@3M.com',
	'emily@my-company.io': 'emily@my-company.io',
	'emily@x.com': 'emily@x.com',
	'emily@linkedin.com': 'emily@linkedin.com',
	'emily@figma.photography': 'emily@figma.photography',
	'info@xn--mnchen-3ya.de': `
		info@münchen.de
		Info@MÜNCHEN.de
		info@mu\u0308nchen.de
		info@xn--mnchen-3ya.de
		INFO@XN--MNCHEN-3YA.DE
		Rathaus <info@münchen.de>
	`,
	'jörg@xn--mnchen-3ya.de': 'jörg@münchen.de\nJÖRG@münchen.de\njo\u0308rg@xn--mnchen-3ya.de',
	'jörg@figma.com': 'Jörg@figma.com',
	'用户@xn--fsqu00a.xn--0zwm56d': '用户@例子.测试',
	'почта@xn--e1afmkfd.xn--p1ai': 'почта@пример.рф\nПОЧТА@ПРИМЕР.РФ',
	'emily@xn--e1afmkfd.xn--p1ai': 'emily@пример.рф',
	'संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c': 'संपर्क@डाटामेल.भारत',
};

describe.each(Object.entries(SPELLINGS))('every spelling of %s is one', (email, spellings) => {
	test.each(values(spellings))('%j', (given) => {
		expect(normalizeEmail(given)).toBe(email);
	});
});

const REFUSED: Record<string, string> = {
	'is not an email address': `
		emily
		emily@
		@figma.com
		@
		figma.com
		www.figma.com
		https://figma.com/emily
		emily@figma
		emily@localhost
		emily@@figma.com
		emily@zhang@figma.com
		emily figma.com
		emily @figma.com
		emily@ figma.com
		a b@figma.com
		emily at figma dot com
		emily[at]figma.com
		emily(at)figma.com
		a@b..com
		a..b@figma.com
		.emily@figma.com
		emily.@figma.com
		emily@.figma.com
		emily@-figma.com
		emily@figma-.com
		emily@figma,com
		emily@fig_ma.com
		a@figma.c
		a@figma.123
		a@figma.c0m
		a@figma.com, b@figma.com
		a@figma.com,b@figma.com
		a@figma.com; b@figma.com
		a@figma.com b@figma.com
		a@figma.com/b@figma.com
		a@figma.com?x=y
		a@figma.com/x
		a@figma.com:25
		a@8.8.8.8
		a@[8.8.8.8]
		a@[IPv6:2001:db8::1]
		"john doe"@figma.com
		"john..doe"@figma.com
		"emily"@figma.com
		emily"zhang@figma.com
		emi“ly@figma.com
		emily@fig’ma.com
		emily\\@x@figma.com
		emily(comment)@figma.com
		emily<zhang@figma.com
		emi,ly@figma.com
		emi;ly@figma.com
		emi:ly@figma.com
		😀@figma.com
		emily@figma😀.com
		emi\ufffdly@figma.com
		=A1
		=emily@figma.com
		=HYPERLINK("mailto:emily@figma.com")
		{{ $json.email }}
		Emily Zhang <>
		<@figma.com>
		mailto:
		mailto:?subject=x
		mailto:a@figma.com,b@figma.com
		n/a
		null
		none@
		-
		(415) 555-0137
	`,
	'is masked': `
		e***@figma.com
		e****g@figma.com
		***@figma.com
		e•••@figma.com
		e●●●@figma.com
		<e***@figma.com>
	`,
};

describe.each(Object.entries(REFUSED))('refused, as it %s', (reason, given) => {
	test.each(values(given))('%j', (value) => {
		expect(refusalOf(normalizeEmail, value)).toContain(reason);
	});
});

test('local parts of at most 64 characters, addresses of at most 254', () => {
	const localPart = 'a'.repeat(64);
	expect(normalizeEmail(`${localPart}@figma.com`)).toBe(`${localPart}@figma.com`);
	expect(refusalOf(normalizeEmail, `a${localPart}@figma.com`)).toContain('not an email address');
	const domain = `${'a.'.repeat(93)}com`;
	expect(normalizeEmail(`${localPart}@${domain}`)).toHaveLength(254);
	expect(refusalOf(normalizeEmail, `${localPart}@a${domain}`)).toContain('not an email address');
});

test.each([[42], [true], [{}], [['a@b.co']], [null]])('%j is no email address', (value) => {
	expect(refusalOf(normalizeEmail, value)).toMatch(/must be text|is not an email address/);
});
