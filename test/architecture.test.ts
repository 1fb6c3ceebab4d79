import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');

interface Import {
	/** As it is written. */
	name: string;
	/** From the repository's root, of our own files only. */
	file?: string;
}

const filesIn = (folder: string): string[] =>
	readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesIn(path);
		return entry.name.endsWith('.ts') ? [path] : [];
	});

const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Imports of any form: static, re-exported, dynamic, required, of types alone. */
function importsOf(file: string, text = textOf(file)): Import[] {
	const imports: Import[] = [];
	const add = (node: ts.Node | undefined) => {
		if (node && ts.isStringLiteral(node))
			imports.push({ name: node.text, file: resolved(file, node.text) });
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
		else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
			add(node.argument.literal);
		else if (ts.isCallExpression(node) && isLoading(node.expression)) add(node.arguments[0]);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
	return imports;
}

const isLoading = (callee: ts.Expression) =>
	callee.kind === ts.SyntaxKind.ImportKeyword ||
	(ts.isIdentifier(callee) && callee.text === 'require');

function resolved(from: string, name: string): string | undefined {
	if (!name.startsWith('.')) return undefined;
	const path = join(ROOT, dirname(from), name);
	const found = [`${path}.ts`, join(path, 'index.ts'), path].find(
		(one) => existsSync(one) && /\.\w+$/.test(one),
	);
	return relative(ROOT, found ?? path);
}

/** The first circle of imports that is found; undefined: there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
	const done = new Set<string>();
	const walk = (file: string, path: string[]): string[] | undefined => {
		const at = path.indexOf(file);
		if (at >= 0) return [...path.slice(at), file];
		if (done.has(file)) return undefined;
		for (const next of graph.get(file) ?? []) {
			const cycle = walk(next, [...path, file]);
			if (cycle) return cycle;
		}
		done.add(file);
		return undefined;
	};
	for (const file of graph.keys()) {
		const cycle = walk(file, []);
		if (cycle) return cycle;
	}
	return undefined;
}

const shared = filesIn('shared');
const core = shared.filter((file) => !file.startsWith('shared/providers/'));
const shipped = [
	...shared,
	...filesIn('nodes'),
	...filesIn('credentials'),
	...filesIn('zapier/src'),
	...filesIn('packages'),
];
const all = [...shipped, ...filesIn('sandbox')];
const imports = new Map(all.map((file) => [file, importsOf(file)]));

/** "file → what it imports", of the imports that break a rule. */
const offences = (files: readonly string[], isOffence: (one: Import, file: string) => boolean) =>
	files.flatMap((file) =>
		(imports.get(file) ?? [])
			.filter((one) => isOffence(one, file))
			.map(({ name, file: target }) => `${file} → ${target ?? name}`),
	);

/** "file:line: text", of the lines that hold a word. */
const linesWith = (files: readonly string[], word: RegExp) =>
	files.flatMap((file) =>
		textOf(file)
			.split('\n')
			.flatMap((line, i) => (word.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
	);

describe('what checks the architecture', () => {
	test('sees every form of an import', () => {
		const text = `
			import a from 'a'; import 'b'; import { type C } from 'c'; import type { D } from 'd';
			export * from 'e'; export type { F } from 'f'; const g = await import('g');
			const h = require('h'); type I = import('i').I; export const j = 'k';
			import './contract/data'; import { x } from './providers/enrich';`;
		expect(importsOf('shared/x.ts', text)).toEqual([
			...'abcdefghi'.split('').map((name) => ({ name })),
			{ name: './contract/data', file: 'shared/contract/data.ts' },
			{ name: './providers/enrich', file: 'shared/providers/enrich/index.ts' },
		]);
	});

	test('finds circles, and only those', () => {
		const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
		expect(findCycle(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toBeUndefined();
		expect(findCycle(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual(['b', 'c', 'b']);
		expect(findCycle(graph({ a: ['a'] }))).toEqual(['a', 'a']);
	});

	test('reads all folders', () => {
		expect(core).toContain('shared/http/client.ts');
		for (const folder of ['shared/providers/', 'nodes/', 'credentials/', 'zapier/src/', 'sandbox/'])
			expect(all.some((file) => file.startsWith(folder))).toBe(true);
		expect(all.filter((file) => file.includes('node_modules'))).toEqual([]);
	});
});

test('every file that is imported is there', () => {
	expect(offences(all, ({ file }) => file !== undefined && !existsSync(join(ROOT, file)))).toEqual(
		[],
	);
});

test('no file imports itself, be it through others or for a type alone', () => {
	const graph = new Map(
		[...imports].map(([file, list]) => [file, list.flatMap(({ file: target }) => target ?? [])]),
	);
	expect(findCycle(graph)).toBeUndefined();
});

describe('the core', () => {
	test('imports nothing but itself and libraries that run anywhere', () => {
		expect(
			offences(shared, ({ name, file }) =>
				file
					? !file.startsWith('shared/')
					: name.startsWith('node:') ||
						builtinModules.includes(name) ||
						/^(?:n8n-|zapier-)/.test(name),
			),
		).toEqual([]);
	});

	test('does not know its providers', () => {
		expect(offences(core, ({ file }) => file?.startsWith('shared/providers/') === true)).toEqual(
			[],
		);
		// "enrichment" is the field's word for what all of them do.
		expect(linesWith(core, /enrich(?!ment)|cufinder/i)).toEqual([]);
	});

	test('does not know its platforms, not even in a comment', () => {
		expect(linesWith(shared, /n8n|zapier|make\.com/i)).toEqual([]);
		expect(linesWith(shared, /\bMake\b/)).toEqual([]);
	});

	test('has providers that do not know each other', () => {
		const roomOf = (file: string) => /^shared\/providers\/[^/]+\//.exec(file)?.[0];
		const providers = shared.filter(roomOf);
		expect(
			offences(providers, ({ file: target }, file) => {
				const room = target && roomOf(target);
				return room !== undefined && room !== roomOf(file);
			}),
		).toEqual([]);
	});
});

test('what is shipped needs nothing that only tests and developers have', () => {
	expect(
		offences(shipped, ({ file }) => /^(?:sandbox|scripts|test|testkit)\//.test(file ?? '')),
	).toEqual([]);
});

test('platforms do not know each other', () => {
	const isIn = (folders: RegExp) => (file: string) => folders.test(file);
	const n8n = isIn(/^(?:nodes|credentials)\//);
	const zapier = isIn(/^zapier\//);
	expect(offences(shipped.filter(n8n), ({ file }) => zapier(file ?? ''))).toEqual([]);
	expect(offences(shipped.filter(zapier), ({ file }) => n8n(file ?? ''))).toEqual([]);
});
