import {
	AGAIN,
	CHARGES,
	type ErrorKind,
	ERRORS,
	isFatal,
	isTransient,
} from '../../shared/errors/errorTable';

const KINDS = Object.keys(ERRORS) as ErrorKind[];
const TEMPLATES = [
	...KINDS.flatMap((kind) => [ERRORS[kind].message, ERRORS[kind].nextStep]),
	...Object.values(CHARGES),
	...Object.values(AGAIN),
];

/** What a template may ask for; all of them can be unknown but the provider. */
const ALWAYS_KNOWN = ['provider', 'topUpAt', 'unit', 'again', 'minimum'];
const KNOWN = [
	...ALWAYS_KNOWN,
	'charge',
	'charged',
	'checkCharge',
	'repeatIsFree',
	'field',
	'access',
	'detail',
	'status',
	'batchId',
	'required',
	'available',
	'missing',
	'credits',
	'rows',
	'timeout',
	'wait',
	'wasCharged',
	'chargedAt',
];
const placeholders = (template: string) =>
	[...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name as string);
/** What is left when no value is known. */
const withoutOptional = (template: string) => template.replace(/\[[^\]]*\]/g, '');

test.each(KINDS)('%s says what happened and what to do', (kind) => {
	const { message, nextStep } = ERRORS[kind];
	for (const text of [message, nextStep]) expect(text.trim()).not.toBe('');
	expect(message).toMatch(/[^.]$/);
	expect(nextStep).toMatch(/[.\]]$/);
});

test.each(TEMPLATES)('%j asks for what is known', (template) => {
	for (const name of placeholders(template)) expect(KNOWN).toContain(name);
	expect(template).not.toMatch(/\[[^\]]*\[|\{[^}]*\{/);
	expect((template.match(/\[/g) ?? []).length).toBe((template.match(/\]/g) ?? []).length);
});

test.each(TEMPLATES)('%j leaves out what is unknown, rather than a gap', (template) => {
	const isOfCharge = Object.values<string>(CHARGES).includes(template);
	const allowed = isOfCharge ? [...ALWAYS_KNOWN, 'charged', 'wasCharged'] : ALWAYS_KNOWN;
	for (const name of placeholders(withoutOptional(template))) expect(allowed).toContain(name);
});

test.each(TEMPLATES)('%j names no provider and no platform', (template) => {
	expect(template).not.toMatch(/enrich|cufinder|n8n|zapier|make\.com/i);
});

test('what may have been charged is never said to be free', () => {
	expect(CHARGES.unclear).not.toMatch(/nothing was charged/i);
	for (const kind of KINDS) {
		// Where nothing was sent, that is known; else facts fill it in.
		if (kind !== 'unreachable') expect(ERRORS[kind].nextStep).not.toMatch(/was charged/i);
	}
});

test('what ends every other row the same way stops a run', () => {
	expect(KINDS.filter(isFatal).sort()).toEqual([
		'badSettings',
		'belowMinimum',
		'cancelled',
		'forbidden',
		'insufficientCredits',
		'rateLimited',
		'unauthorized',
		'unavailable',
		'unreachable',
	]);
});

test('only what passes by itself is worth another run of the same step', () => {
	expect(KINDS.filter(isTransient).sort()).toEqual([
		'interrupted',
		'rateLimited',
		'resultsUnread',
		'serverSide',
		'startedUnread',
		'timedOut',
		'unavailable',
		'unreachable',
		'unreadable',
	]);
});
