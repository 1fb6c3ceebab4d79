/**
 * The main job: runs examples/enrich-leads.json in n8n's engine on the rows of examples/leads.csv,
 * against the sandbox, or with ENRICH_API_KEY set against the real API.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import Table from 'cli-table3';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import pc from 'picocolors';
import { kit } from '../nodes/Enrich/catalog';
import { placedOperations } from '../nodes/shared/kit';
import type { Operation } from '../shared/contract/operation';
import { enrich } from '../shared/providers/enrich';
import { startSandbox } from '../sandbox/server';
import { type EngineResult, loadEngine } from '../testkit/n8nEngine';

type Row = Record<string, string>;
interface StepResult {
	outcome?: string;
	reason?: string;
	[field: string]: unknown;
}

const WORKFLOW = 'examples/enrich-leads.json';
const LEADS = 'examples/leads.csv';

interface EnrichNode {
	name: string;
	type: string;
	parameters: {
		resource: string;
		operation: string;
		options?: { resultField?: string; maxCredits?: number };
	};
}

async function main(): Promise<void> {
	const { yes } = new Command('start')
		.description(`Runs ${WORKFLOW} on ${LEADS}`)
		.option('--yes', 'spend credits on the real API without being asked')
		.parse()
		.opts<{ yes?: boolean }>();
	const workflow = JSON.parse(readFileSync(WORKFLOW, 'utf8')) as {
		nodes: EnrichNode[];
		connections: object;
	};
	const rows = parse<Row>(readFileSync(LEADS), { columns: true });
	const steps = workflow.nodes.filter(({ type }) => type === 'n8n-nodes-enrich.enrich');

	const apiKey = process.env.ENRICH_API_KEY;
	if (apiKey) {
		const baseUrl = process.env.ENRICH_BASE_URL ?? enrich.auth.defaultBaseUrl;
		showMaxCost(steps, rows.length, baseUrl);
		if (!yes && !(await isAgreed())) {
			console.log('Nothing was sent.');
			process.exitCode = process.stdin.isTTY ? 0 : 1;
			return;
		}
		await runAndShow(workflow, steps, rows, { apiKey, baseUrl });
		return;
	}
	const sandbox = await startSandbox();
	console.log(`Sandbox: a local Enrich API at ${sandbox.url}. No real credits are spent.`);
	console.log('Set ENRICH_API_KEY to run the same workflow against the real API.\n');
	try {
		await runAndShow(workflow, steps, rows, { apiKey: sandbox.apiKey, baseUrl: sandbox.url });
	} finally {
		await sandbox.close();
	}
}

const operationOf = ({ parameters: { resource, operation } }: EnrichNode): Operation => {
	const chosen = placedOperations(kit).find(
		(one) => one.resource === resource && one.value === operation,
	);
	if (!chosen) throw new Error(`${WORKFLOW} uses ${resource}/${operation}, which is not offered`);
	return chosen.operation;
};

function showMaxCost(steps: EnrichNode[], rows: number, baseUrl: string): void {
	const costs = steps.map((step) => {
		const { title, price } = operationOf(step);
		return {
			title,
			max: Math.min(rows * (price?.credits ?? 0), step.parameters.options?.maxCredits ?? Infinity),
		};
	});
	console.log(`This runs ${rows} rows against ${baseUrl} and spends your credits.`);
	for (const { title, max } of costs)
		console.log(`  ${title}: at most ${count(max)} credits as documented`);
	console.log(`  Together: at most ${count(costs.reduce((sum, { max }) => sum + max, 0))} credits`);
}

async function isAgreed(): Promise<boolean> {
	if (!process.stdin.isTTY) {
		console.log('There is no terminal to ask; add --yes to agree.');
		return false;
	}
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	const answer = await terminal.question('Go ahead? [y/N] ');
	terminal.close();
	return /^y(es)?$/i.test(answer.trim());
}

async function runAndShow(
	workflow: { nodes: object[]; connections: object },
	steps: EnrichNode[],
	rows: Row[],
	credential: { apiKey: string; baseUrl: string },
): Promise<void> {
	const engine = await loadEngine({ credentials: { enrichApi: credential } });
	const startedAt = Date.now();
	const result = await engine.run(workflow, { items: rows });
	if (result.error) {
		console.error(pc.red(result.error.message));
		if ('description' in result.error) console.error(result.error.description);
		process.exitCode = 1;
		return;
	}
	console.log(rowTable(result, steps, rows));
	console.log(creditTable(result, steps));
	for (const step of steps) {
		for (const { message } of result.node(step.name).hints)
			console.log(pc.dim(`${step.name}: ${message}`));
	}
	console.log(pc.dim(`\n${rows.length} rows in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`));
}

/** The library's own colors do not ask whether there is a terminal. */
const PLAIN = { head: [], border: [], compact: true };

