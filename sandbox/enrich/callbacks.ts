import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { EventKind } from '../../shared/contract/event';
import type { Operation } from '../../shared/contract/operation';
import type { OperationId } from '../../shared/providers/enrich';
import { events } from '../../shared/providers/enrich/events';
import type { operations } from '../../shared/providers/enrich/operations';
import type { Data } from '../../shared/contract/data';
import type { SeededRandom } from '../seededRandom';
import type { AnswerData } from './answers/rule';
import type { BatchJob, Tally } from './batchJob';
import { Recorder } from '../requests';

const share = z.number().min(0).max(1).default(0);

const settingsSchema = z.strictObject({
	/** The share of callbacks that is sent twice. */
	duplicates: share,
	/** The share that is never sent. */
	loss: share,
	/** The share before which somebody else sends one: see `forgedAfter`. */
	forged: share,
	/** How long after its result a callback is sent. */
	delayMs: z.number().min(0).default(0),
	/** `random`: shuffled within a hundred, the end included; `endFirst`: the end, then the results. */
	order: z.enum(['inOrder', 'random', 'endFirst']).default('inOrder'),
	/** How often one that was not acknowledged is sent again. */
	retries: z.int().min(0).default(0),
	/** Callbacks of one batch that are under way at once; more than one may overtake each other. */
	concurrency: z.int().min(1).max(100).default(1),
});

/** What goes wrong with callbacks. The documentation promises neither order nor delivery. */
export type CallbackSettings = z.input<typeof settingsSchema>;

/** What became of one callback. */
export interface SentCallback {
	batchId: string;
	event: string;
	/** The row; undefined for the end. */
	resultId?: string;
	/** `lost` ones were never sent; `forged` ones do not come from the batch. */
	kind: 'genuine' | 'duplicate' | 'retry' | 'forged' | 'lost';
	url: string;
	body: string;
	/** Milliseconds since the epoch. */
	at: number;
	/** What the receiver answered; undefined: nothing. */
	status?: number;
	error?: string;
}

interface Body {
	event: string;
	timestamp: string;
	data: Data;
}

/** What the callbacks of one product say. */
interface CallbackBodies<P extends Operation = Operation> {
	/** `data` of one result, besides the job's ID. */
	payload(
		row: z.input<P['input']>,
		data: AnswerData<P>,
		found: boolean,
	): Data & { result_id: string };
	/** `data` of the end: how it came out. */
	counts(tally: Tally): Data;
}

const domainOf = (email: unknown) => String(email).split('@').at(-1);
const foundCounts = ({ items, found }: Tally) => ({ found, not_found: items - found });

/** The bodies, and how the API names what it reports. */
interface CallbackRules extends CallbackBodies {
	result: string;
	end: string;
}

/** Undefined: batches of this product do not call back. */
function rulesFor({ batch }: BatchJob): CallbackRules | undefined {
	const nameOf = (kind: EventKind) =>
		events.find((event) => event.job === batch && event.kind === kind)?.name;
	const { operationId } = batch.single;
	const bodies = (CALLBACK_BODIES as Record<string, CallbackBodies | undefined>)[operationId];
	const [result, end] = [nameOf('resultReceived'), nameOf('batchCompleted')];
	return bodies && result && end ? { ...bodies, result, end } : undefined;
}

