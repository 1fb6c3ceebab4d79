import type { Batch } from '../shared/contract/batch';
import type { Data } from '../shared/contract/data';
import { documentedCost, type Operation } from '../shared/contract/operation';
import type { Client } from '../shared/http/client';
import { type HttpResponse, TransportError, type Transport } from '../shared/http/transport';
import { enrich } from '../shared/providers/enrich';
import { emailValidationBatch } from '../shared/providers/enrich/batches';
import { BASE_URL, fakeClient } from './fakeClient';
import { FakeClock } from './fakeClock';
import {
	type Admission,
	fakeLimits,
	type LimitHeaders,
	type LimitOddities,
	type PlanLimits,
} from './fakeLimits';
import { HTML, json, networkError, problem, success } from './fakeTransport';

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
	/** Whether the request was carried out, and charged, before things went wrong. */
	when: 'before' | 'after';
	status?: number;
}

/** What becomes of a submit's answer. */
export type Fate = 'answered' | 'lostAfter' | 'lostBefore';

/** A request as the API understands it, and what became of it. */
export interface Sent {
	operation: Operation;
	/** By name, from path, query and body. */
	input: Data;
	text: string;
	charged: number;
	answered: boolean;
	ran: boolean;
}

interface FakeBatch {
	batch: Batch;
	rows: Data[];
	endsAt: number;
	isSettled: boolean;
	failsAfter?: number;
}

/** Answers one request in the API's place; `next` is what it would answer. */
type Handler = (sent: Sent, next: () => HttpResponse) => HttpResponse;

export type Knobs = Pick<
	FakeEnrich,
	| 'latencyMs'
	| 'trouble'
	| 'balance'
	| 'listLength'
	| 'charge'
	| 'fates'
	| 'runsMs'
	| 'perPage'
	| 'failsAfter'
	| 'has'
	| 'disturb'
> & {
	clock: FakeClock;
	plan: PlanLimits;
	limitHeaders: LimitHeaders;
	limitOddities: LimitOddities;
};

/**
 * A small Enrich API behind a transport: it answers single lookups, lists and batches, charges as
 * documented, limits rates, and goes wrong on demand. Its clock moves only while somebody waits.
 */
export class FakeEnrich {
	readonly clock: FakeClock;
	/** Milliseconds for one way, there or back. */
	latencyMs: () => number = () => 0;
	/** What goes wrong with the n-th request, from 0. */
	trouble: (n: number) => Trouble | undefined = () => undefined;
	/** Credits in the wallet. */
	balance = 1_000_000;
	/** Entries that each list has in all; default: lists are empty, the wallet's holds its charges. */
	listLength?: number;
	/** What is really charged for a lookup; default: as documented. */
	charge: (operation: Operation, input: Data) => number = (operation, input) =>
		documentedCost(operation, input) ?? 0;

	/** Of the next submits; those after them are answered. */
	fates: Fate[] = [];
	/** How long a batch takes. */
	runsMs = 60_000;
	/** Entries on a page of results at most. */
	perPage = 1000;
	/** Batches fail once so many of their rows are done. */
	failsAfter?: number;
	/** Which rows of a batch bring a result. */
	has: (row: string) => boolean = () => true;
	/** Asked before each request but submits: what it answers or throws is what the client sees. */
	disturb: () => HttpResponse | void = () => {};

	readonly sent: Sent[] = [];
	/** Submits that arrived here. */
	submits = 0;
	/** When batches were polled, in milliseconds since the start. */
	readonly polledAt: number[] = [];
	readonly batches = new Map<string, FakeBatch>();
	/** Oldest first. */
	readonly transactions: Data[] = [];
	readonly stats = {
		arrivedAt: [] as number[],
		refusedAt: [] as number[],
		inFlight: 0,
		maxInFlight: 0,
	};
	/** Whether the rate limits let a request of this method in; counts it. */
	readonly admit: (method: string) => Admission;
	readonly client: Client;
	private readonly startedAt: number;
	private spentSoFar = 0;
	private handle: (sent: Sent) => HttpResponse = (sent) => this.answer(sent);

