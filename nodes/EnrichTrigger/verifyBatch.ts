import type { IWebhookFunctions } from 'n8n-workflow';
import QuickLRU from 'quick-lru';
import { fetchProgress } from '../../shared/batches/progress';
import type { Progress } from '../../shared/contract/batch';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { ErrorKind } from '../../shared/errors/errorTable';
import type { Callback } from '../../shared/triggers/callbacks';
import { kit } from '../Enrich/catalog';
import { type CallOptions, clientOf } from '../shared/client';

/** Whoever calls back may not wait for long: an address that answers slowly may be given up. */
const CALL: CallOptions = { timeoutMs: 5_000, maxWaitMs: 3_000 };

/** What Enrich itself says of the batch that a callback names. */
export type Verified = Progress | 'unknown' | 'unreachable';

/** How the API answers an ID that is not the organization's own. */
const UNKNOWN: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'notFound',
	'badInput',
	'refused',
	'expired',
]);

/** Reads how the batch stands; never throws. */
export async function verifyBatch(
	context: IWebhookFunctions,
	{ job, batchId }: Callback,
): Promise<Verified> {
	try {
		return await fetchProgress(job, batchId, await clientOf(context, kit, CALL));
	} catch (thrown) {
		if (thrown instanceof ConnectorError && UNKNOWN.has(thrown.kind)) return 'unknown';
		const { message } = thrown as Error;
		context.logger.warn(`A callback from Enrich could not be checked: ${message}`);
		return 'unreachable';
	}
}

const MAX_STORED = 1_000;
const KNOWN_MS = 10 * 60_000;
/** A batch can be called back a moment before it can be read. */
const UNKNOWN_MS = 10_000;
const verified = new QuickLRU<string, Promise<Verified>>({ maxSize: MAX_STORED });

/** As `verifyBatch`, but for the many results of one batch the API is asked once. */
export function verifyBatchOnce(context: IWebhookFunctions, callback: Callback): Promise<Verified> {
	const credential = context.getNode().credentials?.enrichApi?.id ?? '';
	const key = `${credential} ${callback.job.product} ${callback.batchId}`;
	const known = verified.get(key);
	if (known) return known;
	const asked = verifyBatch(context, callback);
	verified.set(key, asked);
	void asked.then((outcome) => {
		if (outcome === 'unreachable') verified.delete(key);
		else verified.set(key, asked, { maxAge: outcome === 'unknown' ? UNKNOWN_MS : KNOWN_MS });
	});
	return asked;
}
