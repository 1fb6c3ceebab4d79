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
import type { Batch } from '../../shared/contract/batch';
import { quote } from '../../shared/input/normalize';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { progressOf } from '../../shared/batches/progress';
import { batches } from '../../shared/providers/enrich/batches';
import { BATCHES } from '../../shared/errors/errorTable';
import { clientOf } from './client';

/** Where a resting execution is called back. */
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

const KEPT_UNDER = 'enrichWait';
const NONCE = 'enrich';
/** What the step sends to its own address, to close the gap until n8n has stored the wait. */
const CHECK = 'enrich.check';
const CHECKS_AFTER_MS = 3_000;

/** What a resting step keeps with its execution. */
interface Suspension {
	/** Separates the callbacks of this rest from all others of the execution. */
	nonce: string;
	/** The execution whose address the batch was given; a retry has another one. */
	executionId: string;
	batchId: string;
	product: Batch['product'];
}

/** Where Enrich can call this execution back while it rests. */
export interface CallbackAddress {
	url: string;
	/** Whether a batch calls this execution back. */
	isFor(batchId: string, isNew: boolean): boolean;
	/** Puts the execution to rest until the batch calls back, or the time is over. */
	suspend(batchId: string, mostMs: number): Promise<void>;
}

/** @throws NodeOperationError where Enrich cannot reach this n8n. */
export function callbackAddress(
	context: IExecuteFunctions,
	{ product }: Batch,
	baseUrl: string,
): CallbackAddress {
	const resumeUrl = String(context.evaluateExpression('{{ $execution.resumeUrl }}', 0));
	refuseUnreachable(context, resumeUrl, baseUrl);
	const place = context.getContext('node');
	const executionId = context.getExecutionId();
	const before = place[KEPT_UNDER] as Suspension | undefined;
	// What it was called back for; a retry of the execution has another address.
	const called = before?.executionId === executionId ? before : undefined;
	const nonce = randomUUID();
	return {
		url: withNonce(resumeUrl, nonce),
		isFor: (batchId, isNew) => isNew || batchId === called?.batchId,
		async suspend(batchId, mostMs) {
			const rest: Suspension =
				called?.batchId === batchId ? called : { nonce, executionId, batchId, product };
			place[KEPT_UNDER] = rest;
			const url = withNonce(resumeUrl, rest.nonce);
			const detail = 'no callback came';
			const { message, nextStep } = new ConnectorError({ kind: 'stillRunning', batchId, detail });
			// n8n keeps the failure with the execution, so that retrying it would only repeat it.
			const description = `${nextStep} Start the workflow anew for that, as a retry of this execution repeats this message.`;
			// Without it, n8n hands on the input rows when the time is over, as if they were results.
			const resumeError = {
				name: 'NodeOperationError',
				message,
				description,
			} as NodeOperationError;
			context.setMetadata({ resumeUrl: url, resumeError });
			await context.putExecutionToWait(new Date(Date.now() + mostMs));
			void checkOnce(context, url);
		},
	};
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
export function refuseUnusable(context: IExecuteFunctions, address: string, baseUrl: string): void {
	if (!/^https?:\/\/[^\s/]/i.test(address)) {
		throw new NodeOperationError(
			context.getNode(),
			`'Send Callbacks To' ${quote(address)} is not a web address`,
			{
				description:
					'Paste the Production URL of an Enrich Trigger, or leave the field empty. Nothing was sent or charged.',
			},
		);
	}
	refuseUnreachable(context, address, baseUrl);
}

/** Told before anything is submitted, as the callback would never arrive. */
function refuseUnreachable(context: IExecuteFunctions, address: string, baseUrl: string): void {
	if (!isPrivate(address) || isPrivate(baseUrl)) return;
	throw new NodeOperationError(
		context.getNode(),
		`Enrich cannot reach ${hostOf(address)}, which is only known inside your own network`,
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

const isPrivate = (address: string): boolean =>
	/^(?:localhost|[^.:]+|.*\.(?:local|internal|lan|home|localhost)|0\.0\.0\.0|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(?:1[6-9]|2\d|3[01])\..*|\[(?:::1?|f[cd].*|fe80.*)\])$/i.test(
		hostOf(address),
	);

/**
 * Takes the callbacks of a batch that a resting execution waits for. The body is only a wake-up:
 * the execution goes on when Enrich itself says that the batch has ended, and the step then runs
 * again and reads the results. Never throws, as n8n would lose the run's data.
 */
export async function webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		const { rest, stack } = restOf(this);
		const { event } = this.getBodyData();
		const batch = batches.find(({ product }) => product === rest?.product);
		const isOurs = rest !== undefined && isSame(this.getQueryData() as IDataObject, rest.nonce);
		const isWakeUp = event === CHECK || (event !== undefined && event === batch?.events?.end);
		if (!isOurs || !batch || !stack || !isWakeUp) return { webhookResponse: { received: true } };
		// Whoever calls need not wait for what follows.
		this.getResponseObject().status(200).json({ received: true });
		const looks = event === CHECK ? BATCHES.endLooksMs.slice(0, 1) : BATCHES.endLooksMs;
		if (!(await hasEnded(this, batch, rest.batchId, looks))) return { noWebhookResponse: true };
		return { noWebhookResponse: true, workflowData: awakened(stack) };
	} catch {
		return { noWebhookResponse: true };
	}
}

async function hasEnded(
	context: IWebhookFunctions,
	batch: Batch,
	batchId: string,
	looksMs: readonly number[],
): Promise<boolean> {
	const client = await clientOf(context);
	for (const waitMs of looksMs) {
		await client.sleep(waitMs);
		try {
			if ((await progressOf(batch, batchId, client)).state !== 'running') return true;
		} catch {
			// The next look may succeed, and no other callback follows.
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
 * What n8n keeps of a resting execution. It is there at run time, but in no documented interface:
 * where it is missing, nothing is resumed and the time limit ends the wait with an explanation.
 */
function restOf(context: IWebhookFunctions): { rest?: Suspension; stack?: StackEntry } {
	const { runExecutionData } = context as unknown as { runExecutionData?: IRunExecutionData };
	const kept = runExecutionData?.executionData;
	return {
		rest: kept?.contextData[`node:${context.getNode().name}`]?.[KEPT_UNDER] as
			| Suspension
			| undefined,
		stack: kept?.nodeExecutionStack[0],
	};
}

/** The step runs again with its own input, instead of handing on what `webhook` returns. */
function awakened({ node, metadata, data }: StackEntry): IWebhookResponseData['workflowData'] {
	delete node.disabled;
	if (metadata) delete metadata.resumeError;
	return (data.main ?? []).map((items) => items ?? []);
}
