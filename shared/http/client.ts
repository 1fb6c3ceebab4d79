import { ConnectorError, type ErrorFacts } from '../errors/ConnectorError';
import { type Data, documentedCost, isRecord, type Operation } from '../contract/operation';
import { bucketOf, RateLimiter } from './rateLimiter';
import { LIMITS, RETRY_POLICY, type Execution, RETRY, statusRule } from '../errors/errorTable';
import { readProblem } from '../providers/enrich/problem';
import { requiredKeys } from '../contract/schema';
import {
	type Clock,
	type HttpResponse,
	toTransportError,
	type TransportErrorReason,
	type Transport,
} from './transport';

export interface ClientOptions {
	baseUrl: string;
	transport: Transport;
	clock: Clock;
	/** Shared by all clients of one API key; default: one of its own. */
	rateLimiter?: RateLimiter;
	/** Milliseconds for one exchange; default: 60,000. */
	timeoutMs?: number;
	/** Milliseconds that may be spent on waiting before a call is sent again; default: no limit. */
	maxWaitMs?: number;
	/** Texts that must never leave in a message, such as the key. */
	secrets?: string[];
	signal?: AbortSignal;
}

/** What one call cost, from the response's `meta`. Credits are null where the API says nothing. */
export interface Receipt {
	requestId?: string;
	creditsUsed: number | null;
	creditsRemaining: number | null;
	/** Set aside by a submit. */
	creditsReserved?: number;
	/** Given back when a batch is settled. */
	creditsRefunded?: number;
	processingTimeMs?: number;
}

export interface Success {
	data: Data;
	receipt: Receipt;
	/** The answer was given before: the receipt tells what was charged then. */
	isReused?: true;
}

export interface Client {
	readonly rateLimiter: RateLimiter;
	/** Milliseconds since the epoch. */
	now(): number;
	/** Waits so many milliseconds, or until the run is cancelled. */
	sleep(ms: number): Promise<void>;
	/**
	 * Sends one call and sends it again where that cannot cost anything. `stopped` is asked before
	 * and after waiting for the call's turn, as much may happen meanwhile.
	 * @throws EnrichError
	 */
	call(
		operation: Operation,
		input: Data,
		stopped?: () => ConnectorError | undefined,
	): Promise<Success>;
}

/** Why a send brought no answer, and whether it is of any use to send it again. */
interface Refusal {
	error: ConnectorError;
	execution: Execution;
	retryable: boolean;
	delayMs: number;
}

export function createClient(options: ClientOptions): Client {
	const { baseUrl, transport, clock, signal, timeoutMs = LIMITS.timeoutMs } = options;
	const pacer = options.rateLimiter ?? new RateLimiter(clock);

	const call: Client['call'] = async (operation, input, stopped = () => undefined) => {
		const repeats = RETRY_POLICY[operation.billing];
		const startedAt = clock.now();
		for (let sends = 1; ; sends++) {
			const outcome = await send(operation, input, sends, stopped);
			if (!('error' in outcome)) return outcome;
			const { error, execution: ran, retryable: again, delayMs } = outcome;
			const isRateLimited = error.kind === 'rateLimited';
			const most = isRateLimited ? RETRY.mostSendsWhenRateLimited : RETRY.mostSends;
			const isInTime = clock.now() + delayMs - startedAt <= (options.maxWaitMs ?? Infinity);
			if (
				!again ||
				!repeats[ran] ||
				sends >= most ||
				!isInTime ||
				delayMs > RETRY.longestRetryAfterMs
			)
				throw error;
			// A 429 holds back the pacer itself, so that nobody else runs into it either.
			if (!isRateLimited) await clock.sleep(delayMs, signal);
		}
	};

	async function send(
		operation: Operation,
		input: Data,
		sends: number,
		stopped: () => ConnectorError | undefined,
	): Promise<Success | Refusal> {
		const fail = (facts: ErrorFacts, again: boolean): Refusal => ({
			error: new ConnectorError({
				...facts,
				billing: operation.billing,
				documentedCost: documentedCost(operation, input),
			}),
			execution: facts.execution ?? 'no',
			retryable: again,
			delayMs: delayBefore(sends, facts.retryAfterMs, clock.random()),
		});
		const request = toRequest(operation, input, baseUrl);
		const early = stopped();
		if (early) throw early;
		const ticket = await pacer.acquire(bucketOf(operation), signal);
		if (!ticket) return fail({ kind: 'cancelled' }, false);
		const late = stopped();
		if (late) {
			pacer.release(ticket);
			throw late;
		}
		let answer: HttpResponse;
		try {
			answer = await transport({ ...request, timeoutMs, maxBytes: LIMITS.answerBytes, signal });
		} catch (thrown) {
			pacer.release(ticket);
			const { reason: told, execution: ran, detail } = toTransportError(thrown);
			// Not every HTTP library says why it gave up.
			const reason = signal?.aborted && ran === 'maybe' ? 'cancelled' : told;
			return fail(
				{
					...NO_ANSWER[reason],
					execution: ran,
					detail: detail || NO_ANSWER[reason].detail,
					...(reason === 'timedOut' && { timeoutMs }),
				},
				reason !== 'cancelled',
			);
		}
		const outcome = read(answer);
		const isGood = !('error' in outcome);
		const isLimited = !isGood && outcome.error.kind === 'rateLimited';
		const heldMs = isLimited ? Math.min(outcome.delayMs, RETRY.longestRetryAfterMs) : undefined;
		pacer.release(ticket, { headers: answer.headers, isGood, heldMs });
		return outcome;

		function read({ status, headers, body: text }: HttpResponse): Success | Refusal {
			const body = parsed(redacted(text, options.secrets));
			const told = readProblem(body, operation);
			if (status >= 200 && status < 300) {
				const { requestId } = told;
				const detail = whatCame(answer);
				const facts: ErrorFacts = {
					kind: 'unreadable',
					status,
					execution: 'maybe',
					detail,
					requestId,
				};
				return toAnswer(operation, body) ?? fail(facts, true);
			}
			const retryAfterMs = retryAfter(headers['retry-after'], clock.now());
			const { retryable: again, ...rule } = statusRule(status, retryAfterMs !== undefined);
			return fail(
				{ ...told, ...rule, status, retryAfterMs: retryAfterMs ?? told.retryAfterMs },
				again,
			);
		}
	}

	return {
		rateLimiter: pacer,
		now: () => clock.now(),
		sleep: (ms) => clock.sleep(ms, signal),
		call,
	};
}

