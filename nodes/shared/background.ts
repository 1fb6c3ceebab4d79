import {
	type IDataObject,
	type IExecuteFunctions,
	type IRunExecutionData,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeOperationError,
	sleep,
} from 'n8n-workflow';
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { fetchProgress } from '../../shared/batches/progress';
import type { Batch } from '../../shared/contract/batch';
import { isRecord } from '../../shared/contract/data';
import { isPrivateHost } from '../../shared/input/ip';
import { quote } from '../../shared/input/text';
import { callbackClientOf, type NodeClient } from './client';
import type { NodeKit } from './kit';
import { canSuspend, STAYS_MS, suspendStep } from './suspend';
import { n8nClock } from './transport';
import { readBody } from './webhookBody';
import { WebhookResponse } from './webhookResponse';

/** Where a waiting execution is called back. */
export const RESUME_WEBHOOKS: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		path: '',
		restartWebhook: true,
		isFullPath: true,
		responseMode: 'onReceived',
		responseData: '',
	},
];

const STORED_UNDER = 'enrichWait';
const NONCE = 'enrich';
/** What the step sends to its own address, to close the gap until n8n has stored the wait. */
const CHECK = 'enrich.check';
const CHECKS_AFTER_MS = 3_000;

/** What a waiting step stores with its execution. */
interface Suspension {
	/** Separates the callbacks of this wait from all others of the execution. */
	nonce: string;
	/** The execution whose address the batch was given; a retry has another one. */
	executionId: string;
	batchId: string;
	product: Batch['product'];
	/** Milliseconds since the epoch. */
	startedAt: number;
	/** What has put an end to the wait was a call, not the time. */
	isCalled?: boolean;
}

/** Where this execution can be called back while it waits. */
export interface CallbackAddress {
	url: string;
	/** Whether a batch calls this execution back. */
	isFor(batchId: string, isNew: boolean): boolean;
	/** Milliseconds to stay for a batch before the execution is put to wait. */
	patienceMs(batchId: string): number;
	/**
	 * Puts the execution to wait until the batch calls back, or it is time to look; false: it has
	 * waited for `maxMs` already.
	 */
	suspend(batchId: string, maxMs: number): Promise<boolean>;
	/** The batch for which this execution has waited in vain for a callback. */
	readonly uncalled?: string;
}

/** @throws NodeOperationError where the API cannot reach this n8n. */
export function callbackAddress(
	context: IExecuteFunctions,
	{ product }: Batch,
	client: NodeClient,
): CallbackAddress {
	const resumeUrl = String(context.evaluateExpression('{{ $execution.resumeUrl }}', 0));
	refuseUnreachable(context, resumeUrl, client);
	const store = context.getContext('node');
	const executionId = context.getExecutionId();
	const before = store[STORED_UNDER] as Suspension | undefined;
	// What it has waited for; a retry of the execution has another address.
	const awaited = before?.executionId === executionId ? before : undefined;
	const nonce = randomUUID();
	return {
		url: withNonce(resumeUrl, nonce),
		isFor: (batchId, isNew) => isNew || batchId === awaited?.batchId,
		patienceMs: (batchId) => (batchId === awaited?.batchId ? 0 : STAYS_MS),
		uncalled: awaited?.isCalled === false ? awaited.batchId : undefined,
		async suspend(batchId, maxMs) {
			const now = Date.now();
			const isSame = awaited?.batchId === batchId;
			const startedAt = isSame ? awaited.startedAt : now;
			const leftMs = startedAt + maxMs - now;
			if (leftMs <= 0) return false;
			const own = isSame ? awaited.nonce : nonce;
			const suspension = { nonce: own, executionId, batchId, product, startedAt, isCalled: false };
			store[STORED_UNDER] = suspension satisfies Suspension;
			const url = withNonce(resumeUrl, own);
			if (canSuspend(context)) {
				context.setMetadata({ resumeUrl: url });
				await suspendStep(context, { startedAt, maxMs });
			} else {
				context.setMetadata({ resumeUrl: url, resumeError: lateError(client, batchId) });
				await context.putExecutionToWait(new Date(now + leftMs));
			}
			if (!isSame) void checkOnce(context, url);
			return true;
		},
	};
}

/** How a wait ends where n8n cannot be made to run the step again. */
function lateError(client: NodeClient, batchId: string): NodeOperationError {
	const detail = 'no callback came';
	const { message, nextStep } = client.error({ kind: 'stillRunning', batchId, detail });
	// n8n keeps the failure with the execution, so that retrying it would only repeat it.
	const description = `${nextStep} Start the workflow anew for that, as a retry of this execution repeats this message.`;
	return { name: 'NodeOperationError', message, description } as NodeOperationError;
}

function withNonce(resumeUrl: string, nonce: string): string {
	const url = new URL(resumeUrl);
	url.searchParams.set(NONCE, nonce);
	return url.href;
}

/** A callback that comes before n8n has stored the wait is refused, and none follows it. */
async function checkOnce(context: IExecuteFunctions, url: string): Promise<void> {
	await sleep(CHECKS_AFTER_MS);
	try {
		await context.helpers.httpRequest({ method: 'POST', url, body: { event: CHECK } });
	} catch {
		// The batch's own callback is the rule; this is only for the case that it came too early.
	}
}

