import type { INodeExecutionData } from 'n8n-workflow';
import type { WebhookResponse } from '../shared/webhookResponse';
import type { Deliveries } from './deduplicate';

/** A result that was delivered, and its caller, who waits for an answer. */
export interface Entry {
	item: INodeExecutionData;
	delivery: Deliveries;
	response: WebhookResponse;
}

/** Results with which the workflow starts together. */
interface Start {
	entries: Entry[];
	isDone: Promise<void>;
	settle(): void;
}

interface Queue {
	current: Start;
	next?: Start;
}

const queues = new Map<string, Queue>();

/**
 * While n8n is starting a workflow, further results gather and start it together next time: each
 * start costs n8n more than all else that a callback takes. Nobody waits where only one calls at a
 * time, and nobody is told "taken" before the start that takes the result along.
 * Resolves to all that start together, for the one caller that is to make the start; undefined: it
 * is another one. Only that one's call is kept open in n8n, where each takes megabytes.
 */
export async function coalesce(trigger: string, entries: Entry[]): Promise<Entry[] | undefined> {
	const queue = queues.get(trigger);
	if (queue?.next) {
		queue.next.entries.push(...entries);
		return undefined;
	}
	const start = startOf(entries);
	if (!queue) {
		queues.set(trigger, { current: start });
		return start.entries;
	}
	queue.next = start;
	await queue.current.isDone;
	queue.current = start;
	queue.next = undefined;
	return start.entries;
}

/** Answers all whose results were to start the workflow, and lets the next start begin. */
export function finishStart(trigger: string, isStarted: boolean): void {
	const queue = queues.get(trigger);
	if (!queue) return;
	const { entries, settle } = queue.current;
	for (const { delivery, response } of entries) {
		if (!isStarted) delivery.remove();
		if (isStarted) response.answer(200, 'Taken');
		else response.answer(503, 'Not taken');
	}
	if (!queue.next) queues.delete(trigger);
	settle();
}

function startOf(entries: Entry[]): Start {
	let settle: () => void = () => {};
	const isDone = new Promise<void>((resolve) => (settle = resolve));
	return { entries: [...entries], isDone, settle };
}
