import { type Client, createClient } from '../../shared/http/client';
import { toConnection } from '../../shared/providers/enrich/auth';
import { KnownBatches } from '../../shared/batches/knownBatches';
import { RateLimiter } from '../../shared/http/rateLimiter';
import { LIMITS } from '../../shared/errors/errorTable';
import { n8nClock, n8nTransport, type RequestContext } from './transport';

/** Limits hold for all keys of an organization together, so one pacer serves a whole process. */
const pacers = new Map<string, RateLimiter>();
const batchesKnown = new Map<string, KnownBatches>();

export interface Connection extends Client {
	baseUrl: string;
	known: KnownBatches;
}

export interface CallOptions {
	/** For one exchange; default: 60,000. */
	timeoutMs?: number;
	/** Milliseconds that may be spent on waiting before a call is sent again; default: no limit. */
	maxWaitMs?: number;
	signal?: AbortSignal;
}

/** The client for the node's own credential; never call it where the node may have none. */
export async function clientOf(
	context: RequestContext,
	options: CallOptions = {},
): Promise<Connection> {
	const { timeoutMs = LIMITS.timeoutMs, ...rest } = options;
	const { apiKey, baseUrl } = toConnection(await context.getCredentials('enrichApi'));
	const credential = `${baseUrl} ${context.getNode().credentials?.enrichApi?.id ?? ''}`;
	const pacer = pacers.get(credential) ?? new RateLimiter(n8nClock);
	pacers.set(credential, pacer);
	const known = batchesKnown.get(credential) ?? new KnownBatches();
	batchesKnown.set(credential, known);
	const client = createClient({
		...rest,
		baseUrl,
		transport: n8nTransport(context),
		clock: n8nClock,
		rateLimiter: pacer,
		timeoutMs: Math.min(Math.max(1000, timeoutMs), LIMITS.longestTimeoutMs),
		secrets: [apiKey],
	});
	return { ...client, baseUrl, known };
}
