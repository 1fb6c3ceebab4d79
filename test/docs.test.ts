import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import {
	anchorOf,
	commonOperationsTable,
	nodeOperationsTable,
	operationsPage,
} from '../scripts/operationsPage';
import { kit as cufinder } from '../packages/n8n-nodes-cufinder/nodes/Cufinder/catalog';

const readme = readFileSync('README.md', 'utf8');

/** Rows of Markdown tables, however the formatter pads them. */
const cells = (markdown: string) =>
	markdown
		.split('\n')
		.filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
		.map((line) => line.split('|').map((cell) => cell.trim()));

const tableIn = (text: string) =>
	/<!-- operations:begin -->\n([\s\S]*)<!-- operations:end -->/.exec(text)?.[1] ?? '';

describe('README', () => {
	test('lists the common operations with their documented prices', () => {
		expect(cells(tableIn(readme))).toEqual(cells(commonOperationsTable()));
	});

	test('of the package for CUFinder does so, too', () => {
		const text = readFileSync('packages/n8n-nodes-cufinder/README.md', 'utf8');
		expect(cells(tableIn(text))).toEqual(cells(nodeOperationsTable(cufinder)));
	});
});

test('docs/operations.md is what the descriptions of the operations say: npm run operations -- --write', () => {
	expect(readFileSync('docs/operations.md', 'utf8')).toBe(operationsPage());
});

const pages = [
	'README.md',
	'CONTRIBUTING.md',
	'SECURITY.md',
	...globSync(['docs/**/*.md', 'packages/*/README.md']).sort(),
];
const textOf = (page: string) => readFileSync(page, 'utf8');

/** Links and images that stay within the project. */
const linksIn = (page: string): string[] =>
	[...textOf(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)[^)]*\)/g)].map(
		([, link]) => link as string,
	);

const anchorsOf = (page: string): string[] =>
	[...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading as string));

describe.each(pages)('%s', (page) => {
	test('links only to files and headings that exist', () => {
		const broken = linksIn(page).filter((link) => {
			const [path = '', anchor] = link.split('#');
			const target = path === '' ? page : join(dirname(page), path);
			if (!existsSync(target)) return true;
			return anchor !== undefined && !anchorsOf(target).includes(anchor);
		});
		expect(broken).toEqual([]);
	});

	test('names only commands that package.json has', () => {
		const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
			scripts: Record<string, string>;
		};
		const named = [...textOf(page).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
	});
});

test('every page is reached from the README', () => {
	const links = linksIn('README.md').map((link) => link.split('#')[0]);
	expect(links).toEqual(expect.arrayContaining(pages.filter((page) => page !== 'README.md')));
});

test('every workflow and picture in examples/ is shown on a page', () => {
	const shown = pages.flatMap((page) =>
		linksIn(page).map((link) => join(dirname(page), link.split('#')[0] ?? '')),
	);
	expect(shown).toEqual(expect.arrayContaining(globSync('examples/*.{json,png}')));
});

describe('examples/leads.csv', () => {
	test('holds rows of the kind that real lists hold', () => {
		const rows = parse<Record<string, string>>(readFileSync('examples/leads.csv'), {
			columns: true,
		});
		const all = rows.map((row) => Object.values(row).join('|'));
		expect(rows.length).toBeGreaterThanOrEqual(25);
		for (const kind of [
			/[À-ž]/,
			/\w-\w/,
			/https:\/\//,
			/[A-Z]{4,}@/,
			/@gmail\.com/,
			/catchall/,
			/@@/,
			/Nobody/,
		]) {
			expect(all.filter((row) => kind.test(row))).not.toEqual([]);
		}
		expect(rows.filter((row) => row['First Name'] && !row['Last Name'])).not.toEqual([]);
		expect(rows.filter((row) => row['Full Name'])).not.toEqual([]);
	});
});
