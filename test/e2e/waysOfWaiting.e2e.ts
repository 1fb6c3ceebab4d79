/** Each way of waiting for a batch, with each setting of n8n's 'On Error', to each end: no row gets lost. */
import { addresses, enrichNode } from '../../testkit/enrichWorkflow';
import { callBack, endOf } from '../../testkit/triggerWorkflow';
import { SLOW, submitsOf, validateMany } from './support/manyRows';
import { type Execution, itemsOf, jsonOf } from './support/n8nApi';
import { N8nServer } from './support/n8nServer';
import { type Account, setUp } from './support/setUp';
import { until } from './support/until';
import { to } from './support/workflows';

const ROWS = addresses(75);
/** So many rows have a result when the batch fails: later than the step goes to rest. */
const FAILS_AFTER = 60;

const WAYS = ['stay', 'background', 'batchWait'] as const;
const ON_ERROR = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;
const ENDS = { completed: ROWS.length, failed: FAILS_AFTER, timedOut: 0 };

interface Case {
	way: (typeof WAYS)[number];
	onError: (typeof ON_ERROR)[number];
	end: keyof typeof ENDS;
	found: number;
}
const cases: Case[] = Object.entries(ENDS).flatMap(([end, found]) =>
	WAYS.flatMap((way) =>
		ON_ERROR.map((onError) => ({ way, onError, end: end as keyof typeof ENDS, found })),
	),
);

const e2e = setUp(() => N8nServer.create());

/** Rows → Enrich, or Rows → Enrich → Wait → Results; then → Out, and → Failed. */
async function activate({ way, onError, end }: Case, account: Account) {
	const branches = onError === 'continueErrorOutput' ? ['Failed'] : [];
	const targets = ['Out', 'Failed'].map((name) => ({ name, type: 'n8n-nodes-base.noOp' }));
	const isEndless = end === 'timedOut';
	if (way !== 'batchWait') {
		const options = isEndless ? { maxWait: 0.1 } : {};
		const enrich = enrichNode(validateMany({ waiting: way, ...options }), { onError });
		const connections = { Enrich: to('Out', ...branches) };
		return await e2e.activate([enrich, ...targets], { account, connections });
	}
	const wait = { resource: 'batch', operation: 'wait' };
	// Long enough that the rest is seen, also on a busy machine.
	const giveUp = isEndless ? { giveUpAfter: 0.01 } : {};
	const nodes = [
		enrichNode(validateMany({ waiting: 'none' })),
		enrichNode({ ...wait, ...giveUp }, { onError }, 'Wait'),
		enrichNode({ resource: 'batch', operation: 'getResults' }, { onError }, 'Results'),
		...targets,
	];
	const connections = {
		Enrich: to('Wait'),
		Wait: to('Results', ...branches),
		Results: to('Out'),
	};
	return await e2e.activate(nodes, { account, connections });
}

/** Runs it to its end; a step that may rest has done so. */
async function run(one: Case): Promise<{ execution: Execution; batchId: string }> {
	const { way, end } = one;
	const pace = end === 'timedOut' ? { batchItemsPerSecond: 0 } : SLOW;
	const account = await e2e.connect({ ...pace, seed: cases.indexOf(one) });
	const { sandbox } = account;
	if (end === 'failed') sandbox.failBatch({ afterItems: FAILS_AFTER });
	const id = await (await activate(one, account)).start(ROWS);
	await until('the batch runs', () => sandbox.batches.length > 0);
	const [batch] = sandbox.batches;
	if (way !== 'stay') await e2e.api.rests(id);
	if (way === 'background' && end === 'failed') {
		await until('the batch has failed', () => sandbox.batches[0]?.status === 'failed');
		const { webhookUrl } = submitsOf(account)[0]?.input as { webhookUrl: string };
		await callBack(webhookUrl, endOf(batch!.batchId, { status: 'failed' }));
	}
	return { execution: await e2e.api.ended(id), batchId: batch!.batchId };
}

const hasRun = ({ data }: Execution, node: string) => data.resultData.runData[node] !== undefined;

describe('no row gets lost', () => {
	test.concurrent.each(cases)('$way, $onError, $end', async (one) => {
		const { way, onError, end, found } = one;
		const { execution, batchId } = await run(one);
		if (end === 'timedOut' && onError === 'stopWorkflow') {
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain(batchId);
			return;
		}
		expect(execution.status).toBe('success');
		const out = hasRun(execution, 'Out') ? jsonOf(execution, 'Out') : [];
		expect(out.filter(({ outcome }) => outcome === 'found')).toHaveLength(found);

		// What came in stands behind what went out: each row once, or the one item of the batch.
		const node = way === 'batchWait' ? 'Wait' : 'Enrich';
		const [main, failed] = [0, 1].map((output) => itemsOf(execution, node, output)) as [
			ReturnType<typeof itemsOf>,
			ReturnType<typeof itemsOf>,
		];
		const behind = [...main, ...failed]
			.flatMap(({ pairedItem }) => pairedItem as { item: number }[])
			.map(({ item }) => item);
		const sources = way === 'batchWait' ? 1 : ROWS.length;
		expect(behind.sort((a, b) => a - b)).toEqual(Array.from({ length: sources }, (_, i) => i));

		const missed = [...main, ...failed].filter(({ json }) => json.outcome !== 'found');
		for (const { json } of missed) expect(JSON.stringify(json)).toContain(batchId);
		// A batch that has failed is no failure of the step that waits for it: its results are read.
		const areErrors =
			onError === 'continueErrorOutput' && !(way === 'batchWait' && end !== 'timedOut');
		expect(failed).toEqual(areErrors ? missed : []);
	});
});
