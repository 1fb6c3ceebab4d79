import type * as z from 'zod';
import { type Data, isRecord } from '../contract/data';
import type { Operation } from '../contract/operation';
import { bare, isRequired, metaOf, shapeOf } from '../contract/schema';
import { ConnectorError } from '../errors/ConnectorError';
import { nearest, nearestText } from './nearest';
import { NORMALIZERS, type Normalizer } from './normalize';
import { entriesOf, InvalidValue, isBlank, quote } from './text';

/** A row that is ready to be sent: the API's own input, and a key that equal rows share. */
export interface Prepared {
	input: Data;
	key: string;
	/** What is not sent; see `Operation.extras`. */
	extras?: Data;
}

/** The row holds nothing to look up: it is left out, not refused. */
export interface Blank {
	blank: string;
}

/**
 * Turns what stands in a row into what the API takes, before anything is sent: normalizes values,
 * fills in from alternatives (a full name), and refuses what cannot work.
 * @throws ConnectorError of kind `badInput` that names the field.
 */
export function prepare(operation: Operation, values: Data): Prepared | Blank {
	const { asked, required } = planOf(operation);
	const given = Object.keys(asked).filter(
		(key) => Object.hasOwn(values, key) && !isBlank(values[key]),
	);
	const input: Data = {};
	for (const key of given) {
		input[key] = attempt(titleOf(operation, key), () =>
			normalized(asked[key] as z.ZodType, values[key]),
		);
		if (isEmptyGroup(input[key]) || isBlank(input[key])) delete input[key];
	}
	const extras = takenOut(operation, input);
	if (Object.keys(extras).some((key) => !isSetting(operation, key)))
		for (const key of operation.extrasStandFor ?? []) input[key] ??= {};
	if (required.length > 0 && Object.keys(input).length === 0) {
		const titles = required.map((key) => `'${titleOf(operation, key)}'`);
		return {
			blank: `${listed(titles)} ${titles.length === 1 ? 'is' : 'are'} empty, so there is nothing to look up`,
		};
	}
	for (const [key, alternative] of Object.entries(operation.alternatives ?? {})) {
		const value = input[key];
		delete input[key];
		const open = alternative.fills.filter((target) => input[target] === undefined);
		if (value === undefined || open.length === 0) continue;
		const filled = attempt(titleOf(operation, key), () => alternative.fill(value as string));
		for (const target of open) input[target] = filled[target];
	}
	for (const key of required) {
		if (input[key] === undefined && !operation.needsOneOf) {
			throw badInput(titleOf(operation, key), `is empty${instead(operation, key)}`);
		}
	}
	const prepared = checked(operation, input);
	if (Object.keys(extras).length === 0) return prepared;
	return { ...prepared, extras, key: `${prepared.key} ${JSON.stringify(extras)}` };
}

/** The extras of an input, which hold it no more. */
function takenOut({ extras = {} }: Operation, input: Data): Data {
	const taken: Data = {};
	for (const key of Object.keys(extras)) {
		if (input[key] !== undefined) taken[key] = input[key];
		delete input[key];
	}
	return taken;
}

const isSetting = ({ extras = {} }: Operation, key: string): boolean =>
	metaOf(extras[key] as z.ZodType).isSetting === true;

function checked(operation: Operation, input: Data): Prepared {
	const result = operation.input.safeParse(input);
	if (result.success) {
		const input = result.data as Data;
		return { input, key: keyOf(operation, input) };
	}
	const issue = result.error.issues[0];
	const path = (issue?.path ?? []).map(String);
	const value = path.reduce<unknown>((at, key) => (at as Data | undefined)?.[key], input);
	const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
	throw badInput(
		titleOf(operation, ...path),
		unknown.length > 0
			? `does not know ${unknown.map(quote).join(', ')}${alike(operation, path, unknown)}`
			: `${quote(value)} does not fit: ${lowerFirst(issue?.message ?? '')}`,
	);
}

/** Names that look like one that is not known. */
function alike({ input }: Operation, path: string[], keys: string[]): string {
	const group = path.reduce<z.ZodType | undefined>((at, key) => at && shapeOf(at)?.[key], input);
	const names = Object.keys((group && shapeOf(group)) ?? {});
	return nearestText(nearest(keys[0] ?? '', names));
}

