import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { enrich } from '../../shared/providers/enrich';
import { type Part, rounded } from './figure';

/** All that is written for the sake of single operations; the rest serves every operation alike. */
const WRITTEN = [
	'shared/providers/enrich/operations/*.ts',
	'shared/providers/enrich/{batches,events,followUps,leadAdditions,leadValues}.ts',
	'nodes/Enrich/catalog.ts',
	'zapier/src/catalog.ts',
];

export const linesPerOperation: Part = {
	name: 'lines',
	measure: async () => {
		const lines = globSync(WRITTEN).reduce((sum, file) => sum + linesOfCode(file), 0);
		return [
			{
				name: 'lines per operation, both platforms together',
				value: rounded(lines / Object.keys(enrich.operations).length),
				unit: 'lines',
				atMost: 40,
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
