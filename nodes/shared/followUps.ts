/** Waiting for what an operation has started, in the same step. */
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { type FollowUp, followed } from '../../shared/contract/followUp';
import { summarize } from '../../shared/rows/result';
import { StartedJobs } from '../../shared/rows/startedJobs';
import { UNLESS_FOLLOWED } from './batchProperties';
import type { NodeClient } from './client';
import type { NodeIdempotencyStore } from './idempotencyStore';
import type { PlacedOperation } from './kit';
import type { Done, Early } from './lookUpMany';
import { numberParameter } from './parameters';
import { optionFor, perResource } from './show';
import { waitForJobs } from './waitForJobs';

const WAITING = 'waiting';
type Waiting = 'background' | 'none' | 'stay';

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const kindsOf = (placed: readonly PlacedOperation[]): FollowUp[] =>
	unique(placed.flatMap(({ followUp }) => followUp ?? []));
const nameOf = (placed: readonly PlacedOperation[], { results, status }: FollowUp) =>
	placed.find(({ operation }) => operation === (results ?? status))?.name;

export const followUpProperties = (placed: PlacedOperation[]): INodeProperties[] =>
	kindsOf(placed).flatMap((kind) => {
		const later = nameOf(placed, kind);
		const { initial } = kind;
		return perResource(placed, ({ followUp }) => followUp === kind, {
			displayName: 'Wait for Results',
			name: WAITING,
			type: 'options',
			default: initial,
			description: 'How this step gets its results',
			options: [
				{
					name: 'Do Not Wait',
					value: 'none',
					description: `Returns the batch ID and goes on at once${later ? `; '${later}' reads the results later, at no cost` : ''}`,
				},
				{
					name: 'In Background',
					value: 'background',
					description:
						'N8n pauses the execution, which looks for itself every few minutes and survives a restart of n8n; works everywhere',
				},
				{
					name: 'Stay and Check',
					value: 'stay',
					description: 'The step keeps running until the results have come',
				},
			],
		});
	});

export const followUpOptions = (placed: PlacedOperation[]): INodeProperties[] =>
	kindsOf(placed).flatMap((kind) => {
		const { waitMinutes } = kind;
		return optionFor(
			placed,
			({ followUp }) => followUp === kind,
			{
				displayName: 'Wait at Most (Minutes)',
				name: 'maxWait',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: waitMinutes,
				description:
					'Minutes to wait for what was started. After that the step ends and names its ID; it goes on and is not lost.',
			},
			UNLESS_FOLLOWED,
		);
	});

interface Asked {
	client: NodeClient;
	store: NodeIdempotencyStore;
}

/** The same rows with what has come of what they started, once the user has it waited for. */
export async function waitForStarted(
	context: IExecuteFunctions,
	followUp: FollowUp,
	done: Done,
	{ client, store }: Asked,
): Promise<Done | Early> {
	const waiting = context.getNodeParameter(WAITING, 0, followUp.initial) as Waiting;
	if (waiting === 'none') return done;
	const minutes = numberParameter(context, 'options.maxWait', 'Wait at Most', followUp.waitMinutes);
	const jobs = new StartedJobs(followUp, done.results, client);
	const waited = await waitForJobs(context, async () => await jobs.look(), {
		client,
		maxMs: 60_000 * minutes,
		inBackground: waiting === 'background',
	});
	if (waited === 'suspended') {
		store.suspend();
		// n8n empties the array that it is given.
		return [[...context.getInputData()]];
	}
	const results = await jobs.read();
	return {
		...done,
		operation: followed(done.operation, followUp),
		results,
		summary: summarize(results, done.summary.creditsRemaining),
	};
}
