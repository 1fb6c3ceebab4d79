import { type Client, type ClientOptions, createClient } from '../shared/http/client';
import { ConnectorError } from '../shared/errors/ConnectorError';
import type { IdempotencyStore, StoredCall } from '../shared/rows/idempotency';
import { type Data, documentedCost, type Operation } from '../shared/contract/operation';
import { operations } from '../shared/providers/enrich/operations';
import {
	type Clock,
	type HttpResponse,
	type HttpRequest,
	TransportError,
	type Transport,
} from '../shared/http/transport';

export const BASE_URL = 'https://api.test/v3';
export const CANARY_KEY = 'sk_canary_0123456789';

interface Sleeper {
	at: number;
	wake: () => void;
}

/**
 * Virtual time: whenever nothing else is left to do, the earliest sleeper wakes and the clock
 * stands at its hour. Nothing ever really waits, and the order is always the same.
 */
export class FakeClock implements Clock {
	private time = 1_800_000_000_000;
	private sleepers: Sleeper[] = [];
	private isPumping = false;
	readonly slept: number[] = [];

	constructor(readonly random: () => number = () => 0.5) {}

	now = () => this.time;

	sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
		this.slept.push(ms);
		return this.rest(ms, signal);
	};

	/** Sleeps without a note of it: the fakes' own waiting. */
	rest(ms: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) return Promise.resolve();
		return new Promise((resolve) => {
			const sleeper: Sleeper = { at: this.time + Math.max(0, ms), wake: resolve };
			let place = this.sleepers.length;
			while (place > 0 && (this.sleepers[place - 1] as Sleeper).at > sleeper.at) place--;
			this.sleepers.splice(place, 0, sleeper);
			signal?.addEventListener(
				'abort',
				() => {
					this.sleepers = this.sleepers.filter((other) => other !== sleeper);
					resolve();
				},
				{ once: true },
			);
			this.pump();
		});
	}

	/** Carries out `work` at an hour of virtual time. */
	at(ms: number, work: () => void): void {
		void this.rest(ms - this.time).then(work);
	}

	private pump(): void {
		if (this.isPumping) return;
		this.isPumping = true;
		// Promises that are settled already come first.
		setImmediate(() => {
			this.isPumping = false;
			const next = this.sleepers.shift();
			if (!next) return;
			this.time = Math.max(this.time, next.at);
			next.wake();
			if (this.sleepers.length > 0) this.pump();
		});
	}
}

/** Numbers from 0 to 1, the same in every run. */
export function seededRandom(seed = 1): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export const json = (
	status: number,
	body: unknown,
	headers: Record<string, string> = {},
): HttpResponse => ({
	status,
	headers: { 'content-type': 'application/json', ...headers },
	body: typeof body === 'string' ? body : JSON.stringify(body),
});

export const success = (data: Data, meta: Data = {}): HttpResponse =>
	json(200, {
		success: true,
		data,
		meta: { requestId: 'req_1', creditsUsed: 0, creditsRemaining: 100, ...meta },
	});

export const problem = (status: number, members: Data = {}): HttpResponse =>
	json(status, {
		type: `https://dev.enrich.so/errors/x`,
		title: 'Title',
		status,
		detail: 'Detail',
		...members,
	});

export const HTML: HttpResponse = {
	status: 200,
	headers: { 'content-type': 'text/html' },
	body: '<!DOCTYPE html><html><body>Bad gateway</body></html>',
};

/** A code as Node's network layer throws it. */
export const networkError = (code: string) =>
	Object.assign(new Error(`connect ${code} 10.0.0.1`), { code });

type Step = HttpResponse | Error | ((request: HttpRequest) => HttpResponse | Promise<HttpResponse>);

/** Answers from a script, the last step for ever, and keeps what it was asked. */
export function scripted(...steps: Step[]): Transport & { requests: HttpRequest[] } {
	const requests: HttpRequest[] = [];
	const transport = async (request: HttpRequest): Promise<HttpResponse> => {
		requests.push(request);
		const step = steps[Math.min(requests.length, steps.length) - 1] as Step;
		if (step instanceof Error) throw step;
		return typeof step === 'function' ? step(request) : step;
	};
	return Object.assign(transport, { requests });
}

export const fakeClient = (transport: Transport, options: Partial<ClientOptions> = {}): Client =>
	createClient({
		baseUrl: BASE_URL,
		transport,
		clock: new FakeClock(),
		secrets: [CANARY_KEY],
		...options,
	});

