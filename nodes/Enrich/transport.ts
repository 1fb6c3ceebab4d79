import { type IExecuteFunctions, type IHttpRequestOptions, sleep } from 'n8n-workflow';
import { type Clock, NoAnswer, toNoAnswer, type Transport } from '../../shared/transport';

interface StreamedAnswer {
	statusCode: number;
	headers: Record<string, string | undefined>;
	body: AsyncIterable<Buffer> & { destroy(): void };
}

/**
 * Sends through n8n's own helper, which adds the key, the proxy and the execution's cancelling.
 * The answer is read as a stream, because n8n's timeout only ends connections that fall silent,
 * and its buffered modes accept any length.
 */
export const n8nTransport =
	(context: IExecuteFunctions): Transport =>
	async ({ method, url, headers, body, timeoutMs, mostBytes }) => {
		const endsAt = Date.now() + timeoutMs;
		try {
			const answer = (await context.helpers.httpRequestWithAuthentication.call(
				context,
				'enrichApi',
				{
					method: method as IHttpRequestOptions['method'],
					url,
					headers,
					body,
					timeout: timeoutMs,
					encoding: 'stream',
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					// A redirect could carry the key to another host.
					disableFollowRedirect: true,
				},
			)) as StreamedAnswer;
			const text = await readAll(answer.body, mostBytes, endsAt);
			return { status: answer.statusCode, headers: { ...answer.headers }, body: text };
		} catch (thrown) {
			// What n8n throws holds the request with its headers; only the reason may go on from here.
			throw toNoAnswer(thrown);
		}
	};

async function readAll(
	body: StreamedAnswer['body'],
	mostBytes: number,
	endsAt: number,
): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of body) {
		chunks.push(chunk);
		bytes += chunk.length;
		const isTooLong = bytes > mostBytes;
		if (isTooLong || Date.now() > endsAt) {
			body.destroy();
			throw new NoAnswer(isTooLong ? 'tooLong' : 'timedOut');
		}
	}
	return Buffer.concat(chunks).toString('utf8');
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