/** By the single lookup's operationId. IP to company documents no callbacks. */
export const CALLBACK_BODIES: {
	[K in OperationId]?: CallbackBodies<(typeof operations)[K]>;
} = {
	validateEmail: {
		payload: ({ email }, { result, message, provider, confidence, isCatchAll }) => ({
			result_id: String(email),
			result: {
				...{ email, result, message, provider, confidence },
				is_catch_all: isCatchAll,
				domain: domainOf(email),
			},
		}),
		counts: ({ items, outcomes: { valid = 0, invalid = 0, risky = 0 } }) => ({
			successful: items - invalid,
			failed: invalid,
			...{ valid, invalid, risky },
		}),
	},
	findEmail: {
		payload: ({ firstName, lastName, domain }, data, found) => {
			const { email, confidence, isCatchAll = false, provider, message } = data;
			return {
				// Nothing is documented for a lead without an address.
				result_id: found ? String(email) : `${firstName}.${lastName}@${domain}`.toLowerCase(),
				result: {
					email: found ? email : '',
					result: found ? 'found' : 'not_found',
					...{ confidence, provider, message, domain },
					is_catch_all: isCatchAll,
				},
			};
		},
		counts: (tally) => ({
			successful: tally.found,
			failed: tally.items - tally.found,
			...foundCounts(tally),
		}),
	},
	phoneLookup: {
		payload: ({ email, linkedin }, { phones }, found) => ({
			result_id: String(email ?? linkedin),
			...(found
				? { type: 'success', phones, message: 'Phone numbers found' }
				: { type: 'no_match', message: 'No phone numbers found' }),
		}),
		counts: foundCounts,
	},
	reverseLookup: {
		// The profile keeps its camelCase names in callbacks too.
		payload: ({ email }, result, found) => ({
			result_id: String(email),
			...(found
				? { type: 'success', result, message: 'Person found' }
				: { type: 'no_match', message: 'No information found' }),
		}),
		counts: foundCounts,
	},
};

/** The sandbox must not be made to call anybody else's machine. */
function isLoopback(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const { protocol, hostname } = new URL(address);
	const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
	return isLocal && /^https?:$/.test(protocol);
}

const SHUFFLED_AT_ONCE = 100;
const TIMEOUT_MS = 10_000;
/** How often a callback that is not due yet checks whether its batch has failed meanwhile. */
const CHECK_MS = 1000;

/** Sends what batches report while they run. */
export class Callbacks {
	readonly recorder: Recorder<SentCallback>;
	private current = settingsSchema.parse({});
	private ending = new AbortController();
	private forgeries = 0;

	constructor(
		private readonly random: SeededRandom,
		remember: number,
		private readonly say: (line: string) => void,
	) {
		this.recorder = new Recorder(remember);
		this.reset();
	}

	get settings(): z.output<typeof settingsSchema> {
		return this.current;
	}

	/** What is left out keeps its default; applies to batches that run already, too. */
	set(settings: CallbackSettings): void {
		this.current = settingsSchema.parse(settings);
	}

	/** Reports a batch to its `webhookUrl` until it has ended. */
	start(job: BatchJob): void {
		const rules = rulesFor(job);
		if (!rules || job.webhookUrl === undefined) return;
		if (!isLoopback(job.webhookUrl)) {
			this.say(
				`Batch ${job.id}: nothing is sent to ${job.webhookUrl}. The sandbox calls back this machine only.`,
			);
			return;
		}
		const { signal } = this.ending;
		const places = this.placesOf(job);
		const work = async () => {
			for (const place of places) await this.report(job, rules, place, signal);
		};
		const workers = Array.from({ length: this.current.concurrency }, work);
		// Only stopping makes them fail.
		void Promise.allSettled(workers);
	}

	/** Nothing is sent any more. */
	stop(): void {
		this.ending.abort();
	}

	reset(): void {
		this.stop();
		this.ending = new AbortController();
		setMaxListeners(0, this.ending.signal);
		this.current = settingsSchema.parse({});
		this.recorder.reset();
	}

	/** The places of the batch's order in which they are reported; its size stands for the end. */
	private *placesOf({ id, size }: BatchJob): Generator<number> {
		const { order } = this.current;
		if (order === 'endFirst') yield size;
		const count = order === 'endFirst' ? size : size + 1;
		const width = order === 'random' ? SHUFFLED_AT_ONCE : 1;
		for (let first = 0; first < count; first += width) {
			const places = Array.from({ length: Math.min(width, count - first) }, (_, i) => first + i);
			const roll = (place: number) => this.random.roll('order', id, place);
			yield* places.sort((a, b) => roll(a) - roll(b));
		}
	}

