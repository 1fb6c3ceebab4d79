import {
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type IPollFunctions,
	type IWebhookFunctions,
	sleep,
} from 'n8n-workflow';
import {
	type Clock,
	TransportError,
	toTransportError,
	type Transport,
} from '../../shared/http/transport';

/** Whoever can send with a credential while a workflow runs: a step, a webhook trigger, a polling trigger. */
export type RequestContext = IExecuteFunctions | IWebhookFunctions | IPollFunctions;
/** The same, and the editor that reads a list. */
export type CallContext = RequestContext | ILoadOptionsFunctions;

interface StreamedResponse {
	statusCode: number;
	headers: Record<string, string | undefined>;
	body: AsyncIterable<Buffer> & { on(event: string, listener: () => void): { destroy(): void } };
}

/**
 * Sends through n8n's own helper, which adds the key, the proxy and the execution's cancelling.
 * The answer is read as a stream, because n8n's timeout does not cover the body, and its buffered
 * modes accept any length.
 */
export const n8nTransport =
	(context: CallContext, credentialType: string): Transport =>
	async ({ method, url, headers, body, timeoutMs, maxBytes, signal }) => {
		const endsAt = Date.now() + timeoutMs;
		try {
			const response = (await context.helpers.httpRequestWithAuthentication.call(
				context,
				credentialType,
				{
					method: method as IHttpRequestOptions['method'],
					url,
					headers,
					body,
					timeout: timeoutMs,
					// In an execution, n8n puts its own in this place.
					abortSignal: signal,
					encoding: 'stream',
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					// A redirect could carry the key to another host.
					disableFollowRedirect: true,
				},
			)) as StreamedResponse;
			const text = await readAll(response.body, maxBytes, endsAt, signal);
			return { status: response.statusCode, headers: { ...response.headers }, body: text };
		} catch (thrown) {
			// What n8n throws holds the request with its headers; only the reason may go on from here.
			throw toTransportError(thrown);
		}
	};

/** n8n itself never ends a body that stops half way, and destroying it would wait for it as well. */
async function readAll(
	body: StreamedResponse['body'],
	maxBytes: number,
	endsAt: number,
	cancelled?: AbortSignal,
): Promise<string> {
	const tooLate = AbortSignal.timeout(Math.max(0, endsAt - Date.now()));
	let end: (reason: TransportError) => void = () => {};
	const ended = new Promise<never>((_, reject) => (end = reject));
	const endLate = () => end(new TransportError('timedOut'));
	const endCancelled = () => end(new TransportError('cancelled'));
	tooLate.addEventListener('abort', endLate);
	cancelled?.addEventListener('abort', endCancelled);
	try {
		const reader = body[Symbol.asyncIterator]();
		// Piece by piece, so that a page is in memory once.
		const decoder = new TextDecoder();
		let text = '';
		let bytes = 0;
		for (;;) {
			const { done, value } = await Promise.race([reader.next(), ended]);
			if (done === true) return text + decoder.decode();
			text += decoder.decode(value, { stream: true });
			bytes += value.length;
			if (bytes > maxBytes) throw new TransportError('tooLong');
		}
	} catch (reason) {
		body.on('error', () => {}).destroy();
		throw toTransportError(reason);
	} finally {
		tooLate.removeEventListener('abort', endLate);
		cancelled?.removeEventListener('abort', endCancelled);
	}
}

export const n8nClock: Clock = {
	now: () => Date.now(),
	random: () => Math.random(),
	sleep: async (ms, signal) => {
		if (!signal) return await sleep(ms);
		let wake: () => void = () => {};
		const aborted = new Promise<void>((resolve) => (wake = resolve));
		signal.addEventListener('abort', wake);
		await Promise.race([sleep(ms), aborted]);
		signal.removeEventListener('abort', wake);
	},
};
