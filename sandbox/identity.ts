import { freeMailProvider } from './freeMail';
import type { SeededRandom } from './seededRandom';

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export interface Address {
	local: string;
	domain: string;
	/** Local part and domain are there. */
	isComplete: boolean;
}

export function addressOf(email: string): Address {
	const text = email.trim().toLowerCase();
	const at = text.lastIndexOf('@');
	const [local, domain] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
	return { local, domain, isComplete: /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(text) };
}

const SECOND_LEVELS = new Set(['co', 'com', 'org', 'net', 'ac', 'gov']);

/** "www.figma.com" → "Figma", "bbc.co.uk" → "Bbc" */
export function companyOf(domain: string): string {
	const labels = domain.split('.').slice(0, -1);
	while (labels.length > 1 && SECOND_LEVELS.has(labels.at(-1) ?? '')) labels.pop();
	return capitalised(labels.at(-1) ?? domain);
}

export interface Person {
	firstName: string;
	lastName: string;
	companyName: string;
}

/** "emily.zhang@figma.com" is Emily Zhang of Figma; what an address does not say is invented. */
export function personOf(email: string, random: SeededRandom): Person {
	const { local, domain } = addressOf(email);
	const words = local.split(/[._-]+/).filter((word) => /^\p{L}{2,}$/u.test(word));
	const invented = random.faker('person', email);
	const [firstName, lastName] = [invented.person.firstName(), invented.person.lastName()];
	const employer = invented.company.name();
	return {
		firstName: words.length > 1 ? capitalised(words[0] ?? '') : firstName,
		lastName: words.length > 1 ? capitalised(words.at(-1) ?? '') : lastName,
		companyName: freeMailProvider(domain) ? employer : companyOf(domain),
	};
}

const LETTERS: Record<string, string> = {
	ß: 'ss',
	ø: 'o',
	ł: 'l',
	đ: 'd',
	æ: 'ae',
	œ: 'oe',
	þ: 'th',
};

/** A name as it stands in addresses: "Jürgen" → "jurgen", "O'Brien" → "obrien". */
export const asciiOf = (name: string): string =>
	name
		.toLowerCase()
		.normalize('NFD')
		.replace(/[ßøłđæœþ]/g, (letter) => LETTERS[letter] ?? '')
		.replace(/[^a-z]/g, '');
