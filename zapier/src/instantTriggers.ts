import {
	type Bundle,
	defineTrigger,
	type PlainInputField,
	type PlainOutputField,
	type Trigger,
	type WebhookTriggerPerform,
	type WebhookTriggerPerformList,
	type ZObject,
} from 'zapier-platform-core';
import { fetchProgress } from '../../shared/batches/progress';
import type { Batch, Job, Progress } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import type { EventKind } from '../../shared/contract/event';
import type { Connection } from '../../shared/contract/provider';
import { toConnectorError } from '../../shared/errors/ConnectorError';
import type { Client } from '../../shared/http/client';
import { enrich } from '../../shared/providers/enrich';
import { type Callback, readCallback } from '../../shared/triggers/callbacks';
import { resultFiles } from './batchFiles';
import { batchIndex } from './batchIndex';
import { batches, SAMPLE_ID, toText } from './batchReference';
import { readPage } from './batchResults';
import { batchCompleted, listBatches, productField } from './batchTriggers';
import { privateItems } from './catalog';
import { withJitter } from './errors';
import { type Cache, cacheNames } from './idempotencyStore';
import type { Item } from './item';
import { aboutFields, flatColumns, flatRecord, toField, withoutNulls } from './outputs';
import { runStep } from './step';

/**
 * Triggers of a private build: a "static hook", whose address users copy into the field 'Send
 * Callbacks To'. Nothing proves that a callback comes from the API, so each is checked: its batch is
 * read again before the zap runs.
 */

/** Zapier waits no longer before it runs a hook again, and does so once. */
const MAX_DELAY_SECONDS = 300;
const SOON_SECONDS = 30;
/** A batch that was verified is not read again for each of its results. */
const VERIFIED_SECONDS = 600;
const CLAIM_SECONDS = 10;
const DELIVERED_SECONDS = 24 * 60 * 60;
const SCOPE = ['auth'];
/** What the editor is shown: found in time, among so many batches. */
const MAX_SAMPLES = 3;
const MAX_LISTED = 5;
const LIST_MS = 10_000;

/** Milliseconds between reads: a callback may come a moment before its batch can be read. */
const READS_MS = [0, 1_000, 2_000];
/** The same until a batch has ended that is said to have ended. */
const END_READS_MS = [0, 1_000, 2_000, 4_000, 6_000];
/** How often somebody looks whether another run has verified the same batch. */
const LOOKS_MS = [300, 500, 700, 1_000];

/** How the API answers an ID that is not the organization's own. */
const UNKNOWN: ReadonlySet<string> = new Set(['notFound', 'badInput', 'refused', 'expired']);

const jobs: readonly Job[] = [...new Set(enrich.events.map(({ job }) => job))];

/** What Zapier's cache knows of callbacks; where it fails, more is read and nothing is lost. */
function notesOf(z: ZObject, connection: Connection) {
	const cache = z.cache as unknown as Cache;
	const nameOf = cacheNames(z, connection);
	return {
		async get(key: string): Promise<unknown> {
			return await cache.get(nameOf(key), SCOPE).catch(() => null);
		},
		async set(key: string, value: unknown, seconds: number): Promise<void> {
			await cache.set(nameOf(key), value, seconds, SCOPE, false).catch(() => null);
		},
		/** False: somebody has set it before. */
		async claim(key: string, seconds: number): Promise<boolean> {
			return (await cache.set(nameOf(key), 1, seconds, SCOPE, true).catch(() => null)) !== false;
		},
	};
}
type Notes = ReturnType<typeof notesOf>;

interface Received {
	z: ZObject;
	client: Client;
	notes: Notes;
	callback: Callback;
}

/** Undefined: the API does not know the batch. @throws ConnectorError */
async function readOnce(client: Client, { job, batchId }: Callback): Promise<Progress | undefined> {
	try {
		return await fetchProgress(job, batchId, client);
	} catch (thrown) {
		if (UNKNOWN.has(toConnectorError(thrown).kind)) return undefined;
		throw thrown;
	}
}

async function readUntil(
	{ client, callback }: Received,
	waits: readonly number[],
	isEnough: (progress: Progress) => boolean,
): Promise<Progress | undefined> {
	let progress: Progress | undefined;
	for (const waitMs of waits) {
		await client.sleep(waitMs);
		progress = await readOnce(client, callback);
		if (progress && isEnough(progress)) break;
	}
	return progress;
}

