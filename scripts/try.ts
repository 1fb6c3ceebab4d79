/** A whole n8n with the packed nodes, the sandbox, credentials and the example workflows: ready to click. */
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { startSandbox } from '../sandbox/server';
import { connectAll, exampleOf, EXAMPLES, FIRST_EXAMPLE } from '../test/e2e/support/examples';
import { checkFree, freePorts } from '../test/e2e/support/programs';
import { N8nServer } from '../test/e2e/support/n8nServer';

const OWNER = { email: 'owner@example.com', password: 'Enrich-sandbox-1' };
/** So slow that one can watch a batch. */
const ITEMS_PER_SECOND = 10;

function port(text: string): number {
	const number = Number(text);
	if (!Number.isInteger(number) || number < 0 || number > 65_535)
		throw new InvalidArgumentError('It must be a port, or 0 for any free one.');
	return number;
}

/** Resolves at the first Ctrl-C; a terminal may send it more than once, and what has been started is ended in any case. */
const interrupted = (): Promise<void> =>
	new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve());
	});

async function main(): Promise<void> {
	const options = new Command('try')
		.description('Starts n8n with these nodes, the sandbox, credentials and the example workflows')
		.option('--port <number>', 'where n8n listens; 0: any free port', port, 5678)
		.option('--sandbox-port <number>', 'where the sandbox listens; 0: any free port', port, 8787)
		.parse()
		.opts<{ port: number; sandboxPort: number }>();
	const stopped = interrupted().then(() => console.log('\nStopping …'));
	const [anyPort] = await freePorts(1);
	const n8nPort = options.port || (anyPort as number);
	// Otherwise another n8n that listens there would be taken for this one.
	await checkFree(n8nPort);

	console.log('Starting n8n and the sandbox, this takes half a minute …');
	const sandbox = await startSandbox({
		port: options.sandboxPort,
		batchItemsPerSecond: ITEMS_PER_SECOND,
		say: (line) => console.log(line),
	});
	let n8n: N8nServer | undefined;
	try {
		n8n = await N8nServer.create({
			port: n8nPort,
			published: ['enrich', 'cufinder'],
			owner: OWNER,
			env: { N8N_LOG_LEVEL: 'warn' },
		});
		const ids = await connectAll(n8n.api, sandbox);
		// n8n lists what was saved last first.
		for (const file of [...EXAMPLES.filter((one) => one !== FIRST_EXAMPLE), FIRST_EXAMPLE])
			await n8n.api.createWorkflow(exampleOf(file, ids));
		console.log(welcome(n8n.url, new URL(sandbox.url).origin));
		const isStopped = await Promise.race([stopped.then(() => true), n8n.ended().then(() => false)]);
		if (!isStopped)
			throw new Error(`n8n has ended by itself. Its log ends with:\n${n8n.log.slice(-3000)}`);
	} finally {
		await n8n?.remove();
		await sandbox.close();
	}
}

const welcome = (n8n: string, sandbox: string): string =>
	[
		'',
		`${pc.bold('n8n')}       ${pc.green(`${n8n}/home/workflows`)}`,
		`  Email     ${OWNER.email}`,
		`  Password  ${OWNER.password}`,
		`${pc.bold('Sandbox')}   ${pc.green(sandbox)}`,
		'  balance, ledger, requests and batches, and switches that make it misbehave',
		'',
		`Open the workflow ${pc.bold(exampleOf(FIRST_EXAMPLE).name)} and press ${pc.bold('Execute workflow')}.`,
		'The other examples are beside it; all use play money.',
		'Ctrl-C ends both; what you have made in this n8n is gone then, unless you download it.',
		'',
	].join('\n');

main().catch((error: NodeJS.ErrnoException) => {
	console.error(
		error.code === 'EADDRINUSE'
			? 'Port 8787 or 5678 is in use. Choose others: npm run try -- --port 0 --sandbox-port 0'
			: error.message,
	);
	process.exitCode = 1;
});
