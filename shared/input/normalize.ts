/**
 * Tidies what people have in their lists: pure text to text, no I/O. A cleaner returns the tidy
 * value, or throws Unusable with a reason that fits behind the field's name.
 */
export class InvalidValue extends Error {}

export type Normalizer =
	| 'text'
	| 'name'
	| 'domain'
	| 'email'
	| 'ip'
	| 'profileUrl'
	| 'list'
	| 'number'
	| 'yesNo';

/** Zero-width marks and the like, which stand inside words: dropped. */
const INVISIBLE = /\p{Cf}/gu;
/** Tabs, line breaks and other controls, which stand between words: a space. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu;
const printable = (text: string) => text.replace(INVISIBLE, '').replace(CONTROLS, ' ');

const LONGEST_QUOTE = 60;
const DEEPEST_LIST = 3;
/** No field of the API takes more; longer values are refused before any pattern runs over them. */
const LONGEST_VALUE = 5000;

/** A value as it may stand in a message: one line, short, no control characters. */
export const quote = (value: unknown): string => `"${shortened(value, LONGEST_QUOTE)}"`;

export function shortened(value: unknown, longest: number): string {
	const text = printable(toString(value).slice(0, LONGEST_VALUE)).trim();
	if (text.length <= longest) return text;
	// Half a character may be left where one is cut in two.
	return `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Objects without a prototype, among others, cannot be put into words. */
function toString(value: unknown): string {
	try {
		return String(value);
	} catch {
		return nameOfType(value);
	}
}

export const isBlank = (value: unknown): boolean =>
	Array.isArray(value) ? value.flat(DEEPEST_LIST).every(isBlankEntry) : isBlankEntry(value);

const isBlankEntry = (value: unknown): boolean =>
	value === undefined ||
	value === null ||
	(typeof value === 'string' && printable(value.slice(0, LONGEST_VALUE)).trim() === '');

/** One line of text: composed characters, single spaces, nothing invisible. */
function toText(value: unknown): string {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	if (typeof value !== 'string') throw new InvalidValue(`must be text, not ${nameOfType(value)}`);
	if (value.length > LONGEST_VALUE) {
		throw new InvalidValue(`is ${value.length} characters long, which is too long`);
	}
	return printable(value.normalize('NFC')).replace(/\s+/g, ' ').trim();
}

function nameOfType(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (value === null || value === undefined) return 'empty';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function toName(value: unknown): string {
	const name = toText(value).replace(/^["']+|["']+$/g, '');
	if (/^[=+@]/.test(name))
		throw new InvalidValue(`${quote(name)} looks like a spreadsheet formula, not a name`);
	if (name.includes('@'))
		throw new InvalidValue(`${quote(name)} looks like an email address, not a name`);
	if (/:\/\//.test(name))
		throw new InvalidValue(`${quote(name)} looks like a web address, not a name`);
	if (!/\p{L}/u.test(name)) throw new InvalidValue(`${quote(name)} holds no letter`);
	return name;
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+${LABEL}$`);

const PROFILE = /\b(?:linkedin|facebook|instagram|twitter|x)\.com\/./i;

/** "https://www.Figma.com/about", "emily@figma.com", "figma.com." → "figma.com" */
function toDomain(value: unknown): string {
	const text = toText(value);
	if (PROFILE.test(text)) {
		throw new InvalidValue(
			`${quote(text)} is the address of a profile, not the company's own website`,
		);
	}
	const afterAt = text.toLowerCase().replace(/^[^/]*@/, '');
	let host = '';
	try {
		host = new URL(afterAt.includes('://') ? afterAt : `http://${afterAt}`).hostname;
	} catch {
		// Falls through: an empty host does not match.
	}
	host = host.replace(/^www\./, '').replace(/\.$/, '');
	if (DOMAIN.test(host) && /[a-z]/.test(host.slice(host.lastIndexOf('.')))) return host;
	throw new InvalidValue(
		text.includes('.')
			? `${quote(text)} is not a web domain`
			: `${quote(text)} looks like a company name, not a web domain such as figma.com`,
	);
}

