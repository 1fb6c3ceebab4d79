import { canonicalDomain, percentDecoded } from './domain';
import { InvalidValue, normalizeText, plainLetters, quote, unwrapped } from './text';

/** RFC 5321's dot-atom, with the letters of any script (RFC 6531); no quoted local parts. */
const ATOM = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const LOCAL_PART = new RegExp(`^(?!=)${ATOM}(?:\\.${ATOM})*$`, 'u');
const MAX_LOCAL_PART_LENGTH = 64;
const MAX_EMAIL_LENGTH = 254;

/**
 * "Emily Zhang <Emily@Figma.com>", "mailto:emily@figma.com" → "emily@figma.com"; the domain in
 * punycode.
 * @throws InvalidValue
 */
export function normalizeEmail(value: unknown): string {
	const text = normalizeText(value);
	const email = toAddress(text);
	const at = email.lastIndexOf('@');
	const localPart = email.slice(0, at);
	if (at > 0 && /[*•●]/.test(localPart)) {
		throw new InvalidValue(`${quote(text)} is masked; the whole email address is needed`);
	}
	const domain = canonicalDomain(email.slice(at + 1));
	const normalized = `${localPart}@${domain}`;
	if (
		at > 0 &&
		domain &&
		localPart.length <= MAX_LOCAL_PART_LENGTH &&
		normalized.length <= MAX_EMAIL_LENGTH &&
		LOCAL_PART.test(localPart)
	) {
		return normalized;
	}
	throw new InvalidValue(`${quote(text)} is not an email address`);
}

function toAddress(text: string): string {
	const inner = unwrapped(plainLetters(text).replace(/ \([^()]*\)$/, ''));
	const [, linked] = /^mailto:([^?]*)/i.exec(inner) ?? [];
	const address = linked === undefined ? inner.replace(/^smtp:/i, '') : percentDecoded(linked);
	return plainLetters(unwrapped(address).toLowerCase());
}
