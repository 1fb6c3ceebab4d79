import { normalizeProfileUrl } from '../../shared/input/profileUrl';
import { refusalOf, values } from './support';

/** Every spelling of one profile, by what stands behind https://www.linkedin.com/in/ */
const SPELLINGS: Record<string, string> = {
	emilyzhang: `
		https://www.linkedin.com/in/emilyzhang
		https://www.linkedin.com/in/emilyzhang/
		https://www.linkedin.com/in/emilyzhang//
		https://linkedin.com/in/emilyzhang
		http://linkedin.com/in/emilyzhang
		http://www.linkedin.com/in/emilyzhang
		HTTPS://WWW.LINKEDIN.COM/IN/EMILYZHANG
		https://www.LinkedIn.com/in/EmilyZhang
		linkedin.com/in/emilyzhang
		www.linkedin.com/in/emilyzhang
		//www.linkedin.com/in/emilyzhang
		m.linkedin.com/in/emilyzhang
		https://m.linkedin.com/in/emilyzhang
		https://touch.www.linkedin.com/in/emilyzhang
		https://de.linkedin.com/in/emilyzhang
		https://uk.linkedin.com/in/emilyzhang
		https://fr.linkedin.com/in/emilyzhang
		https://in.linkedin.com/in/emilyzhang
		https://ca.linkedin.com/in/emilyzhang/fr
		https://www.linkedin.com/in/emilyzhang/en
		https://www.linkedin.com/in/emilyzhang/de/
		https://www.linkedin.com/in/emilyzhang/zh-cn
		https://www.linkedin.com/in/emilyzhang?utm_source=share
		https://www.linkedin.com/in/emilyzhang/?originalSubdomain=de
		https://www.linkedin.com/in/emilyzhang?miniProfileUrn=urn%3Ali%3Afs_miniProfile%3AACoAAA
		https://www.linkedin.com/in/emilyzhang#experience
		https://www.linkedin.com/in/emilyzhang/#about
		https://www.linkedin.com/in/emilyzhang/detail/contact-info/
		https://www.linkedin.com/in/emilyzhang/overlay/contact-info/
		https://www.linkedin.com/in/emilyzhang/details/experience/
		https://www.linkedin.com/in/emilyzhang/recent-activity/all/
		https://www.linkedin.com/mwlite/in/emilyzhang
		https://www.linkedin.com/comm/in/emilyzhang?midToken=x
		https://www.linkedin.com//in//emilyzhang
		https://www.linkedin.com:443/in/emilyzhang
		https://https://www.linkedin.com/in/emilyzhang
		http:/www.linkedin.com/in/emilyzhang
		https//www.linkedin.com/in/emilyzhang
		www.linkedin.com\\in\\emilyzhang
		"https://www.linkedin.com/in/emilyzhang"
		'linkedin.com/in/emilyzhang'
		“linkedin.com/in/emilyzhang”
		<https://www.linkedin.com/in/emilyzhang>
		(linkedin.com/in/emilyzhang)
		[Emily](https://www.linkedin.com/in/emilyzhang)
		Emily Zhang <https://www.linkedin.com/in/emilyzhang>
		linkedin.com/in/emilyzhang,
		linkedin.com/in/emilyzhang.
		linkedin.com/in/emilyzhang;
		linkedin.com/in/emily%7Ahang
		linkedin.com/in/emilyzhang%20
		linkedin.com/in/%65mily%257Ahang
		linkedin.com/in/emily\u200bzhang
		\ufefflinkedin.com/in/emilyzhang\u00a0
	`,
	'emily-zhang-1a2b3c4':
		'linkedin.com/in/Emily-Zhang-1A2B3C4/\nlinkedin.com/in/emily-zhang-1a2b3c4',
	'j%C3%B6rg-m%C3%BCller': `
		https://www.linkedin.com/in/jörg-müller
		https://www.linkedin.com/in/JÖRG-MÜLLER/
		https://www.linkedin.com/in/j%C3%B6rg-m%C3%BCller
		https://www.linkedin.com/in/j%c3%b6rg-m%c3%bcller/de
		https://www.linkedin.com/in/jo\u0308rg-mu\u0308ller
		https://www.linkedin.com/in/jo%CC%88rg-mu%CC%88ller
		https://www.linkedin.com/in/j%25C3%25B6rg-m%25C3%25BCller
	`,
	'%E6%9D%8E%E4%BC%9F': 'linkedin.com/in/李伟\nhttps://cn.linkedin.com/in/%E6%9D%8E%E4%BC%9F/',
	'krzysztof-marzec-b50576a7': `
		https://sy.linkedin.com/pub/krzysztof-marzec/a7/576/b50?trk=biz_employee_pub
		linkedin.com/pub/krzysztof-marzec/a7/576/b50/
		http://www.linkedin.com/pub/Krzysztof-Marzec/A7/576/B50/en
		https://www.linkedin.com/in/krzysztof-marzec-b50576a7
	`,
	'john-smith-05a0315': 'linkedin.com/pub/john-smith/5/31/5a',
	'john-smith-82a505': 'linkedin.com/pub/john-smith/0/505/82a',
	'ACoAABk7TGwBxYz-1_2': `
		https://www.linkedin.com/in/ACoAABk7TGwBxYz-1_2
		linkedin.com/in/ACoAABk7TGwBxYz-1_2/
	`,
	ACwAAABk7TGwBxYz: 'http://linkedin.com/in/ACwAAABk7TGwBxYz?trk=x',
	'x.y_z~1': 'linkedin.com/in/X.Y_Z~1',
};

