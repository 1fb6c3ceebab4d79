import {
	ACCENTED_VIETNAMESE_FAMILY_NAMES,
	BOUND,
	CHINESE_FAMILY_NAMES,
	CJK_HONORIFIC,
	CREDENTIALS,
	DOTTED_TITLES,
	JOB,
	JOB_INSIDE,
	JOINERS,
	KOREAN_FAMILY_NAMES,
	LEGAL_FORM,
	LIKELY_TITLES,
	LONG_FAMILY_NAMES,
	LOWER_CASE_PARTICLES,
	PARTICLES,
	PLACEHOLDERS,
	SHORT_VIETNAMESE_FAMILY_NAMES,
	SPANISH_FAMILY_NAMES,
	SUFFIXES,
	TITLES,
	VIETNAMESE_FAMILY_NAMES,
	VIETNAMESE_MIDDLE_NAMES,
} from './nameParts';
import { InvalidValue, normalizeText, plainLetters, quote, singleSpaced, trimmed } from './text';

export type PersonName = { firstName: string; lastName: string };

const MORE_THAN_A_NAME = 'holds more than a name';

/** What is refused at once, and why; the first that fits counts. */
const NOT_A_NAME: [RegExp, string][] = [
	...PLACEHOLDERS.map((pattern): [RegExp, string] => [pattern, 'is a placeholder, not a name']),
	[/^[=+@]/, 'looks like a spreadsheet formula, not a name'],
	[/@/, 'looks like an email address, not a name'],
	[/:\/\/|^www\.|\.(?:com|net|org|io)(?:\/|$)/i, 'looks like a web address, not a name'],
	[
		/\ufffd|[ÃÂÐ][\u0080-\u00bf]|â€|\p{L}\?|\?\p{L}/u,
		'was damaged by a wrong character set; fill in the name with its own letters',
	],
	[
		/[*•∙●○◦■█▪✱∗＊…]|\.\.|__|--$|_(?: |$)|(?:^| )\p{L}x{3,}(?: |$)/iu,
		'is masked; fill in the whole name',
	],
];

const EMOJI = /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u20e3]/gu;
const SYMBOLS = /[\p{So}\p{Sk}]/gu;
/** Nicknames, maiden names, pronouns and remarks: "Anna (Annie) Doe", 'John "Jack" Smith'. */
const ASIDES = /\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}|<[^<>]*>|"[^"]*"|(?<= )'[^' ]+'(?= )/g;
const PHONE_NUMBER = /(?:\p{Nd}[ ().-]{0,2}){9}/u;

/**
 * A name in its one spelling: plain apostrophes, hyphens and letters, without quotes, asides and
 * emoji. @throws InvalidValue when it is no name
 */
