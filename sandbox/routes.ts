import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Data, Operation } from '../shared/contract/operation';
import { isPaid } from '../shared/errors/errorTable';
import { ruleFor } from './answers';
import { Batches } from './batches';
import type { SeededRandom } from './seededRandom';
import { commit, type FaultRule, type Faults } from './faults';
import { checkInput } from './inputs';
import { refusalOf } from './keys';
import type { LeadJobs } from './leadJobs';
import { hexId, type Ledger } from './ledger';
import { type Problem, rateLimitExceeded, toWire, type WireAnswer } from './problems';
import { processorOf } from './processing';
import type { CallKind, RateLimits } from './rateLimits';
import { type RecordedRequest, type Recorder, shortened } from './requests';
import type { Waits } from './waits';

export const BASE_PATH = '/api/v3';

/** What all operations of one sandbox share. */
export interface SandboxContext {
	apiKey: string;
	latencyMs: number;
	ledger: Ledger;
	batches: Batches;
	leadJobs: LeadJobs;
	chance: SeededRandom;
	faults: Faults;
	limits: RateLimits;
	recorder: Recorder<RecordedRequest>;
	traffic: Traffic;
	waits: Waits;
}

/** Counts the calls: all so far, those in flight, and the most that ever were. */
export class Traffic {
	calls = 0;
	inFlight = 0;
	peak = 0;

	enter(): void {
		this.calls++;
		this.inFlight++;
		this.peak = Math.max(this.peak, this.inFlight);
	}

	reset(): void {
		this.peak = this.inFlight;
	}
}

/** What is known of a call while it is in the house. */
interface RequestContext {
	requestId: string;
	arrivedAt: number;
	record: RecordedRequest;
	/** The rate-limit headers of its answer. */
	headers: Record<string, string>;
}

declare module 'fastify' {
	interface FastifyRequest {
		visit: RequestContext;
	}
}

function send(
	reply: FastifyReply,
	{ record, headers }: RequestContext,
	{ status, contentType, body }: WireAnswer,
) {
	record.status = status;
	return reply.code(status).headers(headers).type(contentType).send(body);
}

/**
 * One operation's way through the house: arrival, key, rate limit, faults before, checks, latency,
 * charge and answer, faults after.
 */
export function addRoute(app: FastifyInstance, operation: Operation, house: SandboxContext): void {
	const { operationId, method } = operation;
	const { faults, recorder, traffic, waits } = house;
	const process =
		house.batches.processorOf(operation) ??
		house.leadJobs.processorOf(operation) ??
		processorOf(operation, house.ledger, house.chance);
	const kind = kindOf(operation);
	const shape = ruleFor(Batches.singleOf(operation) ?? operation).errors ?? 'problem';
	const errorOf = (problem: Problem, visit: RequestContext) =>
		toWire(problem, shape, visit.requestId);
	const refuse = (reply: FastifyReply, visit: RequestContext, problem: Problem) =>
		send(reply, visit, errorOf(problem, visit));

	const arrive = (request: FastifyRequest, reply: FastifyReply): RequestContext => {
		traffic.enter();
		reply.raw.once('close', () => traffic.inFlight--);
		const record = recorder.add({
			operationId,
			input: method === 'GET' ? request.query : undefined,
			at: Date.now(),
			charged: 0,
			refused: false,
			inFlight: traffic.inFlight,
		});
		return {
			requestId: hexId('665b0a7f', traffic.calls),
			arrivedAt: performance.now(),
			record,
			headers: {},
		};
	};

	const spoil = async (
		reply: FastifyReply,
		visit: RequestContext,
		fault: FaultRule,
		due?: WireAnswer,
	) => {
		visit.record.fault = fault.kind;
		reply.hijack();
		const response = reply.raw;
		const errorFor = (status: number) =>
			errorOf({ status, detail: 'This error was asked for' }, visit);
		const scene = { response, headers: visit.headers, due, errorFor, waits };
		// Closing the sandbox cuts a fault short.
		await commit(fault, scene).catch(() => response.destroy());
		if (response.headersSent) visit.record.status = response.statusCode;
	};

	app.route({
		method,
		url: BASE_PATH + operation.path.replace(/\{(\w+)\}/g, ':$1'),
		onRequest: async (request, reply) => {
			const visit = (request.visit = arrive(request, reply));
			const refusal = refusalOf(request.headers, house.apiKey, operation);
			if (refusal) return refuse(reply, visit, refusal);
			const { headers, retryAfter } = house.limits.admit(kind);
			visit.headers = headers;
			visit.record.refused = retryAfter !== undefined;
			if (retryAfter !== undefined) return refuse(reply, visit, rateLimitExceeded(retryAfter));
		},
		handler: async (request, reply) => {
			const { visit } = request;
			const raw = rawInput(request, method);
			visit.record.input = shortened(raw);
			const before = faults.take('before', operationId, raw);
			if (before) return spoil(reply, visit, before);

			const checked = await checkInput(operation, raw);
			if ('problem' in checked) return refuse(reply, visit, checked.problem);
			if (house.latencyMs > 0) await waits.for(house.latencyMs);

			const processed = await process(checked.input, visit.requestId, visit.arrivedAt);
			if ('problem' in processed) return refuse(reply, visit, processed.problem);
			visit.record.charged = processed.charged;
			const after = faults.take('after', operationId, raw);
			if (after) return spoil(reply, visit, after, processed.wire);
			return send(reply, visit, processed.wire);
		},
	});
}

function kindOf({ method, billing }: Operation): CallKind {
	if (billing === 'reservesAtSubmit') return 'bulk';
	return method === 'POST' && isPaid(billing) ? 'enrichment' : 'other';
}

/** What the caller gave: path, then query or body. A body that is no object is left as it is. */
function rawInput(request: FastifyRequest, method: Operation['method']): unknown {
	const given = method === 'GET' ? request.query : (request.body ?? {});
	if (typeof given !== 'object' || Array.isArray(given)) return given;
	return { ...(given as Data), ...(request.params as Data) };
}

/** Unknown addresses and unreadable bodies end as problem details too. */
export function refuseTheRest(app: FastifyInstance): void {
	const refuse = (request: FastifyRequest, reply: FastifyReply, status: number, detail: string) => {
		const { requestId = 'unknown', headers = {}, record } = request.visit ?? {};
		if (record) record.status = status;
		const { contentType, body } = toWire({ status, detail }, 'problem', requestId);
		return reply.code(status).headers(headers).type(contentType).send(body);
	};
	app.setNotFoundHandler((request, reply) =>
		refuse(request, reply, 404, `${request.method} ${request.url.split('?')[0]} does not exist`),
	);
	app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const isRequestsFault = error.statusCode !== undefined && error.statusCode < 500;
		return refuse(
			request,
			reply,
			error.statusCode ?? 500,
			`${isRequestsFault ? 'body ' : ''}${error.message}`,
		);
	});
}
