import type { IWebhookFunctions } from 'n8n-workflow';
import QuickLRU from 'quick-lru';
import { fetchProgress } from '../../shared/batches/progress';
import type { Progress } from '../../shared/contract/batch';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { ErrorKind } from '../../shared/errors/errorTable';
import type { Callback } from '../../shared/triggers/callbacks';
import { kit } from '../Enrich/catalog';
import { callbackClientOf } from '../shared/client';
import { n8nClock } from '../shared/transport';

/**
 * What Enrich itself says of the batch that a callback names: how far it is; that it does not know
 * it; or nothing, as it cannot be asked now, or its answer did not come in time.
 */
export type Verified = Progress | 'unknown' | 'unreachable' | 'late';

/** How the API answers an ID that is not the organization's own. */
const UNKNOWN: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'notFound',
	'badInput',
	'refused',
	'expired',
]);

const LATE: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['timedOut', 'cancelled']);

const MAX_STORED = 1_000;
const KNOWN_MS = 10 * 60_000;
/** Batches that exist. That one does not is never stored: it may be a moment too early to say so. */
const verified = new QuickLRU<string, Progress>({ maxSize: MAX_STORED, maxAge: KNOWN_MS });

const MINUTE_MS = 60_000;
/** So many IDs that the API does not know are read in a minute: half of the smallest plan's calls. */
const MAX_MISSES = 30;

/** When the reads of an account found no batch, and those that have not ended. */
interface Misses {
	at: number[];
	underWay: number;
}
const misses = new QuickLRU<string, Misses>({ maxSize: MAX_STORED });

const accountIn = (context: IWebhookFunctions): string =>
	context.getNode().credentials?.enrichApi?.id ?? '';

const keyOf = (context: IWebhookFunctions, { job, batchId }: Callback): string =>
	`${accountIn(context)} ${job.product} ${batchId}`;

/** A batch that was verified in the last minutes. */
export const knownBatch = (context: IWebhookFunctions, callback: Callback): Progress | undefined =>
	verified.get(keyOf(context, callback));

/** Reads how the batch stands; never throws, and never for forged IDs more than the API can bear. */
export async function verifyBatch(
	context: IWebhookFunctions,
	callback: Callback,
	timeoutMs?: number,
): Promise<Verified> {
	if (knownBatch(context, callback)) return await read(context, callback, timeoutMs);
	const account = accountIn(context);
	const missed = misses.get(account) ?? { at: [], underWay: 0 };
	misses.set(account, missed);
	missed.at = missed.at.filter((time) => time > Date.now() - MINUTE_MS);
	if (missed.at.length + missed.underWay >= MAX_MISSES) return 'unreachable';
	missed.underWay += 1;
	const outcome = await read(context, callback, timeoutMs);
	missed.underWay -= 1;
	if (outcome === 'unknown') missed.at.push(Date.now());
	return outcome;
}

async function read(
	context: IWebhookFunctions,
	callback: Callback,
	timeoutMs?: number,
): Promise<Verified> {
	const { job, batchId } = callback;
	try {
		const client = await callbackClientOf(context, kit, timeoutMs);
		const progress = await fetchProgress(job, batchId, client);
		verified.set(keyOf(context, callback), progress);
		return progress;
	} catch (thrown) {
		if (thrown instanceof ConnectorError && UNKNOWN.has(thrown.kind)) return 'unknown';
		const { message } = thrown as Error;
		context.logger.warn(`A callback from Enrich could not be checked: ${message}`);
		return thrown instanceof ConnectorError && LATE.has(thrown.kind) ? 'late' : 'unreachable';
	}
}

/** A result can be called back a moment before its batch can be read; milliseconds between reads. */
const READS_MS = [0, 1_000, 2_000];
/** When thousands call at once, n8n gets to an answer late; all of them depend on this one. */
const MANY_TIMEOUT_MS = 25_000;
const underWay = new Map<string, Promise<Verified>>();

/** As `verifyBatch`, but for the many results of one batch the API is asked once. */
export function verifyBatchOnce(context: IWebhookFunctions, callback: Callback): Promise<Verified> {
	const key = keyOf(context, callback);
	const other = underWay.get(key);
	if (other) return other;
	const asked = verifySoon(context, callback).finally(() => underWay.delete(key));
	underWay.set(key, asked);
	return asked;
}

async function verifySoon(context: IWebhookFunctions, callback: Callback): Promise<Verified> {
	const known = knownBatch(context, callback);
	if (known) return known;
	let isUnknown = false;
	let isLate = false;
	for (const waitMs of READS_MS) {
		await n8nClock.sleep(waitMs);
		const outcome = await verifyBatch(context, callback, MANY_TIMEOUT_MS);
		if (typeof outcome !== 'string') return outcome;
		isUnknown ||= outcome === 'unknown';
		if (outcome === 'unreachable' || (isLate && outcome === 'late')) break;
		isLate ||= outcome === 'late';
	}
	return isUnknown ? 'unknown' : 'unreachable';
}