/** Reads a batch for the first of its results, and takes the others' word for ten minutes. */
async function verifyOnce(received: Received): Promise<Progress | undefined> {
	const { client, notes, callback } = received;
	const key = `verified ${callback.job.product} ${callback.batchId}`;
	const known = (await notes.get(key)) as Progress | null;
	if (known) return known;
	// Thirty results a second may come: one of them reads.
	if (!(await notes.claim(`${key} under way`, CLAIM_SECONDS)))
		for (const waitMs of LOOKS_MS) {
			await client.sleep(waitMs);
			const read = (await notes.get(key)) as Progress | null;
			if (read) return read;
		}
	const progress = await readUntil(received, READS_MS, () => true);
	if (progress) await notes.set(key, progress, VERIFIED_SECONDS);
	return progress;
}

const verifyEnd = async (received: Received) =>
	await readUntil(received, END_READS_MS, ({ state }) => state !== 'running');

/**
 * Undefined: it is not the API's. What cannot be read yet is looked at once more later.
 * @throws ThrottledError
 */
async function verified(received: Received): Promise<Progress | undefined> {
	const { z, notes, callback } = received;
	const isEnd = callback.event === 'batchCompleted';
	const progress = isEnd ? await verifyEnd(received) : await verifyOnce(received);
	if (progress && !(isEnd && progress.state === 'running')) return progress;
	if (!progress && !(await notes.claim(`unknown ${callback.identity}`, VERIFIED_SECONDS)))
		return undefined;
	const state = progress ? 'has not ended yet' : 'cannot be read yet';
	throw new z.errors.ThrottledError(
		`The batch ${state}. Zapier looks again by itself; nothing is charged for that.`,
		withJitter(SOON_SECONDS),
	);
}

interface InstantTrigger {
	event: EventKind;
	directions: string;
	toRow(z: ZObject, callback: Callback, progress: Progress, startedAt: number): Data;
	/** Rows for the editor. */
	list: WebhookTriggerPerformList<Data, Data>;
	outputFields: PlainOutputField[];
	sample: Data;
}

function instantTrigger(
	{ key, noun, label, description }: Item,
	{ event, directions, toRow, list, outputFields, sample }: InstantTrigger,
): Trigger {
	const receive = async (z: ZObject, bundle: Bundle, client: Client, connection: Connection) => {
		const callback = readCallback(enrich.events, bundle.cleanedRequest);
		if (typeof callback === 'string' || callback.event !== event) return [];
		const { product } = bundle.inputData;
		if (product && product !== callback.job.product) return [];
		const notes = notesOf(z, connection);
		const zap = (bundle.meta as { zap?: { id?: unknown } } | undefined)?.zap?.id;
		const delivered = `delivered ${String(zap ?? '')} ${callback.identity}`;
		if (await notes.get(delivered)) return [];
		const progress = await verified({ z, client, notes, callback });
		// Of two equal ones at the same moment, one is let through.
		if (!progress || !(await notes.claim(delivered, DELIVERED_SECONDS))) return [];
		const listed = await batchIndex(z, connection).read();
		const known = listed.find(({ batchId }) => batchId === callback.batchId);
		return [toRow(z, callback, progress, known?.startedAt ?? client.now())];
	};
	const perform: WebhookTriggerPerform<Data, Data> = (z, bundle) =>
		runStep(
			z,
			bundle,
			async (client, connection) => await receive(z, bundle, client, connection),
			MAX_DELAY_SECONDS,
		);
	const inputFields: PlainInputField[] = [productField(jobs)];
	return defineTrigger({
		key,
		noun,
		display: { label, description, directions },
		operation: { type: 'hook', inputFields, perform, performList: list, outputFields, sample },
	} as Trigger);
}

const DIRECTIONS =
	"Copy this address into the field 'Send Callbacks To' of the step that starts the batch.";

/** The batch that a later step takes; null: no step reads batches of this product. */
const referenceTo = ({ job, batchId }: Callback, startedAt: number): string | null => {
	const batch = batches.find((one) => one === job);
	return batch ? toText({ batch, batchId, startedAt }) : null;
};

const completed = batchCompleted.operation as Pick<InstantTrigger, 'sample' | 'outputFields'> & {
	perform: InstantTrigger['list'];
};

