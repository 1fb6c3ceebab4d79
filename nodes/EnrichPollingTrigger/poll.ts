import {
	type IDataObject,
	type INodeExecutionData,
	type IPollFunctions,
	NodeOperationError,
} from 'n8n-workflow';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { Data } from '../../shared/contract/data';
import { numberIn } from '../../shared/input/values';
import { kit } from '../Enrich/catalog';
import { clientOf } from '../shared/client';
import { toPollError } from './errors';
import { fetchEvents, type PollContext } from './fetchEvents';
import type { EventName } from './properties';

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
	const event = this.getNodeParameter('event') as EventName;
	const maxMs = Math.min(MAX_MS, budgetOf(this));
	const signal = AbortSignal.timeout(maxMs);
	try {
		const pollContext = await pollContextOf(this, signal);
		const { example, news } = await fetchEvents(event, pollContext);
		if (this.getMode() === 'manual') return toItems([exampleFrom(this, example)]);
		const store = this.getWorkflowStaticData('node');
		const stored = store.watch as StoredState | undefined;
		const of = `${event} ${pollContext.credential}`;
		const { seen, items } = news(stored?.of === of ? stored.seen : undefined);
		store.watch = { of, seen } satisfies StoredState;
		return items.length > 0 ? toItems(items) : null;
	} catch (thrown) {
		// Nothing else cancels a poll.
		const isLate = signal.aborted && (thrown as Partial<ConnectorError>).kind === 'cancelled';
		throw toPollError(
			this,
			isLate
				? new ConnectorError({
						kind: 'timedOut',
						provider: kit.provider.words,
						timeoutMs: maxMs,
					})
				: (thrown as Error),
		);
	}
}

function exampleFrom(context: IPollFunctions, example: Data | string): Data {
	if (typeof example !== 'string') return example;
	throw new NodeOperationError(context.getNode(), example, {
		description:
			'Start one in Enrich, wait until it has ended, and fetch the test event again. An active workflow starts by itself with the next one that ends.',
	});
}

const toItems = (items: Data[]): INodeExecutionData[][] => [
	items.map((item) => ({ json: item as IDataObject })),
];

/** n8n reports since 2.41 how long a poll may take. */
const budgetOf = (context: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): number =>
	context.getPollBudgetMs?.() ?? Infinity;

async function pollContextOf(context: IPollFunctions, signal: AbortSignal): Promise<PollContext> {
	const options = { timeoutMs: CALL_MS, maxWaitMs: MAX_WAIT_MS, signal };
	const client = await clientOf(context, kit, options);
	return {
		client,
		credential: `${context.getNode().credentials?.enrichApi?.id ?? ''} ${client.baseUrl}`,
		threshold: () => thresholdOf(context),
	};
}

function thresholdOf(context: IPollFunctions): number {
	const value: unknown = context.getNodeParameter('threshold');
	const threshold = numberIn(value);
	if (threshold) return threshold;
	throw new NodeOperationError(
		context.getNode(),
		`'Threshold' must be a number above 0, not ${JSON.stringify(value)}`,
		{ description: 'Enter the number of credits below which the workflow is to start.' },
	);
}
