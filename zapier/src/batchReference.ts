import type { Batch } from '../../shared/contract/batch';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { quote } from '../../shared/input/text';
import { enrich } from '../../shared/providers/enrich';

/** The batches that the app knows: those whose results say whose they are. */
export const batches: readonly Batch[] = enrich.batches.filter(({ namesRows }: Batch) => namesRows);

/** All that a later step needs to know of a batch, as one text that steps hand on. */
export interface BatchReference {
	batch: Batch;
	batchId: string;
	/** Milliseconds since the epoch. */
	startedAt: number;
}

/** The ID in the sample of a start; no batch has it. */
export const SAMPLE_ID = 'sample';

/** Such as `emailFinder.a1b2c3d4.1767225600`: product, ID and start, the latter in seconds. */
export const toText = ({ batch, batchId, startedAt }: BatchReference): string =>
	`${batch.product}.${batchId}.${Math.floor(startedAt / 1000)}`;

/** @throws ConnectorError of kind `badInput` */
export function readReference(text: unknown): BatchReference {
	const [, product, batchId, seconds] =
		/^\s*(\w+)\.([^\s/\\?#]+?)\.(\d{1,12})\s*$/.exec(String(text)) ?? [];
	const batch = batches.find((one) => one.product === product);
	if (batch && batchId && seconds) return { batch, batchId, startedAt: Number(seconds) * 1000 };
	throw new ConnectorError({
		kind: 'badInput',
		field: 'Batch',
		detail: `${quote(text)} is no batch; map 'Batch' of the step or trigger that it comes from`,
	});
}