describe.each(Object.entries(SPELLINGS))('every spelling of /in/%s is one', (slug, spellings) => {
	test.each(values(spellings))('%j', (given) => {
		expect(normalizeProfileUrl(given)).toBe(`https://www.linkedin.com/in/${slug}`);
	});
});

const REFUSED: Record<string, string> = {
	'the page of a company': `
		https://www.linkedin.com/company/figma
		linkedin.com/company/figma/people/
		https://de.linkedin.com/company/figma
		https://www.linkedin.com/showcase/figma-design
		https://www.linkedin.com/COMPANY/figma
	`,
	'the page of a school': 'https://www.linkedin.com/school/stanford-university/',
	'the page of a group': 'https://www.linkedin.com/groups/12345/',
	'is a post': `
		https://www.linkedin.com/posts/emilyzhang_activity-7000000000000000000-abcd
		https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000000
	`,
	'an article': 'https://www.linkedin.com/pulse/my-article-emily-zhang',
	'is a job': 'https://www.linkedin.com/jobs/view/123456',
	'is a search': 'https://www.linkedin.com/search/results/people/?keywords=emily',
	'Sales Navigator': 'https://www.linkedin.com/sales/lead/ACwAAABk7TGw,NAME_SEARCH,abcd',
	Recruiter: 'https://www.linkedin.com/talent/profile/AEMAAABk7TGw',
	'a short link': 'https://lnkd.in/abcd\nlnkd.in/p/x',
	"person's own profile": `
		https://www.linkedin.com/feedback
		https://www.linkedin.com/in
		https://www.linkedin.com/in/
		https://www.linkedin.com/in/me
		https://www.linkedin.com/in/me/
		https://www.linkedin.com/in/unavailable/
		https://www.linkedin.com/in/undefined
		https://www.linkedin.com/in/null
		https://www.linkedin.com/in/[object Object]
		https://www.linkedin.com/in/emily zhang
		https://www.linkedin.com/in/e***g
		https://www.linkedin.com/in/jos%E9
		https://www.linkedin.com/in/%00
		https://www.linkedin.com/emilyzhang
		https://www.linkedin.com/profile/view?id=123456
		https://www.linkedin.com/pub/dir/Emily/Zhang
		https://www.linkedin.com/pub/john-smith
		https://www.linkedin.com/pub/john-smith/xyz/1/2
		https://www.linkedin.com/authwall?sessionRedirect=x
		https://www.linkedin.com/__proto__
		https://www.linkedin.com/constructor
	`,
	'is not a LinkedIn profile': `
		https://twitter.com/emilyzhang
		https://x.com/emilyzhang
		https://www.facebook.com/emilyzhang
		https://www.instagram.com/emilyzhang/
		https://github.com/emilyzhang
		https://www.xing.com/profile/Emily_Zhang
		https://notlinkedin.com/in/emilyzhang
		https://linkedin.com.example.com/in/emilyzhang
		https://linkedin.example.com/in/emilyzhang
		https://example.com/linkedin.com/in/emilyzhang
		https://linkedin.com@example.com/in/emilyzhang
		https://www.figma.com/in/emilyzhang
		https://www.google.com/search?q=linkedin.com/in/emilyzhang
	`,
	'is not the address of a profile': `
		emilyzhang
		in/emilyzhang
		/in/emilyzhang
		@emilyzhang
		Emily Zhang
		https://linkedin.com
		https://example.com/?u=https://www.linkedin.com/in/emilyzhang
		https://www.linkedin.com/
		https://www.linkedin.com/?trk=x
		linkedin
		file:///etc/passwd
		http://127.0.0.1/in/emilyzhang
		http://[::1]/in/emilyzhang
		LinkedIn: linkedin.com/in/emilyzhang
		emily@figma.com
		figma.com
		=HYPERLINK("https://www.linkedin.com/in/emilyzhang")
		n/a
		-
	`,
};

describe.each(Object.entries(REFUSED))('refused, as it %s', (reason, given) => {
	test.each(values(given))('%j', (value) => {
		const refusal = refusalOf(normalizeProfileUrl, value);
		expect(refusal).toContain(reason);
		expect(refusal).toMatch(/such as https:\/\/www\.linkedin\.com\/in\/name|copy the address/);
	});
});

test.each([[42], [true], [{}], [['linkedin.com/in/x']], [null]])('%j is no profile', (value) => {
	expect(refusalOf(normalizeProfileUrl, value)).toMatch(/must be text|is not the address/);
});
