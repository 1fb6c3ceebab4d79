import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type IPollFunctions,
	NodeOperationError,
} from 'n8n-workflow';
import { ConnectorError } from '../../../shared/errors/ConnectorError';
import type { Data } from '../../../shared/contract/data';
import { numberIn } from '../../../shared/input/values';
import { kit } from '../../Enrich/catalog';
import { clientOf } from '../../shared/client';
import type { RequestContext } from '../../shared/transport';
import { toPollError } from './errors';
import { fetchEvents, type Poll, type PollContext } from './fetchEvents';
import { isPolled, type PolledEvent } from './events';

/** A poll ends before the next one begins, which may be a minute later. */
const MAX_MS = 45_000;
/** Of these, what may be spent on waiting before a call is sent again. */
const MAX_WAIT_MS = 15_000;
const CALL_MS = 20_000;

/** What stands in the node's static data. */
interface StoredState {
	/** What was watched: a watch on something else starts afresh. */
	of: string;
	seen: unknown;
}

/**
 * One poll. What was seen is stored only when all of it was read, and nothing waits between
 * reading what is stored and writing it, so that polls that overlap start nothing twice.
 */
export async function poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const event = this.getNodeParameter('event');
	// n8n polls whatever can be polled; nothing is to be looked for where Enrich calls back.
	if (!isPolled(event)) return null;
	if (this.getMode() === 'manual') return await pollExample(this);
	const { found, credential } = await lookFor(this, budgetOf(this));
	const store = this.getWorkflowStaticData('node');
	const stored = store.watch as StoredState | undefined;
	const of = `${event} ${credential}`;
	const { seen, items } = found.news(stored?.of === of ? stored.seen : undefined);
	store.watch = { of, seen } satisfies StoredState;
	return items.length > 0 ? toItems(items) : null;
}

/** For a test of the workflow: what it would start with, whether that is news or not. */
export async function pollExample(
	context: IPollFunctions | IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const { example } = (await lookFor(context)).found;
	if (typeof example !== 'string') return toItems([example]);
	throw new NodeOperationError(context.getNode(), example, {
		description:
			'Start one in Enrich, wait until it has ended, and execute this step again. An active workflow starts by itself with the next one that ends.',
	});
}

async function lookFor(
	context: IPollFunctions | IExecuteFunctions,
	budgetMs = Infinity,
): Promise<{ found: Poll; credential: string }> {
	const maxMs = Math.min(MAX_MS, budgetMs);
	const signal = AbortSignal.timeout(maxMs);
	const read = parametersOf(context);
	try {
		const pollContext = await pollContextOf(context, read, signal);
		const found = await fetchEvents(read('event') as PolledEvent, pollContext);
		return { found, credential: pollContext.credential };
	} catch (thrown) {
		// Nothing else cancels a poll.
		const isLate = signal.aborted && (thrown as Partial<ConnectorError>).kind === 'cancelled';
		const late = { kind: 'timedOut', provider: kit.provider.words, timeoutMs: maxMs } as const;
		throw toPollError(context, isLate ? new ConnectorError(late) : (thrown as Error));
	}
}

type Read = (name: string) => unknown;

/** A poll has no items; a step that runs has one. */
const parametersOf =
	(context: IPollFunctions | IExecuteFunctions): Read =>
	(name) =>
		'getInputData' in context ? context.getNodeParameter(name, 0) : context.getNodeParameter(name);

const toItems = (items: Data[]): INodeExecutionData[][] => [
	items.map((item) => ({ json: item as IDataObject })),
];

/** n8n reports since 2.41 how long a poll may take. */
const budgetOf = (context: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): number =>
	context.getPollBudgetMs?.() ?? Infinity;

async function pollContextOf(
	context: IPollFunctions | IExecuteFunctions,
	read: Read,
	signal: AbortSignal,
): Promise<PollContext> {
	const { credentials } = context.getNode();
	if (!credentials?.enrichApi)
		throw new NodeOperationError(context.getNode(), 'Choose an Enrich credential', {
			description: 'Enrich is asked with it whether the event has happened; asking is free.',
		});
	const options = { timeoutMs: CALL_MS, maxWaitMs: MAX_WAIT_MS, signal };
	const client = await clientOf(context, kit, options);
	return {
		client,
		credential: `${credentials.enrichApi.id ?? ''} ${client.baseUrl}`,
		threshold: () => thresholdOf(context, read('threshold')),
	};
}

function thresholdOf(context: RequestContext, value: unknown): number {
	const threshold = numberIn(value);
	if (threshold) return threshold;
	throw new NodeOperationError(
		context.getNode(),
		`'Threshold' must be a number above 0, not ${JSON.stringify(value)}`,
		{ description: 'Enter the number of credits below which the workflow is to start.' },
	);
}
