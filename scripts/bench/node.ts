/** The Enrich node in n8n's engine, validating email addresses. */
import { loadEngine } from '../../testkit/n8nEngine';
import type { SandboxStarted } from './sandboxChild';

export interface LeadRow {
	[column: string]: string;
	email: string;
}

/** Each row is an address of its own. */
export const rowsOf = (rows: number): LeadRow[] =>
	Array.from({ length: rows }, (_, index) => ({ email: `lead${index}@example.com` }));

const workflow = (options: object) => ({
	nodes: [
		{ name: 'Leads', type: 'n8n-nodes-base.manualTrigger' },
		{
			name: 'Validate Email',
			type: 'n8n-nodes-enrich.enrich',
			parameters: {
				resource: 'email',
				operation: 'validate',
				email: '={{ $json.email }}',
				options,
			},
			credentials: { enrichApi: { id: '1', name: 'Enrich account' } },
		},
	],
	connections: { Leads: { main: [[{ node: 'Validate Email', type: 'main', index: 0 }]] } },
});

/**
 * The answer runs rows through the node, one by one unless the options say otherwise, and throws
 * unless each has exactly one good outcome.
 */
export async function loadNode(
	{ url, apiKey }: SandboxStarted,
	options: object = { lookUp: 'single' },
): Promise<(rows: LeadRow[]) => Promise<void>> {
	const engine = await loadEngine({ credentials: { enrichApi: { apiKey, baseUrl: url } } });
	return async (rows) => {
		const { error, last } = await engine.run(workflow(options), { items: rows });
		if (error) throw error;
		if (last.length !== rows.length) {
			throw new Error(`${rows.length} rows went in, ${last.length} came out`);
		}
		last.forEach(({ json }, index) => {
			// An address that does not exist is an answer as well.
			const isAnswered = json.outcome === 'found' || json.outcome === 'notFound';
			if (!isAnswered || json.email !== rows[index]?.email) {
				throw new Error(`Row ${index + 1} is wrong: ${JSON.stringify(json)}`);
			}
		});
	};
}

/** Milliseconds that `run` takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
	const startedAt = performance.now();
	await run();
	return performance.now() - startedAt;
}
