import type { HttpRequestOptions, ZObject } from 'zapier-platform-core';
import type { Connection } from '../../shared/contract/provider';
import { type Client, createClient } from '../../shared/http/client';
import {
	type Clock,
	TransportError,
	toTransportError,
	type Transport,
} from '../../shared/http/transport';
import { enrich } from '../../shared/providers/enrich';

/** Zapier ends a step after 30 seconds; the rest is for its cache and for starting up. */
const ANSWER_WITHIN_MS = 25_000;

/**
 * A client for one step. It never waits to send a call again: Zapier itself runs the step again
 * when it is throttled, which costs no time of the 30 seconds.
 */
export const clientOf = (z: ZObject, { baseUrl, apiKey }: Connection): Client =>
	createClient(enrich, {
		baseUrl,
		transport: zapierTransport(z),
		clock,
		timeoutMs: ANSWER_WITHIN_MS,
		maxWaitMs: 0,
		secrets: [apiKey],
	});

interface ZapierRequestOptions extends HttpRequestOptions {
	throwForThrottlingEarly: boolean;
	signal: AbortSignal;
}

/** Sends through z.request, where the middleware adds the key. */
export const zapierTransport =
	(z: ZObject): Transport =>
	async ({ method, url, headers, body, timeoutMs, maxBytes }) => {
		// Also ends answers that are cut off in the middle, which node-fetch 2 would wait for for ever.
		const signal = AbortSignal.timeout(timeoutMs);
		const options: ZapierRequestOptions = {
			method: method as HttpRequestOptions['method'],
			headers,
			body: body && withoutCurlies(body),
			// A redirect could carry the key to another host.
			redirect: 'manual',
			size: maxBytes,
			signal,
			skipThrowForStatus: true,
			throwForThrottlingEarly: false,
		};
		try {
			const response = await z.request(url, options);
			return {
				status: response.status,
				headers: Object.fromEntries(response.headers as Iterable<[string, string]>),
				body: response.content,
			};
		} catch (thrown) {
			if (signal.aborted) throw new TransportError('timedOut');
			if ((thrown as { type?: unknown }).type === 'max-size') throw new TransportError('tooLong');
			throw toTransportError(thrown);
		}
	};

/** Zapier refuses to send `{{…}}`, which may stand in somebody's data; JSON has another way to write it. */
const withoutCurlies = (json: string): string => json.replaceAll('{{', '{\\u007b');

const clock: Clock = {
	now: () => Date.now(),
	random: () => Math.random(),
	sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
