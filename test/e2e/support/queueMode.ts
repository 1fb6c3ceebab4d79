import { randomBytes } from 'node:crypto';
import type { N8nApi } from './n8nApi';
import { N8nServer } from './n8nServer';
import { freePorts } from './programs';
import { Services } from './services';

/** n8n in queue mode: one main, two workers and one process for webhooks, each with a folder of its own. */
export class QueueMode {
	private constructor(
		readonly main: N8nServer,
		readonly webhook: N8nServer,
		readonly workers: readonly N8nServer[],
		readonly services: Services,
	) {}

	static async create(): Promise<QueueMode> {
		const services = await Services.create();
		const started: N8nServer[] = [];
		try {
			const [webhookPort] = await freePorts(1);
			const env = {
				...services.env,
				EXECUTIONS_MODE: 'queue',
				N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
				N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
				// Waiting executions name it as their address, whichever process they run in.
				WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/`,
			};
			const start = async (command: 'start' | 'worker' | 'webhook', port?: number) => {
				const server = await N8nServer.create({ command, env, port });
				started.push(server);
				return server;
			};
			// First alone, as it sets up the database.
			const main = await start('start');
			const others = [start('webhook', webhookPort), start('worker'), start('worker')];
			// Not to remove what is still being started.
			await Promise.allSettled(others);
			const [webhook, ...workers] = (await Promise.all(others)) as [N8nServer, ...N8nServer[]];
			return new QueueMode(main, webhook, workers, services);
		} catch (error) {
			await removeAll(started, services);
			throw error;
		}
	}

	get api(): N8nApi {
		return this.main.api;
	}

	/** The workers that ran this execution, in order: going on after a wait is a run of its own. */
	workersOf(executionId: string): N8nServer[] {
		const started = new RegExp(`Worker started execution ${executionId} \\(job (\\d+)\\)`, 'g');
		return this.workers
			.flatMap((worker) =>
				[...worker.log.matchAll(started)].map(([, job]) => ({ worker, job: Number(job) })),
			)
			.sort((one, other) => one.job - other.job)
			.map(({ worker }) => worker);
	}

	async remove(): Promise<void> {
		await removeAll([this.webhook, ...this.workers, this.main], this.services);
	}
}

async function removeAll(servers: readonly N8nServer[], services: Services): Promise<void> {
	await Promise.all(servers.map((server) => server.remove()));
	await services.remove();
}
