import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { operations } from '../shared/operations';
import { Chance } from './chance';
import { addControlRoutes } from './control';
import { type FaultRule, Faults } from './faults';
import { DEFAULT_KEY } from './keys';
import { Ledger } from './ledger';
import { type HeaderStyle, type Plan, RateLimits } from './rateLimits';
import { type RecordedRequest, Recorder } from './requests';
import { addRoute, BASE_PATH, type House, refuseTheRest, Traffic } from './routes';
import { Waits } from './waits';

export interface SandboxOptions {
	/** 0 (default): any free port. */
	port?: number;
	/** Whose rate limits apply; default: growth. */
	plan?: Plan;
	/** Divides the length of the rate-limit windows; default: 1. */
	speed?: number;
	/** How long the processing of a call takes; default: 0. */
	latencyMs?: number;
	/** Credits at the start; default: 25,000. */
	balance?: number;
	apiKey?: string;
	rateLimitHeaders?: HeaderStyle;
	/** Another seed gives other people, hits and misses; default: 0. */
	seed?: number;
	/** How many of the last calls are remembered at least; 0: none. Default: 10,000. */
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
	/** The most calls that were in flight at once. */
	readonly peakInFlight: number;
	/** Makes something go wrong with calls to come. */
	fault(rule: FaultRule): void;
	clearFaults(): void;
	/** Ledger, faults, rate limits, requests and peak as at the start. */
	reset(): void;
	close(): Promise<void>;
}

/** Starts a local Enrich API: every operation of the registry, on the loopback interface only. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { apiKey = DEFAULT_KEY, seed = 0 } = options;
	const freshLimits = () =>
		new RateLimits(
			options.plan ?? 'growth',
			options.speed ?? 1,
			options.rateLimitHeaders ?? 'tightest',
		);
	const house: House = {
		apiKey,
		latencyMs: options.latencyMs ?? 0,
		ledger: new Ledger(options.balance ?? 25_000),
		chance: new Chance(seed),
		faults: new Faults(seed),
		limits: freshLimits(),
		recorder: new Recorder(options.remember ?? 10_000),
		traffic: new Traffic(),
		waits: new Waits(),
	};
	const { faults, ledger, recorder, traffic, waits } = house;
	const reset = () => {
		ledger.reset();
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
	addControlRoutes(app, { ledger, faults, recorder, reset });
	refuseTheRest(app);
	await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
	const { port } = app.server.address() as AddressInfo;

	return {
		url: `http://127.0.0.1:${port}${BASE_PATH}`,
		apiKey,
		ledger,
		requests: recorder.requests,
		get peakInFlight() {
			return traffic.peak;
		},
		fault: (rule) => faults.add(rule),
		clearFaults: () => faults.clear(),
		reset,
		close: async () => {
			waits.end();
			await app.close();
		},
	};
}
