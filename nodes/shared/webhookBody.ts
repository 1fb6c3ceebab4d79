import type { IWebhookFunctions } from 'n8n-workflow';
import { isRecord } from '../../shared/contract/data';

/** The longest callback that is documented has a few kilobytes. */
const MAX_BYTES = 1_000_000;

/** What was sent to a webhook: JSON, whatever its content type says; else undefined, or too large. */
export async function readBody(
	context: IWebhookFunctions,
): Promise<{ body: unknown; isTooLarge: boolean }> {
	const request = context.getRequestObject();
	if (Number(request.headers['content-length']) > MAX_BYTES)
		return { body: undefined, isTooLarge: true };
	const body = await bodyOf(context);
	return { body, isTooLarge: (request.rawBody?.length ?? 0) > MAX_BYTES };
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
