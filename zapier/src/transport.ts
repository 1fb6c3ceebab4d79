import type { HttpRequestOptions, ZObject } from 'zapier-platform-core';
import type { Connection } from '../../shared/contract/provider';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { type Client, createClient } from '../../shared/http/client';
import { TransportError, toTransportError, type Transport } from '../../shared/http/transport';
import { enrich } from '../../shared/providers/enrich';

/** Zapier ends a step after 30 seconds; the rest is for its cache and for starting up. */
const STEP_MS = 24_000;

/** Too short for any wait, and long enough for a busy machine to get to the sending. */
const MAX_WAIT_MS = 200;

/**
 * A client for one step, whose calls and waits end in time all together. It never waits to send a
 * call again: Zapier itself runs the step again when it is throttled, which costs no time of the 30
 * seconds.
 */
export function clientOf(z: ZObject, { baseUrl, apiKey }: Connection): Client {
	const endsAt = Date.now() + STEP_MS;
	const outOfTime = (ms = 0) => (Date.now() + ms < endsAt ? undefined : timeIsUp());
	const send = zapierTransport(z);
	const client = createClient(enrich, {
		baseUrl,
		transport: (request) =>
			send({
				...request,
				timeoutMs: Math.max(1, Math.min(request.timeoutMs, endsAt - Date.now())),
			}),
		clock: {
			now: () => Date.now(),
			random: () => Math.random(),
			async sleep(ms) {
				const error = outOfTime(ms);
				if (error) throw error;
				await new Promise((resolve) => setTimeout(resolve, ms));
			},
		},
		timeoutMs: STEP_MS,
		maxWaitMs: MAX_WAIT_MS,
		secrets: [apiKey],
	});
	return {
		...client,
		call: (operation, input, stopped) =>
			client.call(operation, input, () => outOfTime() ?? stopped?.()),
	};
}

const timeIsUp = () =>
	new ConnectorError({ kind: 'stopped', detail: 'a step of Zapier has no more time for it' });

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
