/** Programs that run beside the tests and end with them, and the ports they listen on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { until } from './until';

const STOP_MS = 30_000;
const START_MS = 120_000;

/**
 * Runs a program ("$@") and ends it, with what it has started itself, as soon as its standard
 * input is closed: so it never outlives the tests, however they end.
 */
const GUARD =
	'exec 3<&0; "$@" 3<&- </dev/null & program=$!; (cat <&3; kill -9 -$$) >/dev/null 2>&1 & wait $program';

export interface ProgramOptions {
	cwd: string;
	env?: Record<string, string | undefined>;
	/** The user it runs as, if not this process's. */
	user?: { uid: number; gid: number };
	isReady(): Promise<boolean>;
}

/** A program in a process group of its own, which ends with this process at the latest. */
export class Program {
	/** All that it has written. */
	log = '';
	/** Resolves when it has ended. */
	readonly closed: Promise<unknown>;
	private readonly child: ChildProcess;
	private hasClosed = false;

	private constructor(command: readonly string[], { cwd, env, user }: ProgramOptions) {
		const child = spawn('sh', ['-c', GUARD, 'sh', ...command], {
			cwd,
			env: { PATH: process.env.PATH, ...env },
			...user,
			detached: true,
			stdio: 'pipe',
		});
		child.stdin.on('error', () => {});
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding('utf8').on('data', (text: string) => (this.log += text));
		this.child = child;
		// Not 'exit', which is the guard's: this waits for all that write to its output.
		this.closed = once(child, 'close').then(() => (this.hasClosed = true));
	}

	/** Resolves as soon as it is ready; rejects with the end of its log. */
	static async start(command: readonly string[], options: ProgramOptions): Promise<Program> {
		const program = new Program(command, options);
		const isReady = async () => {
			program.checkAlive();
			return await options.isReady();
		};
		try {
			await until(`${command.join(' ')} is ready`, isReady, { withinMs: START_MS, everyMs: 100 });
			return program;
		} catch (error) {
			await program.end('SIGKILL');
			const { message } = error as Error;
			throw new Error(`${message}\nIts log ends with:\n${program.log.slice(-3000)}`);
		}
	}

	/** Sends the signal to the program and all that it has started, and waits for their end. */
	async end(signal: NodeJS.Signals): Promise<void> {
		if (this.hasClosed) return;
		this.send(signal);
		const atLast = setTimeout(() => this.send('SIGKILL'), STOP_MS);
		await this.closed;
		clearTimeout(atLast);
	}

	/** The memory that the program and all that it has started hold; Linux only. */
	residentBytes(): number {
		return readdirSync('/proc')
			.filter((name) => /^\d+$/.test(name))
			.reduce((sum, pid) => sum + this.residentBytesOf(pid), 0);
	}

	private checkAlive(): void {
		const { exitCode, signalCode } = this.child;
		if (exitCode !== null || signalCode !== null) {
			throw new Error(`It ended with ${signalCode ?? `code ${exitCode}`}`);
		}
	}

	private residentBytesOf(pid: string): number {
		try {
			// After the name, which may hold anything: state, parent, group.
			const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
			if (fields[2] !== String(this.child.pid)) return 0;
			const [, kilobytes = 0] =
				/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
			return Number(kilobytes) * 1024;
		} catch {
			// It has ended meanwhile.
			return 0;
		}
	}

	private send(signal: NodeJS.Signals): void {
		try {
			if (this.child.pid) process.kill(-this.child.pid, signal);
		} catch {
			// All of it has ended.
		}
	}
}

/** Rejects with EADDRINUSE if somebody listens on the port. */
export async function checkFree(port: number): Promise<void> {
	const server = createServer().listen(port, '127.0.0.1');
	await once(server, 'listening');
	await once(server.close(), 'close');
}

/** Ports on the loopback interface that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
	const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(servers.map((server) => once(server, 'listening')));
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(servers.map((server) => once(server.close(), 'close')));
	return ports;
}
