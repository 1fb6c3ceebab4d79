import {
	type IDataObject,
	type INodeExecutionData,
	type IPollFunctions,
	NodeOperationError,
} from 'n8n-workflow';
import { toConnection } from '../../shared/providers/enrich/auth';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { Data } from '../../shared/contract/operation';
import { clientOf } from '../shared/client';
import { toPollError } from './errors';
import { look, type Scene } from './fetchEvents';
import type { EventName } from './properties';

/** A poll ends before the next one begins, which may be a minute later. */
const MOST_MS = 45_000;
/** Of these, what may be spent on waiting before a call is sent again. */
const MOST_WAIT_MS = 30_000;
const CALL_MS = 20_000;

/** What stands in the node's static data. */
interface Kept {
	/** What was watched: a watch on something else starts afresh. */
	of: string;
	seen: unknown;
}

/**
 * One look. What was seen is remembered only when all of it was read, and nothing waits between
 * reading what is remembered and writing it, so that polls that overlap start nothing twice.
 */
export async function poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const event = this.getNodeParameter('event') as EventName;
	const mostMs = Math.min(MOST_MS, budgetOf(this));
	const signal = AbortSignal.timeout(mostMs);
	try {
		const scene = await sceneOf(this, signal);
		const { example, news } = await look(event, scene);
		if (this.getMode() === 'manual') return toItems([exampleFrom(this, example)]);
		const place = this.getWorkflowStaticData('node');
		const kept = place.watch as Kept | undefined;
		const of = `${event} ${scene.credential}`;
		const { seen, items } = news(kept?.of === of ? kept.seen : undefined);
		place.watch = { of, seen } satisfies Kept;
		return items.length > 0 ? toItems(items) : null;
	} catch (thrown) {
		// Nothing else cancels a poll.
		const isLate = signal.aborted && (thrown as Partial<ConnectorError>).kind === 'cancelled';
		throw toPollError(
			this,
			isLate ? new ConnectorError({ kind: 'timedOut', timeoutMs: mostMs }) : (thrown as Error),
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

/** n8n tells since 2.41 how long a poll may take. */
const budgetOf = (context: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): number =>
	context.getPollBudgetMs?.() ?? Infinity;

async function sceneOf(context: IPollFunctions, signal: AbortSignal): Promise<Scene> {
	const { baseUrl } = toConnection(await context.getCredentials('enrichApi'));
	return {
		client: await clientOf(context, { timeoutMs: CALL_MS, maxWaitMs: MOST_WAIT_MS, signal }),
		baseUrl,
		credential: `${context.getNode().credentials?.enrichApi?.id ?? ''} ${baseUrl}`,
		threshold: () => thresholdOf(context),
	};
}

function thresholdOf(context: IPollFunctions): number {
	const value: unknown = context.getNodeParameter('threshold');
	const threshold = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	if (threshold > 0) return threshold;
	throw new NodeOperationError(
		context.getNode(),
		`'Threshold' must be a number above 0, not ${JSON.stringify(value)}`,
		{ description: 'Enter the number of credits below which the workflow is to start.' },
	);
}