/** The error that `work` ends in. */
export async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<ConnectorError> {
	try {
		await (typeof work === 'function' ? work() : work);
	} catch (error) {
		if (error instanceof ConnectorError) return error;
		throw error;
	}
	throw new Error('It was expected to end in an EnrichError');
}

/** A memory that outlives a run, as n8n and Zapier keep one. */
export function fakeMemory(): IdempotencyStore & { entries: Map<string, StoredCall> } {
	const entries = new Map<string, StoredCall>();
	return {
		entries,
		get: (key) => structuredClone(entries.get(key)),
		set: (key, value) => void entries.set(key, structuredClone(value)),
		delete: (key) => void entries.delete(key),
	};
}

export type Fault =
	| 'status'
	| 'reset'
	| 'timeout'
	| 'truncated'
	| 'html'
	| 'unreachable'
	| 'busy'
	| 'limited';

export interface Trouble {
	fault: Fault;
	/** Whether the call was carried out, and charged, before things went wrong. */
	when: 'before' | 'after';
	status?: number;
}

export interface FakeApiOptions {
	clock: FakeClock;
	latencyMs?: () => number;
	/** What goes wrong with the n-th call, from 0. */
	trouble?: (n: number) => Trouble | undefined;
	/** Credits in the wallet; default: plenty. */
	balance?: number;
	/** Entries that a list has in all. */
	listLength?: number;
	/** What is really charged for a call; default: as documented. */
	charge?: (operation: Operation, input: Data) => number;
}

export interface Sent {
	operation: Operation;
	input: Data;
	text: string;
	charged: number;
	answered: boolean;
	ran: boolean;
}

/** A small Enrich API that charges as documented and goes wrong on demand. */
export function fakeApi({
	clock,
	latencyMs = () => 50,
	trouble,
	balance = Infinity,
	listLength = 0,
	charge,
}: FakeApiOptions) {
	const sent: Sent[] = [];
	const ledger = { charged: 0, inFlight: 0, inFlightMost: 0 };

	function process(
		operation: Operation,
		input: Data,
	): { answer: HttpResponse; charged: number; ran: boolean } {
		const data = operation.paging
			? pageOf(operation, input, listLength)
			: dataFor(operation, input);
		const { found } = operation.outcome(data);
		const most = charge?.(operation, input) ?? documentedCost(operation, input);
		const cost = operation.paging ? Math.min(most, entriesIn(operation, data)) : most;
		const charged = found ? cost : 0;
		if (ledger.charged + charged > balance) {
			const currentBalance = balance - ledger.charged;
			const members = { currentBalance, required: charged, shortfall: charged - currentBalance };
			return { answer: problem(402, members), charged: 0, ran: false };
		}
		ledger.charged += charged;
		const meta = {
			creditsUsed: charged,
			creditsRemaining: balance === Infinity ? 1_000_000 : balance - ledger.charged,
		};
		return { answer: success(data, meta), charged, ran: true };
	}

	const transport: Transport = async ({ method, url, body, signal }) => {
		const { operation, input } = requestOf(method, url, body);
		const record: Sent = {
			operation,
			input,
			text: `${method} ${url} ${body ?? ''}`,
			charged: 0,
			answered: false,
			ran: false,
		};
		const happens = trouble?.(sent.length);
		sent.push(record);
		ledger.inFlight += 1;
		ledger.inFlightMost = Math.max(ledger.inFlightMost, ledger.inFlight);
		try {
			const took = latencyMs();
			await clock.rest(took / 2, signal);
			const mayRun =
				!happens ||
				(happens.when === 'after' && !['unreachable', 'busy', 'limited'].includes(happens.fault));
			const processed = mayRun ? process(operation, input) : undefined;
			record.charged = processed?.charged ?? 0;
			record.ran = processed?.ran ?? false;
			await clock.rest(took / 2, signal);
			if (signal?.aborted) throw new TransportError('cancelled');
			if (happens) return faulty(happens, processed?.answer);
			record.answered = true;
			return (processed as { answer: HttpResponse }).answer;
		} finally {
			ledger.inFlight -= 1;
		}
	};
	return { transport, sent, ledger };
}

