import { InvalidValue, normalizeText, plainLetters, quote, unwrapped } from './text';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$`);
const MAX_DOMAIN_LENGTH = 253;

/** Any scheme, also mistyped or given twice: "https://", "http:", "https//", "//". */
const SCHEME = /^(?:https?(?:[:;]\/*|\/\/+)|[a-z][a-z0-9+-]*:\/\/+|\/\/+)/i;

/** What people put where a company's website is asked for. Their bare domains are companies too. */
const NETWORKS = [
	'linkedin.com',
	'facebook.com',
	'fb.com',
	'instagram.com',
	'twitter.com',
	'x.com',
	'tiktok.com',
	'youtube.com',
	'threads.net',
	'xing.com',
	'crunchbase.com',
	'lnkd.in',
];

/** The host, as it was written, and everything behind it. */
export interface WebAddress {
	host: string;
	/** With its leading slash, or empty. */
	path: string;
}

/** "HTTPS://user@Figma.com:8080/about?x" → "Figma.com" and "/about". Never throws. */
export function parseWebAddress(text: string): WebAddress {
	let rest = text;
	for (let scheme; (scheme = SCHEME.exec(rest)); ) rest = rest.slice(scheme[0].length);
	const cut = rest.search(/[/?#\\]/);
	const authority = cut < 0 ? rest : rest.slice(0, cut);
	const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d{0,5}$/, '');
	const path = cut < 0 ? '' : rest.slice(cut).replace(/[?#].*$/, '');
	return { host, path: path.replaceAll('\\', '/') };
}

/**
 * A domain name in its one spelling: lower case, punycode, no dot behind it. Undefined for
 * everything else, among it IP addresses and names without a dot.
 */
export function canonicalDomain(host: string): string | undefined {
	const name = plainLetters(percentDecoded(host)).replaceAll('。', '.');
	// Punycode takes any character, such as a quote; a domain name holds these alone.
	if (name.length > MAX_DOMAIN_LENGTH + 1 || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(name))
		return undefined;
	try {
		const domain = new URL(`http://${name}`).hostname.replace(/\.$/, '');
		return domain.length <= MAX_DOMAIN_LENGTH && DOMAIN.test(domain) ? domain : undefined;
	} catch {
		return undefined;
	}
}

/** Text without percent signs where they stand for characters; as it is where they do not. */
export function percentDecoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Whether a host is a domain or stands below it. */
export const isWithin = (host: string, domain: string): boolean =>
	host === domain || host.endsWith(`.${domain}`);

/**
 * "https://www.Figma.com/about", "emily@figma.com", "<figma.com>," → "figma.com"
 * @throws InvalidValue
 */
export function normalizeDomain(value: unknown): string {
	const text = normalizeText(value);
	const { host, path } = parseWebAddress(unwrapped(text).replace(/^mailto:/i, ''));
	const full = canonicalDomain(host);
	const domain = full?.replace(/^(?:www\.)+(?=[^.]+\.)/, '');
	if (!domain) {
		throw new InvalidValue(
			/\.\S/.test(text)
				? `${quote(text)} is not a web domain`
				: `${quote(text)} looks like a company name, not a web domain such as figma.com`,
		);
	}
	if (/[^/]/.test(path) && NETWORKS.some((network) => isWithin(domain, network))) {
		throw new InvalidValue(
			`${quote(text)} is the address of a profile, not the company's own website`,
		);
	}
	return domain;
}
