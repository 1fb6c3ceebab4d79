import type { Execution } from '../errors/ConnectorError';

/** One HTTP exchange, as the platform carries it out. It adds the key; the core never holds it. */
export interface HttpRequest {
	method: string;
	url: string;
	headers: Record<string, string>;
	body?: string;
	/** Milliseconds for the whole exchange. */
	timeoutMs: number;
	/** Bytes of the largest response to accept. */
	maxBytes: number;
	signal?: AbortSignal;
}

export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | undefined>;
	body: string;
}

/** Answers with any status; throws `NoAnswer` when none arrived whole. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;

export type TransportErrorReason =
	| 'unreachable'
	| 'interrupted'
	| 'timedOut'
	| 'tooLong'
	| 'cancelled';

export class TransportError extends Error {
	constructor(
		readonly reason: TransportErrorReason,
		readonly detail = '',
	) {
		super(reason);
	}

	/** Only a connection that was never made proves that nothing ran. */
	get execution(): Execution {
		return this.reason === 'unreachable' ? 'no' : 'maybe';
	}
}

/**
 * Codes of connections that were never made, so that nothing was sent. Any other broken
 * connection counts as "may have run".
 */
const NEVER_SENT: ReadonlySet<string> = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EAI_NODATA',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENETDOWN',
	'EADDRNOTAVAIL',
	'UND_ERR_CONNECT_TIMEOUT',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Reads what an HTTP library threw: its codes tell whether the request ever left. */
export function toTransportError(thrown: unknown): TransportError {
	if (thrown instanceof TransportError) return thrown;
	const chain = causesOf(thrown);
	const code = chain.map(({ code }) => code).find((code) => typeof code === 'string') as
		| string
		| undefined;
	const names = chain.map(({ name, message }) => `${String(name)} ${String(message)}`).join(' ');
	const isConnecting = chain.every(
		({ syscall }) => syscall === undefined || CONNECTING.has(syscall),
	);
	if (code && NEVER_SENT.has(code) && isConnecting) return new TransportError('unreachable', code);
	if (/TimeoutError|timed? ?out/i.test(`${names} ${code}`) || code === 'ECONNABORTED')
		return new TransportError('timedOut', code);
	return new TransportError('interrupted', code ?? '');
}

/** A network can also get lost while an answer is awaited. */
const CONNECTING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

interface Thrown {
	syscall?: unknown;
	code?: unknown;
	name?: unknown;
	message?: unknown;
	cause?: unknown;
}

function causesOf(thrown: unknown, depth = 0): Thrown[] {
	if (typeof thrown !== 'object' || thrown === null || depth > 4) return [];
	return [thrown as Thrown, ...causesOf((thrown as Thrown).cause, depth + 1)];
}

/** Handed in by the platform, so that the core runs anywhere and tests need not wait. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Resolves after so many milliseconds, or early when the signal fires. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** From 0 up to 1. */
	random(): number;
}