	private async report(job: BatchJob, rules: CallbackRules, place: number, signal: AbortSignal) {
		const isEnd = place === job.size;
		const due = () => job.processedAt(isEnd ? place : place + 1) + this.current.delayMs;
		for (let wait; (wait = due() - performance.now()) > 0; ) {
			// A batch that failed reports neither what it did not process nor an end.
			if (job.status === 'failed' && wait === Infinity) return;
			await sleep(Math.min(CHECK_MS, wait), undefined, { signal });
		}
		const body = isEnd ? await endOf(job, rules) : resultOf(job, rules, place);
		const { duplicates, loss, forged, retries } = this.current;
		const happens = (what: string, share: number) =>
			share > 0 && this.random.roll(what, job.id, place) < share;

		if (happens('forged', forged)) {
			await this.send(job, 'forged', this.forgedAfter(body, rules, job), signal);
		}
		if (happens('loss', loss)) {
			this.record(job, 'lost', body);
			return;
		}
		let sent = await this.send(job, 'genuine', body, signal);
		for (let i = 0; i < retries && !isAcknowledged(sent); i++) {
			sent = await this.send(job, 'retry', body, signal);
		}
		if (happens('duplicates', duplicates)) await this.send(job, 'duplicate', body, signal);
	}

	/** In turn: a batch that does not exist, made-up contents, and an end that has not come. */
	private forgedAfter(body: Body, { end, counts }: CallbackRules, { id, size }: BatchJob): Body {
		const { data } = body;
		const variant = this.forgeries++ % 3;
		if (variant === 0) {
			return { ...body, data: { ...data, job_id: this.random.hex(24, 'forged', id) } };
		}
		if (variant === 1) {
			const email = 'mallory@forged.example';
			const result = { ...(data.result as Data), email, result: 'valid', displayName: 'Mallory' };
			const forged = { result_id: email, type: 'success', result, phones: ['+15555550100'] };
			return { ...body, data: { ...data, ...forged } };
		}
		const none = counts({ items: size, found: 0, used: 0, outcomes: {} });
		return endBody(end, id, size, none, body.timestamp);
	}

	private record(job: BatchJob, kind: SentCallback['kind'], body: Body): SentCallback {
		return this.recorder.add({
			batchId: job.id,
			event: body.event,
			resultId: body.data.result_id as string | undefined,
			kind,
			url: job.webhookUrl ?? '',
			body: JSON.stringify(body),
			at: Date.now(),
		});
	}

	private async send(job: BatchJob, kind: SentCallback['kind'], body: Body, signal: AbortSignal) {
		signal.throwIfAborted();
		const sent = this.record(job, kind, body);
		// By hand: half a million timeout signals would each live on for their whole time.
		const call = new AbortController();
		const cut = () => call.abort(new Error('Cut off'));
		const timer = setTimeout(cut, TIMEOUT_MS);
		signal.addEventListener('abort', cut);
		try {
			const response = await fetch(sent.url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: sent.body,
				// It could lead away from this machine.
				redirect: 'manual',
				signal: call.signal,
			});
			sent.status = response.status;
			await response.body?.cancel();
		} catch (error) {
			signal.throwIfAborted();
			const { cause, message } = error as Error;
			sent.error = cause instanceof Error ? cause.message : message;
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', cut);
		}
		return sent;
	}
}

const isAcknowledged = ({ status = 0 }: SentCallback) => status >= 200 && status < 300;

/** The time of day at which so many items of a batch were processed. */
const timeOf = (job: BatchJob, items: number) =>
	new Date(performance.timeOrigin + job.processedAt(items)).toISOString();

function resultOf(job: BatchJob, { result: event, payload }: CallbackRules, place: number): Body {
	const { row, data, found } = job.at(place);
	return {
		event,
		timestamp: timeOf(job, place + 1),
		data: { job_id: job.id, ...payload(row, data, found) },
	};
}

async function endOf(job: BatchJob, { end, counts }: CallbackRules): Promise<Body> {
	const tally = await job.tally(job.size);
	return endBody(end, job.id, job.size, counts(tally), timeOf(job, job.size));
}

const endBody = (event: string, id: string, size: number, counts: Data, at: string): Body => ({
	event,
	timestamp: at,
	data: { job_id: id, status: 'completed', total_items: size, ...counts, completed_at: at },
});
