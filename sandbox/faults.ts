import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { SeededRandom } from './seededRandom';
import type { Waits } from './waits';
import { JSON_TYPE, type WireAnswer } from './wireAnswer';

const ruleSchema = z.strictObject({
	operationId: z.string().optional(),
	match: z.string().optional(),
	when: z.enum(['before', 'after']),
	kind: z.enum([
		'status',
		'reset',
		'timeout',
		'truncate',
		'html',
		'empty',
		'notJson',
		'drip',
		'oversize',
	]),
	status: z.int().min(200).max(599).optional(),
	headers: z.record(z.string(), z.string()).optional(),
	/** Text is sent as it is, anything else as JSON. */
	body: z.unknown().optional(),
	times: z.int().min(1).nullable().optional(),
	/** How many matching calls pass before it happens. */
	skip: z.int().min(0).optional(),
	delayMs: z.number().min(0).optional(),
	bytesPerSecond: z.number().positive().optional(),
	probability: z.number().min(0).max(1).optional(),
});

/**
 * What is to go wrong, and with which calls.
 * `when`: before the call is processed (nothing is charged) or after (it is charged).
 */
export type FaultRule = z.input<typeof ruleSchema>;

interface Armed {
	rule: FaultRule;
	left: number;
	skip: number;
}

/** The faults that wait for a call to happen to. */
export class Faults {
	private armed: Armed[] = [];
	private rolls = 0;
	private readonly random: SeededRandom;
	private readonly schema: z.ZodType<FaultRule>;

	constructor(seed: number, operationIds: readonly string[]) {
		this.random = new SeededRandom(seed);
		this.schema = ruleSchema.refine(
			({ operationId }) => operationId === undefined || operationIds.includes(operationId),
			'No such operation',
		);
	}

	/** A fault happens once unless `times` says otherwise; `null` or `Infinity`: until cleared. @throws ZodError */
	add(rule: FaultRule): void {
		const times = rule.times === undefined ? 1 : rule.times === Infinity ? null : rule.times;
		this.armed.push({
			rule: this.schema.parse({ ...rule, times }),
			left: times ?? Infinity,
			skip: rule.skip ?? 0,
		});
	}

	reset(): void {
		this.armed = [];
	}

	list(): (FaultRule & { times: number | null })[] {
		return this.armed.map(({ rule, left }) => ({
			...rule,
			times: Number.isFinite(left) ? left : null,
		}));
	}

	/** The fault that this call meets, if any; it is used up by that. */
	take(when: FaultRule['when'], operationId: string, input: unknown): FaultRule | undefined {
		if (this.armed.length === 0) return undefined;
		const text = JSON.stringify(input) ?? '';
		const met = this.armed.find(
			(one) =>
				one.rule.when === when &&
				(one.rule.operationId ?? operationId) === operationId &&
				text.includes(one.rule.match ?? '') &&
				--one.skip < 0 &&
				this.happens(one.rule.probability),
		);
		if (!met) return undefined;
		met.left--;
		if (met.left <= 0) this.armed = this.armed.filter((one) => one !== met);
		return met.rule;
	}

	private happens(probability = 1): boolean {
		return probability === 1 || this.random.roll('fault', this.rolls++) < probability;
	}
}

const HTML =
	'<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';
const NOT_JSON = 'upstream connect error or disconnect';
const OVERSIZE_CHUNK = 'x'.repeat(1_000_000);
const OVERSIZE_CHUNKS = 32;
/** What the announced length of a truncated body has more than is sent. */
const WITHHELD_BYTES = 100;

export interface FaultContext {
	response: ServerResponse;
	/** Sent with what comes from the API itself, not with what a proxy says. */
	headers: Record<string, string>;
	/** The answer that was due; undefined before the call was processed. */
	due?: WireAnswer;
	/** An error in the shape that the operation uses. */
	errorFor(status: number): WireAnswer;
	waits: Waits;
}

/** Carries out a fault on the raw response. */
export async function applyFault(rule: FaultRule, context: FaultContext): Promise<void> {
	const { response, waits } = context;
	if (rule.delayMs) await waits.for(rule.delayMs);
	const { status, contentType, body, isProxy } = faultyAnswer(rule, context);
	const head = {
		...(isProxy ? {} : context.headers),
		'content-type': contentType,
		...rule.headers,
	};
	const bytes = Buffer.from(body);
	switch (rule.kind) {
		case 'reset':
			response.socket?.resetAndDestroy();
			return;
		case 'timeout':
			// No answer, ever: the socket stays open until either side closes it.
			return;
		case 'truncate':
			response.writeHead(status, { ...head, 'content-length': bytes.length + WITHHELD_BYTES });
			// Destroyed only once it is out, so that the client really sees the beginning.
			response.write(bytes, () => response.destroy());
			return;
		case 'drip':
			response.writeHead(status, { ...head, 'content-length': bytes.length });
			return drip(bytes, response, rule.bytesPerSecond ?? 50, waits);
		case 'oversize':
			response.writeHead(status, head);
			return flood(response);
		default:
			response.writeHead(status, { ...head, 'content-length': bytes.length });
			response.end(bytes);
	}
}

function faultyAnswer(
	{ kind, status, body }: FaultRule,
	context: FaultContext,
): WireAnswer & { isProxy?: boolean } {
	const given = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
	switch (kind) {
		case 'html':
			return {
				status: status ?? 502,
				contentType: 'text/html; charset=utf-8',
				body: given ?? HTML,
				isProxy: true,
			};
		case 'empty':
			return { status: status ?? 200, contentType: JSON_TYPE, body: '', isProxy: true };
		case 'notJson':
			return {
				status: status ?? 200,
				contentType: JSON_TYPE,
				body: given ?? NOT_JSON,
				isProxy: true,
			};
		case 'oversize':
			return { status: status ?? 200, contentType: JSON_TYPE, body: '' };
		default: {
			const due = kind === 'status' ? undefined : context.due;
			const answer = due ?? context.errorFor(status ?? 500);
			return {
				status: status ?? answer.status,
				contentType: given === undefined ? answer.contentType : JSON_TYPE,
				body: given ?? answer.body,
			};
		}
	}
}

async function drip(
	bytes: Buffer,
	response: ServerResponse,
	bytesPerSecond: number,
	waits: Waits,
): Promise<void> {
	// Timers are no finer than a millisecond: a faster drip sends several bytes at a time.
	const step = Math.ceil(bytesPerSecond / 1000);
	for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
		response.write(bytes.subarray(at, at + step));
		await waits.for((1000 * step) / bytesPerSecond);
	}
	response.end();
}

async function flood(response: ServerResponse): Promise<void> {
	const closed = once(response, 'close');
	response.write('{"success":true,"data":{"filler":"');
	for (let i = 0; i < OVERSIZE_CHUNKS && !response.destroyed; i++) {
		if (response.write(OVERSIZE_CHUNK)) continue;
		// A client that has closed the connection never lets it drain.
		await new Promise<void>((resolve) => {
			response.once('drain', resolve);
			void closed.then(() => resolve());
		});
	}
	response.end('"}}');
}
