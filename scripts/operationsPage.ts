/** docs/operations.md, from the descriptions of the operations. */
import { kit } from '../nodes/Enrich/catalog';
import { type NodeKit, placedOperations } from '../nodes/shared/kit';
import { batchStartedBy } from '../shared/contract/batch';
import { type Data, isRecord } from '../shared/contract/data';
import { followUpOf } from '../shared/contract/followUp';
import { type FormField, inputFields, outputFields, simplifiedKeys } from '../shared/contract/form';
import { type Operation, withDerived } from '../shared/contract/operation';
import { enrich, type OperationId } from '../shared/providers/enrich';
import { placementOf } from '../zapier/src/placement';

/** Those that the README shows. */
const COMMON: readonly OperationId[] = [
	'findEmail',
	'validateEmail',
	'phoneLookup',
	'reverseLookup',
	'ipToCompany',
	'searchLeads',
	'revealLeads',
];
/** Of more fields than this only the titles are listed. */
const MAX_DESCRIBED = 20;
/** What Zapier's users call them. */
const KINDS = { search: 'search', create: 'action', trigger: 'trigger' };
/** Of longer lists a sample shows the beginning. */
const MAX_SAMPLE = 2;

/** An operation that users of a platform can choose. */
interface Offered {
	operation: Operation;
	/** Whose fields are filled in for each row. */
	perRow: Operation;
	/** In n8n, e.g. "Email → Find". */
	n8n?: string;
	/** What does it in n8n, where it is no operation of its own. */
	partOf?: string;
	/** In Zapier, e.g. "Find Email". */
	zapier?: string;
	zapierKind?: string;
}

/** What no platform offers by itself is part of something else. */
function offered(): Offered[] {
	const placed = new Map(placedOperations(kit).map((one) => [one.operation, one]));
	return (Object.entries(enrich.operations) as [OperationId, Operation][]).flatMap(
		([id, operation]) => {
			const inN8n = placed.get(operation);
			const inZapier = placementOf(id);
			const entry = kit.catalog[id];
			if (!inN8n && !('key' in inZapier)) return [];
			return {
				operation,
				perRow: batchStartedBy(enrich.batches, operation)?.single ?? operation,
				...(entry && 'partOf' in entry && { partOf: entry.partOf }),
				...(inN8n && { n8n: `${kit.resources[inN8n.resource]} → ${inN8n.name}` }),
				...('key' in inZapier && { zapier: inZapier.label, zapierKind: KINDS[inZapier.kind] }),
			};
		},
	);
}

const nameOf = ({ n8n, zapier }: Offered): string => n8n ?? `${zapier} (Zapier)`;

/** The anchor of a heading, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.replaceAll(' ', '-');

const priceOf = ({ price }: Operation) =>
	price ? `${price.credits ?? 'not documented'} per ${price.per}` : 'free';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
	[head, head.map(() => '---'), ...rows]
		.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
		.join('\n');

/** Operations, prices and where they are; `link`: what leads to their sections, if anything does. */
function overview(operations: readonly Offered[], link?: string): string {
	const rows = operations.map((one) => {
		const { operation, partOf = '–', n8n = partOf, zapier = '–' } = one;
		const name = link === undefined ? n8n : `[${n8n}](${link}#${anchorOf(nameOf(one))})`;
		return [name, zapier, operation.description, priceOf(operation), operation.price?.free ?? ''];
	});
	return table(['n8n', 'Zapier', 'What it does', 'Documented price', ''], rows);
}

/** The table of every operation that a platform offers. */
export const operationsTable = (): string => overview(offered());

/** The README's table: what most people use. */
export const commonOperationsTable = (): string =>
	overview(
		offered().filter(({ operation }) => COMMON.some((id) => id === operation.operationId)),
		'docs/operations.md',
	);

/** The table of a package of n8n nodes alone. */
export const nodeOperationsTable = (nodes: NodeKit): string =>
	table(
		['Operation', 'What it does', 'Documented price', ''],
		placedOperations(nodes).map(({ operation, resource, name }) => [
			`${nodes.resources[resource]} → ${name}`,
			operation.description,
			priceOf(operation),
			operation.price?.free ?? '',
		]),
	);

const TYPES: Record<FormField['type'], string> = {
	text: 'text',
	number: 'number',
	yesNo: 'yes or no',
	dateTime: 'date and time',
	choice: 'one of',
	list: 'list',
	group: 'group',
	groups: 'list of groups',
	any: 'any',
};

function typeOf({ type, choices, fields = [] }: FormField): string {
	const values = Object.keys(choices ?? {}).filter(Boolean);
	if (type === 'choice') return values.map((value) => `\`${value}\``).join(', ');
	if (values.length > 0) return `${TYPES[type]} of ${values.join(', ')}`;
	if (fields.length === 0) return TYPES[type];
	return fields.length > MAX_DESCRIBED
		? `${TYPES[type]} of ${fields.length} fields`
		: `${TYPES[type]}: ${fields.map(({ title }) => title).join(', ')}`;
}

const codeOf = (value: unknown): string =>
	`\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

const helpOf = ({ description, examples = [] }: FormField): string =>
	[description, examples.length > 0 && `e.g. ${examples.slice(0, 2).map(codeOf).join(', ')}`]
		.filter(Boolean)
		.join('; ');

/** The titles of a group that is too large for a table of its own. */
const longGroups = (fields: readonly FormField[]): string[] =>
	fields.flatMap(({ title, fields: inner = [] }) =>
		inner.length > MAX_DESCRIBED
			? [folded(`All ${inner.length} of ${title}`, inner.map((one) => one.title).join(' · '))]
			: [],
	);

const folded = (summary: string, content: string): string =>
	`<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;

