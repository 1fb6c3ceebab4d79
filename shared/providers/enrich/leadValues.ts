/** What lead filters can be set to: the API's own lists, and the check that what was entered is in them. */
import { type Data, isRecord } from '../../contract/data';
import type { Caller, Choice, Provider, ValueList } from '../../contract/provider';
import { metaOf } from '../../contract/schema';
import { ConnectorError } from '../../errors/ConnectorError';
import { counted } from '../../errors/wording';
import { nearest, nearestText, plain } from '../../input/nearest';
import { quote } from '../../input/text';
import { listExportJobs } from './operations/leadExport';
import { leadFilters } from './operations/leadFilters';
import { getFilterOptions, suggestCompanyNames } from './operations/leadOptions';
import { listRevealJobs } from './operations/leadReveal';
import { listSavedSearches } from './operations/savedSearch';

type Values = Record<string, string[]>;

const KEPT_MS = 10 * 60_000;
const kept = new WeakMap<object, { at: number; values: Promise<Values> }>();

/** The values of all filters that have a list; free, and read once in a while for an account. */
async function filterOptions(caller: Caller): Promise<Values> {
	const { account = caller } = caller;
	const before = kept.get(account);
	if (before && caller.now() - before.at < KEPT_MS) return await before.values;
	const values = caller.call(getFilterOptions, {}).then(({ data }) => data as Values);
	kept.set(account, { at: caller.now(), values });
	// What failed is read anew the next time.
	values.catch(() => kept.delete(account));
	return await values;
}

const asChoices = (values: readonly string[] = []): Choice[] =>
	values.map((value) => ({ value, label: value }));

const fieldOf = (key: string) => metaOf(leadFilters.shape[key as keyof typeof leadFilters.shape]);
const titleOf = (key: string) => fieldOf(key).title ?? key;
const TECHNOLOGIES = Object.keys(leadFilters.shape).filter((key) => /TechOrg$/.test(key));

/** Each as the list of all names it: "CRM: Salesforce". */
const technologiesOf = (options: Values) =>
	TECHNOLOGIES.flatMap((key) =>
		(options[key] ?? []).map((value) => ({
			key,
			value,
			label: `${titleOf(key).replace(/ Technology$/, '')}: ${value}`,
		})),
	);

const MIN_LETTERS = 2;
const MAX_SUGGESTIONS = 50;

async function companyNames(caller: Caller, letters: string): Promise<string[]> {
	const q = letters.trim();
	if (q.length < MIN_LETTERS) return [];
	const { data } = await caller.call(suggestCompanyNames, { q, limit: MAX_SUGGESTIONS });
	return data.values ?? [];
}

async function savedSearches(caller: Caller) {
	const { data } = await caller.call(listSavedSearches, {});
	return data.savedSearches ?? [];
}

const byName = (a: Choice, b: Choice) => (plain(a.label) < plain(b.label) ? -1 : 1);

const jobsOf =
	(operation: typeof listRevealJobs | typeof listExportJobs): ValueList['read'] =>
	async (caller) => {
		const { data } = await caller.call(operation, { limit: 100 });
		return ((data.jobs ?? []) as Data[]).map((job) => ({
			value: String(job.jobId),
			label: [job.name ?? `${String(job.total)} leads`, job.status, job.createdAt]
				.filter(Boolean)
				.join(', '),
			description: String(job.jobId),
		}));
	};

export const valueLists = {
	filterOptions: { read: async (caller, key) => asChoices((await filterOptions(caller))[key]) },
	technologies: {
		read: async (caller) =>
			technologiesOf(await filterOptions(caller))
				.map(({ label }) => ({ value: label, label }))
				.sort(byName),
	},
	companyNames: {
		isSearched: true,
		read: async (caller, _key, search) => asChoices(await companyNames(caller, search)),
	},
	savedSearches: {
		read: async (caller) =>
			(await savedSearches(caller)).map(({ id = '', name = id }) => ({ value: id, label: name })),
	},
	revealJobs: { read: jobsOf(listRevealJobs) },
	exportJobs: { read: jobsOf(listExportJobs) },
} satisfies Record<string, ValueList>;

