import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { Batches, type ListedBatch } from './batches';
import { type CallbackSettings, Callbacks, type SentCallback } from './callbacks';
import { SeededRandom } from './seededRandom';
import { addControlRoutes } from './control';
import { type FaultRule, Faults } from './faults';
import { DEFAULT_KEY } from './keys';
import { type LeadJobEnding, LeadJobs, type ListedLeadJob, type NewLeadJob } from './leadJobs';
import { Ledger } from './ledger';
import { type HeaderStyle, type Plan, RateLimits } from './rateLimits';
import { type RecordedRequest, Recorder } from './requests';
import { addRoute, BASE_PATH, type SandboxContext, refuseTheRest, Traffic } from './routes';
import { operations } from '../shared/providers/enrich/operations';
import { Waits } from './waits';

export interface SandboxOptions {
	/** 0 (default): any free port. */
	port?: number;
	/** Whose rate limits apply; default: growth. */
	plan?: Plan;
	/** Divides the length of the rate-limit windows, and of what batches take; default: 1. */
	speed?: number;
	/** How long the processing of a call takes; default: 0. */
	latencyMs?: number;
	/** How fast batches are processed; `Infinity`: at once, 0: never. Default: 200. */
	batchItemsPerSecond?: number;
	/** Credits at the start; default: 25,000. */
	balance?: number;
	apiKey?: string;
	rateLimitHeaders?: HeaderStyle;
	/** Another seed gives other people, hits and misses; default: 0. */
	seed?: number;
	/** How many of the last calls and callbacks are remembered at least; 0: none. Default: 10,000. */
	remember?: number;
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
	/** The last callbacks, oldest first. */
	readonly callbacks: readonly SentCallback[];
	/** The most calls that were in flight at once. */
	readonly peakInFlight: number;
	/** Makes something go wrong with calls to come. */
	fault(rule: FaultRule): void;
	clearFaults(): void;
	/** How callbacks are sent from now on; what is left out is as at the start. */
	setCallbacks(settings: CallbackSettings): void;
	/** Lets a batch fail, by default the next one; false: it is unknown or has ended. */
	failBatch(which?: Parameters<Batches['fail']>[0]): boolean;
	/** Puts a reveal job or an export of leads into the lists of jobs; returns its ID. */
	addLeadJob(job: NewLeadJob): string;
	/** Ends such a job now; false: it is unknown or has ended. */
	endLeadJob(which: LeadJobEnding): boolean;
	/** Ledger, batches, lead jobs, callbacks, faults, rate limits, requests and peak as at the start. */
	reset(): void;
	close(): Promise<void>;
}

/** Starts a local Enrich API: every operation of the registry, on the loopback interface only. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { apiKey = DEFAULT_KEY, seed = 0, speed = 1, remember = 10_000 } = options;
	const freshLimits = () =>
		new RateLimits(options.plan ?? 'growth', speed, options.rateLimitHeaders ?? 'tightest');
	const ledger = new Ledger(options.balance ?? 25_000);
	const chance = new SeededRandom(seed);
	const callbacks = new Callbacks(chance, remember);
	const itemsPerSecond = speed * (options.batchItemsPerSecond ?? 200);
	const batches = new Batches({ ledger, chance, callbacks, itemsPerSecond });
	const leadJobs = new LeadJobs(chance);
	const house: SandboxContext = {
		apiKey,
		latencyMs: options.latencyMs ?? 0,
		ledger,
		batches,
		leadJobs,
		chance,
		faults: new Faults(seed),
		limits: freshLimits(),
		recorder: new Recorder(remember),
		traffic: new Traffic(),
		waits: new Waits(),
	};
	const { faults, recorder, traffic, waits } = house;
	const reset = () => {
		ledger.reset();
		batches.reset();
		leadJobs.reset();
		faults.clear();
		recorder.reset();
		traffic.reset();
		house.limits = freshLimits();
	};

	// Room for a batch of 500,000 addresses; no HEAD, which would run (and charge) a GET.
	const app = Fastify({
		forceCloseConnections: true,
		bodyLimit: 64_000_000,
		exposeHeadRoutes: false,
	});
	app.decorateRequest('visit');
	for (const operation of operations) addRoute(app, operation, house);
	addControlRoutes(app, { ledger, batches, leadJobs, callbacks, faults, recorder, reset });
	refuseTheRest(app);
	await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
	const { port } = app.server.address() as AddressInfo;

	return {
		url: `http://127.0.0.1:${port}${BASE_PATH}`,
		apiKey,
		ledger,
		requests: recorder.entries,
		callbacks: callbacks.recorder.entries,
		get batches() {
			return batches.list();
		},
		get leadJobs() {
			return leadJobs.list();
		},
		get peakInFlight() {
			return traffic.peak;
		},
		fault: (rule) => faults.add(rule),
		clearFaults: () => faults.clear(),
		setCallbacks: (settings) => callbacks.set(settings),
		failBatch: (which) => batches.fail(which),
		addLeadJob: (job) => leadJobs.add(job),
		endLeadJob: (which) => leadJobs.end(which),
		reset,
		close: async () => {
			callbacks.stop();
			waits.end();
			await app.close();
		},
	};
}
