/** Never pay twice: every case of test/guarantees, on both platforms, against the sandbox's ledger. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { cases, type Platform, PLATFORMS } from './guarantees/cases';
import { type Report, runGuarantees } from './guarantees/run';
import { casesTable, comparisonOf, dimensionsText, tableOf } from './guarantees/table';

const SHOWN_FAILURES = 20;
const EVERY = 100;

interface Options {
	json?: boolean;
	platform?: Platform;
	only: string;
	compare: boolean;
	write?: boolean;
}

const DOCS = join(__dirname, '../docs/guarantees.md');

const docsText = ({
	cases,
	byPlatform,
	comparison,
}: Report) => `# Never pay twice: check it yourself

\`\`\`sh
npm run guarantees
\`\`\`

lets a local Enrich API lose answers, refuse and fall silent in every way below, runs the nodes in
n8n's own engine and the app in Zapier's own handler against it, and compares its ledger with what
users were told. It needs no key, costs nothing, takes a few minutes and prints how each scenario came
out. \`--json\` prints the same as data, \`--only\` and \`--platform\` choose cases.

The cases are data: each file in [\`test/guarantees\`](../test/guarantees) names what it crosses, how
often the price may be charged, how it may end, and what may not be said.

${casesTable()}

All ${cases} cases pass. In the same run, over the same faults, what people use instead is counted
(n8n's HTTP Request node where n8n is installed):

${comparisonOf(byPlatform, comparison)}

## What is crossed

${dimensionsText()}
`;

async function main(): Promise<void> {
	const { json, platform, only, compare, write } = new Command('guarantees')
		.description('Checks that no fault makes a lookup cost more than once')
		.option('--json', 'print the report as JSON')
		.option('--platform <name>', `only ${PLATFORMS.join(' or ')}`)
		.option('--only <text>', 'only cases whose name holds this', '')
		.option('--write', 'write docs/guarantees.md, where every case passes')
		.option('--no-compare', 'leave out what people use instead')
		.parse()
		.opts<Options>();
	const startedAt = performance.now();
	const report = platform
		? await runHere(platform, only, compare)
		: merged(await Promise.all(PLATFORMS.map((one) => runInProcess(one, only, compare))));
	process.stderr.write(`${Math.round((performance.now() - startedAt) / 1000)} s\n`);
	if (write && report.failed === 0) writeFileSync(DOCS, docsText(report));
	const text = json ? JSON.stringify(report, undefined, '\t') : textOf(report);
	// Timers of what was run may be open; a pipe is written to the end before.
	process.stdout.write(`${text}\n`, () => process.exit(report.failed > 0 ? 1 : 0));
}

function runHere(platform: Platform, only: string, compare: boolean): Promise<Report> {
	const chosen = cases.filter((one) => one.platform === platform && one.id.includes(only));
	return runGuarantees({
		cases: chosen,
		compare,
		onCase: (done) => {
			if (done % EVERY === 0)
				process.stderr.write(`${platform}: ${done} of ${chosen.length} cases\n`);
		},
	});
}

/** Each platform in a process of its own, as each has a clock that runs ahead. */
async function runInProcess(platform: Platform, only: string, compare: boolean): Promise<Report> {
	// What people use instead meets what n8n's cases meet.
	const compares = compare && platform === 'n8n';
	const options = ['--json', '--platform', platform, '--only', only];
	const child = fork(__filename, compares ? options : [...options, '--no-compare'], {
		stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
	});
	const output = child.stdout!.toArray();
	await once(child, 'exit');
	return JSON.parse(Buffer.concat(await output).toString()) as Report;
}

/** Of each report the platform that it is of. */
function merged(reports: Report[]): Report {
	const sum = (name: 'cases' | 'passed' | 'failed') =>
		reports.reduce((all, report) => all + report[name], 0);
	const byPlatform = Object.fromEntries(
		PLATFORMS.map((one, i) => [one, reports[i]!.byPlatform[one]]),
	) as Report['byPlatform'];
	return {
		...{ cases: sum('cases'), passed: sum('passed'), failed: sum('failed') },
		byPlatform,
		comparison: reports.flatMap(({ comparison }) => comparison),
		failures: reports.flatMap(({ failures }) => failures),
	};
}

function textOf(report: Report): string {
	const { failures, cases: count, passed } = report;
	return [
		tableOf(report),
		'',
		...failures
			.slice(0, SHOWN_FAILURES)
			.map(({ id, broken, said }) => `${pc.red(id)}\n  ${broken.join('; ')}\n  ${pc.dim(said)}`),
		failures.length > SHOWN_FAILURES ? `… and ${failures.length - SHOWN_FAILURES} more` : '',
		(failures.length > 0 ? pc.red : pc.green)(`${passed} of ${count} cases passed`),
	].join('\n');
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
