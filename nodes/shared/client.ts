import type { Connection } from '../../shared/contract/provider';
import { type Client, createClient, HTTP_LIMITS } from '../../shared/http/client';
import { type Account, accountOf } from './account';
import type { NodeKit } from './kit';
import { n8nClock, type CallContext, n8nTransport, type RequestContext } from './transport';

/** A client, and what it shares with all others of its account. */
export interface NodeClient extends Client {
	baseUrl: string;
	knownBatches: Account['knownBatches'];
	recentAnswers: Account['recentAnswers'];
}

export interface CallOptions {
	/** Milliseconds for one exchange; default: 60,000. */
	timeoutMs?: number;
	/** Milliseconds that one call may wait, for its turn and before it is sent again; default: an hour. */
	maxWaitMs?: number;
	signal?: AbortSignal;
	/** For few and free calls that somebody waits for: they pass by the calls of long runs. */
	isAside?: boolean;
}

/** @throws ConnectorError of kind `badSettings` */
export const connectionOf = async (context: CallContext, kit: NodeKit): Promise<Connection> =>
	kit.provider.auth.toConnection(await context.getCredentials(kit.credentialType));

/** The client for the node's own credential; never call it where the node may have none. */
export async function clientOf(
	context: CallContext,
	kit: NodeKit,
	{ timeoutMs = HTTP_LIMITS.timeoutMs, isAside = false, ...options }: CallOptions = {},
): Promise<NodeClient> {
	const connection = await connectionOf(context, kit);
	const account = accountOf(kit.provider, connection);
	const { baseUrl, apiKey, minBalance } = connection;
	const client = createClient(kit.provider, {
		...options,
		baseUrl,
		transport: n8nTransport(context, kit.credentialType),
		clock: n8nClock,
		rateLimiter: isAside ? account.callbackRateLimiter : account.rateLimiter,
		timeoutMs: Math.min(Math.max(1000, timeoutMs), HTTP_LIMITS.maxTimeoutMs),
		secrets: [apiKey],
	});
	const { knownBatches, recentAnswers, balanceFloor } = account;
	const guarded = minBalance === undefined ? client : balanceFloor.guard(client, minBalance);
	return { ...guarded, baseUrl, knownBatches, recentAnswers };
}

const CALLBACK_CALL_MS = 5_000;
const CALLBACK_WAIT_MS = 3_000;

/** The client that reads what a callback claims: whoever calls back does not wait for long. */
export const callbackClientOf = (
	context: RequestContext,
	kit: NodeKit,
	timeoutMs = CALLBACK_CALL_MS,
): Promise<NodeClient> =>
	clientOf(context, kit, {
		timeoutMs,
		maxWaitMs: CALLBACK_WAIT_MS,
		isAside: true,
		signal: AbortSignal.timeout(timeoutMs + CALLBACK_WAIT_MS),
	});
