import { createHash, timingSafeEqual } from 'node:crypto';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Progress } from '../../shared/contract/batch';
import { events } from '../../shared/providers/enrich/events';
import { type Callback, readCallback, withFields } from '../../shared/triggers/callbacks';
import { n8nClock } from '../shared/transport';
import { coalesce } from './coalesce';
import { Deliveries } from './deduplicate';
import { batchItem, isResultOutput, resultItems } from './outputs';
import { verifyBatch, verifyBatchOnce } from './verifyBatch';
import { readBody } from '../shared/webhookBody';
import { toItem, WebhookResponse } from '../shared/webhookResponse';

/**
 * When to read whether a batch has ended that is said to have ended, in milliseconds since the poll
 * before. Whoever calls hears "not taken" when it takes long, as that invites another call; but
 * nothing is documented that says there will be one, so the polling goes on.
 */
const POLLS_MS = [0, 1_000, 2_000, 5_000, 10_000, 20_000];
const PATIENCE_MS = 4_000;

/** Takes one callback. Never throws: n8n would start the workflow with an empty item. */
export async function webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const response = new WebhookResponse(this);
	try {
		return await receive(this, response);
	} catch (thrown) {
		this.logger.error(`A callback from Enrich was not taken: ${(thrown as Error).message}`);
		return response.refuse(500, 'Not taken');
	}
}

async function receive(
	context: IWebhookFunctions,
	response: WebhookResponse,
): Promise<IWebhookResponseData> {
	if (!hasSecret(context)) return response.refuse(403, 'Not allowed');
	const { body, isTooLarge } = await readBody(context);
	if (isTooLarge) return response.refuse(413, 'Too large');
	const callback = readCallback(events, body);
	if (callback === 'malformed') return response.refuse(400, 'Not a callback from Enrich');
	if (callback === 'unknownEvent' || !isWanted(context, callback))
		return response.refuse(200, 'Not wanted here');
	const delivery = new Deliveries(context, callback.identity);
	return callback.event === 'resultReceived'
		? await receiveResult(context, response, callback, delivery)
		: await receiveEnd(context, response, callback, delivery);
}

function hasSecret(context: IWebhookFunctions): boolean {
	const secret = String(context.getNodeParameter('secret', '') ?? '').trim();
	if (secret === '') return true;
	const given: unknown = (context.getQueryData() as { secret?: unknown }).secret;
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return typeof given === 'string' && timingSafeEqual(digest(given), digest(secret));
}

function isWanted(context: IWebhookFunctions, { event, job }: Callback): boolean {
	const products: unknown = context.getNodeParameter('products', []);
	const isOfProduct =
		!Array.isArray(products) || products.length === 0 || products.includes(job.product);
	return context.getNodeParameter('event') === event && isOfProduct;
}

const hasCredential = (context: IWebhookFunctions): boolean =>
	Boolean(context.getNode().credentials?.enrichApi);

const isChecked = (context: IWebhookFunctions): boolean =>
	hasCredential(context) && context.getNodeParameter('check', true) === true;

/** Somebody who tries the workflow out wants to see each callback, and production is to see it too. */
const isTest = (context: IWebhookFunctions): boolean => context.getMode() === 'manual';

async function receiveResult(
	context: IWebhookFunctions,
	response: WebhookResponse,
	callback: Callback,
	delivery: Deliveries,
): Promise<IWebhookResponseData> {
	const isVerified = isChecked(context);
	if (isVerified) {
		const verified = await verifyBatchOnce(context, callback);
		if (verified === 'unknown') return response.refuse(404, 'Unknown batch');
		if (verified === 'unreachable') return response.refuse(503, 'Could not be verified now');
	}
	const { event, job, batchId, resultId = null, outcome, fields } = callback;
	const { product } = job;
	const receivedAt = new Date().toISOString();
	const always = { event, product, batchId, resultId, ...outcome, isVerified, receivedAt };
	const item = toItem(withFields(always, fields));
	if (isTest(context)) return response.start([item]);
	if (delivery.isKnown()) return response.refuse(200, 'Known already');
	// Before anything else is waited for, so that of two equal ones only one gets through.
	delivery.add();
	const { start, isLeading } = await coalesce(delivery.trigger, item);
	if (isLeading) {
		response.onEnd((isTaken) => {
			if (!isTaken) delivery.remove();
			start.finish(isTaken);
		});
		return response.start(start.items);
	}
	if (await start.isDone) return response.refuse(200, 'Taken');
	delivery.remove();
	return response.refuse(503, 'Not taken');
}

/** Ends that are being verified, and how their callers are answered. */
const underWay = new Map<string, Promise<number>>();

async function receiveEnd(
	context: IWebhookFunctions,
	response: WebhookResponse,
	callback: Callback,
	delivery: Deliveries,
): Promise<IWebhookResponseData> {
	if (isTest(context)) return await takeEnd(context, response, callback);
	const other = underWay.get(delivery.key);
	if (other) return response.refuse(await other, 'Under way already');
	if (delivery.isKnown() || delivery.isStored()) return response.refuse(200, 'Known already');
	underWay.set(delivery.key, response.answered);
	try {
		const taken = await takeEnd(context, response, callback);
		if (taken.workflowData) {
			delivery.add();
			delivery.store();
			response.onEnd((isTaken) => {
				if (!isTaken) delivery.remove();
			});
		}
		return taken;
	} finally {
		underWay.delete(delivery.key);
	}
}

async function takeEnd(
	context: IWebhookFunctions,
	response: WebhookResponse,
	callback: Callback,
): Promise<IWebhookResponseData> {
	const output = String(context.getNodeParameter('results', 'none'));
	let progress: Progress | undefined;
	if (isChecked(context)) {
		const ended = await waitForEnd(context, response, callback);
		if (ended === 'unknown') return response.refuse(404, 'Unknown batch');
		if (!ended) return response.refuse(503, 'Not ended');
		progress = ended;
	}
	const item = batchItem(callback, progress);
	if (!isResultOutput(output)) return response.start([item]);
	if (!hasCredential(context)) {
		const reason = 'The results were not read, as no Enrich credential is chosen';
		return response.start([toItem({ ...item.json, reason })]);
	}
	const items = await resultItems(output, { context, response, callback, progress, item });
	return items === undefined
		? response.refuse(503, 'The results could not be read now')
		: response.start(items);
}

/** The state of a batch that has ended; undefined: it has not, or nobody could be asked. */
async function waitForEnd(
	context: IWebhookFunctions,
	response: WebhookResponse,
	callback: Callback,
): Promise<Progress | 'unknown' | undefined> {
	const answerBy = Date.now() + PATIENCE_MS;
	for (const waitMs of POLLS_MS) {
		if (Date.now() + waitMs > answerBy)
			response.answer(503, 'Not ended', { 'retry-after': String(waitMs / 1_000) });
		await n8nClock.sleep(waitMs);
		const verified = await verifyBatch(context, callback);
		if (verified === 'unknown') return verified;
		if (verified !== 'unreachable' && verified.state !== 'running') return verified;
	}
	return undefined;
}
