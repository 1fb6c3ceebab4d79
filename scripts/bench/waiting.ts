/** What callbacks cost while an execution waits for them: n8n loads all of it for each. */
import { join } from 'node:path';
import type { Execution, N8nApi } from '../../test/e2e/support/n8nApi';
import type { N8nServer } from '../../test/e2e/support/n8nServer';
import { until } from '../../test/e2e/support/until';
import { complete, webhookRows } from '../../test/e2e/support/workflows';
import { type Figure, type Part, rounded } from './figure';
import { inARow, post, withN8n } from './n8n';

const HOLDER = join(__dirname, 'n8n-nodes-holder');
const ROWS = [100, 250, 500, 1000, 2500, 10_000];
const WARM_UP_CALLS = 5;
const MEASURE_MS = 12_000;

/** A callback as Enrich documents it for one row. */
const CALLBACK = {
	event: 'webhook:email_lookup.completed',
	timestamp: '2026-01-01T00:00:00.000Z',
	data: {
		job_id: '65f000000000000000000000',
		result_id: 'first1.last1@company1.example',
		result: { email: 'first1.last1@company1.example', result: 'valid', confidence: 95 },
	},
};

export const callbacksWhileWaiting: Part = {
	name: 'waiting',
	measure: () =>
		withN8n([HOLDER], async (n8n) => {
			const workflow = await activate(n8n);
			const figures: Figure[] = [];
			for (const rows of ROWS) figures.push(...(await measure(n8n, workflow, rows)));
			return figures;
		}),
};

async function activate({ api }: N8nServer): Promise<string> {
	const [webhook] = webhookRows('hold').nodes;
	const workflow = complete(
		inARow([
			{ ...webhook, name: 'Webhook' },
			{ name: 'Rows', type: 'n8n-nodes-holder.rows' },
			{ name: 'Holder', type: 'n8n-nodes-holder.holder' },
		] as { name: string }[]),
		'',
	);
	const saved = await api.createWorkflow(workflow);
	await api.activate(saved);
	return saved.id;
}

async function measure(n8n: N8nServer, workflow: string, rows: number): Promise<Figure[]> {
	// So that no memory is left from the rows before.
	await n8n.stop();
	await n8n.start();
	const id = await n8n.api.startByWebhook(workflow, 'hold', { count: rows });
	const url = resumeUrlOf(await waiting(n8n.api, id));
	await post(url, repeated(WARM_UP_CALLS));

	let peak = 0;
	const look = () => (peak = Math.max(peak, n8n.residentBytes()));
	const looking = setInterval(look, 200);
	const { answered, seconds } = await post(url, repeated(), { withinMs: MEASURE_MS });
	clearInterval(looking);
	look();

	const perSecond = answered / seconds;
	const held = `${rows.toLocaleString('en-US')} rows held`;
	return [
		{ name: `waiting: callbacks answered (${held})`, value: rounded(perSecond), unit: '1/s' },
		{ name: `waiting: n8n busy with all (${held})`, value: rounded(rows / perSecond), unit: 's' },
		{ name: `waiting: memory at most (${held})`, value: rounded(peak / 1e6, 0), unit: 'MB' },
	];
}

const waiting = (api: N8nApi, id: string): Promise<Execution> =>
	until('the execution waits', async () => {
		const execution = await api.execution(id);
		return execution.status === 'waiting' && execution;
	});

function resumeUrlOf({ data }: Execution): string {
	const [{ metadata } = {}] = data.executionData?.nodeExecutionStack ?? [];
	const { resumeUrl } = (metadata ?? {}) as { resumeUrl?: string };
	if (!resumeUrl) throw new Error('The waiting execution has no address');
	return resumeUrl;
}

function* repeated(count = Infinity): Generator<object> {
	for (let i = 0; i < count; i++) yield CALLBACK;
}
