import type { INodeExecutionData } from 'n8n-workflow';

/** Results with which the workflow starts together. */
export interface Start {
	items: INodeExecutionData[];
	/** Whether n8n has started the workflow with them. */
	isDone: Promise<boolean>;
	finish(isStarted: boolean): void;
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
 * Resolves to whether the item leads that start, so that its caller is the one to make it.
 */
export async function coalesce(
	trigger: string,
	item: INodeExecutionData,
): Promise<{ start: Start; isLeading: boolean }> {
	const queue = queues.get(trigger);
	if (queue?.next) {
		queue.next.items.push(item);
		return { start: queue.next, isLeading: false };
	}
	const start = startOf(trigger, item);
	if (!queue) {
		queues.set(trigger, { current: start });
		return { start, isLeading: true };
	}
	queue.next = start;
	await queue.current.isDone;
	queue.current = start;
	queue.next = undefined;
	return { start, isLeading: true };
}

function startOf(trigger: string, item: INodeExecutionData): Start {
	let resolve: (isStarted: boolean) => void = () => {};
	const isDone = new Promise<boolean>((settle) => (resolve = settle));
	return {
		items: [item],
		isDone,
		finish(isStarted) {
			if (!queues.get(trigger)?.next) queues.delete(trigger);
			resolve(isStarted);
		},
	};
}
