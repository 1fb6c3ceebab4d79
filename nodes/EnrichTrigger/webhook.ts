import { createHash, timingSafeEqual } from 'node:crypto';
import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Progress } from '../../shared/contract/batch';
import { events } from '../../shared/providers/enrich/events';
import { type Callback, readCallback, withFields } from '../../shared/triggers/callbacks';
import { n8nClock } from '../shared/transport';
import { coalesce, type Entry, finishStart } from './coalesce';
import { Deliveries } from './deduplicate';
import { batchItem, isResultOutput, resultItems } from './outputs';
import { knownBatch, type Verified, verifyBatch, verifyBatchOnce } from './verifyBatch';
import { readBody } from '../shared/webhookBody';
import { toItem, WebhookResponse } from '../shared/webhookResponse';

/**
 * When to read whether a batch has ended that is said to have ended, in milliseconds since the poll
 * before: for a minute, as one may be called back before it can be read. Whoever calls hears "not
 * taken" when it takes long, as that invites another call; but nothing is documented that says
 * there will be one, so the polling goes on.
 */
const POLLS_MS = [0, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000];
const PATIENCE_MS = 4_000;
/** Ends that are polled though their callers were answered: each takes megabytes of n8n's memory. */
const MAX_POLLED = 50;

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

/** Seconds. */
const RETRY_LATER = { 'retry-after': '60' };

const hasCredential = (context: IWebhookFunctions): boolean =>
	Boolean(context.getNode().credentials?.enrichApi);

const isChecked = (context: IWebhookFunctions): boolean =>
	hasCredential(context) && context.getNodeParameter('check', true) === true;

/** Somebody who tries the workflow out wants to see each callback, and production is to see it too. */
const isTest = (context: IWebhookFunctions): boolean => context.getMode() === 'manual';

/** Results of batches that are being verified, by trigger and batch. */
const gathered = new Map<string, Entry[]>();

async function receiveResult(
	context: IWebhookFunctions,
	response: WebhookResponse,
	callback: Callback,
	delivery: Deliveries,
): Promise<IWebhookResponseData> {
	const entry: Entry = { item: resultItem(callback, isChecked(context)), delivery, response };
	if (!isChecked(context) || knownBatch(context, callback))
		return await takeResults(context, entry, [entry]);
	const key = `${delivery.trigger} ${callback.job.product} ${callback.batchId}`;
	const others = isTest(context) ? undefined : gathered.get(key);
	if (others) {
		others.push(entry);
		return { noWebhookResponse: true };
	}
	const entries = [entry];
	if (!isTest(context)) gathered.set(key, entries);
	const verified = await verifyBatchOnce(context, callback).finally(() => {
		if (gathered.get(key) === entries) gathered.delete(key);
	});
	if (typeof verified !== 'string') return await takeResults(context, entry, entries);
	for (const { response: one } of entries)
		if (verified === 'unknown') one.refuse(404, 'Unknown batch');
		else one.refuse(503, 'Could not be verified now', RETRY_LATER);
	return { noWebhookResponse: true };
}

function resultItem(callback: Callback, isVerified: boolean): INodeExecutionData {
	const { event, job, batchId, resultId = null, outcome, fields } = callback;
	const { product } = job;
	const receivedAt = new Date().toISOString();
	const always = { event, product, batchId, resultId, ...outcome, isVerified, receivedAt };
	return toItem(withFields(always, fields));
}

/** Starts the workflow with results, or leaves that to another call. */
async function takeResults(
	context: IWebhookFunctions,
	own: Entry,
	entries: Entry[],
): Promise<IWebhookResponseData> {
	if (isTest(context)) return own.response.start([own.item]);
	const fresh = entries.filter(({ delivery, response }) => {
		const isKnown = delivery.isKnown();
		if (isKnown) response.answer(200, 'Known already');
		// Before anything else is waited for, so that of two equal ones only one gets through.
		else delivery.add();
		return !isKnown;
	});
	const { trigger } = own.delivery;
	const together = fresh.length > 0 ? await coalesce(trigger, fresh) : undefined;
	if (!together) return { noWebhookResponse: true };
	own.response.onEnd((isTaken) => finishStart(trigger, isTaken));
	return own.response.start(together.map(({ item }) => item));
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

let polled = 0;

/** The state of a batch that has ended; undefined: it has not, or nobody could be asked. */
async function waitForEnd(
	context: IWebhookFunctions,
	response: WebhookResponse,
	callback: Callback,
): Promise<Progress | 'unknown' | undefined> {
	const answerBy = Date.now() + PATIENCE_MS;
	let verified: Verified = 'unreachable';
	polled += 1;
	try {
		for (const waitMs of POLLS_MS) {
			if (Date.now() + waitMs > answerBy) {
				if (verified === 'unknown') response.answer(404, 'Unknown batch');
				else response.answer(503, 'Not ended', { 'retry-after': String(waitMs / 1_000) });
				if (polled > MAX_POLLED) break;
			}
			await n8nClock.sleep(waitMs);
			verified = await verifyBatch(context, callback);
			if (typeof verified !== 'string' && verified.state !== 'running') return verified;
		}
		return verified === 'unknown' ? verified : undefined;
	} finally {
		polled -= 1;
	}
}
