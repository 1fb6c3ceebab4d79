import type { Data } from '../contract/data';
import { documentedCost, type InputOf, type Operation, type OutputOf } from '../contract/operation';
import type { Caller, Failure, Provider, Success } from '../contract/provider';
import { ConnectorError, type ErrorFacts } from '../errors/ConnectorError';
import { bucketOf, RateLimiter } from './rateLimiter';
import { redacted } from './response';
import { delayBefore, RETRY, RETRY_POLICY } from './retry';
import {
	type Clock,
	type HttpResponse,
	toTransportError,
	type Transport,
	type TransportErrorReason,
} from './transport';

export const HTTP_LIMITS = {
	timeoutMs: 60_000,
	maxTimeoutMs: 3_600_000,
	maxResponseBytes: 20_000_000,
};

export interface ClientOptions {
	baseUrl: string;
	transport: Transport;
	clock: Clock;
	/** Shared by all clients of one API key; default: one of its own. */
	rateLimiter?: RateLimiter;
	/** Milliseconds for one exchange; default: 60,000. */
	timeoutMs?: number;
	/**
	 * Milliseconds that one call may wait, for its turn and before it is sent again; default: an
	 * hour. 0: it is sent at once or not at all.
	 */
	maxWaitMs?: number;
	/** Texts that must never leave in a message, such as the key. */
	secrets?: readonly string[];
	signal?: AbortSignal;
}

/** Asked before and after waiting for a call's turn, as much may happen meanwhile. */
export type StopCheck = () => ConnectorError | undefined;

export interface Client extends Caller {
	readonly provider: Provider;
	readonly rateLimiter: RateLimiter;
	/** Waits so many milliseconds, or until the run is cancelled. */
	sleep(ms: number): Promise<void>;
	/**
	 * Sends one call, and sends it again where that cannot cost anything.
	 * @throws ConnectorError
	 */
	call<P extends Operation>(
		operation: P,
		input: InputOf<P>,
		stopped?: StopCheck,
	): Promise<Success<OutputOf<P>>>;
	/** An error in the provider's words. */
	error(facts: ErrorFacts): ConnectorError;
}

interface Attempt {
	/** From 1; refusals because of a rate limit do not count. */
	attempt: number;
	isRetry: boolean;
	/** When waiting ends, milliseconds since the epoch. */
	until: number;
	stopped: StopCheck;
}

/** Why an attempt brought no answer, and when to make the next one. */
interface FailedAttempt {
	error: ConnectorError;
	retryable: boolean;
	delayMs: number;
}

