import type { Batch } from '../contract/batch';
import type { Charge } from '../contract/provider';
import { type ConnectorError, toConnectorError } from '../errors/ConnectorError';
import { type ErrorKind, isTransient } from '../errors/errorTable';
import type { Client } from '../http/client';
import {
	type Evidence,
	FAIR_SAMPLE,
	fitsCredits,
	fitsSize,
	isExact,
	isSameSize,
	isTellingSize,
	judge,
	Matcher,
	type Matches,
	type Part,
} from './evidence';
import type { KnownBatches } from './knownBatches';
import { fetchProgress, POLLING } from './progress';
import { resultPages } from './results';

/** So long after its end, a batch without results is not waited for to show some. */
const EMPTY_MS = 60_000;

/** A batch that nothing else speaks for is not waited for longer than this. */
const MAX_PROOF_MS = 10 * 60_000;

export interface SearchOptions {
	client: Client;
	known: KnownBatches;
	/**
	 * Milliseconds to wait at most until batches that may be ours show whose rows they hold. So long
	 * only for those that will soon show it, or whose size is no accident; others for 10 minutes.
	 */
	maxProofMs: number;
	/** When the search has to be over, milliseconds since the epoch. */
	searchUntil: number;
	/** Whether only results prove whose a batch is, as nobody is going to read them here. */
	isProofNeeded: boolean;
	/** Batches that this run has read to their end already. */
	left: ReadonlySet<string>;
}

/** A charge that names a batch. */
export type BatchCharge = Charge & { batchId: string };

export interface Found {
	charge?: BatchCharge;
	/** Only its size says that it holds these rows. */
	isUnproven?: true;
	/** Batches of the same size that did not show whose they are. */
	unproven: BatchCharge[];
}

/** What somebody reading a batch is told while it cannot be read, or not yet. */
const NOT_THERE: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'notFound',
	'conflict',
	'badInput',
	'refused',
	'expired',
]);

export const isNotThere = ({ kind }: ConnectorError): boolean => NOT_THERE.has(kind);

/**
 * Looks among charges for a batch that holds these rows; free. One of the same size that does not
 * show whose it is, is waited for, but not for long: it may be somebody else's.
 * @throws ConnectorError of kind `stillRunning` where nobody is to wait for such a batch, and of kind
 * `stopped` where the time is over before all were looked at.
 */
export async function findBatch(
	batch: Batch,
	part: Part,
	rows: string,
	charges: readonly Charge[],
	options: SearchOptions,
): Promise<Found> {
	const { client, known, maxProofMs, searchUntil, isProofNeeded, left } = options;
	const startedAt = client.now();
	const mayBe = (charge: Charge): charge is BatchCharge =>
		charge.batchId !== undefined &&
		!left.has(charge.batchId) &&
		known.mayHold(charge.batchId, rows) &&
		fitsCredits(batch, part.length, charge.credits);
	let candidates = charges.filter(mayBe);
	for (let waitMs = POLLING.firstMs; ; waitMs = Math.min(POLLING.maxMs, waitMs * 1.5)) {
		const elapsedMs = client.now() - startedAt;
		const pending: BatchCharge[] = [];
		let patienceMs = 0;
		for (const charge of candidates) {
			if (client.now() >= searchUntil) throw outOfTime(candidates.length, client);
			const evidence = await examine(batch, part, charge, client);
			const verdict = judge(evidence);
			if (verdict === 'ours') {
				if (!isProofNeeded || isExact(evidence)) return { charge, unproven: [] };
			} else if (verdict === 'others') known.holdsOthersThan(charge.batchId, rows);
			else if (isPossible(evidence, charge, client)) {
				const isEmpty = hasEnded(evidence) && elapsedMs >= Math.min(EMPTY_MS, maxProofMs);
				if (!isEmpty) {
					pending.push(charge);
					patienceMs = Math.max(patienceMs, patienceFor(evidence, charge, options, startedAt));
				}
				// Nothing was paid for it, or it failed: nothing is lost by starting anew.
				else if (isPaidFor(evidence) && !isProofNeeded)
					return { charge, isUnproven: true, unproven: [] };
			}
		}
		const restMs = Math.min(patienceMs - elapsedMs, searchUntil - client.now());
		const [first] = pending;
		if (!first) return { unproven: [] };
		if (restMs <= 0) {
			if (!isProofNeeded) return { unproven: pending };
			const detail = 'it may hold these rows';
			throw client.error({ kind: 'stillRunning', batchId: first.batchId, detail });
		}
		candidates = pending;
		await client.sleep(Math.min(waitMs, restMs));
	}
}

