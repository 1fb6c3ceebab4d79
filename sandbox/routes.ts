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
	route: Route;
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
	/** Input of a POST that stands in the query; it tells operations on one path apart. */
	queryKeys?: readonly string[];
	/** Which rate limits it counts toward besides those of all operations. */
	limitKind: string;
	/** Why a call may not be made with these headers, if so. */
	refusalOf(headers: IncomingHttpHeaders): Problem | undefined;
	check(raw: unknown): Checked | Promise<Checked>;
	process: Processor;
	errorOf(problem: Problem, requestId: string): WireAnswer;
}

/** Declares the routes; those that share method and path are told apart by the query. */
export function addRoutes(app: FastifyInstance, routes: Route[], context: SandboxContext): void {
	const byPath = new Map<string, Route[]>();
	for (const route of routes) {
		const key = `${route.method} ${route.url}`;
		byPath.set(key, [...(byPath.get(key) ?? []), route]);
	}
	for (const sharing of byPath.values()) {
		sharing.sort((a, b) => (b.queryKeys?.length ?? 0) - (a.queryKeys?.length ?? 0));
		addPath(app, sharing as [Route, ...Route[]], context);
	}
}

function addPath(
	app: FastifyInstance,
	[first, ...others]: [Route, ...Route[]],
	context: SandboxContext,
): void {
	const { method, url } = first;
	const { faults, recorder, traffic, waits } = context;
	const routeOf = ({ query }: FastifyRequest): Route =>
		[first, ...others].find(({ queryKeys = [] }) =>
			queryKeys.every((key) => Object.hasOwn(query as object, key)),
		) ?? first;
	const refuse = (reply: FastifyReply, call: RequestContext, problem: Problem) =>
		send(reply, call, call.route.errorOf(problem, call.requestId));

	const arrive = (request: FastifyRequest, reply: FastifyReply): RequestContext => {
		traffic.enter();
		const route = routeOf(request);
		const { operationId } = route;
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
			route,
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
			call.route.errorOf({ status, detail: 'This error was asked for' }, call.requestId);
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
			const { route } = call;
			const refusal = route.refusalOf(request.headers);
			if (refusal) return refuse(reply, call, refusal);
			const { headers, retryAfter } = context.limits.admit(route.limitKind);
			call.headers = headers;
			call.record.refused = retryAfter !== undefined;
			if (retryAfter !== undefined) return refuse(reply, call, rateLimitExceeded(retryAfter));
		},
		handler: async (request, reply) => {
			const call = request.requestContext;
			const { route } = call;
			const { operationId } = route;
			const raw = rawInput(request, route);
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
function rawInput(request: FastifyRequest, { method, queryKeys = [] }: Route): unknown {
	const query = request.query as Data;
	const given = method === 'GET' ? query : (request.body ?? {});
	if (typeof given !== 'object' || Array.isArray(given)) return given;
	const inQuery = Object.fromEntries(
		queryKeys.filter((key) => Object.hasOwn(query, key)).map((key) => [key, query[key]]),
	);
	return { ...(given as Data), ...inQuery, ...(request.params as Data) };
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