	constructor({
		clock = new FakeClock(),
		plan,
		limitHeaders = 'tightest',
		limitOddities,
		...knobs
	}: Partial<Knobs> = {}) {
		this.clock = clock;
		Object.assign(this, knobs);
		this.startedAt = clock.now();
		const limits = plan && fakeLimits(plan, limitHeaders, clock, limitOddities);
		this.admit = limits ?? (() => ({ headers: {}, isRefused: false }));
		this.client = fakeClient(this.transport, { clock });
	}

	/** Milliseconds since the start. */
	get elapsedMs(): number {
		return this.clock.now() - this.startedAt;
	}

	/** Credits that left the wallet and did not come back. */
	get spent(): number {
		return this.spentSoFar;
	}

	/** Requests for one operation so far. */
	sentTo = (operationId: string): Sent[] =>
		this.sent.filter(({ operation }) => operation.operationId === operationId);

	intercept(handler: Handler): void {
		const next = this.handle;
		this.handle = (sent) => handler(sent, () => next(sent));
	}

	/** Changes what one operation answers; a response that `change` returns takes its place. */
	alter(operationId: string, change: (data: Data, input: Data) => unknown): void {
		this.intercept((sent, next) => {
			const response = next();
			if (sent.operation.operationId !== operationId || response.status !== 200) return response;
			const body = JSON.parse(response.body) as { data: Data };
			const instead = change(body.data, sent.input);
			return isResponse(instead) ? instead : { ...response, body: JSON.stringify(body) };
		});
	}

	readonly transport: Transport = async ({ method, url, body, signal }) => {
		const sent: Sent = {
			...received(method, url, body),
			text: `${method} ${url} ${body ?? ''}`,
			charged: 0,
			answered: false,
			ran: false,
		};
		const trouble = this.trouble(this.sent.length);
		this.sent.push(sent);
		this.stats.inFlight += 1;
		this.stats.maxInFlight = Math.max(this.stats.maxInFlight, this.stats.inFlight);
		try {
			await this.travel(signal);
			this.stats.arrivedAt.push(this.elapsedMs);
			const { headers, isRefused } = this.admit(method);
			if (isRefused) this.stats.refusedAt.push(this.elapsedMs);
			const response = isRefused ? tooMany() : this.carryOut(sent, trouble);
			await this.travel(signal);
			if (signal?.aborted) throw new TransportError('cancelled');
			if (trouble) return faulty(trouble, response);
			sent.answered = !isRefused;
			return { ...response, headers: { ...response?.headers, ...headers } } as HttpResponse;
		} finally {
			this.stats.inFlight -= 1;
		}
	};

	private async travel(signal?: AbortSignal): Promise<void> {
		const ms = this.latencyMs();
		if (ms > 0) await this.clock.rest(ms, signal);
	}

	/** Undefined: the trouble comes before the request is carried out. */
	private carryOut(sent: Sent, trouble?: Trouble): HttpResponse | undefined {
		const mayRun =
			!trouble ||
			(trouble.when === 'after' && !['unreachable', 'busy', 'limited'].includes(trouble.fault));
		return mayRun ? this.handle(sent) : undefined;
	}

	private answer(sent: Sent): HttpResponse {
		const { operation, input } = sent;
		const isOf = (key: 'submit' | 'status' | 'results') => (batch: Batch) =>
			batch[key].operationId === operation.operationId;
		const all: readonly Batch[] = enrich.batches;
		const submitted = all.find(isOf('submit'));
		if (submitted) return this.submit(submitted, sent);
		const disturbed = this.disturb();
		if (disturbed) return disturbed;
		const polled = all.find(isOf('status'));
		if (polled) return this.status(String(input[polled.idName]));
		const read = all.find(isOf('results'));
		if (read) return this.results(String(input[read.idName]), Number(input.page ?? 1));
		if (operation.operationId === 'getWalletBalance') return success({ balance: this.balance });
		if (operation.operationId === 'getWalletTransactions' && this.listLength === undefined)
			return success(pageOf(operation, input, [...this.transactions].reverse()));
		return this.lookUp(sent);
	}

