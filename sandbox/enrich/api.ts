/** Enrich's API in the sandbox: every operation that the connector knows, on one wallet. */
import type { FastifyInstance } from 'fastify';
import { operations } from '../../shared/providers/enrich/operations';
import { addControlRoutes } from '../control';
import { Faults } from '../faults';
import { Ledger } from '../ledger';
import { type HeaderStyle, RateLimits, type RateLimitSettings } from '../rateLimits';
import { Recorder, Traffic } from '../requests';
import { SeededRandom } from '../seededRandom';
import type { Waits } from '../waits';
import { Account } from './account';
import { Batches } from './batches';
import { Callbacks } from './callbacks';
import { addEnrichControlRoutes } from './control';
import { DEFAULT_KEY } from './keys';
import { FollowerJobs } from './followerJobs';
import { LeadJobs } from './leadJobs';
import { LATE_READS, Oddities, type OddityChoice } from './oddities';
import { limitsOf, type Plan } from './plans';
import { addEnrichRoutes, type EnrichContext } from './routes';

const ORGANIZATION_ID = '665e0b2f4a6d8c001abc1234';

export interface EnrichOptions {
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
	/** Default: windows as documented, nobody else uses the key. */
	rateLimits?: RateLimitSettings;
	/** Another seed gives other people, hits and misses; default: 0. */
	seed?: number;
	/** In what it differs from its documentation; default: nothing. */
	oddities?: OddityChoice;
	/** Hears what the sandbox has to say, a line at a time; default: nobody. */
	say?: (line: string) => void;
	/** How many of the last calls and callbacks are remembered at least; 0: none. Default: 10,000. */
	remember?: number;
}

export interface EnrichApi extends EnrichContext {
	callbacks: Callbacks;
	/** Everything as at the start. */
	reset(): void;
	addTo(app: FastifyInstance, controlBase: string, resetAll: () => void): void;
}

export function createEnrichApi(options: EnrichOptions, waits: Waits): EnrichApi {
	const { apiKey = DEFAULT_KEY, seed = 0, speed = 1, remember = 10_000 } = options;
	const freshLimits = () =>
		new RateLimits(
			limitsOf(options.plan ?? 'growth'),
			speed,
			options.rateLimitHeaders ?? 'tightest',
			options.rateLimits,
		);
	const oddities = new Oddities(options.oddities);
	const ledger = new Ledger(options.balance ?? 25_000, ORGANIZATION_ID, () =>
		oddities.has('lateBookings') ? LATE_READS : 0,
	);
	const random = new SeededRandom(seed);
	const callbacks = new Callbacks(random, remember, options.say ?? (() => {}));
	const itemsPerSecond = speed * (options.batchItemsPerSecond ?? 200);
	const api: EnrichApi = {
		apiKey,
		latencyMs: options.latencyMs ?? 0,
		ledger,
		random,
		oddities,
		callbacks,
		batches: new Batches({ ledger, random, oddities, callbacks, itemsPerSecond }),
		leadJobs: new LeadJobs(random, ledger, itemsPerSecond),
		followerJobs: new FollowerJobs(random, ledger, itemsPerSecond),
		account: new Account(),
		faults: new Faults(seed, Object.keys(operations)),
		limits: freshLimits(),
		recorder: new Recorder(remember),
		traffic: new Traffic(),
		waits,
		reset() {
			oddities.reset();
			for (const part of [
				ledger,
				api.batches,
				api.leadJobs,
				api.followerJobs,
				api.account,
				api.faults,
				api.recorder,
				api.traffic,
			])
				part.reset();
			api.limits = freshLimits();
		},
		addTo(app, controlBase, resetAll) {
			addEnrichRoutes(app, api);
			addControlRoutes(app, controlBase, api, resetAll);
			addEnrichControlRoutes(app, controlBase, api);
		},
	};
	return api;
}
