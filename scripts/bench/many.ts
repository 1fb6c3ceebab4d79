/** Many rows on a real n8n: one batch of Enrich's, against n8n's HTTP Request node within the limits. */
import { join } from 'node:path';
import { plans } from '../../shared/providers/enrich/plans';
import { itemsOf } from '../../test/e2e/support/n8nApi';
import type { N8nServer } from '../../test/e2e/support/n8nServer';
import { until } from '../../test/e2e/support/until';
import { complete, webhookRows } from '../../test/e2e/support/workflows';
import { type RemoteSandbox, withSandbox } from './children';
import { type Part, ratio, rounded } from './figure';
import { inARow, withN8n } from './n8n';

const ROWS = 10_000;
const ROWS_PACKAGE = join(__dirname, 'n8n-nodes-holder');
/** How fast Enrich processes a batch is not documented: the sandbox's own assumption. */
const BATCH_ITEMS_PER_SECOND = 200;

/**
 * Divides the rate-limit windows for the HTTP Request node alone, and its pauses with them; they are
 * counted at full length again. The batch runs in real time.
 */
const SPEED = 30;
/** What a careful user leaves of the limit, so that no call is refused: one would fail the node. */
const RESERVE = 0.02;
const AT_ONCE = 10;

/** The Enrich node, as it validates all rows in one step. */
const VALIDATE_MANY = {
	resource: 'email',
	operation: 'validate',
	email: '={{ $json.email }}',
};

interface Run {
	seconds: number;
	/** Sent to the API. */
	requests: number;
}

export const manyVersusHttpRequest: Part = {
	name: 'many-vs-http-request',
	measure: () =>
		withN8n([ROWS_PACKAGE], async (n8n) => {
			const ours = await runEnrich(n8n);
			const http = await runHttpRequest(n8n);
			const rows = `${ROWS.toLocaleString('en-US')} validations, Growth plan`;
			return [
				{
					name: `many-vs-http-request: time (${rows})`,
					value: ratio(http.seconds / ours.seconds),
					unit: 'times less',
					atLeast: 50,
				},
				{
					name: `many-vs-http-request: requests (${rows})`,
					value: ratio(http.requests / ours.requests),
					unit: 'times less',
					atLeast: 100,
				},
				{
					name: `many-vs-http-request: Enrich, at ${BATCH_ITEMS_PER_SECOND} rows/s of a batch`,
					value: rounded(ours.seconds),
					unit: 's',
				},
				{
					name: `many-vs-http-request: HTTP Request, ${AT_ONCE} each ${pauseMs(1)} ms (measured with windows and pauses shortened by ${SPEED})`,
					value: rounded(http.seconds),
					unit: 's',
				},
				{ name: 'many-vs-http-request: Enrich', value: ours.requests, unit: 'requests' },
				{ name: 'many-vs-http-request: HTTP Request', value: http.requests, unit: 'requests' },
			];
		}),
};

const growth = plans.find(({ name }) => name === 'Growth')?.enrichmentPerMinute ?? NaN;

/** Between two groups of calls that are sent at once. */
const pauseMs = (speed: number) => Math.ceil((AT_ONCE * 60_000) / (growth * (1 - RESERVE)) / speed);

async function runEnrich(n8n: N8nServer): Promise<Run> {
	const options = { plan: 'growth', batchItemsPerSecond: BATCH_ITEMS_PER_SECOND } as const;
	return await withSandbox({ ...options, remember: 3 * ROWS }, async (sandbox) => {
		const { apiKey, url: baseUrl } = sandbox;
		const credential = await n8n.api.createCredential('enrichApi', 'Enrich account', {
			...{ apiKey, baseUrl, headerStyle: 'x-api-key' },
		});
		const node = {
			name: 'Validate',
			type: 'n8n-nodes-enrich.enrich',
			parameters: VALIDATE_MANY,
			credentials: { enrichApi: {} },
		};
		return await run(n8n, 'many-enrich', node, sandbox, credential.id, ({ outcome }) =>
			['found', 'notFound'].includes(String(outcome)),
		);
	});
}

async function runHttpRequest(n8n: N8nServer): Promise<Run> {
	const options = { plan: 'growth', speed: SPEED, remember: 3 * ROWS } as const;
	return await withSandbox(options, async (sandbox) => {
		const batch = { batchSize: AT_ONCE, batchInterval: pauseMs(SPEED) };
		const node = {
			name: 'Validate',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				method: 'POST',
				url: `${sandbox.url}/email-validation`,
				sendHeaders: true,
				headerParameters: { parameters: [{ name: 'x-api-key', value: sandbox.apiKey }] },
				sendBody: true,
				bodyParameters: { parameters: [{ name: 'email', value: '={{ $json.email }}' }] },
				options: { batching: { batch } },
			},
		};
		const { seconds, requests } = await run(n8n, 'many-http', node, sandbox, '', ({ success }) =>
			Boolean(success),
		);
		const pauses = Math.ceil(ROWS / AT_ONCE) - 1;
		const shortenedBy = (pauses * (pauseMs(1) - pauseMs(SPEED))) / 1000;
		return { seconds: seconds + shortenedBy, requests };
	});
}

/** From the call that starts the workflow to its end; throws unless every row came out well. */
async function run(
	{ api }: N8nServer,
	path: string,
	node: { name: string },
	sandbox: RemoteSandbox,
	credentialId: string,
	isWell: (json: Record<string, unknown>) => boolean,
): Promise<Run> {
	const [webhook] = webhookRows(path).nodes;
	const nodes = [
		{ ...webhook, name: 'Webhook' },
		{ name: 'Rows', type: 'n8n-nodes-holder.rows' },
		node,
	];
	const saved = await api.createWorkflow(complete(inARow(nodes), credentialId));
	await api.activate(saved);
	const id = await api.startByWebhook(saved.id, path, { count: ROWS });
	const { startedAt, stoppedAt } = await until(
		'the workflow has ended',
		async () => {
			// The list, as it does not hold the rows.
			const listed = (await api.executions(saved.id)).find((execution) => execution.id === id);
			return listed?.stoppedAt !== undefined && listed.stoppedAt !== null && listed;
		},
		{ withinMs: 30 * 60_000, everyMs: 250 },
	);
	const execution = await api.execution(id);
	const error = execution.data.resultData.error?.message;
	const well = error ? 0 : itemsOf(execution, node.name).filter(({ json }) => isWell(json)).length;
	if (well !== ROWS) throw new Error(`${well} of ${ROWS} rows came out: ${error}`);
	const { calls } = await sandbox.report();
	return {
		seconds: (Date.parse(String(stoppedAt)) - Date.parse(startedAt)) / 1000,
		requests: calls.length,
	};
}
