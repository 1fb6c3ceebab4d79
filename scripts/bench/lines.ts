import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { operations } from '../../shared/providers/enrich/operations';
import { batchOperations } from '../../shared/providers/enrich/batches';
import { type Part, rounded } from './figure';

export const linesPerOperation: Part = {
	name: 'lines',
	measure: async () => {
		const linesOf = (...patterns: string[]) =>
			globSync(patterns).reduce((sum, file) => sum + linesOfCode(file), 0);
		const described = linesOf('shared/providers/enrich/operations/*.ts');
		const batches = linesOf('shared/providers/enrich/batches.ts');
		const adapters = linesOf('{nodes,credentials,zapier/src}/**/*.ts');
		return [
			{
				name: 'lines per operation: to describe one (shared/providers)',
				value: rounded(described / (operations.length + batchOperations.length)),
				unit: 'lines',
				atMost: 40,
			},
			{
				// No platform offers batches yet, so they may not make this look better.
				name: 'lines per operation: with both platforms, of those that are offered',
				value: rounded((described - batches + adapters) / operations.length),
				unit: 'lines',
			},
		];
	},
};

/** Lines that hold code: neither blank nor only comment. */
function linesOfCode(file: string): number {
	const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
	const lines = new Set<number>();
	const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
	const visit = (node: ts.Node) => {
		const parts = node
			.getChildren(source)
			.filter(
				({ kind }) => kind < ts.SyntaxKind.FirstJSDocNode || kind > ts.SyntaxKind.LastJSDocNode,
			);
		parts.forEach(visit);
		if (parts.length > 0 || node.getWidth(source) === 0) return;
		for (let line = lineOf(node.getStart(source)); line <= lineOf(node.getEnd()); line++) {
			lines.add(line);
		}
	};
	visit(source);
	return lines.size;
}
