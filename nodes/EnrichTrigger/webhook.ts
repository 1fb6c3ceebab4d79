import { createHash, timingSafeEqual } from 'node:crypto';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import {
	type BatchState,
	type Callback,
	readCallback,
	withFields,
} from '../../shared/triggers/callbacks';
import { isRecord } from '../../shared/contract/operation';
import { n8nClock } from '../shared/transport';
import { Caller, toItem } from './webhookResponse';
import { check, checkOnce } from './verifyBatch';
import { Deliveries } from './deduplicate';
import { batchItem, isResultOutput, resultItems } from './outputs';
import { join } from './coalesce';

/** The longest callback that is documented has a few kilobytes. */
const MOST_BYTES = 1_000_000;

/**
 * When to look whether a batch has ended that is said to have ended, in milliseconds since the look
 * before. Whoever calls hears "not taken" when it takes long, as that invites another call; but
 * nothing is documented that says there will be one, so the looking goes on.
 */
const LOOKS_MS = [0, 1_000, 2_000, 5_000, 10_000, 20_000];
const PATIENCE_MS = 4_000;

/** Takes one callback. Never throws: n8n would start the workflow with an empty item. */
export async function webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const caller = new Caller(this);
	try {
		return await receive(this, caller);
	} catch (thrown) {
		this.logger.error(`A callback from Enrich was not taken: ${(thrown as Error).message}`);
		return caller.refuse(500, 'Not taken');
	}
}

async function receive(context: IWebhookFunctions, caller: Caller): Promise<IWebhookResponseData> {
	if (!hasSecret(context)) return caller.refuse(403, 'Not allowed');
	const request = context.getRequestObject();
	if (Number(request.headers['content-length']) > MOST_BYTES)
		return caller.refuse(413, 'Too large');
	const body = await bodyOf(context);
	if ((request.rawBody?.length ?? 0) > MOST_BYTES) return caller.refuse(413, 'Too large');
	const callback = readCallback(body);
	if (callback === 'malformed') return caller.refuse(400, 'Not a callback from Enrich');
	if (callback === 'unknownEvent' || !isWanted(context, callback))
		return caller.refuse(200, 'Not wanted here');
	const delivery = new Deliveries(context, callback.identity);
	return callback.event === 'resultReceived'
		? await receiveResult(context, caller, callback, delivery)
		: await receiveEnd(context, caller, callback, delivery);
}

function hasSecret(context: IWebhookFunctions): boolean {
	const secret = String(context.getNodeParameter('secret', '') ?? '').trim();
	if (secret === '') return true;
	const given: unknown = (context.getQueryData() as { secret?: unknown }).secret;
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return typeof given === 'string' && timingSafeEqual(digest(given), digest(secret));
}

/** What n8n has not read as JSON, because its content type says something else, may still be some. */
async function bodyOf(context: IWebhookFunctions): Promise<unknown> {
	const body: unknown = context.getBodyData();
	if (isRecord(body) && Object.keys(body).length > 0) return body;
	const request = context.getRequestObject();
	try {
		await request.readRawBody();
		return JSON.parse(request.rawBody.toString('utf8'));
	} catch {
		return undefined;
	}
}

function isWanted(context: IWebhookFunctions, { event, product }: Callback): boolean {
	const products: unknown = context.getNodeParameter('products', []);
	const isOfProduct =
		!Array.isArray(products) || products.length === 0 || products.includes(product);
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
	caller: Caller,
	callback: Callback,
	delivery: Deliveries,
): Promise<IWebhookResponseData> {
	const isVerified = isChecked(context);
	if (isVerified) {
		const checked = await checkOnce(context, callback);
		if (checked === 'unknown') return caller.refuse(404, 'Unknown batch');
		if (checked === 'unreachable') return caller.refuse(503, 'Could not be checked now');
	}
	const { event, product, batchId, resultId = null, outcome, fields } = callback;
	const receivedAt = new Date().toISOString();
	const always = { event, product, batchId, resultId, ...outcome, isVerified, receivedAt };
	const item = toItem(withFields(always, fields));
	if (isTest(context)) return caller.start([item]);
	if (delivery.isKnown()) return caller.refuse(200, 'Known already');
	// Before anything else is waited for, so that of two equal ones only one gets through.
	delivery.add();
	const { start, isLeading } = await join(delivery.trigger, item);
	if (isLeading) {
		caller.onEnd((isTaken) => {
			if (!isTaken) delivery.remove();
			start.finish(isTaken);
		});
		return caller.start(start.items);
	}
	if (await start.isDone) return caller.refuse(200, 'Taken');
	delivery.remove();
	return caller.refuse(503, 'Not taken');
}

/** Ends that are being checked, and how their callers are answered. */
const underWay = new Map<string, Promise<number>>();

async function receiveEnd(
	context: IWebhookFunctions,
	caller: Caller,
	callback: Callback,
	delivery: Deliveries,
): Promise<IWebhookResponseData> {
	if (isTest(context)) return await takeEnd(context, caller, callback);
	const other = underWay.get(delivery.key);
	if (other) return caller.refuse(await other, 'Under way already');
	if (delivery.isKnown() || delivery.isStored()) return caller.refuse(200, 'Known already');
	underWay.set(delivery.key, caller.answered);
	try {
		const taken = await takeEnd(context, caller, callback);
		if (taken.workflowData) {
			delivery.add();
			delivery.store();
			caller.onEnd((isTaken) => {
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
	caller: Caller,
	callback: Callback,
): Promise<IWebhookResponseData> {
	const output = String(context.getNodeParameter('results', 'none'));
	let state: BatchState | undefined;
	if (isChecked(context)) {
		const ended = await waitForEnd(context, caller, callback);
		if (ended === 'unknown') return caller.refuse(404, 'Unknown batch');
		if (!ended) return caller.refuse(503, 'Not ended');
		state = ended;
	}
	const item = batchItem(callback, state);
	if (!isResultOutput(output)) return caller.start([item]);
	if (!hasCredential(context)) {
		const reason = 'The results were not read, as no Enrich credential is chosen';
		return caller.start([toItem({ ...item.json, reason })]);
	}
	const items = await resultItems(output, { context, caller, callback, state, item });
	return items === undefined
		? caller.refuse(503, 'The results could not be read now')
		: caller.start(items);
}

/** The state of a batch that has ended; undefined: it has not, or nobody could be asked. */
async function waitForEnd(
	context: IWebhookFunctions,
	caller: Caller,
	callback: Callback,
): Promise<BatchState | 'unknown' | undefined> {
	const answerBy = Date.now() + PATIENCE_MS;
	for (const waitMs of LOOKS_MS) {
		if (Date.now() + waitMs > answerBy)
			caller.answer(503, 'Not ended', { 'retry-after': String(waitMs / 1_000) });
		await n8nClock.sleep(waitMs);
		const checked = await check(context, callback);
		if (checked === 'unknown') return checked;
		if (checked !== 'unreachable' && checked.hasEnded) return checked;
	}
	return undefined;
}
