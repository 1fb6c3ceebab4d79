import type { IWebhookFunctions } from 'n8n-workflow';
import { type BatchState, type Callback, readBatch } from '../../shared/triggers/callbacks';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { ErrorKind } from '../../shared/errors/errorTable';
import { type CallOptions, clientOf } from '../shared/client';

/** Whoever calls back may not wait for long: an address that answers slowly may be given up. */
const CALL: CallOptions = { timeoutMs: 5_000, maxWaitMs: 3_000 };

/** What Enrich itself says of the batch that a callback names. */
export type Checked = BatchState | 'unknown' | 'unreachable';

/** How the API answers an ID that is not the organization's own. */
const UNKNOWN: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'notFound',
	'badInput',
	'refused',
	'expired',
]);

/** Reads how the batch stands; never throws. */
export async function check(context: IWebhookFunctions, callback: Callback): Promise<Checked> {
	try {
		return await readBatch(callback.product, callback.batchId, await clientOf(context, CALL));
	} catch (thrown) {
		if (thrown instanceof ConnectorError && UNKNOWN.has(thrown.kind)) return 'unknown';
		const { message } = thrown as Error;
		context.logger.warn(`A callback from Enrich could not be checked: ${message}`);
		return 'unreachable';
	}
}

interface Remembered {
	checked: Promise<Checked>;
	until: number;
}

const MOST_REMEMBERED = 1_000;
const KNOWN_MS = 10 * 60_000;
/** A batch can be called back a moment before it can be read. */
const UNKNOWN_MS = 10_000;
const remembered = new Map<string, Remembered>();

/** As `check`, but for the many results of one batch the API is asked once. */
export function checkOnce(context: IWebhookFunctions, callback: Callback): Promise<Checked> {
	const credential = context.getNode().credentials?.enrichApi?.id ?? '';
	const key = `${credential} ${callback.product} ${callback.batchId}`;
	const known = remembered.get(key);
	if (known && known.until > Date.now()) return known.checked;
	const checked = check(context, callback);
	const entry: Remembered = { checked, until: Infinity };
	remembered.delete(key);
	remembered.set(key, entry);
	for (const oldest of remembered.keys()) {
		if (remembered.size <= MOST_REMEMBERED) break;
		remembered.delete(oldest);
	}
	void checked.then((outcome) => {
		if (outcome === 'unreachable') remembered.delete(key);
		else entry.until = Date.now() + (outcome === 'unknown' ? UNKNOWN_MS : KNOWN_MS);
	});
	return checked;
}
