import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { operationsTable } from '../scripts/operations';

const readme = readFileSync('README.md', 'utf8');

/** Rows of Markdown tables, however the formatter pads them. */
const cells = (markdown: string) =>
	markdown
		.split('\n')
		.filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
		.map((line) => line.split('|').map((cell) => cell.trim()));

describe('README', () => {
	it('lists every operation with its documented price', () => {
		const [, table = ''] =
			/<!-- operations:begin -->\n([\s\S]*)<!-- operations:end -->/.exec(readme) ?? [];
		expect(cells(table)).toEqual(cells(operationsTable()));
	});

	it('names only files that exist', () => {
		const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(
			([, path]) => path as string,
		);
		expect(links.length).toBeGreaterThan(2);
		expect(links.filter((path) => !existsSync(path))).toEqual([]);
	});

	it('names only commands that package.json has', () => {
		const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
			scripts: Record<string, string>;
		};
		const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
	});
});

describe('examples/leads.csv', () => {
	it('holds rows of the kind that real lists hold', () => {
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