	private lookUp(sent: Sent): HttpResponse {
		const { operation, input } = sent;
		const data = operation.paging
			? pageOf(operation, input, entries(this.listLength ?? 0))
			: dataFor(operation, input);
		const maxCharge = this.charge(operation, input);
		const count = operation.paging ? (data[operation.paging.entries] as Data[]).length : Infinity;
		const charged = operation.outcome(data).found ? Math.min(maxCharge, count) : 0;
		if (charged > this.balance) return this.tooFew(charged);
		if (charged > 0) this.book(undefined, charged, operation.title);
		sent.charged = charged;
		sent.ran = true;
		return success(data, { creditsUsed: charged, creditsRemaining: this.balance });
	}

	private submit(batch: Batch, sent: Sent): HttpResponse {
		this.submits += 1;
		const fate = this.fates.shift() ?? 'answered';
		if (fate === 'lostBefore') throw new TransportError('interrupted');
		const rows = rowsIn(sent.input);
		const credits = rows.length * (batch.single.price?.credits ?? 0);
		if (credits > this.balance) return this.tooFew(credits);
		const batchId = this.start(batch, rows);
		sent.charged = credits;
		sent.ran = true;
		if (fate === 'lostAfter') throw new TransportError('interrupted');
		const counts = { itemCount: rows.length, originalCount: rows.length, duplicatesRemoved: 0 };
		return success(
			{ batchId, status: 'queued', ...counts },
			{ creditsReserved: credits, creditsRemaining: this.balance },
		);
	}

	/** A batch that runs, be it somebody else's: its credits are reserved. */
	start(batch: Batch, rows: Data[], runsMs = this.runsMs): string {
		const batchId = (this.batches.size + 1).toString(16).padStart(24, 'a');
		const endsAt = this.clock.now() + runsMs;
		this.batches.set(batchId, {
			...{ batch, rows, endsAt },
			isSettled: false,
			failsAfter: this.failsAfter,
		});
		this.book(batchId, rows.length * (batch.single.price?.credits ?? 0), `${batch.title} batch`);
		return batchId;
	}

	/** Takes credits from the wallet. */
	book(batchId: string | undefined, credits: number, what = 'Email Validation batch'): void {
		this.transact(-credits, batchId === undefined ? what : `${what} ${batchId}`);
	}

	private transact(amount: number, description: string): void {
		this.balance += amount;
		this.spentSoFar -= amount;
		this.transactions.push({
			id: `t${this.transactions.length}`,
			type: amount < 0 ? 'deduction' : 'refund',
			amount,
			balanceAfter: this.balance,
			description,
			createdAt: new Date(this.clock.now()).toISOString(),
			organizationId: 'o1',
		});
	}

	private status(batchId: string): HttpResponse {
		const known = this.batches.get(batchId);
		if (!known) return problem(404);
		this.polledAt.push(this.elapsedMs);
		const { rows, endsAt, failsAfter } = known;
		const leftMs = Math.max(0, endsAt - this.clock.now());
		const ended = failsAfter === undefined ? 'completed' : 'failed';
		return success({
			batchId,
			status: leftMs > 0 ? 'processing' : ended,
			totalItems: rows.length,
			progress: leftMs > 0 ? 100 - (100 * leftMs) / this.runsMs : 100,
		});
	}

	/** The first reading of an ended batch gives back what brought no result. */
	private results(batchId: string, page: number): HttpResponse {
		const known = this.batches.get(batchId);
		if (!known) return problem(404);
		const { batch, rows, endsAt, failsAfter } = known;
		const isDone = this.clock.now() >= endsAt;
		const done = isDone ? rows.slice(0, failsAfter) : [];
		// In another order than they were sent in.
		const found = done.filter((row) => this.has(Object.values(row).join(' '))).reverse();
		const price = batch.single.price?.credits ?? 0;
		if (isDone && !known.isSettled) {
			known.isSettled = true;
			const refund = (rows.length - found.length) * price;
			if (refund > 0) this.transact(refund, `${batch.title} batch ${batchId}`);
		}
		const first = (page - 1) * this.perPage;
		const results = found.slice(first, first + this.perPage).map((row) => resultFor(batch, row));
		const status = !isDone ? 'processing' : failsAfter === undefined ? 'completed' : 'failed';
		return success(
			{ batchId, status, totalItems: rows.length, results },
			{ creditsUsed: found.length * price, creditsRemaining: this.balance },
		);
	}