const COLORS: Record<string, (text: string) => string> = {
	found: pc.green,
	notFound: pc.yellow,
	skipped: pc.dim,
	failed: pc.red,
};
const WORDS: Record<string, string> = {
	found: 'found',
	notFound: 'not found',
	skipped: 'skipped',
	failed: 'failed',
};

/** Per row what each step brought, its outcome and the reason for it. */
function rowTable(result: EngineResult, steps: EnrichNode[], rows: Row[]): string {
	const table = new Table({
		head: ['#', 'Name', 'Email', 'Validation', 'Phone', 'Outcome', 'Reason'].map(pc.cyan),
		colWidths: [4, 24, 38, 12, 15, 11, 46],
		wordWrap: true,
		style: PLAIN,
	});
	result.last.forEach(({ json }, index) => {
		const row = rows[index] as Row;
		const results = steps.map(
			({ parameters }) => (json[parameters.options?.resultField ?? ''] ?? {}) as StepResult,
		);
		const [find, validation, phone] = results as [StepResult, StepResult, StepResult];
		const { outcome = 'failed', reason = '' } = decisive(find, validation, phone);
		table.push([
			index + 1,
			(row['Full Name'] || `${row['First Name']} ${row['Last Name']}`).trim(),
			text(validation.email ?? find.email ?? row.Email),
			text(validation.result),
			text((phone.phones as string[] | undefined)?.join('\n')),
			(COLORS[outcome] ?? String)(WORDS[outcome] ?? outcome),
			reason,
		]);
	});
	return table.toString();
}

/** The step that settles the row: a failure first, then how the email came about, then the phone. */
function decisive(find: StepResult, validation: StepResult, phone: StepResult): StepResult {
	const failed = [find, validation, phone].find(({ outcome }) => outcome === 'failed');
	if (failed) return failed;
	const hasOwnEmail = find.outcome === 'skipped' && typeof validation.result === 'string';
	if (find.outcome !== 'found' && !hasOwnEmail) return find;
	const reasons = [
		hasOwnEmail ? undefined : find.reason,
		validation.reason,
		phone.email || validation.result !== 'valid' ? undefined : phone.reason,
	];
	const outcome = validation.outcome === 'notFound' ? 'notFound' : 'found';
	return { outcome, reason: reasons.filter(Boolean).join('. ') };
}

/** From the step's own summary: a batch names its credits for all of its rows together. */
function creditsOf(result: EngineResult, { name }: EnrichNode): { used?: number; left?: number } {
	const summary = result
		.node(name)
		.hints.map(({ message }) => message)
		.join(' ');
	const before = (word: string) =>
		new RegExp(`([\\d,]+)(?: credits?)? ${word}`).exec(summary)?.[1]?.replaceAll(',', '');
	const number = (text?: string) => (text === undefined ? undefined : Number(text));
	return { used: number(before('used')), left: number(before('left')) };
}

function creditTable(result: EngineResult, steps: EnrichNode[]): string {
	const table = new Table({
		head: ['Operation', 'Credits used', 'Credits left'].map(pc.cyan),
		style: PLAIN,
	});
	let total: number | undefined = 0;
	let left: number | undefined;
	for (const step of steps) {
		const credits = creditsOf(result, step);
		left = credits.left ?? left;
		total = total === undefined || credits.used === undefined ? undefined : total + credits.used;
		table.push([
			operationOf(step).title,
			{ content: used(credits.used), hAlign: 'right' },
			{ content: count(credits.left), hAlign: 'right' },
		]);
	}
	table.push([
		pc.bold('Together'),
		{ content: pc.bold(used(total)), hAlign: 'right' },
		{ content: pc.bold(count(left)), hAlign: 'right' },
	]);
	return table.toString();
}

const text = (value: unknown): string =>
	value === undefined || value === null ? '' : String(value);
const used = (credits?: number): string =>
	credits === undefined ? 'not reported' : count(credits);
const count = (value?: number | null): string =>
	value === undefined || value === null ? '' : value.toLocaleString('en-US');

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
