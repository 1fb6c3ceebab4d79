/** All results of the largest batch, into one file: what that takes of a real n8n's memory. */
import { itemsOf } from '../../test/e2e/support/n8nApi';
import type { N8nServer } from '../../test/e2e/support/n8nServer';
import { until } from '../../test/e2e/support/until';
import { complete, webhookRows } from '../../test/e2e/support/workflows';
import { type RemoteSandbox, withSandbox } from './children';
import { type Part, rounded } from './figure';
import { inARow, withN8n } from './n8n';

const RESULTS = 500_000;

/** Node collects garbage late where it may: only a tight heap shows what is really held. */
const TIGHT_HEAP_MB = 400;

export const resultsToFile: Part = {
	name: 'results-to-file',
	measure: () =>
		withSandbox(
			{ plan: 'unlimited', balance: RESULTS, batchItemsPerSecond: 1e9 },
			async (sandbox) => {
				const batchId = await submit(sandbox);
				const tight = { NODE_OPTIONS: `--max-old-space-size=${TIGHT_HEAP_MB}` };
				const free = await withN8n([], (n8n) => read(n8n, sandbox, batchId));
				const held = await withN8n([], (n8n) => read(n8n, sandbox, batchId), tight);
				const all = `${RESULTS.toLocaleString('en-US')} results`;
				return [
					{
						name: `results-to-file: memory above idle (${all}), heap of ${TIGHT_HEAP_MB} MB`,
						value: rounded(held.bytes / 1e6, 0),
						unit: 'MB',
						atMost: 300,
					},
					{
						name: `results-to-file: memory above idle (${all}), heap as n8n has it`,
						value: rounded(free.bytes / 1e6, 0),
						unit: 'MB',
						atMost: 300,
					},
					{ name: `results-to-file: time (${all})`, value: rounded(free.seconds), unit: 's' },
					{ name: 'results-to-file: size', value: rounded(free.fileBytes / 1e6, 0), unit: 'MB' },
				];
			},
		),
};

/** What reading the batch into a file takes of that n8n, above what it holds when idle. */
async function read(n8n: N8nServer, sandbox: RemoteSandbox, batchId: string) {
	const workflow = await activate(n8n, await n8n.api.connect(sandbox));
	// Once with no batch, so that n8n has loaded what it needs.
	await n8n.api.runByWebhook(workflow, 'results', { rows: [{ batchId: 'none' }] });

	const idle = n8n.residentBytes();
	let peak = idle;
	const looking = setInterval(() => (peak = Math.max(peak, n8n.residentBytes())), 100);
	const startedAt = Date.now();
	const id = await n8n.api.startByWebhook(workflow, 'results', { rows: [{ batchId }] });
	const execution = await until(
		'the file is written',
		async () => {
			const stored = await n8n.api.execution(id);
			return !['new', 'running'].includes(stored.status) && stored;
		},
		{ withinMs: 30 * 60_000, everyMs: 500 },
	);
	const seconds = (Date.now() - startedAt) / 1000;
	clearInterval(looking);
	const [item] = itemsOf(execution, 'Enrich');
	if (item?.json.results !== RESULTS)
		throw new Error(`The file holds ${String(item?.json.results)} results`);
	return { bytes: peak - idle, seconds, fileBytes: item.binary?.data?.bytes ?? 0 };
}

async function submit({ url, apiKey }: { url: string; apiKey: string }): Promise<string> {
	const emails = Array.from({ length: RESULTS }, (_, i) => `person${i}@company${i % 1000}.com`);
	const response = await fetch(`${url}/email-validation/batch`, {
		method: 'POST',
		headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
		body: JSON.stringify({ emails }),
	});
	const { data } = (await response.json()) as { data: { batchId: string } };
	return data.batchId;
}

async function activate({ api }: N8nServer, credentialId: string): Promise<string> {
	const { nodes } = webhookRows('results');
	const getResults = {
		name: 'Enrich',
		type: 'n8n-nodes-enrich.enrich',
		parameters: {
			...{ resource: 'batch', operation: 'getResults', format: 'csv' },
			...{ batchId: '={{ $json.batchId }}', product: 'emailValidation' },
		},
		credentials: { enrichApi: {} },
	};
	const saved = await api.createWorkflow(complete(inARow([...nodes, getResults]), credentialId));
	await api.activate(saved);
	return saved.id;
}
