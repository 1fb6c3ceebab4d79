/** All results of the largest batch, into one file: what that takes of a real n8n's memory. */
import { itemsOf } from '../../test/e2e/n8nApi';
import type { N8nServer } from '../../test/e2e/n8nServer';
import { until } from '../../test/e2e/until';
import { complete, webhookRows } from '../../test/e2e/workflows';
import { withSandbox } from './children';
import { type Part, rounded } from './figure';
import { inARow, withN8n } from './n8n';

const RESULTS = 500_000;

export const resultsToFile: Part = {
	name: 'results-to-file',
	measure: () =>
		withSandbox({ plan: 'unlimited', balance: RESULTS, batchItemsPerSecond: 1e9 }, (sandbox) =>
			withN8n([], async (n8n) => {
				const batchId = await submit(sandbox);
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
				const all = `${RESULTS.toLocaleString('en-US')} results`;
				return [
					{
						name: `results-to-file: memory above idle (${all})`,
						value: rounded((peak - idle) / 1e6, 0),
						unit: 'MB',
						atMost: 300,
					},
					{ name: `results-to-file: time (${all})`, value: rounded(seconds), unit: 's' },
					{
						name: 'results-to-file: size',
						value: rounded((item.binary?.data?.bytes ?? 0) / 1e6, 0),
						unit: 'MB',
					},
				];
			}),
		),
};

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
