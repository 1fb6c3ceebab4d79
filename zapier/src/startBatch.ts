import {
	type Create,
	type CreatePerform,
	defineCreate,
	type PlainInputField,
	type ZObject,
} from 'zapier-platform-core';
import { startMany } from '../../shared/batches/lookUpMany';
import { fingerprint } from '../../shared/batches/startBatch';
import { type Batch, batchStartedBy } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import { documentedCost } from '../../shared/contract/operation';
import type { Client } from '../../shared/http/client';
import { counted } from '../../shared/errors/wording';
import { isBlank } from '../../shared/input/text';
import { numberSetting } from '../../shared/input/numberSetting';
import { batchIndex } from './batchIndex';
import { batches, SAMPLE_ID, toText } from './batchReference';
import { batchRows, type CheckedRows, type RefusedRow } from './batchRows';
import { isDevelopment } from './build';
import { offeredAs } from './placement';
import { type Item } from './item';
import { STORED_HOURS, zapierIdempotencyStore } from './idempotencyStore';
import { badInput } from './inputs';
import { aboutFields } from './outputs';
import { runStep } from './step';

/** Of a step's 24 seconds; a submit that gets no answer in them is found again by the next run. */
const START_MS = 20_000;
const FIND_LOST_WITHIN_MS = 10_000;
/** As long as the cache stores a start: a cache that was lost changes nothing. */
const REUSE_WITHIN_MS = STORED_HOURS * 3_600_000;

const STOP = 'stop';
const LEAVE_OUT = 'leave_out';

const settingsOf = ({ callsBack }: Batch): PlainInputField[] => [
	{
		key: 'refused_rows',
		label: 'Rows That Cannot Be Looked Up',
		type: 'string',
		required: false,
		choices: { [STOP]: 'Start nothing and name them', [LEAVE_OUT]: 'Leave them out' },
		default: STOP,
		helpText: 'Such as an email without a domain. Either way they cost nothing.',
	},
	{
		key: 'maximum_credits',
		label: 'Maximum Credits',
		type: 'integer',
		required: false,
		helpText: 'A batch that could cost more is not started.',
	},
	...(callsBack ? [CALLBACK_FIELD] : []),
];

const CALLBACK_FIELD: PlainInputField = {
	key: 'send_callbacks_to',
	label: 'Send Callbacks To',
	type: 'string',
	required: false,
	helpText:
		'Optional: the address of a Catch Hook of _Webhooks by Zapier_ in another zap. Enrich sends each result there, and the end of the batch. Nothing proves that a message there comes from Enrich.',
};

function priceNotice({ submit: { price } }: Batch): PlainInputField {
	const { credits, per, free } = price ?? {};
	const helpText = `Sets aside ${counted(credits ?? 0, 'credit')} for each row at the start. What it costs, as documented: ${credits} per ${per}; the rest is given back once the results are read. ${free}. A test in the editor starts nothing and costs nothing.`;
	return { key: 'price', type: 'copy', helpText };
}

const OUTPUT_FIELDS = [
	{ key: 'batch', label: 'Batch', type: 'string' as const },
	...aboutFields(['batchId', 'product']),
	{ key: 'items', label: 'Rows in the Batch', type: 'integer' as const },
	...aboutFields(['duplicatesRemoved']),
	{ key: 'refused_count', label: 'Rows Left Out', type: 'integer' as const },
	{
		key: 'refused',
		label: 'Left Out',
		children: [{ key: 'row', label: 'Row', type: 'string' as const }, ...aboutFields(['reason'])],
	},
	...aboutFields(['creditsReserved', 'reusedBatch', 'startedAt']),
];

const SAMPLE_STARTED_AT = Date.parse('2026-06-03T14:20:00.000Z');

/** What a test in the editor gives: a batch that Get Batch Results knows, and that never ran. */
const sampleOf = (batch: Batch): Data =>
	toOutput(batch, {
		batchId: SAMPLE_ID,
		items: 100,
		rows: 100,
		refused: [],
		creditsReserved: documentedCost(batch.single, {}) ?? 0,
		startedAt: SAMPLE_STARTED_AT,
	});

interface Started {
	batchId: string;
	items: number;
	rows: number;
	refused: readonly RefusedRow[];
	creditsReserved: number | null;
	isReused?: true;
	startedAt: number;
}

function toOutput(batch: Batch, { batchId, items, rows, refused, ...started }: Started): Data {
	return {
		batch: toText({ batch, batchId, startedAt: started.startedAt }),
		batch_id: batchId,
		product: batch.title,
		items,
		duplicates_removed: rows - items,
		refused_count: refused.length,
		refused: refused.map(({ name, reason }) => ({ row: name, reason })),
		credits_reserved: started.creditsReserved,
		reused_batch: started.isReused === true,
		started_at: new Date(started.startedAt).toISOString(),
	};
}