const unknown = (field: string, value: unknown, known: readonly string[]): ConnectorError => {
	const meant = nearestText(nearest(String(value), known));
	const others = `; it knows ${known.slice(0, 3).map(quote).join(', ')}${known.length > 3 ? ` and ${counted(known.length - 3)} more` : ''}`;
	const detail = `does not know ${quote(value)}${meant || (known.length > 0 ? others : '')}`;
	return new ConnectorError({ kind: 'badInput', field, detail });
};

/** Values may hold commas themselves: as many parts as make a known one belong together. */
const MAX_PARTS = 5;

/** The values as the list spells them. @throws ConnectorError */
function asKnown(field: string, values: readonly string[], known: readonly string[]): string[] {
	const spelled = new Map(known.map((value) => [plain(value), value]));
	const found: string[] = [];
	for (let from = 0; from < values.length; ) {
		let to = Math.min(values.length, from + MAX_PARTS);
		const joined = () => plain(values.slice(from, to).join(''));
		while (to > from && !spelled.has(joined())) to--;
		if (to === from) throw unknown(field, values[from], known);
		found.push(spelled.get(joined()) as string);
		from = to;
	}
	return [...new Set(found)];
}

/** A company's name as the API spells it; one that it does not list is refused. */
async function asListed(name: string, caller: Caller): Promise<string> {
	const names = await companyNames(caller, name);
	const same = names.find((one) => one === name) ?? names.find((one) => plain(one) === plain(name));
	// Names of one or two letters may begin more names than are listed.
	if (same !== undefined || names.length >= MAX_SUGGESTIONS || name.length < MIN_LETTERS)
		return same ?? name;
	const similar = names.length > 0 ? names : await companyNames(caller, name.slice(0, 3));
	throw unknown(titleOf('companyName'), name, similar);
}

const listOf = (value: unknown): string[] =>
	(Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');

async function checked(filters: Data, caller: Caller): Promise<Data> {
	const hasList = Object.keys(filters).some((key) => fieldOf(key).valuesFrom === 'filterOptions');
	const options = hasList ? await filterOptions(caller).catch((): Values => ({})) : {};
	const result: Data = { ...filters };
	for (const [key, value] of Object.entries(filters)) {
		const { valuesFrom } = fieldOf(key);
		const known = valuesFrom === 'filterOptions' ? options[key] : undefined;
		if (known?.length) result[key] = asKnown(titleOf(key), listOf(value), known);
		else if (valuesFrom === 'companyNames' && filters.companyNameMode !== 'contains')
			result[key] = await Promise.all(listOf(value).map((name) => asListed(name, caller)));
	}
	return result;
}

/** Which filters the chosen technologies stand for. @throws ConnectorError */
async function filtersOfTechnologies(asked: readonly string[], caller: Caller): Promise<Values> {
	const all = technologiesOf(await filterOptions(caller));
	const filters: Values = {};
	for (const text of asked) {
		const named = all.filter((one) => plain(one.label) === plain(text));
		const fits = named.length > 0 ? named : all.filter((one) => plain(one.value) === plain(text));
		const [only, ...others] = fits;
		if (!only)
			throw unknown(
				'Technology',
				text,
				all.map(({ label }) => label),
			);
		if (others.length > 0)
			throw unknown(
				'Technology',
				text,
				fits.map(({ label }) => label),
			);
		(filters[only.key] ??= []).push(only.value);
	}
	return filters;
}

/** Of a saved search. @throws ConnectorError */
async function savedFilters(id: string, caller: Caller): Promise<Data> {
	const all = await savedSearches(caller);
	const search = all.find((one) => one.id === id) ?? all.find(({ name }) => name === id);
	if (!search)
		throw unknown(
			'Saved Search',
			id,
			all.map(({ name = '' }) => name),
		);
	return isRecord(search.filters) ? search.filters : {};
}

/** The filters that are sent, from those entered and what stands beside them. */
export const resolve: NonNullable<Provider['resolve']> = async (_, input, extras, caller) => {
	const { savedSearch, technology, checksValues = true } = extras;
	const own = {
		...(technology !== undefined && (await filtersOfTechnologies(listOf(technology), caller))),
		...(input.filters as Data),
	};
	const saved = savedSearch === undefined ? {} : await savedFilters(String(savedSearch), caller);
	const filters = { ...saved, ...own };
	return { ...input, filters: checksValues === false ? filters : await checked(filters, caller) };
};