function faulty({ fault, status = 500 }: Trouble, answer?: HttpResponse): HttpResponse {
	switch (fault) {
		case 'status':
			return problem(status);
		case 'busy':
			return problem(503, {}) && json(503, { error: 'Busy' }, { 'retry-after': '1' });
		case 'limited':
			return json(429, { error: 'Slow down' }, { 'retry-after': '1' });
		case 'html':
			return HTML;
		case 'truncated':
			return { ...(answer ?? success({})), body: '{"success": true, "data": {"em' };
		case 'timeout':
			throw new TransportError('timedOut');
		case 'reset':
			throw networkError('ECONNRESET');
		case 'unreachable':
			throw networkError('ECONNREFUSED');
	}
}

function requestOf(
	method: string,
	url: string,
	body?: string,
): { operation: Operation; input: Data } {
	const { pathname, searchParams } = new URL(url.slice(BASE_URL.length), 'https://path.test');
	const operation = operations.find((known) => known.method === method && known.path === pathname);
	if (!operation) throw new Error(`Nothing answers ${method} ${url}`);
	return {
		operation,
		input: body === undefined ? Object.fromEntries(searchParams) : (JSON.parse(body) as Data),
	};
}

/** Input that begins with "miss" finds nothing. */
function dataFor({ operationId, example }: Operation, input: Data): Data {
	if (!/"miss/i.test(JSON.stringify(input))) return example.data;
	const misses: Record<string, Data> = {
		findEmail: { found: false, message: 'Not found' },
		phoneLookup: { phones: [] },
		reverseLookup: {},
		ipToCompany: {},
	};
	return misses[operationId] ?? example.data;
}

const sizeOf = ({ paging }: Operation, input: Data) => Number(input[paging?.size ?? '']);
const entriesIn = ({ paging }: Operation, data: Data) =>
	(data[paging?.entries ?? ''] as unknown[]).length;

function pageOf(operation: Operation, input: Data, listLength: number): Data {
	const size = sizeOf(operation, input);
	const page = Number(input.page);
	const first = (page - 1) * size;
	const count = Math.max(0, Math.min(size, listLength - first));
	const totalPages = Math.ceil(listLength / size);
	return {
		[operation.paging?.entries ?? '']: Array.from({ length: count }, (_, i) => ({
			id: `entry ${first + i}`,
		})),
		pagination: { page, totalPages, hasMore: page < totalPages, totalResults: listLength },
	};
}

export interface PlanLimits {
	burstPerSecond: number;
	perMinute: number;
	enrichmentPerMinute?: number;
}

/** A window that begins with the first call in it; refused calls count too. */
class FixedWindow {
	private used = 0;
	private endsAt = -Infinity;

	constructor(
		readonly limit: number,
		private readonly lengthMs: number,
	) {}

	take(now: number): boolean {
		if (now >= this.endsAt) {
			this.used = 0;
			this.endsAt = now + this.lengthMs;
		}
		return ++this.used <= this.limit;
	}

	remaining = () => Math.max(0, this.limit - this.used);
	msLeft = (now: number) => Math.max(1, this.endsAt - now);
}

/** The rate limits of one organization, with headers of any of the styles that the API may have. */
export function fakeLimits(plan: PlanLimits, style: 'tightest' | 'burst' | 'none', clock: Clock) {
	const burst = new FixedWindow(plan.burstPerSecond, 1000);
	const all = [burst, new FixedWindow(plan.perMinute, 60_000)];
	const enrichment = plan.enrichmentPerMinute
		? [new FixedWindow(plan.enrichmentPerMinute, 60_000)]
		: [];
	const seconds = (ms: number) => String(Math.ceil(ms / 1000));
	/** Undefined: the call may be processed; else the refusal. */
	return function admit(method: string): { headers: Record<string, string>; isRefused: boolean } {
		const now = clock.now();
		const windows = method === 'POST' ? [...all, ...enrichment] : all;
		const full = windows.filter((window) => !window.take(now));
		const pace = (window: FixedWindow) => window.remaining() / window.msLeft(now);
		const tightest = windows.reduce((slowest, window) =>
			pace(window) < pace(slowest) ? window : slowest,
		);
		const shown = style === 'burst' ? burst : tightest;
		const limits = {
			'x-ratelimit-limit': String(shown.limit),
			'x-ratelimit-remaining': String(shown.remaining()),
			'x-ratelimit-reset': seconds(shown.msLeft(now)),
		};
		const waits = full.map((window) => window.msLeft(now));
		return {
			headers: {
				...(style === 'none' ? {} : limits),
				...(full.length > 0 && { 'retry-after': seconds(Math.max(...waits)) }),
			},
			isRefused: full.length > 0,
		};
	};
}
