/**
 * Measures speed and size. It prints figures; a target that is missed is marked, not an error.
 * Only a measurement that fails, say because a row was lost, ends it with another code than 0.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command } from 'commander';
import pc from 'picocolors';
import { costOfManyRows } from './bench/cost';
import { fewRowsOnFree } from './bench/fewRows';
import { type Figure, isMet, type Part } from './bench/figure';
import { rateLimits } from './bench/limits';
import { linesPerOperation } from './bench/lines';
import { manyVersusHttpRequest } from './bench/many';
import { lostAnswers } from './bench/recovery';
import { resultsToFile } from './bench/results';
import {
	nodeLoadTime,
	tarballSize,
	toolSchemaSize,
	zapierLoadTime,
	zapierZipSize,
} from './bench/sizes';
import { nodeVersusFetch } from './bench/speed';
import { throughputs } from './bench/throughput';
import { triggerVersusWebhook } from './bench/trigger';
import { callbacksWhileWaiting } from './bench/waiting';

/** Parts of one list run at the same time: they wait for windows to end and hardly compute. */
const stages: Part[][] = [
	[nodeVersusFetch],
	throughputs,
	[rateLimits],
	[fewRowsOnFree],
	[lostAnswers],
	[costOfManyRows],
	[tarballSize],
	[toolSchemaSize],
	[nodeLoadTime],
	[zapierZipSize],
	[zapierLoadTime],
	[linesPerOperation],
];

/** On a real n8n, one after the other: each takes all that this machine has. */
const onN8n: Part[][] = [
	[resultsToFile],
	[callbacksWhileWaiting],
	[triggerVersusWebhook],
	[manyVersusHttpRequest],
];

async function main(): Promise<void> {
	const {
		json,
		only = '',
		withoutN8n,
	} = new Command('bench')
		.description('Measures speed and size')
		.option('--json <file>', 'also write the figures to this file')
		.option('--only <name>', 'only the parts whose name begins with this')
		.option('--without-n8n', 'leave out the parts that run on a real n8n')
		.parse()
		.opts<{ json?: string; only?: string; withoutN8n?: boolean }>();
	const all = withoutN8n ? stages : [...stages, ...onN8n];
	const chosen = all
		.map((parts) => parts.filter(({ name }) => name.startsWith(only)))
		.filter((parts) => parts.length > 0);
	if (chosen.length === 0) {
		const names = all.flat().map(({ name }) => name);
		throw new Error(`There is no part "${only}". There are ${names.join(', ')}.`);
	}

	execFileSync(process.execPath, ['scripts/build.mjs', 'n8n', 'zapier'], { stdio: 'pipe' });
	const figures: Figure[] = [];
	for (const parts of chosen) {
		console.error(pc.dim(`Measuring ${parts.map(({ name }) => name).join(', ')} …`));
		figures.push(...(await Promise.all(parts.map(({ measure }) => measure()))).flat());
	}
	console.log(tableOf(figures));
	if (json) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
}

function tableOf(figures: Figure[]): string {
	const table = new Table({
		head: ['Figure', 'Value', 'Unit', 'Target', ''],
		colAligns: ['left', 'right', 'left', 'left', 'left'],
		style: { head: ['cyan'], compact: true },
	});
	for (const figure of figures) {
		const { name, value, unit } = figure;
		table.push([name, value.toLocaleString('en-US'), unit, targetOf(figure), markOf(figure)]);
	}
	return table.toString();
}

const targetOf = ({ atLeast, atMost }: Figure) =>
	atLeast !== undefined ? `at least ${atLeast}` : atMost !== undefined ? `at most ${atMost}` : '';

function markOf(figure: Figure): string {
	if (targetOf(figure) === '') return '';
	return isMet(figure) ? pc.green('✓') : pc.red('✗ missed');
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