const outOfTime = (batches: number, client: Client) =>
	client.error({
		kind: 'stopped',
		detail: `there was no time to look into all of ${batches} batches that may hold these rows`,
	});

/** Milliseconds since the start of the search. */
function patienceFor(
	evidence: Evidence,
	{ at }: Charge,
	{ client, maxProofMs }: SearchOptions,
	startedAt: number,
): number {
	const { percent = 0 } = evidence;
	const endsAt = percent > 0 ? at + (100 * (client.now() - at)) / percent : Infinity;
	const isSoon = endsAt <= startedAt + maxProofMs;
	return isSoon || isTellingSize(evidence) ? maxProofMs : Math.min(MAX_PROOF_MS, maxProofMs);
}

const hasEnded = ({ state }: Evidence) => state === 'completed' || state === 'failed';

const isPaidFor = (evidence: Evidence): boolean =>
	evidence.state === 'completed' && evidence.creditsUsed !== 0 && isSameSize(evidence);

/** Whether a batch that shows nothing yet may still turn out to be the one. */
function isPossible(evidence: Evidence, { at }: Charge, client: Client): boolean {
	// Just submitted, it may take a moment until it can be read.
	if (evidence.state === undefined) return client.now() - at < POLLING.appearsWithinMs;
	return fitsSize(evidence);
}

/** What the status and the first results of a batch say. @throws ConnectorError */
export async function examine(
	batch: Batch,
	part: Part,
	{ batchId }: BatchCharge,
	client: Client,
): Promise<Evidence> {
	const matcher = new Matcher(batch, part);
	const evidence: Omit<Evidence, keyof Matches> = {
		rows: part.length,
		state: undefined,
		total: undefined,
		creditsUsed: null,
	};
	try {
		const { state, total, percent } = await fetchProgress(batch, batchId, client);
		Object.assign(evidence, { state, total, percent });
		for await (const { results, receipt } of resultPages(batch, batchId, client)) {
			for (const result of results) matcher.add(result);
			evidence.creditsUsed = receipt.creditsUsed;
			if (matcher.seen >= FAIR_SAMPLE) break;
		}
	} catch (thrown) {
		const error = toConnectorError(thrown);
		const isLater = evidence.state !== undefined && isTransient(error.kind);
		if (!isNotThere(error) && !isLater) throw error;
	}
	const { matching, similar, others, unnamed } = matcher;
	return { ...evidence, matching, similar, others, unnamed };
}

/** Charges of the same moment are no more than this apart. */
const SAME_MOMENT_MS = 2 * 60_000;

/** Batches of the same rows that were charged around the same time as this one; free. */
export async function findTwins(
	batch: Batch,
	part: Part,
	{ batchId, at }: { batchId: string; at: number | null },
	client: Client,
	known: KnownBatches,
): Promise<BatchCharge[]> {
	if (at === null) return [];
	const twins: BatchCharge[] = [];
	try {
		const charges = await client.provider.wallet?.charges(client, at - SAME_MOMENT_MS);
		for (const charge of charges ?? []) {
			const isAtOnce = Math.abs(charge.at - at) <= SAME_MOMENT_MS;
			if (charge.batchId === undefined || charge.batchId === batchId || !isAtOnce) continue;
			if (!fitsCredits(batch, part.length, charge.credits)) continue;
			if (known.isKnown(charge.batchId)) continue;
			const twin = { ...charge, batchId: charge.batchId };
			if (isExact(await examine(batch, part, twin, client))) twins.push(twin);
		}
	} catch {
		// It is only worth a note.
	}
	return twins;
}