function inputText({ perRow }: Offered): string[] {
	const fields = inputFields(perRow);
	if (fields.length === 0) return ['It takes nothing.'];
	const titleOf = (key: string) => fields.find((field) => field.key === key)?.title ?? key;
	const notes = Object.entries(perRow.alternatives ?? {}).map(
		([key, { fills }]) =>
			`_${titleOf(key)}_ may be given instead of ${fills.map((one) => `_${titleOf(one)}_`).join(' and ')}.`,
	);
	const { needsOneOf } = perRow;
	if (needsOneOf)
		notes.push(`Needed: ${needsOneOf.map((key) => `_${titleOf(key)}_`).join(' or ')}.`);
	const rows = fields.map((field) => [
		field.title,
		field.isRequired ? 'needed' : '',
		typeOf(field),
		helpOf(field),
	]);
	return [table(['Input', '', 'Type', ''], rows), ...notes, ...longGroups(fields)];
}

function outputText({ perRow }: Offered): string[] {
	if (perRow.answers === 'csv') return [];
	const all = outputFields(perRow);
	const keys = simplifiedKeys(perRow);
	const shown = all.filter(({ key }) => keys.includes(key));
	const others = all.filter((field) => !shown.includes(field)).map(({ key }) => `\`${key}\``);
	if (all.length === 0) return [];
	const rows = shown.map((field) => [`\`${field.key}\``, typeOf(field), field.description ?? '']);
	return [
		table(['Result', 'Type', ''], rows),
		...(others.length > 0 ? [`_Raw_ output also has: ${others.join(', ')}.`] : []),
	];
}

/** The beginning of long lists, and nothing that the simplified result leaves out. */
function sampleOf({ perRow }: Offered): string {
	const { example, paging, answers, simplified, entry } = perRow;
	const data = example.data as Data;
	if (answers === 'csv') return `\`\`\`csv\n${String(data.csv).trim()}\n\`\`\``;
	const entries = paging && data[paging.entries];
	const sample = Array.isArray(entries) && entry ? (entries[0] as unknown) : data;
	const whole = isRecord(sample) ? withDerived(perRow, sample) : sample;
	const shown =
		isRecord(whole) && simplified
			? Object.fromEntries(
					Object.entries(whole).filter(([key]) => simplifiedKeys(perRow).includes(key)),
				)
			: whole;
	return `\`\`\`json\n${JSON.stringify(shortened(shown), null, 2)}\n\`\`\``;
}

function shortened(value: unknown): unknown {
	if (Array.isArray(value)) return value.slice(0, MAX_SAMPLE).map(shortened);
	if (!isRecord(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one)]));
}

function inCredits(credits: number | null): string {
	if (credits === null) return 'not known';
	return credits === 1 ? '1 credit' : `${credits} credits`;
}

const accessText = ({ operation: { access } }: Offered): string | undefined =>
	access && `${access.charAt(0).toUpperCase()}${access.slice(1)}.`;

/** How n8n's step waits for what it starts, and what becomes of a file. */
function waitText({ operation, n8n }: Offered): string[] {
	const followUp = n8n ? followUpOf(enrich.followUps, operation) : undefined;
	const end =
		followUp && offered().find((one) => one.operation === (followUp.results ?? followUp.status));
	const file = n8n && operation.answers === 'csv';
	return [
		...(followUp && end
			? [
					`In n8n, the step ${followUp.initial === 'none' ? 'goes on at once, or waits if _Wait for Results_ says so' : 'waits until it has ended, unless _Wait for Results_ says otherwise'}: here, or with the execution put to rest. It then returns what [${nameOf(end)}](#${anchorOf(nameOf(end))}) returns.`,
				]
			: []),
		...(file ? ['In n8n, it comes as a file or as one item per line, as _Return As_ says.'] : []),
	];
}

function section(one: Offered): string {
	const { operation, n8n, zapier, zapierKind } = one;
	const { description, price } = operation;
	const cost = price ? `Documented price: ${inCredits(price.credits)} per ${price.per}.` : 'Free.';
	const free = price?.free && `${price.free}.`;
	const inZapier = n8n && zapier && `In Zapier: the ${zapierKind} **${zapier}**.`;
	return [
		`### ${nameOf(one)}`,
		`${description}.`,
		[cost, free, accessText(one), inZapier].filter(Boolean).join(' '),
		...waitText(one),
		...inputText(one),
		folded('What comes back', [...outputText(one), sampleOf(one)].join('\n\n')),
	].join('\n\n');
}

/** The text of docs/operations.md. */
export function operationsPage(): string {
	const operations = offered();
	const nouns = [...new Set(operations.map(nounOf))];
	return `# Operations

Every operation, with what it takes, what comes back and what it costs. Prices are what Enrich
documents, in credits; what a call really cost stands in its result (\`creditsUsed\`), and your
[Enrich account](https://www.enrich.so) has the last word. The full price of a batch is reserved at
its start; what was not used is refunded with the results.

${overview(operations, '')}

${nouns
	.map((noun) =>
		[`## ${noun}`, ...operations.filter((one) => nounOf(one) === noun).map(section)].join('\n\n'),
	)
	.join('\n\n')}
`;
}

const nounOf = ({ n8n }: Offered): string => n8n?.split(' → ')[0] ?? 'In Zapier alone';
