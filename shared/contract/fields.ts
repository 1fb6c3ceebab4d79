import * as z from 'zod';
import type { FieldMeta } from './fieldMeta';

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
};

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