/** What a user has entered as the address for callbacks. */
export function refuseUnusable(
	context: IExecuteFunctions,
	address: string,
	client: NodeClient,
): void {
	if (!/^https?:\/\/[^\s/]/i.test(address)) {
		throw new NodeOperationError(
			context.getNode(),
			`'Send Callbacks To' ${quote(address)} is not a web address`,
			{
				description: `Paste the Production URL of an ${client.provider.words.name} Trigger, or leave the field empty. Nothing was sent or charged.`,
			},
		);
	}
	refuseUnreachable(context, address, client);
}

/** Refused before anything is submitted, as the callback would never arrive. */
function refuseUnreachable(
	context: IExecuteFunctions,
	address: string,
	{ baseUrl, provider }: NodeClient,
): void {
	if (!isPrivate(address) || isPrivate(baseUrl)) return;
	throw new NodeOperationError(
		context.getNode(),
		`${provider.words.name} cannot reach ${hostOf(address)}, which is only known inside your own network`,
		{
			description:
				"Choose 'Stay and Check' under 'Wait for Results', which needs no public address; or give n8n one (WEBHOOK_URL). Nothing was sent or charged.",
		},
	);
}

const hostOf = (address: string): string => {
	try {
		return new URL(address).hostname;
	} catch {
		return address;
	}
};

const isPrivate = (address: string): boolean => isPrivateHost(hostOf(address));

/** When to read whether a batch has ended that is said to have ended; milliseconds between polls. */
const END_POLLS_MS = [0, 2_000, 5_000, 10_000];

/**
 * Takes the callbacks of a batch that a waiting execution waits for. The body is only a wake-up:
 * the execution goes on when the API itself says that the batch has ended, and the step then runs
 * again and reads the results. Never throws, as n8n would lose the run's data.
 */
export const resumeWebhook = (kit: NodeKit) =>
	async function webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const response = new WebhookResponse(this);
		try {
			const { suspension, stack } = suspensionOf(this);
			const batch = kit.provider.batches?.find(({ product }) => product === suspension?.product);
			const isOurs =
				suspension !== undefined && isSame(this.getQueryData() as IDataObject, suspension.nonce);
			if (!isOurs || !batch || !stack) return response.refuse(200, 'Not wanted here');
			const { body, isTooLarge } = await readBody(this);
			if (isTooLarge) return response.refuse(413, 'Too large');
			if (!isRecord(body) || typeof body.event !== 'string')
				return response.refuse(400, `Not a callback from ${kit.provider.words.name}`);
			const isCheck = body.event === CHECK;
			if (!isCheck && !isEndOf(kit, batch, body.event))
				return response.refuse(200, 'Not wanted here');
			// Whoever calls need not wait for what follows.
			response.answer(200, 'Taken');
			const pollsMs = isCheck ? END_POLLS_MS.slice(0, 1) : END_POLLS_MS;
			const isEnded = await hasEnded(this, kit, batch, suspension.batchId, pollsMs);
			if (!isEnded) return { noWebhookResponse: true };
			suspension.isCalled = true;
			return { noWebhookResponse: true, workflowData: resumed(stack) };
		} catch (thrown) {
			this.logger.error(
				`A callback from ${kit.provider.words.name} was not taken: ${(thrown as Error).message}`,
			);
			return response.refuse(500, 'Not taken');
		}
	};

const isEndOf = ({ provider }: NodeKit, batch: Batch | undefined, name: unknown): boolean =>
	provider.events?.some(
		(event) => event.job === batch && event.kind === 'batchCompleted' && event.name === name,
	) === true;

async function hasEnded(
	context: IWebhookFunctions,
	kit: NodeKit,
	batch: Batch,
	batchId: string,
	pollsMs: readonly number[],
): Promise<boolean> {
	for (const waitMs of pollsMs) {
		await n8nClock.sleep(waitMs);
		try {
			const client = await callbackClientOf(context, kit);
			if ((await fetchProgress(batch, batchId, client)).state !== 'running') return true;
		} catch {
			// The next poll may succeed, and no other callback follows.
		}
	}
	return false;
}

function isSame({ [NONCE]: given }: IDataObject, nonce: string): boolean {
	const [a, b] = [Buffer.from(String(given)), Buffer.from(nonce)];
	return a.length === b.length && timingSafeEqual(a, b);
}

type StackEntry = NonNullable<IRunExecutionData['executionData']>['nodeExecutionStack'][number];

/**
 * What n8n stores of a waiting execution. It is there at run time, but in no documented interface:
 * where it is missing, nothing is resumed and the time limit ends the wait with an explanation.
 */
function suspensionOf(context: IWebhookFunctions): {
	suspension?: Suspension;
	stack?: StackEntry;
} {
	const { runExecutionData } = context as unknown as { runExecutionData?: IRunExecutionData };
	const stored = runExecutionData?.executionData;
	return {
		suspension: stored?.contextData[`node:${context.getNode().name}`]?.[STORED_UNDER] as
			| Suspension
			| undefined,
		stack: stored?.nodeExecutionStack[0],
	};
}

/** The step runs again with its own input, instead of handing on what `webhook` returns. */
function resumed({ node, metadata, data }: StackEntry): IWebhookResponseData['workflowData'] {
	delete node.disabled;
	if (metadata) delete metadata.resumeError;
	return (data.main ?? []).map((items) => items ?? []);
}
