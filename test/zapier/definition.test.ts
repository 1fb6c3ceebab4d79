import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instantTriggers } from '../../zapier/src/instantTriggers';
import {
	App,
	type Definition,
	definitionOf,
	type Field,
	type ItemDefinition,
	validationOf,
} from './support';

let definition: Definition;
beforeAll(async () => {
	definition = await definitionOf(App);
});

test("the app has the structure that Zapier's schema asks for", async () => {
	expect(await validationOf(App)).toEqual([]);
});

const KINDS = ['searches', 'creates', 'triggers'] as const;
const isShown = ({ display }: ItemDefinition) => !display.hidden;
const triggers = () => Object.values(definition.triggers).filter(isShown);
const searches = () => Object.values(definition.searches);
const creates = () => Object.values(definition.creates);
/** All that users see. */
const items = () => [...searches(), ...creates(), ...triggers()];
const below = (fields: Field[]): Field[] =>
	fields.flatMap((field) => [field, ...below(field.children ?? [])]);
const inputs = ({ operation }: ItemDefinition) => below(operation.inputFields);
const outputs = ({ operation }: ItemDefinition) => below(operation.outputFields);
const allInputs = () => items().flatMap(inputs);
const allFields = () => [
	...definition.authentication.fields,
	...items().flatMap((one) => [...inputs(one), ...outputs(one)]),
];

/** Every text of the definition with the path to it. */
function texts(at: unknown, path = ''): [path: string, text: string][] {
	if (typeof at === 'string') return [[path, at]];
	if (typeof at !== 'object' || at === null) return [];
	return Object.entries(at).flatMap(([key, value]) => texts(value, `${path}.${key}`));
}

const shownTexts = () =>
	texts(definition).filter(([path]) => /\.(helpText|description|directions|label)$/.test(path));