/** Names are the same in any case; the other normalizers have settled case where it is moot. */
export function keyOf(operation: Operation, input: Data): string {
	const { names } = planOf(operation);
	return JSON.stringify(operation.identity?.(input) ?? input, (key, value: unknown) =>
		names.has(key) && typeof value === 'string' ? value.toLowerCase() : value,
	);
}

/** Normalizes one value, and for groups (such as filters) each value inside. */
function normalized(field: z.ZodType, value: unknown): unknown {
	const { normalize } = metaOf(field);
	if (normalize) return NORMALIZERS[normalize](value);
	const shape = shapeOf(field);
	const { element } = bare(field) as Partial<z.ZodArray<z.ZodType>>;
	if (!shape && !(element && shapeOf(element))) return value;
	const group = typeof value === 'string' ? parsed(value) : value;
	if (!shape) {
		const groups = entriesOf(group).map((entry) => normalized(element as z.ZodType, entry));
		return groups.filter((entry) => !isEmptyGroup(entry));
	}
	if (typeof group !== 'object' || group === null || Array.isArray(group)) {
		throw new InvalidValue('must be an object of names and values');
	}
	const input: Data = {};
	for (const [key, entry] of Object.entries(group)) {
		if (isBlank(entry)) continue;
		// Unknown names stay, so that the check names them instead of dropping what was asked for.
		const inner = Object.hasOwn(shape, key) ? (shape[key] as z.ZodType) : undefined;
		const keep = inner
			? attempt(metaOf(inner).title ?? key, () => normalized(inner, entry))
			: entry;
		Object.defineProperty(input, key, {
			value: keep,
			enumerable: true,
			configurable: true,
			writable: true,
		});
	}
	return input;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new InvalidValue('is not valid JSON');
	}
}

/** Filters of which none is filled in. */
const isEmptyGroup = (value: unknown): boolean =>
	isRecord(value) && Object.keys(value).length === 0;

function attempt<T>(title: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (error instanceof InvalidValue) throw badInput(title, error.message);
		throw error;
	}
}

const badInput = (field: string, detail: string) =>
	new ConnectorError({ kind: 'badInput', field, detail });

const NAMES: ReadonlySet<Normalizer | undefined> = new Set(['name', 'lastName', 'fullName']);

interface Plan {
	/** Every field that a row may hold: the API's own and the alternatives. */
	asked: Record<string, z.ZodType>;
	required: string[];
	names: Set<string>;
}

const plans = new WeakMap<Operation, Plan>();

/** The same for every row, so worked out once. */
function planOf(operation: Operation): Plan {
	const known = plans.get(operation);
	if (known) return known;
	const own = operation.input.shape as Record<string, z.ZodType>;
	const alternatives = Object.entries(operation.alternatives ?? {}).map(([key, { field }]) => [
		key,
		field,
	]);
	const plan: Plan = {
		asked: { ...own, ...operation.extras, ...Object.fromEntries(alternatives) },
		required: Object.keys(own).filter((key) => isAsked(operation, key)),
		names: new Set(
			Object.keys(own).filter((key) => NAMES.has(metaOf(own[key] as z.ZodType).normalize)),
		),
	};
	plans.set(operation, plan);
	return plan;
}

/** Required by the API, or one of a group of which one is required. */
function isAsked(operation: Operation, key: string): boolean {
	return operation.needsOneOf?.includes(key) ?? isRequired(operation.input.shape[key] as z.ZodType);
}

function instead(operation: Operation, key: string): string {
	const other = Object.entries(operation.alternatives ?? {}).find(([, { fills }]) =>
		fills.includes(key),
	);
	return other ? `; fill it in, or fill in '${titleOf(operation, other[0])}' instead` : '';
}

/** The title of a field, or of a field within it; of an unknown one its name. */
export function titleOf(operation: Operation, ...path: string[]): string {
	const own = path[0] ?? '';
	let field: z.ZodType | undefined =
		operation.alternatives?.[own]?.field ?? operation.extras?.[own] ?? operation.input;
	let title = path[0] ?? operation.title;
	for (const key of path) {
		const shape: Record<string, z.ZodType> | undefined = field && shapeOf(field);
		if (shape && Object.hasOwn(shape, key)) field = shape[key];
		title = (field && metaOf(field).title) ?? title;
	}
	return title;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function listed(words: string[]): string {
	return words.length < 2
		? words.join('')
		: `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
