/** What people use instead, over the same faults: it is counted, not judged. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Sandbox } from '../../sandbox/server';
import { N8N_DIR } from '../../test/e2e/support/installation';
import { chain } from '../../testkit/enrichWorkflow';
import { type Engine, loadEngine } from '../../testkit/n8nEngine';
import type { Case } from './cases';
import { ANSWER_SECONDS } from './fastTime';

/** Sends a case's call, again and again as it sees fit. */
export type Sender = (sandbox: Sandbox, call: Case) => Promise<void>;

const MAX_SENDS = 3;

/** The call as any HTTP client sends it. */
function requestOf({ url, apiKey }: Sandbox, { operation, body }: Case) {
	const address = new URL(url + operation.path);
	if (operation.method === 'GET') {
		for (const [name, value] of Object.entries(body)) {
			address.searchParams.set(name, String(value));
		}
	}
	return { method: operation.method, url: address.href, apiKey, body: JSON.stringify(body) };
}

/** Sends a call up to three times, as long as it is answered with 5xx or not at all. */
export const plainClient: Sender = async (sandbox, call) => {
	const { url, method, body, apiKey } = requestOf(sandbox, call);
	for (let sends = 0; sends < MAX_SENDS; sends++) {
		try {
			const response = await fetch(url, {
				method,
				headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
				...(method === 'POST' && { body }),
				signal: AbortSignal.timeout(1000 * ANSWER_SECONDS),
			});
			await response.text();
			if (response.status < 500) return;
		} catch {
			// No answer: once more.
		}
	}
};

const HTTP_REQUEST = 'n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js';

export interface HttpRequestNode {
	send: Sender;
	remove(): void;
}

/** n8n's HTTP Request node with Retry On Fail; undefined where n8n is not installed. */
export async function loadHttpRequestNode(): Promise<HttpRequestNode | undefined> {
	const file = join(N8N_DIR, 'node_modules', HTTP_REQUEST);
	if (!existsSync(file)) return undefined;
	// Of n8n's 500 nodes this one alone is loaded.
	const folder = mkdtempSync(join(tmpdir(), 'http-request-'));
	const nodes = [relative(folder, file)];
	writeFileSync(
		join(folder, 'package.json'),
		JSON.stringify({ name: 'n8n-nodes-base', version: '0.0.0', n8n: { nodes } }),
	);
	const engine = await loadEngine({ packageDirs: [folder] });
	return {
		send: (sandbox, call) => sendByNode(engine, sandbox, call),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

async function sendByNode(engine: Engine, sandbox: Sandbox, call: Case): Promise<void> {
	const { url, method, body, apiKey } = requestOf(sandbox, call);
	const node = {
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			...{ method, url, sendHeaders: true, options: { timeout: 1000 * ANSWER_SECONDS } },
			headerParameters: { parameters: [{ name: 'x-api-key', value: apiKey }] },
			...(method === 'POST' && { sendBody: true, specifyBody: 'json', jsonBody: body }),
		},
		...{ retryOnFail: true, maxTries: MAX_SENDS, waitBetweenTries: 1 },
	};
	await engine.run(chain(node), { items: [{}] });
}
