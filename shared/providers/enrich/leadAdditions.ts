/** What leads can be completed with: emails, phones, last names. */
import * as z from 'zod';
import type { Addition, OfferedAddition } from '../../contract/addition';
import { type Data, isRecord } from '../../contract/data';
import { output } from '../../contract/fields';
import type { Operation } from '../../contract/operation';
import type { Provider } from '../../contract/provider';
import { ConnectorError } from '../../errors/ConnectorError';
import { normalizeValues } from '../../input/values';
import {
	enrichLeads,
	getRevealJob,
	revealedLead,
	revealLeads,
	unlockNames,
} from './operations/leadReveal';

type Kind = 'email' | 'phone';
const KEYS = { email: ['emailAddress'], phone: ['phone', 'cellphone'] };

const records = (value: unknown): Data[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const inOf = (data: Data): Data => (isRecord(data.results) ? data.results : {});
const toLeads = (ids: readonly string[]) => ids.map((id) => ({ id }));
const hasOneOf =
	(keys: readonly string[]) =>
	(result: Data): boolean =>
		keys.some((key) => result[key] !== null && result[key] !== undefined && result[key] !== '');

/** A submit as it is shown once its job is over: one entry per lead. */
const shownAs = (submit: Operation, keys: readonly string[], entry: z.ZodObject): Operation => ({
	...submit,
	output: z.object({ leads: output.list('Leads', entry) }),
	entry,
	paging: { entries: 'leads', isAsAsked: true },
	simplified: ['id', ...keys, ...Object.keys(entry.shape)].filter(
		(key, index, all) => key in entry.shape && all.indexOf(key) === index,
	) as never[],
});

function reveal(submit: typeof revealLeads | typeof enrichLeads, kinds: readonly Kind[]): Addition {
	const fields = [...new Set(kinds)];
	const keys = fields.flatMap((kind) => KEYS[kind]);
	return {
		submit,
		maxIds: 25,
		input: (ids) => ({ leads: toLeads(ids), fields }),
		job: {
			status: getRevealJob,
			idName: 'jobId',
			toProgress: ({ status }) => ({
				state: status === 'completed' || status === 'failed' ? status : 'running',
				status: String(status),
			}),
			idOf: ({ jobId }) => (typeof jobId === 'string' ? jobId : undefined),
			failureOf: ({ error }) => (typeof error === 'string' ? error : undefined),
			creditsOf: (data) => {
				const { creditsUsed } = inOf(data);
				return typeof creditsUsed === 'number' ? creditsUsed : undefined;
			},
		},
		resultsOf: (data) => records(inOf(data).revealed),
		keys,
		isFound: hasOneOf(keys),
		shown: shownAs(submit, keys, revealedLead),
	};
}

const names: Addition = {
	submit: unlockNames,
	maxIds: 100,
	input: (ids) => ({ leads: toLeads(ids) }),
	resultsOf: ({ results }) => records(results),
	keys: ['lastName'],
	isFound: hasOneOf(['lastName']),
	shown: unlockNames,
};

const offered = (title: string, kinds: Kind[], credits: number): OfferedAddition => ({
	...reveal(revealLeads, kinds),
	...{ title, credits },
});

export const additions: NonNullable<Provider['additions']> = {
	searchLeads: {
		email: offered('Emails', ['email'], 10),
		phone: offered('Phones', ['phone'], 525),
		both: offered('Emails and Phones', ['email', 'phone'], 535),
		names: { ...names, title: 'Last Names', credits: 1 },
	},
};

const SUBMITS: Partial<Record<string, typeof revealLeads | typeof enrichLeads>> = {
	revealLeads,
	enrichLeads,
};
const isKind = (text: string): text is Kind => text === 'email' || text === 'phone';

/** Of an operation that is itself an addition to leads. @throws ConnectorError of kind `badInput` */
export const additionOf: NonNullable<Provider['additionOf']> = ({ operationId }, values) => {
	if (operationId === unlockNames.operationId) return names;
	const submit = SUBMITS[operationId];
	if (!submit) return undefined;
	const kinds = normalizeValues(values.fields ?? []);
	if (kinds.length > 0 && kinds.every(isKind)) return reveal(submit, kinds);
	const detail = 'must be "email", "phone" or both';
	throw new ConnectorError({ kind: 'badInput', field: 'Reveal', detail });
};
