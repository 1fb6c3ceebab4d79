import type { PlainInputField, ZObject } from 'zapier-platform-core';
import { fetchProgress, POLLING } from '../../shared/batches/progress';
import type { Batch, Job, Progress } from '../../shared/contract/batch';
import type { Data } from '../../shared/contract/data';
import type { Charge, Connection } from '../../shared/contract/provider';
import { toConnectorError } from '../../shared/errors/ConnectorError';
import { counted } from '../../shared/errors/wording';
import type { Client } from '../../shared/http/client';
import { enrich } from '../../shared/providers/enrich';
import { resultFiles } from './batchFiles';
import { batchIndex, type KnownBatch } from './batchIndex';
import { batches, SAMPLE_ID, toText } from './batchReference';
import { composites } from './catalog';
import { withoutNulls } from './outputs';
import { pollingTrigger } from './pollingTrigger';

/** So many batches are read at each look, and for so long; the next look goes on. */
const MAX_LOOKS = 10;
const LOOK_MS = 15_000;

const allBatches: readonly Batch[] = enrich.batches;
const batchOf = (product: string) => batches.find((one) => one.product === product);

/**
 * The batches of this account, newest first: those that are known, and those that the wallet names.
 * @param until When to stop looking for more; milliseconds since the epoch.
 */
export async function listBatches(
	z: ZObject,
	client: Client,
	connection: Connection,
	until: number,
): Promise<{ listed: KnownBatch[]; save(): Promise<void> }> {
	const index = batchIndex(z, connection);
	const known = await index.read();
	const ids = new Set(known.map(({ batchId }) => batchId));
	const found: KnownBatch[] = [];
	// One page: what was booked last.
	for (const charge of (await enrich.wallet.charges(client, Infinity)) ?? []) {
		const { batchId } = charge;
		if (batchId === undefined || ids.has(batchId)) continue;
		if (found.length >= MAX_LOOKS || client.now() >= until) break;
		ids.add(batchId);
		const batch = await identify(client, charge, batchId);
		const startedAt = charge.at || client.now();
		// No batch, such as a reveal: it is not asked for again. A new one cannot be read at once.
		if (batch || client.now() - startedAt > POLLING.appearsWithinMs)
			found.push({ product: batch?.product ?? 'none', batchId, startedAt });
	}
	const listed = [...known, ...found].sort((a, b) => b.startedAt - a.startedAt);
	return { listed, save: () => index.add(listed) };
}

/** Only its product knows a batch; the words of the booking say where to ask first. */
async function identify(
	client: Client,
	{ description }: Charge,
	batchId: string,
): Promise<Batch | undefined> {
	const isNamed = ({ title }: Batch) => description.toLowerCase().includes(title.toLowerCase());
	for (const batch of allBatches.toSorted((a, b) => Number(isNamed(b)) - Number(isNamed(a))))
		if (await progressOf(client, batch, batchId)) return batch;
	return undefined;
}

const UNKNOWN: ReadonlySet<string> = new Set(['notFound', 'expired', 'badInput']);

async function progressOf(
	client: Client,
	batch: Batch,
	batchId: string,
): Promise<Progress | undefined> {
	try {
		return await fetchProgress(batch, batchId, client);
	} catch (thrown) {
		if (UNKNOWN.has(toConnectorError(thrown).kind)) return undefined;
		throw thrown;
	}
}

/** Reads how far those are that have not ended yet, and notes down what is new. */
async function lookAtOpen(
	client: Client,
	listed: readonly KnownBatch[],
	until: number,
): Promise<void> {
	const open = listed
		.filter(({ ended, product }) => !ended && batchOf(product))
		.sort((a, b) => (a.lookedAt ?? 0) - (b.lookedAt ?? 0));
	for (const one of open.slice(0, MAX_LOOKS)) {
		if (client.now() >= until) return;
		one.lookedAt = client.now();
		const progress = await progressOf(client, batchOf(one.product) as Batch, one.batchId);
		if (progress?.total !== undefined) one.items = progress.total;
		if (progress && progress.state !== 'running')
			one.ended = { at: client.now(), status: progress.status };
	}
}

const SAMPLE: KnownBatch = {
	product: (batches[0] as Batch).product,
	batchId: SAMPLE_ID,
	startedAt: Date.parse('2026-06-03T14:20:00.000Z'),
	items: 100,
	ended: { at: Date.parse('2026-06-03T14:35:00.000Z'), status: 'completed' },
};

/** A batch as Batch Completed gives it; without `z`, it has no file. */
export function toRow(
	z: ZObject | undefined,
	{ product, batchId, startedAt, items, ended }: KnownBatch,
) {
	const batch = batchOf(product) as Batch;
	return {
		id: batchId,
		batch: toText({ batch, batchId, startedAt }),
		product: batch.title,
		status: ended?.status ?? null,
		items: items ?? null,
		started_at: new Date(startedAt).toISOString(),
		results_file: z ? (resultFiles(z, batch, batchId, items)[0] ?? null) : null,
	};
}

const SAMPLE_ROW = withoutNulls(toRow(undefined, SAMPLE));

/** Which batches a trigger is for. */
export const productField = (jobs: readonly Job[]): PlainInputField => ({
	key: 'product',
	label: 'Product',
	type: 'string',
	required: false,
	choices: Object.fromEntries(jobs.map(({ product, title }) => [product, title])),
	helpText: 'Leave it empty for batches of any product.',
});

export const batchCompleted = pollingTrigger(composites.batch_completed, {
	inputFields: [productField(batches)],
	async poll(client, { inputData: { product } }, z, connection) {
		const until = client.now() + LOOK_MS;
		const { listed, save } = await listBatches(z, client, connection, until);
		await lookAtOpen(client, listed, until).finally(save);
		return listed
			.filter((one) => one.ended && batchOf(one.product) && (!product || one.product === product))
			.sort((a, b) => (b.ended?.at ?? 0) - (a.ended?.at ?? 0))
			.map((one) => toRow(z, one));
	},
	outputFields: [
		{ key: 'id', label: 'Batch ID', type: 'string' },
		{ key: 'batch', label: 'Batch', type: 'string' },
		{ key: 'product', label: 'Product', type: 'string' },
		{ key: 'status', label: 'Status', type: 'string' },
		{ key: 'items', label: 'Rows in the Batch', type: 'integer' },
		{ key: 'started_at', label: 'Started At', type: 'datetime' },
		{ key: 'results_file', label: 'Results File (CSV)', type: 'file' },
	],
	sample: SAMPLE_ROW,
});

/** For the dropdown of Get Batch Results. */
export const batchList = pollingTrigger(
	composites.batch_list,
	{
		async poll(client, _bundle, z, connection) {
			const until = client.now() + LOOK_MS;
			const { listed, save } = await listBatches(z, client, connection, until);
			await save();
			return listed.flatMap((one): Data[] => {
				const batch = batchOf(one.product);
				if (!batch) return [];
				const rows = one.items === undefined ? '' : `, ${counted(one.items, 'row')}`;
				const started = new Date(one.startedAt).toISOString().slice(0, 16).replace('T', ' ');
				return [
					{ id: toText({ batch, ...one }), name: `${batch.title}${rows}, started ${started} UTC` },
				];
			});
		},
		outputFields: [
			{ key: 'id', label: 'Batch', type: 'string' },
			{ key: 'name', label: 'Name', type: 'string' },
		],
		sample: {
			id: SAMPLE_ROW.batch,
			name: 'Email Finder, 100 rows, started 2026-06-03 14:20 UTC',
		},
	},
	{ isHidden: true },
);
