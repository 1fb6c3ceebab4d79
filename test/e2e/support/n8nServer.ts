import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { N8N_DIR } from './installation';
import { N8nApi, type Owner } from './n8nApi';
import { addPackage, installPackage, type Published } from './packages';
import { freePorts, Program } from './programs';

export interface N8nOptions {
	/** n8n's settings, over those below. */
	env?: Record<string, string>;
	/** `start` (default), or `worker` and `webhook` in queue mode. */
	command?: 'start' | 'worker' | 'webhook';
	/** Which of our packages it has; default: Enrich's. */
	published?: readonly Published[];
	/** Folders of further packages of nodes. */
	packages?: readonly string[];
	/** Who may log in. */
	owner?: Owner;
	/** Where it listens; default: any free one. */
	port?: number;
}

/** A real n8n with our packed package, in a temporary folder and a process of its own. */
export class N8nServer {
	/** n8n's user folder; removed by `remove`. */
	readonly folder = mkdtempSync(join(tmpdir(), 'enrich-n8n-'));
	/** How long its last start took. */
	bootMs = 0;
	/** All its starts; the last may still run. */
	private readonly starts: Program[] = [];

	private constructor(
		readonly url: string,
		readonly api: N8nApi,
		private readonly command: string,
		private readonly env: Record<string, string>,
	) {}

	/** Starts an n8n in a new folder, with its owner; `start` is for one that was stopped or killed. */
	static async create(options: N8nOptions = {}): Promise<N8nServer> {
		const { command = 'start', env = {}, published = ['enrich'], packages = [] } = options;
		const [freePort, brokerPort] = await freePorts(2);
		const port = options.port ?? freePort;
		const url = `http://127.0.0.1:${port}`;
		const api = new N8nApi(url, env.WEBHOOK_URL);
		const server = new N8nServer(url, api, command, {
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
			for (const provider of published) installPackage(server.folder, provider);
			for (const source of packages) addPackage(server.folder, source);
			await server.start();
			if (command === 'start') await api.setUp(options.owner);
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
		const startedAt = performance.now();
		const started = await Program.start(['n8n', this.command], {
			cwd: this.folder,
			// With its own Node first, for its task runner too; no other settings of this process are its.
			env: { PATH: `${bin}:${process.env.PATH}`, HOME: this.folder, ...this.env },
			isReady: () => this.isReady(),
		});
		this.starts.push(started);
		this.bootMs = performance.now() - startedAt;
	}

	/** All that it has logged, over all its starts. */
	get log(): string {
		return this.starts.map(({ log }) => log).join('');
	}

	/** As a service manager does it. */
	async stop(): Promise<void> {
		await this.starts.at(-1)?.end('SIGTERM');
	}

	/** Resolves when it has ended, for whatever reason. */
	async ended(): Promise<void> {
		await this.starts.at(-1)?.closed;
	}

	/** As a crash or the power cut does it. */
	async kill(): Promise<void> {
		await this.starts.at(-1)?.end('SIGKILL');
	}

	/** Ends it and removes its folder. */
	async remove(): Promise<void> {
		await this.stop();
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** The memory that it holds, task runner included. */
	residentBytes(): number {
		return this.starts.at(-1)?.residentBytes() ?? 0;
	}

	private async isReady(): Promise<boolean> {
		try {
			const signal = AbortSignal.timeout(2000);
			return (await fetch(`${this.url}/healthz/readiness`, { signal })).ok;
		} catch {
			return false;
		}
	}
}