const batchCompletedInstant = instantTrigger(privateItems.batch_completed_instant, {
	event: 'batchCompleted',
	directions: DIRECTIONS,
	toRow(z, callback, { status, total }, startedAt) {
		const { job, batchId } = callback;
		const batch = batches.find((one) => one === job) as Batch | undefined;
		return {
			id: batchId,
			batch: referenceTo(callback, startedAt),
			product: job.title,
			status,
			items: total ?? null,
			started_at: new Date(startedAt).toISOString(),
			results_file: batch ? (resultFiles(z, batch, batchId, total)[0] ?? null) : null,
		};
	},
	list: completed.perform,
	outputFields: completed.outputFields,
	sample: completed.sample,
});

/** What the trigger says of each result itself. */
const OWN_FIELDS: PlainOutputField[] = [
	{ key: 'id', label: 'ID', type: 'string' },
	{ key: 'batch', label: 'Batch', type: 'string' },
	{ key: 'batch_id', label: 'Batch ID', type: 'string' },
	{ key: 'product', label: 'Product', type: 'string' },
	{ key: 'row', label: 'Row', type: 'string' },
	...aboutFields(['outcome', 'reason']),
];

/** What a result may hold besides, of whichever product. */
const columns = flatColumns(jobs.map(({ results }) => results)).filter(
	({ key }) => !OWN_FIELDS.some((field) => field.key === key),
);

interface Result {
	id: string;
	job: Job;
	batchId: string;
	batch: string | null;
	resultId: string | null;
	outcome: string | null;
	reason: string | null;
	fields: Data;
}

const toResultRow = ({ id, job, batchId, batch, resultId, outcome, reason, fields }: Result) => ({
	id,
	batch,
	batch_id: batchId,
	product: job.title,
	row: resultId,
	outcome,
	reason,
	...flatRecord(columns, fields),
});

/** Rows for the editor: those of the newest batch that has ended. */
async function newestResults(z: ZObject, client: Client, connection: Connection): Promise<Data[]> {
	const { listed } = await listBatches(z, client, connection, client.now() + LIST_MS);
	for (const { product, batchId, startedAt } of listed.slice(0, MAX_LISTED)) {
		const batch = batches.find((one) => one.product === product);
		const progress = batch && (await fetchProgress(batch, batchId, client));
		if (!progress || progress.state === 'running') continue;
		const page = { page: 1, limit: MAX_SAMPLES };
		const { results } = await readPage({ batch, batchId }, progress, page, client);
		return results.map(({ outcome, reason, data = {} }, i) =>
			toResultRow({
				id: `${batchId}-${i + 1}`,
				batch: toText({ batch, batchId, startedAt }),
				...{ job: batch, batchId, outcome, reason, fields: data },
				resultId: batch.keysOfResult(data)[0] ?? null,
			}),
		);
	}
	return [];
}

const [first] = batches as [Batch];

const batchResultReceived = instantTrigger(privateItems.batch_result_received, {
	event: 'resultReceived',
	directions: DIRECTIONS,
	toRow(z, callback, _progress, startedAt) {
		const { job, batchId, resultId = null, fields, identity } = callback;
		const { outcome = null, reason = null } = callback.outcome ?? {};
		return toResultRow({
			id: z.hash('sha256', identity, 'hex', 'utf8'),
			batch: referenceTo(callback, startedAt),
			...{ job, batchId, resultId, outcome, reason, fields },
		});
	},
	list: (z, bundle) =>
		runStep(z, bundle, async (client, connection) => await newestResults(z, client, connection)),
	outputFields: [...OWN_FIELDS, ...columns.map(toField)],
	sample: withoutNulls(
		toResultRow({
			id: '3f0a9c517be2d846',
			batch: toText({ batch: first, batchId: SAMPLE_ID, startedAt: Date.UTC(2026, 5, 3, 14, 20) }),
			...{ job: first, batchId: SAMPLE_ID, outcome: 'found', reason: 'Email found' },
			resultId: 'emily.zhang@figma.com',
			fields: (first.results.example.data.results as Data[])[0] ?? {},
		}),
	),
});

/** The triggers that only a private build has, by key. */
export const instantTriggers: Record<string, Trigger> = Object.fromEntries(
	[batchCompletedInstant, batchResultReceived].map((trigger) => [trigger.key, trigger]),
);