function nameText(value: unknown): string {
	const given = normalizeText(value);
	const text = unquoted(
		given
			.replace(/&#(\d{1,4});|&#x([\da-f]{1,3});/gi, (_, decimal?: string, hex?: string) =>
				String.fromCharCode(decimal ? Number(decimal) : parseInt(hex ?? '', 16)),
			)
			.replace(/&apos;|[`´‘’‛ʼʻʹ′]/g, "'")
			.replace(/&quot;|[“”„‟«»″]/g, '"')
			.replace(/[‐‑‒–—―−]/g, '-'),
	);
	refuseIf(given, NOT_A_NAME.find(([pattern]) => pattern.test(text))?.[1]);
	const plain = plainLetters(text.replace(EMOJI, ' '))
		.replace(/[，、]/g, ',')
		.replace(SYMBOLS, ' ')
		.replace(ASIDES, ' ')
		.replace(/(\p{L})- (?=\p{Ll}|\p{Lu}\p{Ll})/gu, '$1-');
	const name = trimmed(unquoted(normalizeText(plain)), ' ,;:', ' ,;:');
	refuseIf(given, /\p{L}/u.test(name) ? undefined : 'holds no letter');
	refuseIf(given, PHONE_NUMBER.test(name) ? 'holds a phone number, not only a name' : undefined);
	return name;
}

/** Without the quotes of a spreadsheet's cell; "'t Hooft" keeps its own. */
function unquoted(text: string): string {
	const isPaired = /^"[^"]*"$/.test(text) || text.split('"').length % 2 === 0;
	const inner = isPaired ? trimmed(text, '" ') : text;
	return trimmed(inner, /^'[stdn][ -]/i.test(inner) ? '' : "' ", "' ");
}

function refuseIf(value: unknown, reason: string | undefined): void {
	if (reason) throw new InvalidValue(`${quote(value)} ${reason}`);
}

const MAX_PASSES = 4;

/** Taking one thing away may bring out another, such as a title in quotes. */
function settled(normalize: (value: unknown) => string) {
	return (value: unknown): string => {
		let name = normalize(value);
		for (let pass = 1; pass < MAX_PASSES; pass++) {
			const again = normalize(name);
			if (again === name) return name;
			name = again;
		}
		throw new InvalidValue(`${quote(value)} ${MORE_THAN_A_NAME}`);
	};
}

const wordsOf = (text: string) => text.split(' ').filter(Boolean);
const partsOf = (text: string) => text.split(',').map(singleSpaced).filter(Boolean);
const withoutAccents = (text: string) =>
	text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D');
const foldedOf = (word: string) => withoutAccents(word.toLowerCase());

/**
 * A first name, or any other single name: without titles before it and credentials behind it.
 * @throws InvalidValue
 */
export const normalizeName = settled(nameOnly);

function nameOnly(value: unknown): string {
	const parts = withoutCredentials(partsOf(nameText(value)));
	refuseIf(value, parts.length > 1 ? MORE_THAN_A_NAME : undefined);
	return checked(value, withoutTitles(wordsOf(parts[0] ?? '')).join(' '));
}

/** As `normalizeName`. @throws InvalidValue also for an initial: it would make any answer a guess */
export const normalizeLastName = settled(lastNameOnly);

function lastNameOnly(value: unknown): string {
	const words = wordsOf(nameOnly(value));
	const isHidden =
		words.some(isInitial) && words.every((word) => isInitial(word) || isParticle(word));
	refuseIf(value, isHidden ? 'is only an initial; fill in the whole last name' : undefined);
	while (words.length > 1 && isInitial(words.at(-1) ?? '')) words.pop();
	const lastName = words.join(' ');
	return /\p{L}{4}\.$/u.test(lastName) ? lastName.slice(0, -1) : lastName;
}

/** A whole name in one line, in the order in which it stands; `splitFullName` takes it apart. */
export const normalizeFullName = settled(nameText);

/** "S", "S.", "S.K."; but a Chinese, Japanese or Korean name may be one character. */
const isInitial = (word: string) =>
	!isCjk(word) && (/^\p{L}\p{M}*\.?$/u.test(word) || /^(?:\p{L}\p{M}*\.-?)+$/u.test(word));

function checked(given: unknown, name: string): string {
	refuseIf(given, /[|&;/+\\]| (?:and|et) |(?<!von) und /.test(name) ? MORE_THAN_A_NAME : undefined);
	const odd = /[^\p{L}\p{M}\p{Nd}\p{Nl} .'\-·・]/u.exec(name)?.[0];
	refuseIf(given, odd && `holds ${quote(odd)}, which is no part of a name`);
	refuseIf(given, /\p{L}/u.test(name) ? undefined : 'holds no letter');
	return name;
}

/**
 * "Dr. Ludwig van Beethoven", "Beethoven, Ludwig van", "Smith, Jr., John", "李伟" → first and last
 * name.
 * @throws InvalidValue when it is one word, more than a name, or cannot be told apart
 */
export function splitFullName(fullName: string): PersonName {
	const text = normalizeFullName(fullName);
	const name = isCjk(text.replaceAll(',', ' ')) ? splitCjk(text) : splitAlphabetic(text);
	const oneWord = 'is one word; a first and a last name are needed';
	refuseIf(fullName, name.firstName && name.lastName ? undefined : oneWord);
	return {
		firstName: normalizeName(name.firstName),
		lastName: normalizeLastName(name.lastName),
	};
}

function splitAlphabetic(text: string): PersonName {
	const [name = '', ...remarks] = text.split(' - ').map(singleSpaced);
	const parts = partsOf(name);
	const behind = [...parts.slice(1), ...remarks];
	const isJob =
		behind.some((part) => JOB.test(part)) || JOB_INSIDE.some((job) => job.test(parts[0] ?? ''));
	const isCompany = LEGAL_FORM.test(text) || behind.some((part) => LEGAL_FORM.test(` ${part}`));
	refuseIf(text, isJob ? 'holds more than a name: also what the person does' : undefined);
	refuseIf(text, isCompany ? 'looks like the name of a company, not of a person' : undefined);
	const [head = '', next, ...others] = withoutCredentials(parts);
	const isMore = others.length > 0 || !remarks.flatMap(partsOf).every(isCredentials);
	refuseIf(text, isMore ? MORE_THAN_A_NAME : undefined);
	const words = withoutTitles(wordsOf(head));
	return next === undefined
		? splitWords(words)
		: splitReversed(words, withoutTitles(wordsOf(next)));
}

/** "Beethoven, Ludwig van": what begins the last name may stand at the end. */
function splitReversed(family: string[], given: string[]): PersonName {
	const particles = given.length - trailing(given, isParticle);
	return {
		firstName: given.slice(0, particles || undefined).join(' '),
		lastName: [...(particles ? given.slice(particles) : []), ...family].join(' '),
	};
}

/** How many words at the end are of a kind. */
function trailing(words: string[], isOfKind: (word: string) => boolean): number {
	const from = words.findLastIndex((word) => !isOfKind(word)) + 1;
	return words.length - from;
}

function splitWords(mixed: string[]): PersonName {
	const alphabetic = mixed.filter((word) => !isCjk(word));
	// "Xiaoming Wang 王小明" is one name in two scripts.
	const words = alphabetic.length > 1 ? alphabetic : mixed;
	if (words.length < 2) return { firstName: words.join(' '), lastName: '' };
	const familyFirst = isVietnamese(words) || isKorean(words) ? 1 : capitalsFirst(words);
	const cut = familyFirst || lastNameStart(words);
	const [before, behind] = [words.slice(0, cut).join(' '), words.slice(cut).join(' ')];
	return familyFirst
		? { firstName: behind, lastName: before }
		: { firstName: before, lastName: behind };
}

/** Where the last name starts in a name that begins with the first. */
function lastNameStart(words: string[]): number {
	const last = words.length - 1;
	if (VIETNAMESE_FAMILY_NAMES.has(foldedOf(words[last] ?? ''))) return last;
	const isInside = (i: number) => i > 0 && i < last;
	let start = words.findIndex((word, i) => isInside(i) && isParticle(word));
	if (start < 0) start = last;
	const joiner = words.findIndex((word, i) => i > 1 && i < last && JOINERS.has(word));
	if (joiner > 0) start = Math.min(start, joiner - 1);
	const capitals = words.length - trailing(words, isInCapitals);
	if (capitals > 0 && words.slice(0, capitals).some(hasLowerCase)) {
		start = Math.min(start, Math.max(1, capitals));
	}
	const before = foldedOf(words[start - 1] ?? '');
	const isHalf = SPANISH_FAMILY_NAMES.has(before) || (start === last && BOUND.has(before));
	return start > 1 && isHalf ? start - 1 : start;
}

const isParticle = (word: string) =>
	PARTICLES.has(word.toLowerCase()) || LOWER_CASE_PARTICLES.has(word);

/** Family name first: "Nguyễn Văn An", but not "An Nguyen". */
function isVietnamese(words: string[]): boolean {
	const [first = '', second = ''] = words.map((word) => word.toLowerCase());
	if (VIETNAMESE_FAMILY_NAMES.has(foldedOf(words.at(-1) ?? ''))) return false;
	return (
		VIETNAMESE_FAMILY_NAMES.has(foldedOf(first)) ||
		ACCENTED_VIETNAMESE_FAMILY_NAMES.has(first) ||
		(SHORT_VIETNAMESE_FAMILY_NAMES.has(first) && VIETNAMESE_MIDDLE_NAMES.has(second))
	);
}

/** "Kim Min-jun": the hyphen before a small letter is Korean. */
const isKorean = ([first = '', second = '', ...others]: string[]) =>
	!others.length &&
	KOREAN_FAMILY_NAMES.has(first.toLowerCase()) &&
	/^\p{Lu}\p{Ll}+-\p{Ll}+$/u.test(second);

const hasLowerCase = (word: string) => /\p{Ll}/u.test(word);
/** A word in capitals that is no row of initials, such as "JRR". */
const isInCapitals = (word: string) =>
	/^[\p{Lu}\p{M}'-]{3,}$/u.test(word) &&
	(!/\p{Script=Latin}/u.test(word) || /[AEIOUY]/.test(withoutAccents(word)));

/** "DUPONT Jean", "KIM Minjun": how many words in capitals stand before others; 0 when it is not so. */
function capitalsFirst(words: string[]): number {
	const count = words.findIndex((word) => !isInCapitals(word));
	return count > 0 && words.slice(count).every(hasLowerCase) ? count : 0;
}

function withoutTitles(words: string[]): string[] {
	const text = words.join(' ');
	const isShouted = !hasLowerCase(text);
	const rest = wordsOf(
		text
			.replace(/(^| )((?:mr|mrs|ms|dr|prof)\.)(?=\p{L})/giu, '$1$2 ')
			.replace(/(^| )-|-( |$)/g, ' '),
	);
	while (rest.length > 1 && isTitle(rest[0] ?? '', rest.length)) rest.shift();
	while (rest.length > 1 && isCredential(rest.at(-1) ?? '', rest.length, isShouted)) {
		rest.pop();
	}
	return rest;
}

function isTitle(word: string, count: number): boolean {
	const title = word.toLowerCase().replace(/\.$/, '');
	if (TITLES.has(title)) return true;
	return (
		count > 2 && (LIKELY_TITLES.has(title) || (word.endsWith('.') && DOTTED_TITLES.has(title)))
	);
}

const withoutCredentials = (parts: string[]) =>
	parts.filter((part, i) => i === 0 || !isCredentials(part));

/** "PhD, MBA", "CPA/CMA", behind a comma or a dash. */
const isCredentials = (part: string) =>
	part.split(/[ /&]+/).every((word) => isCredential(word, Infinity, false, true));

/**
 * Whether a word behind a name is a degree, a licence or the like. Many are names too ("Jack Ma",
 * "Anh Do"): short ones count in capitals only, and not where everything is in capitals.
 */
function isCredential(
	word: string,
	count: number,
	isShouted: boolean,
	behindComma = false,
): boolean {
	const bare = word.replace(/[.-]/g, '');
	const key = bare.toUpperCase();
	if (SUFFIXES.has(bare.toLowerCase())) return true;
	// In no list, but no name without a vowel, an L or an R either.
	if (/^[BCDFGHJKMNPQSTVWXZ]{4,}$/.test(bare) && !isShouted) return count > 2;
	if (!CREDENTIALS.has(key)) return false;
	const isDotted = /\p{L}\.\p{L}/u.test(word);
	if (key.length < 3) return isDotted || (bare === key && !isShouted && count > 2);
	return isDotted || behindComma || /\p{Lu}/u.test(bare.slice(1));
}

const HAN = '\\p{Script=Han}';
const KANA = '[\\p{Script=Hiragana}\\p{Script=Katakana}ー]';
const CJK = new RegExp(`^(?:${HAN}|${KANA}|\\p{Script=Hangul}|[ ·・])+$`, 'u');
const FAMILY_THEN_KANA = new RegExp(`^(${HAN}{1,3})(${KANA}+)$`, 'u');
const ONLY_HAN = new RegExp(`^${HAN}+$`, 'u');
const ONLY_HANGUL = /^\p{Script=Hangul}+$/u;

const isCjk = (text: string) => CJK.test(text);

/** Family name first, with or without a space; a dot between the parts marks a foreign name. */
function splitCjk(text: string): PersonName {
	const name = text.replaceAll(',', ' ').trim().replace(CJK_HONORIFIC, '');
	const foreign = name.split(/[·・]/).map((part) => part.trim());
	if (foreign.length > 1) {
		return { firstName: foreign.slice(0, -1).join(' '), lastName: foreign.at(-1) ?? '' };
	}
	const [family = '', ...given] = wordsOf(name);
	if (given.length) return { firstName: given.join(''), lastName: family };
	const cut = familyLength(name);
	return { firstName: name.slice(cut), lastName: name.slice(0, cut) };
}

function familyLength(name: string): number {
	if (LONG_FAMILY_NAMES.has(name)) return name.length;
	if (LONG_FAMILY_NAMES.has(name.slice(0, 2))) return 2;
	const kana = FAMILY_THEN_KANA.exec(name)?.[1];
	if (kana) return kana.length;
	if (ONLY_HANGUL.test(name) && name.length < 5) return 1;
	const isChinese =
		ONLY_HAN.test(name) && name.length < 4 && CHINESE_FAMILY_NAMES.has(name.charAt(0));
	if (isChinese || name.length === 1) return 1;
	throw new InvalidValue(
		`${quote(name)} does not show where the family name ends; put a space behind it`,
	);
}
