import type { Job as AnyJob, Progress } from '../contract/batch';
import { toConnectorError } from '../errors/ConnectorError';
import { isTransient } from '../errors/errorTable';
import type { Client } from '../http/client';

type Job = Pick<AnyJob, 'status' | 'idName' | 'toProgress'>;

/** How often a job's status is read. */
export const POLLING = {
	firstMs: 5_000,
	maxMs: 60_000,
	/** A poll at least this often over the time that is left, so that the end is noticed early. */
	pollsToTheEnd: 4,
	/** A job may be unknown for so long after its submit. */
	appearsWithinMs: 60_000,
};

/** The status of a job that could not be read so far. */
export const NOT_SEEN = 'not seen yet';

/** Reads how far a job is; free. @throws ConnectorError */
export async function fetchProgress(job: Job, id: string, client: Client): Promise<Progress> {
	const { data } = await client.call(job.status, { [job.idName]: id });
	return job.toProgress(data);
}

/**
 * Polls a job until it has ended: soon at first, then as often as its progress suggests. What may
 * pass does not end the waiting.
 * @throws ConnectorError of kind `stillRunning` when the time is over first; the job goes on.
 */
export async function waitForEnd(
	job: Job,
	id: string,
	client: Client,
	maxMs: number,
	onProgress: (progress: Progress) => void = () => {},
): Promise<Progress> {
	const startedAt = client.now();
	let progress: Progress = { state: 'running', status: NOT_SEEN };
	for (;;) {
		const isNew = client.now() - startedAt < POLLING.appearsWithinMs;
		progress = await poll(job, id, client, progress, isNew);
		onProgress(progress);
		if (progress.state !== 'running') return progress;
		const elapsedMs = client.now() - startedAt;
		if (elapsedMs >= maxMs) {
			throw client.error({ kind: 'stillRunning', batchId: id, detail: describe(progress) });
		}
		await client.sleep(Math.min(untilNextPoll(progress, elapsedMs), maxMs - elapsedMs));
	}
}

/** "42% done", or the status as the API names it. */
export const describe = ({ percent, status }: Progress): string =>
	percent === undefined ? status : `${Math.floor(percent)}% done`;

/** Whatever keeps it from being read, the job goes on: the message says which one. */
async function poll(
	job: Job,
	id: string,
	client: Client,
	before: Progress,
	isNew: boolean,
): Promise<Progress> {
	try {
		return await fetchProgress(job, id, client);
	} catch (thrown) {
		const { kind, message } = toConnectorError(thrown);
		if (isTransient(kind) || (isNew && kind === 'notFound')) return before;
		if (kind === 'cancelled') throw client.error({ kind, batchId: id });
		throw client.error({ kind: 'stillRunning', batchId: id, detail: message });
	}
}

/** Milliseconds; a part of the time that is left at the pace so far. */
export function untilNextPoll({ percent = 0 }: Progress, elapsedMs: number): number {
	const leftMs = percent > 0 ? (elapsedMs * (100 - percent)) / percent : elapsedMs;
	return Math.min(POLLING.maxMs, Math.max(POLLING.firstMs, leftMs / POLLING.pollsToTheEnd));
}
