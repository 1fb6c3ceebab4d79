import { jsonOf } from './support/n8nApi';
import { N8nServer } from './support/n8nServer';
import { setUp } from './support/setUp';
import { until } from './support/until';
import { linkedField, to } from './support/workflows';

const KEY = 'sk_e2e_polling_6a1f0c';
const e2e = setUp(() => N8nServer.create(), { apiKey: KEY });

/** n8n refuses intervals below a minute; one poll time for every second second of it is none. */
const EVERY_TWO_SECONDS = {
	item: Array.from({ length: 30 }, (_, i) => ({
		mode: 'custom',
		cronExpression: `${2 * i} * * * * *`,
	})),
};

const workflowOf = (parameters: object) =>
	e2e.save({
		nodes: [
			{
				name: 'Enrich Polling Trigger',
				type: 'n8n-nodes-enrich.enrichPollingTrigger',
				parameters: { pollTimes: EVERY_TWO_SECONDS, ...parameters },
				credentials: {},
			},
			linkedField('Out', '={{ $json.jobId ?? $json.balance }}'),
		],
		connections: { 'Enrich Polling Trigger': to('Out') },
	});

/** What each start of a workflow was for, oldest first; polls that could not look are none. */
async function startsOf(workflowId: string): Promise<unknown[]> {
	const started = (await e2e.api.executions(workflowId)).filter(({ status }) => status !== 'error');
	const ended = await Promise.all(started.reverse().map(({ id }) => e2e.api.ended(id)));
	return ended.flatMap((execution) => jsonOf(execution, 'Out').map(({ linked }) => linked));
}

const polls = () => e2e.sandbox.requests.filter(({ status }) => status !== undefined).length;
async function twoMorePolls(): Promise<void> {
	const before = polls();
	await until('two more polls', () => polls() >= before + 2);
}

test('an active workflow starts once for every job that ends, over failures and a restart', async () => {
	e2e.sandbox.addLeadJob({ kind: 'reveal' });
	const open = e2e.sandbox.addLeadJob({ kind: 'reveal', status: 'processing' });
	const workflow = await workflowOf({ event: 'revealJobFinished' });
	await e2e.api.activate(workflow);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual([]);

	e2e.sandbox.endLeadJob({ jobId: open });
	await until('it has started', async () => (await startsOf(workflow.id)).length > 0);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual([open]);

	await e2e.n8n.stop();
	const missed = e2e.sandbox.addLeadJob({ kind: 'reveal', status: 'failed' });
	await e2e.n8n.start();
	await until('it has started', async () => (await startsOf(workflow.id)).length > 1);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual([open, missed]);

	e2e.sandbox.fault({ when: 'before', kind: 'status', status: 401 });
	const late = e2e.sandbox.addLeadJob({ kind: 'reveal' });
	await until('it has started', async () => (await startsOf(workflow.id)).length > 2);
	expect(await startsOf(workflow.id)).toEqual([open, missed, late]);
	const failed = (await e2e.api.executions(workflow.id)).filter(({ status }) => status === 'error');
	expect(failed).toHaveLength(1);
	const { data } = await e2e.api.execution(failed[0]?.id ?? '');
	expect(data.resultData.error).toMatchObject({
		message: 'Enrich refused the API key',
		description: expect.stringContaining('Check the key in the credential'),
	});
	expect(e2e.n8n.log).not.toContain(KEY);
});

test('a balance that is low already is told at the activation, once', async () => {
	const workflow = await workflowOf({ event: 'balanceBelowThreshold', threshold: 30_000 });
	await e2e.api.activate(workflow);
	await until('it has started', async () => (await startsOf(workflow.id)).length > 0);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual(['25000']);
});

test("'Fetch Test Event' brings the newest job, or says that there is none", async () => {
	const { id } = await workflowOf({ event: 'exportFinished' });
	const none = await e2e.api.runManually(id, 'Enrich Polling Trigger');
	expect(none.data.resultData.error?.message).toBe(
		'No export of leads has ended in the last 30 days',
	);
	const jobId = e2e.sandbox.addLeadJob({ kind: 'export' });
	const execution = await e2e.api.runManually(id, 'Enrich Polling Trigger');
	expect(jsonOf(execution, 'Out').map(({ linked }) => linked)).toEqual([jobId]);
});
