/** The way of a call through any provider's API: arrival, key, rate limit, faults, check, charge, answer. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Data } from '../shared/contract/data';
import { applyFault, type FaultRule, type Faults } from './faults';
import { hexId, type Ledger } from './ledger';
import type { RateLimits } from './rateLimits';
import { type RecordedRequest, type Recorder, shortened, type Traffic } from './requests';
import type { SeededRandom } from './seededRandom';
import type { Waits } from './waits';
import type { Problem, WireAnswer } from './wireAnswer';

/** What all operations of one provider's API share. */
export interface SandboxContext {
	apiKey: string;
	latencyMs: number;
	ledger: Ledger;
	random: SeededRandom;
	faults: Faults;
	limits: RateLimits;
	recorder: Recorder<RecordedRequest>;
	traffic: Traffic;
	waits: Waits;
}

/** What is known of a call that is being answered. */
export interface RequestContext {
	requestId: string;
	arrivedAt: number;
	record: RecordedRequest;
	/** The rate-limit headers of its answer. */
	headers: Record<string, string>;
}

declare module 'fastify' {
	interface FastifyRequest {
		requestContext: RequestContext;
	}
}

export type Checked = { input: Data } | { problem: Problem };

/** An answer, and the credits that were deducted for it, less those refunded. */
export interface Processed {
	wire: WireAnswer;
	charged: number;
}

export type ProcessingResult = Processed | { problem: Problem };

/** Processes the calls of one operation. */
export type Processor = (
	input: Data,
	requestId: string,
	arrivedAt: number,
) => ProcessingResult | Promise<ProcessingResult>;

/** One operation of a provider's API. */
export interface Route {
	operationId: string;
	method: 'GET' | 'POST' | 'DELETE';
	/** With Fastify's parameters, such as `/batches/:id`. */
	url: string;
	/** Which rate limits it counts toward besides those of all operations. */
	limitKind: string;
	/** Why a call may not be made with these headers, if so. */
	refusalOf(headers: IncomingHttpHeaders): Problem | undefined;
	check(raw: unknown): Checked | Promise<Checked>;
	process: Processor;
	errorOf(problem: Problem, requestId: string): WireAnswer;
}

export function addRoute(app: FastifyInstance, route: Route, context: SandboxContext): void {
	const { operationId, method, url } = route;
	const { faults, recorder, traffic, waits } = context;
	const refuse = (reply: FastifyReply, call: RequestContext, problem: Problem) =>
		send(reply, call, route.errorOf(problem, call.requestId));

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

	const fail = async (
		reply: FastifyReply,
		call: RequestContext,
		fault: FaultRule,
		due?: WireAnswer,
	) => {
		call.record.fault = fault.kind;
		reply.hijack();
		const response = reply.raw;
		const errorFor = (status: number) =>
			route.errorOf({ status, detail: 'This error was asked for' }, call.requestId);
		const faultContext = { response, headers: call.headers, due, errorFor, waits };
		// Closing the sandbox cuts a fault short.
		await applyFault(fault, faultContext).catch(() => response.destroy());
		if (response.headersSent) call.record.status = response.statusCode;
	};

	app.route({
		method,
		url,
		onRequest: async (request, reply) => {
			const call = (request.requestContext = arrive(request, reply));
			const refusal = route.refusalOf(request.headers);
			if (refusal) return refuse(reply, call, refusal);
			const { headers, retryAfter } = context.limits.admit(route.limitKind);
			call.headers = headers;
			call.record.refused = retryAfter !== undefined;
			if (retryAfter !== undefined) return refuse(reply, call, rateLimitExceeded(retryAfter));
		},
		handler: async (request, reply) => {
			const call = request.requestContext;
			const raw = rawInput(request, method);
			call.record.input = shortened(raw);
			const before = faults.take('before', operationId, raw);
			if (before) return fail(reply, call, before);

			const checked = await route.check(raw);
			if ('problem' in checked) return refuse(reply, call, checked.problem);
			if (context.latencyMs > 0) await waits.for(context.latencyMs);

			const processed = await route.process(checked.input, call.requestId, call.arrivedAt);
			if ('problem' in processed) return refuse(reply, call, processed.problem);
			call.record.charged = processed.charged;
			const after = faults.take('after', operationId, raw);
			if (after) return fail(reply, call, after, processed.wire);
			return send(reply, call, processed.wire);
		},
	});
}

const rateLimitExceeded = (seconds: string): Problem => ({
	status: 429,
	detail: `Rate limit exceeded. Please retry after ${seconds} seconds.`,
});

function send(
	reply: FastifyReply,
	{ record, headers }: RequestContext,
	{ status, contentType, body, headers: own }: WireAnswer,
) {
	record.status = status;
	return reply
		.code(status)
		.headers({ ...headers, ...own })
		.type(contentType)
		.send(body);
}

/** What the caller gave: path, then query or body. A body that is no object is left as it is. */
function rawInput(request: FastifyRequest, method: Route['method']): unknown {
	const given = method === 'GET' ? request.query : (request.body ?? {});
	if (typeof given !== 'object' || Array.isArray(given)) return given;
	return { ...(given as Data), ...(request.params as Data) };
}

/** Unknown addresses and unreadable bodies end as the provider's errors, too. */
export function refuseOthers(
	app: FastifyInstance,
	errorOf: (problem: Problem, requestId: string) => WireAnswer,
): void {
	const refuse = (request: FastifyRequest, reply: FastifyReply, status: number, detail: string) => {
		const { requestId = 'unknown', headers = {}, record } = request.requestContext ?? {};
		const wire = errorOf({ status, detail }, requestId);
		if (record) record.status = wire.status;
		return reply.code(wire.status).headers(headers).type(wire.contentType).send(wire.body);
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
