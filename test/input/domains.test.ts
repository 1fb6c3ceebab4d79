import { normalizeDomain } from '../../shared/input/domain';
import { refusalOf, values } from './support';

/** Every spelling of one company's domain. */
const SPELLINGS: Record<string, string> = {
	'figma.com': `
		figma.com
		FIGMA.COM
		Figma.Com
		www.figma.com
		WWW.Figma.com
		www.www.figma.com
		figma.com.
		figma.com/
		figma.com,
		,figma.com
		figma.com;
		figma.com:
		figma.com!
		figma.com.,
		figma.com:443
		figma.com:
		figma.com/about
		figma.com/about/
		figma.com?utm_source=x
		figma.com#team
		figma.com\\about
		"figma.com"
		'figma.com'
		“figma.com”
		‘figma.com’
		«figma.com»
		„figma.com“
		\`figma.com\`
		""figma.com""
		<figma.com>
		<https://figma.com>
		<https://www.figma.com/>,
		(figma.com)
		[figma.com]
		{figma.com}
		"figma.com",
		"figma.com
		figma.com"
		[Figma](https://www.figma.com)
		Figma <https://figma.com>
		http://figma.com
		https://figma.com
		HTTPS://FIGMA.COM/
		https://www.figma.com/about?x=1#y
		http://figma.com:8080
		http:figma.com
		http:/figma.com
		http:///figma.com
		http//figma.com
		https;//figma.com
		htp://figma.com
		https://https://figma.com
		http://https://www.figma.com
		//figma.com/about
		ftp://figma.com
		https://user@figma.com/
		https://user:secret@figma.com/
		emily@figma.com
		Emily@FIGMA.com
		@figma.com
		mailto:emily@figma.com
		MAILTO:emily@figma.com?subject=Hi
		Emily Zhang <emily@figma.com>
		fig\u200bma.com
		\ufefffigma.com
		fig\u00adma.com
		\u00a0figma.com\u3000
		ｆｉｇｍａ．ｃｏｍ
		figma。com
		https://figma.com/?ref=linkedin.com/in/emily
		https://figma.com/go?to=https://www.facebook.com/figma
		https://figma.com/linkedin.com/company/figma
		https://figma.com/x.com/figma
	`,
	'tech-x.com': 'https://www.tech-x.com/about\ntech-x.com/team\ninfo@tech-x.com',
	'notlinkedin.com': 'https://notlinkedin.com/in/emily\nwww.notlinkedin.com/company/x',
	'linkedin.com.example.com': 'https://linkedin.com.example.com/in/emily',
	'netflix.com': 'netflix.com/title/1\nhttps://www.netflix.com/browse',
	'linkedin.com':
		'linkedin.com\nhttps://www.linkedin.com\nhttps://www.linkedin.com/\njeff@linkedin.com\nlinkedin.com?trk=x',
	'x.com': 'x.com\nhttps://x.com/',
	'facebook.com': 'www.facebook.com',
	'medium.com': 'medium.com/@figma',
	'mail.google.co.uk': 'mail.google.co.uk\nhttp://mail.google.co.uk/',
	'1password.com': '1password.com',
	'3m.com': 'www.3M.com',
	'my-company.io': 'my-company.io',
	'a.co': 'a.co',
	'sub.domain.example.museum': 'sub.domain.example.museum',
	'10.example.com': '10.example.com',
	'www.com': 'www.com\nwww.www.com',
	'www2.figma.com': 'www2.figma.com',
	'xn--mnchen-3ya.de': `
		münchen.de
		MÜNCHEN.DE
		mu\u0308nchen.de
		xn--mnchen-3ya.de
		XN--MNCHEN-3YA.DE
		https://www.münchen.de/rathaus
		m%C3%BCnchen.de
		info@münchen.de
	`,
	'xn--bcher-kva.example': 'https://www.Bücher.example/x',
	'xn--fiqs8s.xn--fiqs8s': '中国.中国\n中国。中国',
	'xn--e1afmkfd.xn--p1ai': 'пример.рф\nПРИМЕР.РФ\nhttps://пример.рф/о-нас',
	'xn--mgbh0fb.xn--kgbechtv': 'مثال.إختبار',
	'xn--r8jz45g.jp': '例え.jp',
	'xn--strae-oqa.de': 'straße.de',
	'xn--caf-dma.com': 'café.com\ncafe\u0301.com',
	'xn--rksmrgs-5wao1o.se': 'räksmörgås.se',
};

describe.each(Object.entries(SPELLINGS))('every spelling of %s is one', (domain, spellings) => {
	test.each(values(spellings))('%j', (given) => {
		expect(normalizeDomain(given)).toBe(domain);
	});
});

const REFUSED: Record<string, string> = {
	'looks like a company name': `
		Figma
		Figma Inc.
		Figma, Inc.
		Acme Widgets GmbH
		figma
		localhost
		http://
		http://localhost:5678
		=A1
		-
		javascript:alert(1)
		中国
	`,
	'is not a web domain': `
		figma .com
		...
		figma..com
		.figma.com
		-figma.com
		figma-.com
		fig_ma.com
		*.figma.com
		figma.c
		figma.c0m
		figma.123
		figma.com, vercel.com
		figma.com vercel.com
		figma.com;vercel.com
		figma,com.x
		o’reilly.com
		fig“ma”.com
		fig"ma.com
		o'reilly.com
		figma[.]com
		fig(ma).com
		figma🚀.com
		fig\ufffdma.com
		8.8.8.8
		http://8.8.8.8/
		10.0.0.1:8080
		../../etc/passwd
		=HYPERLINK("https://figma.com")
		{{ $json.domain }}.com
		xn--.com
		figma.com%00.evil.com
		figma.com|vercel.com
	`,
	'is the address of a profile': `
		https://www.linkedin.com/in/emilyzhang
		linkedin.com/company/figma
		de.linkedin.com/in/emily
		HTTPS://LINKEDIN.COM/COMPANY/FIGMA
		https://facebook.com/figma
		https://m.facebook.com/figma
		fb.com/figma
		https://twitter.com/figma
		https://x.com/figma
		x.com/figma
		https://www.instagram.com/figma/
		https://www.tiktok.com/@figma
		https://www.youtube.com/@figma
		https://www.xing.com/pages/figma
		https://www.crunchbase.com/organization/figma
		lnkd.in/abc
	`,
};

describe.each(Object.entries(REFUSED))('refused, as it %s', (reason, given) => {
	test.each(values(given))('%j', (value) => {
		expect(refusalOf(normalizeDomain, value)).toContain(reason);
	});
});

test('labels and domains of at most 63 and 253 characters', () => {
	const label = 'a'.repeat(63);
	const longest = `${label}.${label}.${label}.${'a'.repeat(57)}.com`;
	expect(normalizeDomain(longest)).toHaveLength(253);
	expect(refusalOf(normalizeDomain, `a${longest}`)).toContain('is not a web domain');
	expect(refusalOf(normalizeDomain, `${'a'.repeat(64)}.com`)).toContain('is not a web domain');
	expect(refusalOf(normalizeDomain, `${'a.'.repeat(140)}com`)).toContain('is not a web domain');
});

test.each([[42], [true], [{}], [['figma.com']], [NaN]])(
	'%j is no text that holds a domain',
	(value) => {
		expect(refusalOf(normalizeDomain, value)).toMatch(/must be text|looks like a company name/);
	},
);