const sampleTexts = () => items().flatMap(({ key, operation }) => texts(operation.sample, key));
const keysOf = (fields: Field[]) => fields.map(({ key }) => key);
const LINK = /\[[^\]]+\]\(https:\/\/[^)\s]+\)/;
const SMALL_WORDS = /^(?:a|an|and|as|at|by|for|from|in|of|on|or|the|to|with)$/;
const isTitleCase = (label: string) =>
	label
		.split(/[\s(]+/)
		.every((word, i) => !/^[a-z]/.test(word) || (i > 0 && SMALL_WORDS.test(word)));
const isIsoWithZone = (text: string) =>
	/^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
const typeOf: Record<string, string> = {
	string: 'string',
	number: 'number',
	integer: 'number',
	boolean: 'boolean',
	datetime: 'string',
};

interface Rule {
	rule: string;
	asks: string;
	/** What breaks it. */
	offenders(): unknown[];
}

/** Zapier's integration checks, as far as a definition alone can be held against them. */
const RULES: Rule[] = [
	{
		rule: 'D001',
		asks: 'no action asks for a key',
		offenders: () =>
			keysOf(allInputs()).filter((key) => /api_?key|token|secret|password/i.test(key)),
	},
	{
		rule: 'D002',
		asks: 'the help of the key has a link',
		offenders: () =>
			definition.authentication.fields.filter(
				({ type, helpText }) => type === 'password' && !LINK.test(helpText ?? ''),
			),
	},
	{
		rule: '5.5',
		asks: 'the key is masked and no secret',
		offenders: () =>
			definition.authentication.fields.filter(
				({ key, type, isNoSecret }) => key === 'apiKey' && (type !== 'password' || isNoSecret),
			),
	},
	{
		rule: 'D003',
		asks: 'a connection has a label, which is no constant and holds no part of the key',
		offenders: () =>
			[definition.authentication.connectionLabel].filter(
				(label) => !label?.includes('{{') || /apiKey/i.test(label),
			),
	},
	{
		rule: 'D004',
		asks: 'nobody has to type an ID',
		offenders: () =>
			allInputs().filter(({ label, dynamic }) => / IDs?$/.test(label ?? '') && !dynamic),
	},
	{
		rule: 'D005',
		asks: 'references of fields exist',
		offenders: () => [
			...allInputs().filter(({ search, dynamic }) => search && !dynamic),
			...allInputs().filter(({ dynamic }) => {
				if (dynamic === undefined) return false;
				const [key = '', ...names] = String(dynamic).split('.');
				const fields = definition.triggers[key]?.operation.outputFields ?? [];
				return names.length === 0 || names.some((name) => !keysOf(fields).includes(name));
			}),
		],
	},
	{
		rule: 'D007',
		asks: 'addresses are https',
		offenders: () => texts(definition).filter(([, text]) => /http:\/\//.test(text)),
	},
	{
		rule: 'D008',
		asks: 'links in texts are written as links or as code',
		offenders: () =>
			shownTexts().filter(([, text]) =>
				/https?:\/\/|www\./.test(text.replace(new RegExp(LINK, 'g'), '').replace(/`[^`]*`/g, '')),
			),
	},
	{
		rule: 'D009',
		asks: 'a search has a field to search by',
		offenders: () =>
			searches().filter((search) => inputs(search).every(({ type }) => type === 'copy')),
	},
	{
		rule: 'D010',
		asks: 'the sample of a trigger holds what tells its items apart',
		offenders: () => triggers().filter(({ operation }) => typeof operation.sample.id !== 'string'),
	},
	{
		rule: 'D011',
		asks: 'help says more than the label',
		offenders: () =>
			allFields().filter(
				({ label, helpText }) =>
					helpText !== undefined &&
					label?.toLowerCase() === helpText.toLowerCase().replace(/\.$/, ''),
			),
	},
	{
		rule: 'D012',
		asks: 'there is a sample',
		offenders: () => items().filter(({ operation }) => Object.keys(operation.sample).length < 2),
	},
	{
		rule: 'D016',
		asks: 'the app does something',
		offenders: () => (searches().length > 0 ? [] : ['nothing']),
	},
	{
		rule: 'D017',
		asks: 'a hook can be subscribed to',
		offenders: () =>
			triggers().filter(
				({ operation }) => operation.type === 'hook' && !operation.performSubscribe,
			),
	},
	{
		rule: 'D021',
		asks: 'a trigger is described by "Triggers when … ."',
		offenders: () =>
			triggers().filter(({ display }) => !/^Triggers when [^.]+\.$/.test(display.description)),
	},
	{
		rule: 'D018',
		asks: 'labels are in Title Case',
		offenders: () =>
			[...allFields(), ...items().map(({ display }) => display)].filter(
				({ label }) => label !== undefined && !isTitleCase(label),
			),
	},
	{
		rule: 'labels',
		asks: 'every field has a label, and no two of a form the same',
		offenders: () => [
			...allFields().filter(({ label, type }) => !label && type !== 'copy'),
			...items().flatMap(({ operation }) =>
				[operation.inputFields, operation.outputFields].flatMap((fields) =>
					twice(fields.map(({ label }) => label)),
				),
			),
		],
	},
	{
		rule: 'D022',
		asks: 'keys of fields are there once each',
		offenders: () =>
			items().flatMap((item) => [
				...twice(keysOf(inputs(item))),
				...twice(keysOf(item.operation.outputFields)),
			]),
	},
	{
		rule: 'D023',
		asks: 'dates of samples are ISO 8601 with a zone',
		offenders: () =>
			sampleTexts().filter(
				([, text]) =>
					/^\d{4}-\d{2}-\d{2}|^\d{1,2}[./]\d{1,2}[./]\d{2,4}/.test(text) && !isIsoWithZone(text),
			),
	},
	{
		rule: 'D024',
		asks: 'samples have the declared fields and types',
		offenders: () =>
			items().flatMap(({ operation: { sample, outputFields } }) =>
				Object.entries(sample).filter(([key, value]) => {
					const field = outputFields.find((one) => one.key === key);
					if (field?.list || field?.children) return !Array.isArray(value);
					return typeof value !== typeOf[field?.type ?? ''];
				}),
			),
	},
	{
		rule: 'D025',
		asks: 'no address runs code',
		offenders: () => texts(definition).filter(([, text]) => /(?:javascript|data):/i.test(text)),
	},
	{
		rule: 'copy',
		asks: 'a search is called "Find …" or by its verb, and is described by one sentence that starts with "Finds"',
		offenders: () =>
			searches().filter(
				({ display: { label, description } }) =>
					!/^(?:Find|Validate) /.test(label) || !/^Finds [^.]+\.$/.test(description),
			),
	},
	{
		rule: 'copy',
		asks: 'an action starts with what it does, in one sentence',
		offenders: () =>
			creates().filter(
				({ display: { description } }) => !/^[A-Z][a-z]+s [^.]+\.$/.test(description),
			),
	},
	{
		rule: 'D006',
		asks: 'a trigger is asked again and again: nothing else can be published without a subscription',
		offenders: () => triggers().filter(({ operation }) => operation.type !== 'polling'),
	},
	{
		rule: 'copy',
		asks: 'a noun is one capitalised singular word',
		offenders: () => items().filter(({ noun }) => !/^[A-Z][a-z]+[^s]$/.test(noun)),
	},
	{
		rule: 'copy',
		asks: 'keys are verb_noun',
		offenders: () => items().filter(({ key }) => !/^[a-z]+(?:_[a-z]+)+$/.test(key)),
	},
	{
		rule: 'inputs',
		asks: 'required fields come first',
		offenders: () =>
			items().filter(({ operation }) => {
				const required = operation.inputFields
					.filter(({ type }) => type !== 'copy')
					.map((field) => field.required === true);
				return required.lastIndexOf(true) > required.indexOf(false) && required.includes(false);
			}),
	},
	{
		rule: 'output',
		asks: 'output fields have nothing that belongs to inputs',
		offenders: () =>
			items()
				.flatMap(outputs)
				.filter((field) => 'helpText' in field || 'placeholder' in field || 'choices' in field),
	},
];

const twice = <T>(list: T[]): T[] =>
	list.filter((one, i) => one !== undefined && list.indexOf(one) !== i);

test.each(RULES)('$rule: $asks', ({ offenders }) => {
	expect(offenders()).toEqual([]);
});

const first = ({ searches }: Definition) => searches.find_email as ItemDefinition;
const field = (definition: Definition) => first(definition).operation.inputFields[1] as Field;

/** One way to break some of the rules each. */
const BREAKS: [rule: string, breakIt: (definition: Definition) => unknown][] = [
	['D001', (d) => (field(d).key = 'api_key')],
	['D002', (d) => (d.authentication.fields[0]!.helpText = 'Look it up.')],
	['D003', (d) => (d.authentication.connectionLabel = 'Enrich')],
	['D004', (d) => (field(d).label = 'Lead ID')],
	['D005', (d) => (field(d).dynamic = 'nothing.id.name')],
	['D006', (d) => (d.triggers.batch_completed!.operation.type = 'hook')],
	['D007', (d) => (field(d).placeholder = 'http://figma.com')],
	['D008', (d) => (field(d).helpText = 'See https://enrich.so.')],
	['D009', (d) => first(d).operation.inputFields.splice(1)],
	['D010', (d) => delete d.triggers.batch_completed!.operation.sample.id],
	['D011', (d) => (field(d).helpText = `${field(d).label}.`)],
	['D017', (d) => (d.triggers.batch_completed!.operation.type = 'hook')],
	['D021', (d) => (d.triggers.batch_completed!.display.description = 'A batch has ended.')],
	['D018', (d) => (field(d).label = 'Company domain')],
	['D022', (d) => first(d).operation.inputFields.push(field(d))],
	['D023', (d) => (first(d).operation.sample.reason = '2026-01-01')],
	['D024', (d) => (first(d).operation.sample.is_catch_all = 'yes')],
	['inputs', (d) => first(d).operation.inputFields.reverse()],
	['output', (d) => (first(d).operation.outputFields[0]!.helpText = 'Help.')],
];

test.each(BREAKS)('%s notices what breaks it', (rule, breakIt) => {
	const whole = definition;
	definition = structuredClone(whole);
	breakIt(definition);
	const found = RULES.filter((one) => one.rule === rule).flatMap(({ offenders }) => offenders());
	definition = whole;
	expect(found).not.toEqual([]);
});

/** What zaps of users rely on: "string, required", "string list", … */
const fieldKeys = (fields: Field[]): Record<string, unknown> =>
	Object.fromEntries(
		fields.map(({ key, type, list, required, children }) => [
			key,
			children
				? fieldKeys(children)
				: `${type}${list ? ' list' : ''}${required ? ', required' : ''}`,
		]),
	);

/**
 * A key, type or requirement that changes breaks the zaps of users. After an addition, or before a
 * new major version, write the file anew: UPDATE_KEYS=1 npx jest test/zapier/definition
 */
test('no key, type or requirement changes by accident', () => {
	const file = join(__dirname, '../../zapier/definition.keys.json');
	const { authentication } = definition;
	const keysOfItems = (items: Record<string, ItemDefinition>) =>
		Object.fromEntries(
			Object.values(items).map(({ key, noun, operation }) => [
				key,
				{
					noun,
					...(operation.type && { type: operation.type }),
					inputs: fieldKeys(operation.inputFields),
					outputs: fieldKeys(operation.outputFields),
				},
			]),
		);
	const keys = {
		authentication: { type: authentication.type, fields: fieldKeys(authentication.fields) },
		...Object.fromEntries(KINDS.map((kind) => [kind, keysOfItems(definition[kind])])),
		privateTriggers: keysOfItems(instantTriggers as unknown as Definition['triggers']),
	};
	if (process.env.UPDATE_KEYS) writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`);
	expect(keys).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});
