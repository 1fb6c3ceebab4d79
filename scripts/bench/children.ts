/** Processes of their own, so that what is measured shares its event loop and memory with nothing. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SandboxOptions } from '../../sandbox/server';
import type { EngineCost, EngineTask } from './engineChild';
import type { SandboxReport, SandboxStarted } from './sandboxChild';

export interface RemoteSandbox extends SandboxStarted {
	/** What happened since the last report. */
	report(): Promise<SandboxReport>;
}

/** Runs `use` with a sandbox that lives in another process. */
export async function withSandbox<T>(
	options: SandboxOptions,
	use: (sandbox: RemoteSandbox) => Promise<T>,
): Promise<T> {
	const child = start('sandboxChild.ts', options);
	try {
		const started = await answer<SandboxStarted>(child);
		return await use({
			...started,
			report: () => {
				child.send('report');
				return answer<SandboxReport>(child);
			},
		});
	} finally {
		await end(child);
	}
}

/** Runs the node in n8n's engine in a fresh process and tells what that cost. */
export async function engineCost(task: EngineTask): Promise<EngineCost> {
	const child = start('engineChild.ts', task);
	try {
		return await answer<EngineCost>(child);
	} finally {
		await end(child);
	}
}

const start = (file: string, argument: object): ChildProcess =>
	fork(join(__dirname, file), [JSON.stringify(argument)]);

async function answer<T>(child: ChildProcess): Promise<T> {
	const died = once(child, 'exit').then(([code]) => {
		throw new Error(`${child.spawnargs.join(' ')} ended with code ${code}`);
	});
	const [message] = (await Promise.race([once(child, 'message'), died])) as [T];
	return message;
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, 'exit');
	child.disconnect();
	await ended;
}
