import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, Program } from './programs';

const run = promisify(execFile);
const DATABASE = 'n8n';
const SUPERUSER = 'postgres';
const MAX_ANSWER_BYTES = 500_000_000;

/** What n8n needs in queue mode, for these tests alone: gone with them, and with their data. */
export class Services {
	private constructor(
		readonly redisPort: number,
		readonly postgresPort: number,
		private readonly folder: string,
		private readonly running: Program[],
	) {}

	static async create(): Promise<Services> {
		const folder = mkdtempSync(join(tmpdir(), 'enrich-services-'));
		const [redisPort = 0, postgresPort = 0] = await freePorts(2);
		const services = new Services(redisPort, postgresPort, folder, []);
		try {
			await services.startRedis();
			await services.startPostgres();
		} catch (error) {
			await services.remove();
			throw error;
		}
		return services;
	}

	/** n8n's settings that lead it here. */
	get env(): Record<string, string> {
		return {
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(this.redisPort),
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(this.postgresPort),
			DB_POSTGRESDB_DATABASE: DATABASE,
			DB_POSTGRESDB_USER: SUPERUSER,
		};
	}

	/** The rows that a statement gives; columns are separated by `|`. */
	async query(sql: string, database = DATABASE): Promise<string[]> {
		const server = ['-h', '127.0.0.1', '-p', String(this.postgresPort), '-U', SUPERUSER];
		const plain = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
		const { stdout } = await run(
			postgresProgram('psql'),
			[...server, ...plain, ...['-d', database, '-c', sql]],
			{ maxBuffer: MAX_ANSWER_BYTES },
		);
		return stdout.split('\n').filter(Boolean);
	}

	async remove(): Promise<void> {
		// PostgreSQL's immediate shutdown; Redis has nothing to save either.
		await Promise.all(this.running.map((service) => service.end('SIGQUIT')));
		rmSync(this.folder, { recursive: true, force: true });
	}

	private async startRedis(): Promise<void> {
		const port = String(this.redisPort);
		const settings = ['--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no'];
		const isReady = () => isListening(this.redisPort);
		const command = [program('redis-server'), ...settings];
		this.running.push(await Program.start(command, { cwd: this.folder, isReady }));
	}

	private async startPostgres(): Promise<void> {
		const data = join(this.folder, 'postgres');
		mkdirSync(data);
		const user = unprivileged();
		if (user) {
			chownSync(this.folder, user.uid, user.gid);
			chownSync(data, user.uid, user.gid);
		}
		const trust = ['--auth=trust', '--username', SUPERUSER, '--encoding=UTF8', '--no-sync'];
		await run(postgresProgram('initdb'), ['--pgdata', data, ...trust], {
			cwd: this.folder,
			...user,
		});
		const settings = {
			listen_addresses: '127.0.0.1',
			port: this.postgresPort,
			unix_socket_directories: '',
			fsync: 'off',
			synchronous_commit: 'off',
			full_page_writes: 'off',
		};
		const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
		const isReady = async () => {
			try {
				await this.query(`CREATE DATABASE ${DATABASE}`, 'postgres');
				return true;
			} catch {
				return false;
			}
		};
		const command = [postgresProgram('postgres'), '-D', data, ...flags];
		this.running.push(await Program.start(command, { cwd: this.folder, user, isReady }));
	}
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString());
	return { uid: id('-u'), gid: id('-g') };
}

const MISSING =
	'Install the packages redis-server and postgresql, or run: npm run test:e2e -- --install-services';

function program(name: string, folders = process.env.PATH?.split(delimiter) ?? []): string {
	const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
	if (!found) throw new Error(`There is no ${name}. ${MISSING}`);
	return found;
}

/** Debian keeps them apart, one folder per version. */
const postgresProgram = (name: string): string =>
	program(name, [
		...globSync('/usr/lib/postgresql/*/bin'),
		...(process.env.PATH?.split(delimiter) ?? []),
	]);

const isListening = (port: number): Promise<boolean> =>
	new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		const answer = (isOpen: boolean) => {
			socket.destroy();
			resolve(isOpen);
		};
		socket.once('connect', () => answer(true)).once('error', () => answer(false));
	});
