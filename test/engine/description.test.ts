import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { bench, placed, ROOT } from '../../testkit/enrichWorkflow';
import { checkActionNode, isShown } from './actionNode';

const b = bench();
const descriptionOf = () =>
	b.engine.loader.nodeTypes.enrich!.type.description as INodeTypeDescription;

checkActionNode(placed, descriptionOf, () => b.engine.loader.getCredential('enrichApi').type.name);

test.each([
	...['leads', 'lead search', 'find leads', 'email finder', 'email validation', 'phone number'],
	...['linkedin', 'contact', 'data enrichment', 'bulk email', 'reverse email'],
])("is found in n8n's nodes panel by '%s'", (words) => {
	const file = join(ROOT, 'nodes/Enrich/Enrich.node.json');
	const { alias } = JSON.parse(readFileSync(file, 'utf8')) as { alias: string[] };
	expect(alias.filter((one) => one.includes(words))).not.toEqual([]);
});

test('which fields will do is said above them', () => {
	const notices = descriptionOf().properties.filter(({ name }) => name === 'waysNotice');
	expect([...new Set(notices.map(({ displayName }) => displayName))]).toEqual([
		"Fill in 'First Name' and 'Last Name', or only 'Full Name'.",
		"Fill in 'Email' or 'LinkedIn Profile URL'.",
	]);
});

interface ExampleNode {
	name: string;
	type: string;
	typeVersion: number;
	parameters: Record<string, unknown>;
}
const exampleOf = (file: string) =>
	JSON.parse(readFileSync(join(ROOT, 'examples', file), 'utf8')) as {
		nodes: ExampleNode[];
		connections: Record<string, Record<string, { node: string }[][]>>;
		pinData?: Record<string, { json: object }[]>;
	};
const examples = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.json'));

describe.each(examples)('the example %s', (file) => {
	const { nodes, connections } = exampleOf(file);
	const ours = nodes.filter(({ type }) => /^n8n-nodes-(?:enrich|cufinder)\./.test(type));

	test('sets nothing that our nodes do not have', () => {
		expect(ours.length).toBeGreaterThan(0);
		for (const { type, parameters, typeVersion } of ours) {
			const [packageName, name = ''] = type.split('.');
			const loader = b.engine.loaders.find((one) => one.packageName === packageName);
			// The tool is what n8n makes of the node.
			const about = loader!.nodeTypes[name.replace(/Tool$/, '')]!.type
				.description as INodeTypeDescription;
			expect(about.version).toBe(typeVersion);
			const defaults = { output: 'simplified', ...parameters };
			const properties = about.properties.filter((property) => isShown(property, defaults));
			expect(properties.map(({ name }) => name)).toEqual(
				expect.arrayContaining(Object.keys(parameters)),
			);
			const options = (properties.find(({ name }) => name === 'options')?.options ??
				[]) as INodeProperties[];
			expect(options.map(({ name }) => name)).toEqual(
				expect.arrayContaining(Object.keys((parameters.options as object | undefined) ?? {})),
			);
		}
	});

	test('leaves the address of a trigger to whoever imports it', () => {
		for (const node of nodes) expect(node).not.toHaveProperty('webhookId');
	});

	test('says on a note what it does', () => {
		const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		expect(notes).not.toEqual([]);
	});

	test('connects nodes that it has', () => {
		const names = nodes.map(({ name }) => name);
		const targets = Object.values(connections).flatMap((kinds) => Object.values(kinds).flat(2));
		expect(names).toEqual(expect.arrayContaining(Object.keys(connections)));
		expect(names).toEqual(expect.arrayContaining(targets.map(({ node }) => node)));
	});
});

test('the first example has the rows of the list pinned', () => {
	const rows = parse(readFileSync(join(ROOT, 'examples/leads.csv')), { columns: true }) as object[];
	expect(exampleOf('enrich-leads.json').pinData?.Leads?.map(({ json }) => json)).toEqual(rows);
	expect(rows.length).toBeGreaterThanOrEqual(25);
});