export function createClient(provider: Provider, options: ClientOptions): Client {
	const { baseUrl, transport, clock, signal, timeoutMs = HTTP_LIMITS.timeoutMs } = options;
	const rateLimiter = options.rateLimiter ?? new RateLimiter(clock, provider.plans);
	const error: Client['error'] = (facts) =>
		new ConnectorError({ provider: provider.words, ...facts });

	async function call(
		operation: Operation,
		input: Data,
		stopped: StopCheck = () => undefined,
	): Promise<Success> {
		const until = clock.now() + (options.maxWaitMs ?? RETRY.maxWaitMs);
		let refusal: ConnectorError | undefined;
		let isRetry = false;
		for (let attempt = 1; ; isRetry = true) {
			const result = await send(operation, input, { attempt, isRetry, until, stopped });
			if (!('error' in result)) return result;
			const { error, retryable, delayMs } = result;
			const isRefused = error.kind === 'rateLimited';
			// The API's own words say more than that the time is over.
			if (isRefused && !retryable) throw refusal ?? error;
			if (isRefused) refusal = error;
			else attempt += 1;
			if (!retryable || attempt > RETRY.maxAttempts || clock.now() > until) throw error;
			if (isRefused) {
				await waitOutRefusal(operation, error, until);
				continue;
			}
			if (clock.now() + delayMs > until || delayMs > RETRY.maxRetryAfterMs) throw error;
			const leave = rateLimiter.occupy();
			await clock.sleep(delayMs, signal);
			leave();
		}
	}

	/**
	 * The rate limiter holds everybody back for a while; a refusal for longer than that is believed
	 * for its own call.
	 * @throws ConnectorError There is not enough time left.
	 */
	async function waitOutRefusal(
		operation: Operation,
		error: ConnectorError,
		until: number,
	): Promise<void> {
		const { retryAfterMs = 0 } = error;
		const isTooLong = clock.now() + retryAfterMs > until;
		if (!isTooLong && retryAfterMs > RETRY.maxRetryAfterMs) await clock.sleep(retryAfterMs, signal);
		if (!isTooLong) return;
		const isOpen = await rateLimiter.othersGetThrough(bucketOf(operation), { until, signal });
		if (!isOpen && !signal?.aborted) throw error;
	}

	async function send(
		operation: Operation,
		input: Data,
		{ attempt, isRetry, until, stopped }: Attempt,
	): Promise<Success | FailedAttempt> {
		const fail = ({ facts, retryable }: Failure): FailedAttempt => ({
			error: error({
				...facts,
				billing: operation.billing,
				access: operation.access,
				documentedCost: documentedCost(operation, input) ?? undefined,
			}),
			retryable: retryable && RETRY_POLICY[operation.billing][facts.execution ?? 'no'],
			delayMs: delayBefore(attempt, facts.retryAfterMs, clock.random()),
		});
		const { path, ...request } = provider.encode(operation, input);
		const early = stopped();
		if (early) throw early;
		const bucket = bucketOf(operation);
		const ticket = await rateLimiter.acquire(bucket, { signal, until, isRetry });
		if (!ticket) {
			const retryAfterMs = rateLimiter.heldMs(bucket) || undefined;
			const facts: ErrorFacts = signal?.aborted
				? { kind: 'cancelled' }
				: { kind: 'rateLimited', retryAfterMs };
			return fail({ facts, retryable: false });
		}
		const late = stopped();
		if (late) {
			rateLimiter.release(ticket, { isUnsent: true });
			throw late;
		}
		let response: HttpResponse;
		try {
			response = await transport({
				...request,
				url: baseUrl + path,
				timeoutMs,
				maxBytes: HTTP_LIMITS.maxResponseBytes,
				signal,
			});
		} catch (thrown) {
			rateLimiter.release(ticket);
			return fail(toFailure(thrown));
		}
		const body = redacted(response.body, options.secrets);
		const decoded = provider.decode(operation, { ...response, body }, clock.now());
		const result = 'facts' in decoded ? fail(decoded) : decoded;
		const isGood = !('error' in result);
		const isRefused = !isGood && result.error.kind === 'rateLimited';
		const refused = isRefused ? { retryAfterMs: result.error.retryAfterMs } : undefined;
		rateLimiter.release(ticket, { headers: response.headers, isGood, refused });
		return result;
	}

	function toFailure(thrown: unknown): Failure {
		const { reason: reported, execution, detail } = toTransportError(thrown);
		// Not every HTTP library says why it gave up.
		const reason = signal?.aborted && execution === 'maybe' ? 'cancelled' : reported;
		const facts = {
			...NO_RESPONSE[reason],
			execution,
			detail: detail || NO_RESPONSE[reason].detail,
			...(reason === 'timedOut' && { timeoutMs }),
		};
		return { facts, retryable: reason !== 'cancelled' };
	}

	return {
		provider,
		account: rateLimiter,
		rateLimiter,
		now: () => clock.now(),
		sleep: (ms) => clock.sleep(ms, signal),
		call: call as Client['call'],
		error,
	};
}

const NO_RESPONSE: Record<TransportErrorReason, Pick<ErrorFacts, 'kind' | 'detail'>> = {
	unreachable: { kind: 'unreachable' },
	interrupted: { kind: 'interrupted' },
	timedOut: { kind: 'timedOut' },
	tooLong: {
		kind: 'unreadable',
		detail: `it is longer than ${HTTP_LIMITS.maxResponseBytes / 1_000_000} MB`,
	},
	cancelled: { kind: 'cancelled' },
};
