import * as z from 'zod';
import type { FieldMeta } from './fieldMeta';
import { titleOfKey } from './titles';
import type { Words } from './words';

type Help = Omit<FieldMeta, 'title' | 'normalize'>;

/** As `.meta()` does it, but on the schema itself instead of a copy: copies take time to make. */
function described<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
	z.globalRegistry.add<z.ZodType>(schema, { ...meta });
	return schema;
}

/** Internationalised addresses too; the normalizer has read it more closely before. */
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Input fields. Bounds are the contract's; `normalize` says how a value from a list is normalized. */
export const input = {
	text: (title: string, max: number, help: Help = {}) =>
		described(z.string().min(1).max(max), { title, normalize: 'text', ...help }),
	name: (title: string, max: number, help: Help = {}) =>
		described(z.string().min(1).max(max), { title, normalize: 'name', ...help }),
	/** In full: an initial or a masked name is refused. */
	lastName: (title: string, max: number, help: Help = {}) =>
		described(z.string().min(1).max(max), { title, normalize: 'lastName', ...help }),
	fullName: (title: string, max: number, help: Help = {}) =>
		described(z.string().min(1).max(max), { title, normalize: 'fullName', ...help }),
	domain: (title: string, help: Help = {}) =>
		described(z.string().min(1).max(253), { title, normalize: 'domain', ...help }),
	email: (title: string, help: Help = {}) =>
		described(z.email({ pattern: ADDRESS }).max(254), { title, normalize: 'email', ...help }),
	/** The contract checks only the length of an address that is there to be validated. */
	anyEmail: (title: string, help: Help = {}) =>
		described(z.string().min(1).max(254), { title, normalize: 'email', ...help }),
	ip: (title: string, help: Help = {}) =>
		described(z.string().min(1).max(45), { title, normalize: 'ip', ...help }),
	profileUrl: (title: string, help: Help = {}) =>
		described(z.string().max(500), { title, normalize: 'profileUrl', ...help }),
	/** An opaque ID. */
	id: (title: string, help: Help = {}) =>
		described(z.string().min(1), { title, normalize: 'text', ...help }),
	companyUrl: (title: string, help: Help = {}) =>
		described(z.url(), {
			title,
			normalize: 'text',
			examples: ['https://www.linkedin.com/company/figma'],
			...help,
		}),
	/** Records of which all that is asked for is the ID. */
	records: (title: string, max: number, help: Help = {}) =>
		described(
			z
				.array(z.object({ id: z.string() }))
				.min(1)
				.max(max),
			{ title, normalize: 'records', ...help },
		),
	texts: (title: string, max?: number, help: Help = {}) => {
		const texts = z.array(z.string());
		return described(max === undefined ? texts : texts.max(max), {
			title,
			normalize: 'list',
			...help,
		});
	},
	someOf: <const V extends readonly string[]>(title: string, values: V, help: Help = {}) =>
		described(z.array(z.enum(values)), { title, normalize: 'list', ...help }),
	number: (title: string, number: z.ZodNumber, help: Help = {}) =>
		described(number.clone(), { title, normalize: 'number', ...help }),
	yesNo: (title: string, help: Help = {}) =>
		described(z.boolean(), { title, normalize: 'yesNo', ...help }),
};

/** Which page of a list, from 1; and how many entries it has. */
export const page = described(z.int().min(1).default(1), { title: 'Page' });
export const pageSize = (max: number, usual: number) =>
	described(z.int().min(1).max(max).default(usual), { title: 'Page Size' });

type KeyOf<K> = K extends string ? Words<K> : keyof K & string;

/** Keys with a space between, where the title is the key in words; or titles by key. */
type Keys = string | Record<string, string>;

function eachOf<K extends Keys, T>(keys: K, make: (title: string) => T): Record<KeyOf<K>, T> {
	const titles =
		typeof keys === 'string'
			? keys.split(' ').map((key) => [key, titleOfKey(key)] as const)
			: Object.entries<string>(keys);
	return Object.fromEntries(titles.map(([key, title]) => [key, make(title)])) as Record<
		KeyOf<K>,
		T
	>;
}

/** Many fields of one kind, in every answer: `fields(output.text, 'batchId message')`. */
export const fields = <const K extends Keys, T extends z.ZodType>(
	kind: (title: string) => T,
	keys: K,
) => eachOf(keys, kind);

/** Many fields of one kind that may be missing. They share its schema: one each would take time to make. */
export const optional = <const K extends Keys, T extends z.ZodType>(
	kind: (title: string) => T,
	keys: K,
) => {
	const shared = kind('');
	return eachOf(keys, (title) => described(z.optional(shared), { title }));
};

/** The same for fields that may also be null. */
export const nullable = <const K extends Keys, T extends z.ZodType>(
	kind: (title: string) => T,
	keys: K,
) => optional((title) => z.nullable(kind(title)), keys);

/** Output fields: a title and, where the name does not say it, a word of help. */
export const output = {
	text: (title: string, description?: string) => described(z.string(), { title, description }),
	number: (title: string, description?: string) => described(z.number(), { title, description }),
	integer: (title: string, description?: string) => described(z.int(), { title, description }),
	yesNo: (title: string, description?: string) => described(z.boolean(), { title, description }),
	dateTime: (title: string, description?: string) =>
		described(z.iso.datetime(), { title, description }),
	oneOf: <const V extends readonly string[]>(title: string, values: V, description?: string) =>
		described(z.enum(values), { title, description }),
	texts: (title: string, description?: string) =>
		described(z.array(z.string()), { title, description }),
	list: <T extends z.ZodType>(title: string, item: T, description?: string) =>
		described(z.array(item), { title, description }),
	group: <S extends z.ZodRawShape>(title: string, shape: S, description?: string) =>
		described(z.object(shape), { title, description }),
};
