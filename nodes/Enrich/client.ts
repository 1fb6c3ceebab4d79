import { type Client, createClient } from '../../shared/client';
import { toConnection } from '../../shared/connection';
import { Pacer } from '../../shared/pacer';
import { LIMITS } from '../../shared/policy';
import { n8nClock, n8nTransport, type RequestContext } from './transport';

/** Limits hold for all keys of an organization together, so one pacer serves a whole process. */
const pacers = new Map<string, Pacer>();
/** What this process has learned of batches, by credential: see `SubmitOptions.known`. */
const batchesKnown = new Map<string, Map<string, string>>();
const MOST_KNOWN = 10_000;

export interface Connection extends Client {
	baseUrl: string;
	known: Map<string, string>;
}

export interface CallOptions {
	/** For one exchange; default: 60,000. */
	timeoutMs?: number;
	/** Milliseconds that may be spent on waiting before a call is sent again; default: no limit. */
	mostWaitMs?: number;
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
	const pacer = pacers.get(credential) ?? new Pacer(n8nClock);
	pacers.set(credential, pacer);
	let known = batchesKnown.get(credential);
	if (!known || known.size > MOST_KNOWN) batchesKnown.set(credential, (known = new Map()));
	const client = createClient({
		...rest,
		baseUrl,
		transport: n8nTransport(context),
		clock: n8nClock,
		pacer,
		timeoutMs: Math.min(Math.max(1000, timeoutMs), LIMITS.longestTimeoutMs),
		secrets: [apiKey],
	});
	return { ...client, baseUrl, known };
}
