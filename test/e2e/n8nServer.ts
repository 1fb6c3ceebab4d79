import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import manifest from '../../package.json';
import { N8N_DIR } from './installation';
import { N8nApi } from './n8nApi';
import { until } from './until';

const ROOT = resolve(__dirname, '../..');
const START_MS = 120_000;
const STOP_MS = 30_000;

/**
 * Runs n8n ("$@") and ends it, with what it has started itself, as soon as its standard input is
 * closed: so n8n never outlives the tests, however they end.
 */
const GUARD =
	'exec 3<&0; "$@" 3<&- </dev/null & n8n=$!; (cat <&3; kill -9 -$$) >/dev/null 2>&1 & wait $n8n';

export interface N8nOptions {
	/** n8n's settings, over those below. */
	env?: Record<string, string>;
	/** `start` (default), or `worker` and `webhook` in queue mode. */
	command?: 'start' | 'worker' | 'webhook';
}

/** A real n8n with our packed package, in a temporary folder and a process of its own. */
export class N8nServer {
	/** n8n's user folder; removed by `remove`. */
	readonly folder = mkdtempSync(join(tmpdir(), 'enrich-n8n-'));
	/** All that it has logged, over all its starts. */
	log = '';
	private process?: ChildProcess;
	private closed?: Promise<unknown>;

	private constructor(
		readonly url: string,
		readonly api: N8nApi,
		private readonly command: string,
		private readonly env: Record<string, string>,
	) {}

	/** Starts an n8n in a new folder; `start` is for one that was stopped or killed. */
	static async create({ command = 'start', env = {} }: N8nOptions = {}): Promise<N8nServer> {
		const [port, brokerPort] = await freePorts(2);
		const url = `http://127.0.0.1:${port}`;
		const server = new N8nServer(url, new N8nApi(url), command, {
			N8N_USER_FOLDER: '',
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_PORT: String(port),
			N8N_RUNNERS_BROKER_PORT: String(brokerPort),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			WEBHOOK_URL: `${url}/`,
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_SECURE_COOKIE: 'false',
			N8N_LOG_LEVEL: 'debug',
			...env,
		});
		server.env.N8N_USER_FOLDER = server.folder;
		try {
			installPackage(server.folder);
			await server.start();
		} catch (error) {
			await server.remove();
			throw error;
		}
		return server;
	}

	/** Resolves as soon as it is ready. */
	async start(): Promise<void> {
		const bin = join(N8N_DIR, 'node_modules/.bin');
		if (!existsSync(join(bin, 'n8n'))) throw new Error(`There is no n8n in ${N8N_DIR}`);
		// With its own Node first, for its task runner too; no other settings of this process are its.
		const env = { PATH: `${bin}:${process.env.PATH}`, HOME: this.folder, ...this.env };
		const child = spawn('sh', ['-c', GUARD, 'sh', 'n8n', this.command], {
			cwd: this.folder,
			env,
			detached: true,
			stdio: 'pipe',
		});
		child.stdin.on('error', () => {});
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding('utf8').on('data', (text: string) => (this.log += text));
		this.process = child;
		// Not 'exit', which is the guard's: this waits for all that write to its output.
		this.closed = once(child, 'close');

		try {
			await until('n8n is ready', () => this.isReady(child), { withinMs: START_MS });
		} catch (error) {
			await this.kill();
			throw new Error(`${(error as Error).message}\nIts log ends with:\n${this.log.slice(-3000)}`);
		}
	}

	/** As a service manager does it. */
	async stop(): Promise<void> {
		await this.end('SIGTERM');
	}

	/** As a crash or the power cut does it. */
	async kill(): Promise<void> {
		await this.end('SIGKILL');
	}

	/** Ends it and removes its folder. */
	async remove(): Promise<void> {
		await this.stop();
		rmSync(this.folder, { recursive: true, force: true });
	}

	private async isReady({ exitCode }: ChildProcess): Promise<boolean> {
		if (exitCode !== null) throw new Error(`n8n ended with code ${exitCode}`);
		try {
			const signal = AbortSignal.timeout(2000);
			return (await fetch(`${this.url}/healthz/readiness`, { signal })).ok;
		} catch {
			return false;
		}
	}

	private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		const { process: child, closed } = this;
		if (!child?.pid || !closed) return;
		this.process = undefined;
		sendToGroup(child.pid, signal);
		const atLast = setTimeout(sendToGroup, STOP_MS, child.pid, 'SIGKILL');
		await closed;
		clearTimeout(atLast);
	}
}

function sendToGroup(leader: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-leader, signal);
	} catch {
		// All of it has ended.
	}
}

/** As n8n installs a community package, which it then loads under its production type names. */
function installPackage(userFolder: string): void {
	const target = join(userFolder, '.n8n/nodes/node_modules', manifest.name);
	mkdirSync(target, { recursive: true });
	const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', userFolder];
	execFileSync('npm', pack, { cwd: ROOT, stdio: 'pipe' });
	const tarball = readdirSync(userFolder).find((name) => name.endsWith('.tgz')) ?? '';
	execFileSync('tar', ['-xzf', join(userFolder, tarball), '-C', target, '--strip-components=1']);
}

async function freePorts(count: number): Promise<number[]> {
	const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(servers.map((server) => once(server, 'listening')));
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(servers.map((server) => once(server.close(), 'close')));
	return ports;
}