	private tooFew(required: number): HttpResponse {
		const { balance } = this;
		return problem(402, { currentBalance: balance, required, shortfall: required - balance });
	}
}

export const validation: Batch = emailValidationBatch;

const isResponse = (value: unknown): value is HttpResponse =>
	typeof (value as Partial<HttpResponse> | undefined)?.body === 'string';

const tooMany = () => json(429, { statusCode: 429, error: 'Too Many Requests' });

function faulty({ fault, status = 500 }: Trouble, response?: HttpResponse): HttpResponse {
	switch (fault) {
		case 'status':
			return problem(status);
		case 'busy':
			return json(503, { error: 'Busy' }, { 'retry-after': '1' });
		case 'limited':
			return json(429, { error: 'Slow down' }, { 'retry-after': '1' });
		case 'html':
			return HTML;
		case 'truncated':
			return { ...(response ?? success({})), body: '{"success": true, "data": {"em' };
		case 'timeout':
			throw new TransportError('timedOut');
		case 'reset':
			throw networkError('ECONNRESET');
		case 'unreachable':
			throw networkError('ECONNREFUSED');
	}
}

const routes = Object.values<Operation>(enrich.operations).map((operation) => ({
	operation,
	pattern: new RegExp(`^${operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function received(
	method: string,
	url: string,
	body?: string,
): { operation: Operation; input: Data } {
	const { pathname, searchParams } = new URL(url.slice(BASE_URL.length), 'https://path.test');
	for (const { operation, pattern } of routes) {
		const match = operation.method === method && pattern.exec(pathname);
		if (!match) continue;
		const inPath = Object.entries(match.groups ?? {});
		const input = {
			...Object.fromEntries(inPath.map(([name, value]) => [name, decodeURIComponent(value)])),
			...Object.fromEntries(searchParams),
			...(body !== undefined && (JSON.parse(body) as Data)),
		};
		return { operation, input };
	}
	throw new Error(`Nothing answers ${method} ${url}`);
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

/** Entries of lists are a minute apart, newest first. */
export const NEWEST_ENTRY_MS = Date.UTC(2026, 5, 3, 12);

const entries = (count: number): Data[] =>
	Array.from({ length: count }, (_, i) => ({
		id: `entry ${i}`,
		createdAt: new Date(NEWEST_ENTRY_MS - i * 60_000).toISOString(),
	}));

function pageOf({ paging }: Operation, input: Data, all: readonly Data[]): Data {
	const size = Number(input[paging?.size ?? '']);
	const page = Number(input.page);
	const totalPages = Math.ceil(all.length / size);
	return {
		[paging?.entries ?? '']: all.slice((page - 1) * size, page * size),
		pagination: { page, totalPages, hasMore: page < totalPages, totalResults: all.length },
	};
}

/** The rows in the body of a submit, by what the batch asks for. */
function rowsIn({ emails, linkedins, leads, ips }: Data): Data[] {
	const listed = (list: unknown, key: string) =>
		((list as (Data | string)[] | undefined) ?? []).map((row) =>
			typeof row === 'string' ? { [key]: row } : row,
		);
	return [
		...listed(emails, 'email'),
		...listed(linkedins, 'linkedin'),
		...listed(leads, 'lead'),
		...listed(ips, 'ip'),
	];
}

/** As the single lookup answers, and spelled otherwise than it was asked for. */
function resultFor({ single, namesRows }: Batch, { ip, ...row }: Data): Data {
	if (!namesRows) return single.example.data;
	return {
		...single.example.data,
		...row,
		...(ip !== undefined && { searchIp: ip }),
		...(typeof row.email === 'string' && { email: row.email.toUpperCase() }),
	};
}