const EMAIL = /^(?!=)[^\s@<>()[\],;:"\\]+@(?:[\p{L}\p{M}\p{N}_-]+\.)+\p{L}[\p{L}\p{M}\p{N}-]+$/u;

/** "Emily Zhang <Emily@Figma.com>", "mailto:emily@figma.com" → "emily@figma.com" */
function toEmail(value: unknown): string {
	const text = toText(value);
	const inBrackets = /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text;
	const email = inBrackets
		.replace(/^mailto:([^?]*).*/i, '$1')
		.replace(/^["']+|["'.,;]+$/g, '')
		.trim()
		.toLowerCase();
	if (EMAIL.test(email) && !email.includes('..')) return email;
	throw new InvalidValue(`${quote(text)} is not an email address`);
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
/** Addresses that belong to no company: private, loopback, link-local, shared, multicast, reserved. */
const NOT_PUBLIC =
	/^(?:0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|2(?:2[4-9]|[345]\d)\.)|^(?:::1?$|f[cd]|fe[89ab]|ff)/;

function toIp(value: unknown): string {
	const text = toText(value)
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/^::ffff:(?=\d+\.)/, '');
	if (!IPV4.test(text) && !isIpv6(text))
		throw new InvalidValue(`${quote(text)} is not an IP address`);
	if (NOT_PUBLIC.test(text)) {
		throw new InvalidValue(
			`${quote(text)} is a private or reserved address that belongs to no company`,
		);
	}
	return text;
}

function isIpv6(text: string): boolean {
	if (!/^[0-9a-f:.]{2,45}$/.test(text) || !text.includes(':')) return false;
	try {
		return new URL(`http://[${text}]`).hostname.length > 0;
	} catch {
		return false;
	}
}

/** "linkedin.com/in/emilyzhang?utm=x" → "https://linkedin.com/in/emilyzhang" */
function toProfileUrl(value: unknown): string {
	const text = toText(value);
	try {
		const url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
		if (DOMAIN.test(url.hostname) && url.pathname.length > 1) {
			return `https://${url.hostname}${url.pathname.replace(/\/+$/, '')}`;
		}
	} catch {
		// Falls through.
	}
	throw new InvalidValue(
		`${quote(text)} is not the address of a profile, such as https://www.linkedin.com/in/name`,
	);
}

function toNumber(value: unknown): number {
	// "1,000" and "1 000", but not "1,5": what it means differs from country to country.
	const number =
		typeof value === 'number' ? value : Number(toText(value).replace(/[\s,_](?=\d{3}(?!\d))/g, ''));
	// "1.000" is a thousand in some countries and one in others.
	const isAmbiguous = typeof value === 'string' && /^\s*\d{1,3}(?:\.\d{3})+\s*$/.test(value);
	if (Number.isFinite(number) && !isAmbiguous) return number;
	throw new InvalidValue(
		`${quote(value)} is not a number${isAmbiguous ? ' that means the same everywhere' : ''}`,
	);
}

function toYesNo(value: unknown): boolean {
	if (typeof value === 'boolean') return value;
	const text = toText(value).toLowerCase();
	if (['true', 'yes', '1'].includes(text)) return true;
	if (['false', 'no', '0'].includes(text)) return false;
	throw new InvalidValue(`${quote(value)} is neither yes nor no`);
}

const toList = (value: unknown): string[] =>
	(Array.isArray(value) ? value.flat(DEEPEST_LIST) : [value])
		.filter((entry) => !isBlank(entry))
		.map(toText);

export const NORMALIZERS: Record<Normalizer, (value: unknown) => unknown> = {
	text: toText,
	name: toName,
	domain: toDomain,
	email: toEmail,
	ip: toIp,
	profileUrl: toProfileUrl,
	list: toList,
	number: toNumber,
	yesNo: toYesNo,
};

const TITLES = /^(?:mr|mrs|ms|miss|mx|dr|prof|sir|dame|herr|frau|mme|m|ing|dipl)\.?$/i;
/** Nobody's first name, so that a title and one more word is not a full name. */
const ONLY_TITLES = /^(?:mr|mrs|ms|mx|dr|prof|herr|frau|mme)\.?$/i;
const SUFFIXES = /^(?:jr|sr|ii|iii|iv|phd|ph\.d|md|mba|esq|cpa)\.?$/i;
/** Behind a comma it is what somebody does, not what they are called. */
const JOB =
	/\b(?:director|manager|officer|president|founder|head|chief|engineer|consultant|partner|owner|sales|marketing|ceo|cto|cfo|coo|cmo|vp)\b/i;
/** Words that begin a last name: "Ludwig van Beethoven", "María de la Cruz". */
const PARTICLES =
	/^(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|los|las|el|al|bin|ibn|ter|ten|zu|zur|af|av)$/i;

/** "Dr. Ludwig van Beethoven" and "Beethoven, Ludwig van" → first and last name. */
export function splitFullName(fullName: string): { firstName: string; lastName: string } {
	if (/[|()&;]/.test(fullName)) throw new InvalidValue(`${quote(fullName)} holds more than a name`);
	const parts = fullName
		.split(',')
		.map((part) => part.trim())
		.filter(Boolean);
	const [head = '', next = ''] = parts;
	if (JOB.test(next)) throw new InvalidValue(`${quote(fullName)} holds more than a name`);
	if (next && !SUFFIXES.test(next))
		return { firstName: withoutTitles(next).join(' '), lastName: head };

	const words = withoutTitles(head);
	if (words.length < 2) {
		throw new InvalidValue(`${quote(fullName)} is one word; a first and a last name are needed`);
	}
	const particle = words.findIndex(
		(word, i) => i > 0 && i < words.length - 1 && PARTICLES.test(word),
	);
	const lastStarts = particle > 0 ? particle : words.length - 1;
	return {
		firstName: words.slice(0, lastStarts).join(' '),
		lastName: words.slice(lastStarts).join(' '),
	};
}

function withoutTitles(text: string): string[] {
	const words = text.split(' ').filter(Boolean);
	while (words.length > 2 && TITLES.test(words[0] ?? '')) words.shift();
	while (words.length > 1 && ONLY_TITLES.test(words[0] ?? '')) words.shift();
	while (words.length > 1 && SUFFIXES.test(words[words.length - 1] ?? '')) words.pop();
	return words;
}
