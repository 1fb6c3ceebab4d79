import { canonicalDomain, isWithin, parseWebAddress, percentDecoded } from './domain';
import { InvalidValue, normalizeText, quote, unwrapped } from './text';

/** What other pages of LinkedIn are called in a refusal. */
const OTHER_PAGES: Record<string, string> = {
	company: 'the page of a company',
	organization: 'the page of a company',
	showcase: 'the page of a company',
	products: 'the page of a product',
	school: 'the page of a school',
	edu: 'the page of a school',
	groups: 'the page of a group',
	events: 'the page of an event',
	posts: 'a post',
	feed: 'a post',
	pulse: 'an article',
	newsletters: 'a newsletter',
	jobs: 'a job',
	search: 'a search',
	sales: 'a Sales Navigator page',
	talent: 'a Recruiter page',
	recruiter: 'a Recruiter page',
};

/** Old and mobile pages put one of these before the profile. */
const PREFIXES = ['mwlite', 'comm'];
/** Whoever is signed in, and what broken lists hold. */
const NOBODY = ['me', 'unavailable', 'undefined', 'null'];
/** Ids in place of a chosen name; upper and lower case differ in them alone. */
const MEMBER_ID = /^A(?:Co|Cw|EM)AA[\w-]{10,}$/;
const NOT_IN_A_SLUG = /[\s\p{Cc}\ufffd<>"{}|\\^`/?#@:%*…]/u;

/**
 * Every spelling of a person's LinkedIn profile → "https://www.linkedin.com/in/emilyzhang"
 * @throws InvalidValue, also for other pages of LinkedIn and for other networks
 */
export function normalizeProfileUrl(value: unknown): string {
	const text = normalizeText(value);
	const refused = (reason: string) => new InvalidValue(`${quote(text)} ${reason}`);
	const { host, path } = parseWebAddress(unwrapped(text));
	const domain = canonicalDomain(host);
	const [page = '', ...parts] = path
		.split('/')
		.filter(Boolean)
		.filter((part, i) => i > 0 || !PREFIXES.includes(part.toLowerCase()));
	if (!domain || (!page && !isWithin(domain, 'lnkd.in'))) {
		throw refused(`is not the address of a profile, such as ${EXAMPLE}`);
	}
	if (isWithin(domain, 'lnkd.in')) {
		throw refused('is a short link; open it and copy the address of the profile');
	}
	if (!isWithin(domain, 'linkedin.com')) {
		throw refused(`is not a LinkedIn profile, such as ${EXAMPLE}`);
	}
	const kind = page.toLowerCase();
	const slug = kind === 'in' ? toSlug(parts[0]) : kind === 'pub' ? toSlugOfPub(parts) : undefined;
	if (slug) return `https://www.linkedin.com/in/${encodeURIComponent(slug)}`;
	const other = Object.hasOwn(OTHER_PAGES, kind) ? OTHER_PAGES[kind] : undefined;
	throw refused(
		`is ${other ?? 'not the address of a profile'}; the address of a person's own profile is needed, such as ${EXAMPLE}`,
	);
}

const EXAMPLE = 'https://www.linkedin.com/in/name';

function toSlug(part = ''): string | undefined {
	// Twice, as some lists hold what was encoded twice.
	const written = unwrapped(percentDecoded(percentDecoded(part)));
	const slug = MEMBER_ID.test(written) ? written : written.toLowerCase().normalize('NFC');
	return slug && !NOT_IN_A_SLUG.test(slug) && !NOBODY.includes(slug) ? slug : undefined;
}

/** "/pub/emily-zhang/a7/576/b50" leads to "/in/emily-zhang-b50576a7"; without numbers it is anybody's. */
function toSlugOfPub([name, ...numbers]: string[]): string | undefined {
	const [a, b, c] = numbers.map((part) => (/^[0-9a-f]{1,3}$/i.test(part) ? part : undefined));
	const slug = toSlug(name);
	if (!slug || !a || !b || !c) return undefined;
	return `${slug}-${c.padStart(3, '0')}${b.padStart(3, '0')}${/^0+$/.test(a) ? '' : a}`.toLowerCase();
}