const NO_ANSWER: Record<TransportErrorReason, { kind: ConnectorError['kind']; detail?: string }> = {
	unreachable: { kind: 'unreachable' },
	interrupted: { kind: 'interrupted' },
	timedOut: { kind: 'timedOut' },
	tooLong: { kind: 'unreadable', detail: `it is longer than ${LIMITS.answerBytes / 1_000_000} MB` },
	cancelled: { kind: 'cancelled' },
};

function toRequest(operation: Operation, input: Data, baseUrl: string) {
	const rest = { ...input };
	const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
		const value = rest[name];
		delete rest[name];
		return encodeURIComponent(String(value));
	});
	const headers: Record<string, string> = { accept: 'application/json' };
	if (operation.method !== 'POST') {
		const query = new URLSearchParams(
			Object.entries(rest).flatMap(([key, value]) =>
				value === undefined ? [] : [[key, String(value)]],
			),
		);
		return {
			method: operation.method,
			url: `${baseUrl}${path}${query.size > 0 ? `?${query}` : ''}`,
			headers,
		};
	}
	headers['content-type'] = 'application/json';
	return {
		method: operation.method,
		url: `${baseUrl}${path}`,
		headers,
		body: JSON.stringify(rest),
	};
}

/** Undefined: it is no answer to this operation, but to something else or by somebody else. */
function toAnswer(operation: Operation, body: unknown): Success | undefined {
	if (!isRecord(body) || body.success === false || !isRecord(body.data)) return undefined;
	const { data } = body;
	const meta = isRecord(body.meta) ? body.meta : {};
	// Without a receipt, and with nothing that is expected, somebody else has answered.
	const expected = requiredKeys(operation.output);
	const isForeign = expected.length > 0 && !expected.some((key) => Object.hasOwn(data, key));
	if (isForeign && Object.keys(meta).length === 0) return undefined;
	return {
		data,
		receipt: {
			requestId: typeof meta.requestId === 'string' ? meta.requestId : undefined,
			creditsUsed: credits(meta.creditsUsed),
			creditsRemaining: credits(meta.creditsRemaining),
			...(isCredits(meta.creditsReserved) && { creditsReserved: meta.creditsReserved }),
			...(isCredits(meta.creditsRefunded) && { creditsRefunded: meta.creditsRefunded }),
			processingTimeMs:
				typeof meta.processingTimeMs === 'number' ? meta.processingTimeMs : undefined,
		},
	};
}

const isCredits = (value: unknown): value is number =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0;
const credits = (value: unknown): number | null => (isCredits(value) ? value : null);

/** What stands in `body` if it is not the JSON that was expected. */
function whatCame({ body, headers }: HttpResponse): string {
	if (body.trim() === '') return 'it is empty';
	if (/html/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)/i.test(body))
		return 'it is a web page, not data';
	return parsed(body) === undefined ? 'it is not valid JSON, or was cut off' : 'it holds no result';
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

const redacted = (body: string, secrets: string[] = []): string =>
	secrets.reduce(
		(text, secret) => (secret && text.includes(secret) ? text.split(secret).join('[key]') : text),
		body,
	);

/** Seconds or an HTTP date, as milliseconds from now; anything else says nothing. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
	const text = header?.trim() ?? '';
	if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
	const date = / GMT$/i.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Exponential with jitter, or what the API asked for. Milliseconds. */
function delayBefore(sends: number, retryAfterMs: number | undefined, random: number): number {
	// "Now" is what it asked for when it knows no better: do not hammer it.
	if (retryAfterMs) return retryAfterMs;
	const longest = Math.min(RETRY.longestDelayMs, RETRY.firstDelayMs * 2 ** (sends - 1));
	return longest * (0.5 + random / 2);
}
