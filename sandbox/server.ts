import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import {
	BASE_PATH as CUFINDER_PATH,
	createCufinderApi,
	type CufinderOptions,
} from './cufinder/api';
import type { CufinderSettingsInput } from './cufinder/settings';
import { operations as cufinderOperations } from './cufinder/operations';
import { TEST_VALUES as CUFINDER_TEST_VALUES } from './cufinder/testValues';
import { createEnrichApi, type EnrichOptions } from './enrich/api';
import type { Batches, ListedBatch } from './enrich/batches';
import type { CallbackSettings, SentCallback } from './enrich/callbacks';
import type { OddityChoice } from './enrich/oddities';
import type { ListedFollowerJob, NewFollowerJob } from './enrich/followerJobs';
import type { LeadJobEnding, ListedLeadJob, NewLeadJob } from './enrich/leadJobs';
import { BASE_PATH } from './enrich/routes';
import { operations } from '../shared/providers/enrich/operations';
import { TEST_VALUES } from './enrich/testValues';
import type { FaultRule } from './faults';
import type { Ledger } from './ledger';
import { addPage } from './page';
import type { RecordedRequest } from './requests';
import { Waits } from './waits';

const CONTROL_PATH = '/__sandbox';

export interface SandboxOptions extends EnrichOptions {
	/** 0 (default): any free port. */
	port?: number;
	/** Seed, latency and what is remembered are as Enrich's. */
	cufinder?: CufinderOptions;
}

/** CUFinder's API on the same server, with a wallet and faults of its own. */
export interface CufinderSandbox {
	/** The base URL, e.g. http://127.0.0.1:8787/cufinder/v2 */
	readonly url: string;
	readonly apiKey: string;
	readonly ledger: Ledger;
	/** The last calls, oldest first. */
	readonly requests: readonly RecordedRequest[];
	/** Makes something go wrong with calls to come. */
	fault(rule: FaultRule): void;
	clearFaults(): void;
	/** Where sources disagree; what is left out is as at the start. */
	set(settings: CufinderSettingsInput): void;
	reset(): void;
}

/** A running sandbox. */
export interface Sandbox {
	/** The base URL, e.g. http://127.0.0.1:8787/api/v3 */
	readonly url: string;
	readonly apiKey: string;
	readonly ledger: Ledger;
	/** The last calls, oldest first. */
	readonly requests: readonly RecordedRequest[];
	/** All batches, in the order of their submits. */
	readonly batches: readonly ListedBatch[];
	/** All reveal jobs and exports of leads, in the order in which they came. */
	readonly leadJobs: readonly ListedLeadJob[];
	/** All lists of company followers, in the order in which they came. */
	readonly followerJobs: readonly ListedFollowerJob[];
	/** The last callbacks, oldest first. */
	readonly callbacks: readonly SentCallback[];
	/** The most calls that were in flight at once. */
	readonly peakInFlight: number;
	/** Makes something go wrong with calls to come. */
	fault(rule: FaultRule): void;
	clearFaults(): void;
	/** How callbacks are sent from now on; what is left out is as at the start. */
	setCallbacks(settings: CallbackSettings): void;
	/** In what the API differs from its documentation from now on, until the next reset. */
	setOddities(names: OddityChoice): void;
	/** The account has another key from now on; the one before is unknown. */
	setApiKey(key: string): void;
	/** Lets a batch fail, by default the next one; false: it is unknown or has ended. */
	failBatch(which?: Parameters<Batches['fail']>[0]): boolean;
	/** Puts a reveal job or an export of leads into the lists of jobs; returns its ID. */
	addLeadJob(job: NewLeadJob): string;
	/** Puts a list of company followers into the sandbox; returns its ID. */
	addFollowerJob(job?: NewFollowerJob): string;
	/** Ends such a job now; false: it is unknown or has ended. */
	endLeadJob(which: LeadJobEnding): boolean;
	readonly cufinder: CufinderSandbox;
	/** Both providers': ledger, batches, lead jobs, callbacks, faults, rate limits, requests and peak as at the start. */
	reset(): void;
	close(): Promise<void>;
}

/** Starts the local APIs, on the loopback interface only. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const waits = new Waits();
	const enrich = createEnrichApi(options, waits);
	const cufinder = createCufinderApi(options.cufinder ?? {}, options, waits);
	const { ledger, batches, leadJobs, callbacks, faults, recorder, traffic } = enrich;
	const reset = () => {
		enrich.reset();
		cufinder.reset();
	};

	// Room for a batch of 500,000 addresses; no HEAD, which would run (and charge) a GET.
	const app = Fastify({
		forceCloseConnections: true,
		bodyLimit: 64_000_000,
		exposeHeadRoutes: false,
	});
	app.decorateRequest('requestContext');
	enrich.addTo(app, CONTROL_PATH, reset);
	await cufinder.addTo(app, `${CONTROL_PATH}/cufinder`);
	let origin = '';
	addPage(app, () => [
		{
			...{
				name: 'Enrich',
				baseUrl: origin + BASE_PATH,
				apiKey: enrich.apiKey,
				control: CONTROL_PATH,
			},
			...{ testValues: TEST_VALUES, operationIds: Object.keys(operations) },
		},
		{
			...{ name: 'CUFinder', baseUrl: origin + CUFINDER_PATH, apiKey: cufinder.apiKey },
			...{ control: `${CONTROL_PATH}/cufinder`, testValues: CUFINDER_TEST_VALUES },
			operationIds: Object.keys(cufinderOperations),
		},
	]);
	await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
	const { port } = app.server.address() as AddressInfo;
	origin = `http://127.0.0.1:${port}`;

	return {
		url: origin + BASE_PATH,
		get apiKey() {
			return enrich.apiKey;
		},
		setApiKey: (key) => void (enrich.apiKey = key),
		ledger,
		requests: recorder.entries,
		callbacks: callbacks.recorder.entries,
		get batches() {
			return batches.list();
		},
		get leadJobs() {
			return leadJobs.list();
		},
		get followerJobs() {
			return enrich.followerJobs.list();
		},
		get peakInFlight() {
			return traffic.peak;
		},
		fault: (rule) => faults.add(rule),
		clearFaults: () => faults.reset(),
		setCallbacks: (settings) => callbacks.set(settings),
		setOddities: (names) => enrich.oddities.set(names),
		failBatch: (which) => batches.fail(which),
		addLeadJob: (job) => leadJobs.add(job),
		addFollowerJob: (job = {}) => enrich.followerJobs.add(job),
		endLeadJob: (which) => leadJobs.end(which),
		cufinder: {
			url: origin + CUFINDER_PATH,
			apiKey: cufinder.apiKey,
			ledger: cufinder.ledger,
			requests: cufinder.recorder.entries,
			fault: (rule) => cufinder.faults.add(rule),
			clearFaults: () => cufinder.faults.reset(),
			set: (settings) => cufinder.set(settings),
			reset: () => cufinder.reset(),
		},
		reset,
		close: async () => {
			callbacks.stop();
			waits.end();
			await app.close();
		},
	};
}
