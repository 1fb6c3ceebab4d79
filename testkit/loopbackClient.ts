import type { Provider } from '../shared/contract/provider';
import { createClient } from '../shared/http/client';
import { toTransportError, type Transport } from '../shared/http/transport';

/** A client of one of the sandbox's APIs, over loopback HTTP; waiting takes next to no time. */
export function loopbackClient(
	provider: Provider,
	{ url, apiKey }: { url: string; apiKey: string },
) {
	const transport: Transport = async ({ method, url, headers, body }) => {
		try {
			const answer = await fetch(url, {
				method,
				body,
				headers: { ...headers, 'x-api-key': apiKey },
			});
			const received: Record<string, string> = {};
			answer.headers.forEach((value, name) => (received[name] = value));
			return { status: answer.status, headers: received, body: await answer.text() };
		} catch (thrown) {
			throw toTransportError(thrown);
		}
	};
	let now = Date.now();
	const sleep = async (ms: number) => {
		now += ms;
		await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5)));
	};
	return createClient(provider, {
		baseUrl: url,
		transport,
		clock: { now: () => now, random: () => 0.5, sleep },
	});
}
