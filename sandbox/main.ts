import { InvalidArgumentError, Option, program } from 'commander';
import pc from 'picocolors';
import { TEST_VALUES as CUFINDER_TEST_VALUES } from './cufinder/testValues';
import { DEFAULT_KEY, REFUSED_KEYS } from './enrich/keys';
import { ODDITIES, ODDITY_NAMES, type OddityChoice } from './enrich/oddities';
import { PLAN_NAMES } from './enrich/plans';
import { TEST_VALUES } from './enrich/testValues';
import {
	HEADER_STYLES,
	type RetryAfterKind,
	type WindowKind,
	RETRY_AFTER_KINDS,
	WINDOW_KINDS,
} from './rateLimits';
import { type Sandbox, type SandboxOptions, startSandbox } from './server';

function numberFrom(min: number) {
	return (text: string): number => {
		const number = Number(text);
		if (text.trim() === '' || !Number.isFinite(number) || number < min) {
			throw new InvalidArgumentError(`It must be a number, at least ${min}.`);
		}
		return number;
	};
}

function key(text: string): string {
	if (!/^sk_\w+$/.test(text)) throw new InvalidArgumentError('API keys start with sk_.');
	return text;
}

program
	.name('sandbox')
	.description(
		'Local APIs of Enrich and CUFinder with invented data: try the nodes without a key and without cost.',
	)
	.option('--port <number>', 'port to listen on; 0: any free one', numberFrom(0), 8787)
	.addOption(
		new Option('--plan <name>', 'whose rate limits apply').choices(PLAN_NAMES).default('growth'),
	)
	.option(
		'--speed <factor>',
		'shortens the rate-limit windows and the time that batches take',
		numberFrom(0.001),
		1,
	)
	.option('--batch-rate <items>', 'items of a batch processed per second', numberFrom(0), 200)
	.option('--latency <ms>', 'how long a call takes', numberFrom(0), 0)
	.option('--balance <credits>', 'credits at the start', numberFrom(0), 25_000)
	.addOption(
		new Option('--odd <names...>', 'ways in which it differs from the documentation')
			.choices(['all', ...ODDITY_NAMES])
			.default([]),
	)
	.option('--key <key>', 'the API key that is accepted', key, DEFAULT_KEY)
	.addOption(
		new Option('--rate-limit-headers <style>', 'which window X-RateLimit-* describes')
			.choices(HEADER_STYLES)
			.default('tightest'),
	)
	.addOption(
		new Option('--rate-limit-window <kind>', 'when a rate-limit window begins')
			.choices(WINDOW_KINDS)
			.default('fixed'),
	)
	.addOption(
		new Option('--retry-after <kind>', 'what a 429 says of when calls are taken again')
			.choices(RETRY_AFTER_KINDS)
			.default('true'),
	)
	.option('--other-calls <number>', 'calls a minute of other programs', numberFrom(0), 0);

async function main(): Promise<void> {
	const {
		latency,
		batchRate,
		key: apiKey,
		odd,
		rateLimitWindow,
		retryAfter,
		otherCalls,
		...rest
	} = program.parse().opts<
		SandboxOptions & {
			latency: number;
			batchRate: number;
			key: string;
			odd: string[];
			rateLimitWindow: WindowKind;
			retryAfter: RetryAfterKind;
			otherCalls: number;
		}
	>();
	const sandbox = await startSandbox({
		...rest,
		latencyMs: latency,
		batchItemsPerSecond: batchRate,
		apiKey,
		rateLimits: { window: rateLimitWindow, retryAfter, otherCallsPerMinute: otherCalls },
		oddities: odd.includes('all') ? 'all' : (odd as OddityChoice),
		say: (line) => console.log(line),
	});
	console.log(welcome(sandbox));
	const stop = () => void sandbox.close();
	process.once('SIGINT', stop).once('SIGTERM', stop);
}

function welcome({ url, apiKey, ledger, cufinder }: Sandbox): string {
	const inputs = [...TEST_VALUES, ...CUFINDER_TEST_VALUES].map(([input]) => input);
	const width = Math.max(...inputs.map((input) => input.length));
	const list = (entries: readonly (readonly [string, string])[]) =>
		entries.map(([left, right]) => `  ${left.padEnd(width)}  ${pc.dim(right)}`);
	return [
		pc.bold(
			`The sandbox is running, with ${ledger.balance.toLocaleString('en')} Enrich credits. Ctrl-C stops it.`,
		),
		'',
		pc.bold("In n8n's Enrich credential, enter"),
		`  API Key   ${pc.green(apiKey)}`,
		`  Base URL  ${pc.green(url)}`,
		'',
		pc.bold('Or try it here'),
		`  curl ${url}/email-finder -H 'x-api-key: ${apiKey}' -H 'content-type: application/json' \\`,
		`    -d '{"firstName":"Emily","lastName":"Zhang","domain":"figma.com"}'`,
		'',
		pc.bold('What you enter decides the outcome'),
		...list(TEST_VALUES),
		'',
		pc.bold('Keys that are refused'),
		...list(Object.entries(REFUSED_KEYS).map(([name, { what }]) => [name, what] as const)),
		'',
		pc.bold("In n8n's CUFinder credential, enter"),
		`  API Key   ${pc.green(cufinder.apiKey)}`,
		`  Base URL  ${pc.green(cufinder.url)}`,
		...list(CUFINDER_TEST_VALUES),
		'',
		`${pc.bold('Watch it, and make it misbehave, in your browser')}  ${pc.green(new URL('/', url).href)}`,
		'',
		pc.bold('Make something go wrong'),
		`  curl ${new URL('/__sandbox/faults', url)} -H 'content-type: application/json' \\`,
		`    -d '{"operationId":"findEmail","when":"after","kind":"reset"}'`,
		'',
		pc.bold('Make it differ from the documentation: --odd <name>, --odd all, or'),
		`  curl ${new URL('/__sandbox/oddities', url)} -H 'content-type: application/json' -d '["lateResults"]'`,
		...list(Object.entries(ODDITIES)),
		'',
		pc.dim(
			'  Also there: batches, batches/fail, callbacks, lead-jobs, follower-jobs, ledger, requests, reset;',
		),
		pc.dim(
			'  for CUFinder: cufinder/faults, cufinder/settings, cufinder/ledger, …/requests, …/reset',
		),
		'',
	].join('\n');
}

main().catch((error: NodeJS.ErrnoException) => {
	const { port } = program.opts<SandboxOptions>();
	console.error(
		error.code === 'EADDRINUSE'
			? `Port ${port} is in use. Choose another one: --port 0`
			: error.message,
	);
	process.exitCode = 1;
});