function startAction(batch: Batch, { key, noun, label, description }: Item): Create {
	const form = batchRows(batch);

	const perform: CreatePerform<Data, Data> = (z, bundle) =>
		runStep(z, bundle, async (client, connection) => {
			const { inputData } = bundle;
			const webhookUrl = callbackAddress(inputData);
			const maxCredits = maxCreditsIn(inputData);
			const rows = form.read(inputData);
			const problem = problemWith(batch, rows, maxCredits, inputData.refused_rows === LEAVE_OUT);
			if (problem) throw toError(z, problem);
			if (bundle.meta?.isLoadingSample) return sampleOf(batch);
			const index = batchIndex(z, connection);
			const known = await index.known();
			const others = known.otherPairs.length;
			const started = await start(batch, rows, client, {
				client,
				store: zapierIdempotencyStore(z, connection),
				known,
				maxMs: START_MS,
				findLostWithinMs: FIND_LOST_WITHIN_MS,
				reuseWithinMs: REUSE_WITHIN_MS,
				...(webhookUrl !== undefined && { webhookUrl }),
			}).finally(() => index.saveOthers(known, others));
			const listed = (await index.read()).find(({ batchId }) => batchId === started.batchId);
			const startedAt = listed?.startedAt ?? started.startedAt;
			const { product } = batch;
			const { batchId, items } = started;
			const hash = fingerprint(
				batch,
				rows.inputs.map((input) => ({ input })),
			);
			if (listed?.rows === undefined)
				await index.add([{ ...listed, product, batchId, startedAt, items, rows: hash }]);
			return toOutput(batch, { ...started, startedAt });
		});

	return defineCreate({
		key,
		noun,
		display: { label, description },
		operation: {
			inputFields: [priceNotice(batch), ...form.inputFields, ...settingsOf(batch)],
			perform,
			outputFields: OUTPUT_FIELDS,
			sample: sampleOf(batch),
		},
	});
}

async function start(
	batch: Batch,
	{ rows, refused }: CheckedRows,
	client: Client,
	options: Parameters<typeof startMany>[2],
): Promise<Started> {
	const { results, started } = await startMany(batch, rows, options);
	const [first] = started;
	if (!first) throw results.find((result) => result?.error)?.error;
	return { ...first, rows: rows.length, refused, startedAt: first.at ?? client.now() };
}

interface Problem {
	/** `halt`: the data of this run alone; `error`: the step has to be corrected. */
	ending: 'halt' | 'error';
	message: string;
}

const toError = (z: ZObject, { ending, message }: Problem): Error =>
	ending === 'halt'
		? new z.errors.HaltedError(message)
		: new z.errors.Error(message, 'invalid_input', 400);

const NOTHING_CHARGED = 'Nothing was started or charged.';

/** Why these rows must not be started; undefined: they may. */
function problemWith(
	batch: Batch,
	{ rows, inputs, refused }: CheckedRows,
	maxCredits: number,
	leavesOut: boolean,
): Problem | undefined {
	if (refused.length > 0 && !leavesOut) {
		const all = rows.length + refused.length;
		const message = `${refused.length} of ${all} rows cannot be looked up. ${namesOf(refused)} Correct them, or choose 'Leave them out'. ${NOTHING_CHARGED}`;
		return { ending: 'error', message };
	}
	if (inputs.length === 0)
		return { ending: 'halt', message: `There is no row to look up. ${NOTHING_CHARGED}` };
	if (inputs.length > batch.maxRows) {
		const message = `${inputs.length} rows are more than the ${batch.maxRows} that one batch takes. ${NOTHING_CHARGED}`;
		return { ending: 'error', message };
	}
	const cost = documentedCost(batch.submit, batch.toBody(inputs)) ?? Infinity;
	if (cost > maxCredits) {
		const message = `${counted(inputs.length, 'row')} could cost ${counted(cost, 'credit')} as documented, more than 'Maximum Credits' allows (${maxCredits}). ${NOTHING_CHARGED}`;
		return { ending: 'halt', message };
	}
	return undefined;
}

const MAX_REASONS = 20;

/** Every row by its name; of the first ones also why. */
function namesOf(refused: readonly RefusedRow[]): string {
	const reasons = refused.slice(0, MAX_REASONS).map(({ name, reason }) => `${name}: ${reason}.`);
	const others = refused.slice(MAX_REASONS).map(({ name }) => name);
	return [...reasons, ...(others.length > 0 ? [`Also: ${others.join(', ')}.`] : [])].join(' ');
}

function maxCreditsIn({ maximum_credits: entered }: Data): number {
	return isBlank(entered) ? Infinity : numberSetting('Maximum Credits', entered);
}

function callbackAddress({ send_callbacks_to: entered }: Data): string | undefined {
	if (isBlank(entered)) return undefined;
	const address = String(entered).trim();
	if (/^https:\/\/[^\s/]+/.test(address) || (isDevelopment && /^http:\/\/127\./.test(address)))
		return address;
	throw badInput('Send Callbacks To', 'must be a web address that starts with https://');
}

/** The actions that start a batch of one product each. */
export const startBatchActions: Record<string, Create> = Object.fromEntries(
	offeredAs('create').flatMap(({ operation, item }) => {
		const batch = batchStartedBy(batches, operation);
		return batch ? [[item.key, startAction(batch, item)]] : [];
	}),
);
