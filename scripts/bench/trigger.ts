/**
 * Callbacks that start a workflow, against n8n's own Webhook node that does nothing with them. n8n
 * 2.41 prepares an isolated place for expressions for each call of any trigger, but not for that
 * node: a trigger that starts one workflow per call reaches about 0.6.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { N8nServer } from '../../test/e2e/support/n8nServer';
import { until } from '../../test/e2e/support/until';
import { complete, webhookRows } from '../../test/e2e/support/workflows';
import { withSandbox } from './children';
import { type Part, ratio, rounded } from './figure';
import { CALLS_AT_ONCE, inARow, post, withN8n } from './n8n';
import type { SandboxStarted } from './sandboxChild';

const CALLBACKS = 2000;
const ROUNDS = 8;
const WARM_UP_CALLBACKS = 200;

/** As it stands in a workflow, its credential chosen. */
const TRIGGER = {
	name: 'Enrich Trigger',
	type: 'n8n-nodes-enrich.enrichTrigger',
	webhookId: 'bench-trigger',
	parameters: { event: 'resultReceived' },
	credentials: { enrichApi: {} },
};

const CANDIDATES = [
	{ path: 'bench-webhook', node: { ...webhookRows('bench-webhook').nodes[0], name: 'Webhook' } },
	{ path: `${TRIGGER.webhookId}/enrich`, node: TRIGGER },
];

interface Candidate {
	workflowId: string;
	path: string;
	seconds: number;
	callbacks: number;
}

export const triggerVersusWebhook: Part = {
	name: 'trigger-vs-webhook',
	measure: () =>
		withSandbox({ plan: 'unlimited', batchItemsPerSecond: 0 }, async (sandbox) =>
			withN8n([], async (n8n) => {
				const batchId = await submit(sandbox);
				const { apiKey, url: baseUrl } = sandbox;
				const credential = await n8n.api.createCredential('enrichApi', 'Enrich account', {
					...{ apiKey, baseUrl, headerStyle: 'x-api-key' },
				});
				const candidates: Candidate[] = [];
				for (const { path, node } of CANDIDATES) {
					candidates.push(await activate(n8n, node, credential.id, path));
				}
				const results = resultsOf(batchId);
				for (const one of candidates) await measure(n8n, one, results, WARM_UP_CALLBACKS);
				for (const one of candidates) Object.assign(one, { seconds: 0, callbacks: 0 });
				// Now this one first, now the other: whatever grows slower meanwhile does so for both.
				for (let round = 0; round < ROUNDS; round++) {
					const order = round % 2 === 0 ? candidates : [...candidates].reverse();
					for (const one of order) await measure(n8n, one, results, CALLBACKS / ROUNDS);
				}
				const [bare, ours] = candidates.map(({ callbacks, seconds }) => callbacks / seconds) as [
					number,
					number,
				];
				const name = 'trigger-vs-webhook';
				const together = await Promise.all(candidates.map((one) => callbacksPerStart(n8n, one)));
				return [
					{ name, value: ratio(ours / bare), unit: 'ratio', atLeast: 0.8 },
					{ name: `${name}: Enrich Trigger`, value: rounded(ours), unit: 'callbacks/s' },
					{ name: `${name}: n8n's Webhook`, value: rounded(bare), unit: 'callbacks/s' },
					...CANDIDATES.map(({ node }, i) => ({
						name: `${name}: callbacks that start one workflow (${node.name})`,
						value: rounded(together[i] ?? NaN, 2),
						unit: 'callbacks',
					})),
					{ name: `${name}: in flight`, value: CALLS_AT_ONCE, unit: 'callbacks' },
				];
			}),
		),
};

/** The workflow that a node of that kind starts, activated. */
async function activate(
	n8n: N8nServer,
	trigger: { name: string },
	credentialId: string,
	path: string,
): Promise<Candidate> {
	const nodes = [trigger, { name: 'Nothing', type: 'n8n-nodes-base.noOp' }];
	const saved = await n8n.api.createWorkflow(complete(inARow(nodes), credentialId));
	await n8n.api.activate(saved);
	await until(`${path} is registered`, async () => {
		return (await n8n.api.callWebhook(path, {})).status !== 404;
	});
	return { workflowId: saved.id, path, seconds: 0, callbacks: 0 };
}

/** Until the last workflow that was started has ended, so that no answer is quick at others' cost. */
async function measure(
	n8n: N8nServer,
	one: Candidate,
	results: Iterator<object>,
	count: number,
): Promise<void> {
	const bodies = Array.from({ length: count }, () => results.next().value as object);
	const startedAt = performance.now();
	const { answered } = await post(`${n8n.url}/webhook/${one.path}`, bodies);
	while ((await n8n.api.executions(one.workflowId, ['new', 'running'])).length > 0) await pause(20);
	one.seconds += (performance.now() - startedAt) / 1000;
	one.callbacks += answered;
}

/** More than one where a trigger hands on together what comes in at the same moment. */
async function callbacksPerStart(n8n: N8nServer, { workflowId }: Candidate): Promise<number> {
	const started = await n8n.api.executionCount(workflowId);
	return (CALLBACKS + WARM_UP_CALLBACKS) / started;
}

/** A batch that goes on running, for callbacks to tell of. */
async function submit({ url, apiKey }: SandboxStarted): Promise<string> {
	const response = await fetch(`${url}/email-validation/batch`, {
		method: 'POST',
		headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
		body: JSON.stringify({ emails: ['first@example.com'] }),
	});
	const { data } = (await response.json()) as { data: { batchId: string } };
	return data.batchId;
}

/** Results as the API tells them by calling back, each of another row. */
function* resultsOf(batchId: string): Generator<object> {
	for (let row = 0; ; row++) {
		const email = `lead${row}@example.com`;
		yield {
			event: 'webhook:email_lookup.completed',
			timestamp: new Date().toISOString(),
			data: {
				...{ job_id: batchId, result_id: email },
				result: { email, result: 'valid', confidence: 95, is_catch_all: false },
			},
		};
	}
}
