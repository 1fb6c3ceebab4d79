import {
	callBack,
	endOf,
	submit,
	triggerNode,
	triggerWorkflow,
} from '../../testkit/triggerWorkflow';
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
				name: 'Enrich Trigger',
				type: 'n8n-nodes-enrich.enrichTrigger',
				parameters: { pollTimes: EVERY_TWO_SECONDS, ...parameters },
				credentials: { enrichApi: {} },
			},
			linkedField('Out', '={{ $json.jobId ?? $json.balance }}'),
		],
		connections: { 'Enrich Trigger': to('Out') },
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

test("'Execute step' brings the newest job, or says that there is none", async () => {
	const { id } = await workflowOf({ event: 'exportFinished' });
	const none = await e2e.api.runManually(id, 'Enrich Trigger');
	expect(none.data.resultData.error?.message).toBe(
		'No export of leads has ended in the last 30 days',
	);
	const jobId = e2e.sandbox.addLeadJob({ kind: 'export' });
	const execution = await e2e.api.runManually(id, 'Enrich Trigger');
	expect(jsonOf(execution, 'Out').map(({ linked }) => linked)).toEqual([jobId]);
});

describe('one node for all events', () => {
	const REVEAL = { event: 'revealJobFinished', pollTimes: EVERY_TWO_SECONDS };

	test('has no address for an event that n8n looks for', async () => {
		const trigger = triggerNode(REVEAL);
		const workflow = await e2e.save(triggerWorkflow(trigger));
		await e2e.api.activate(workflow);
		await twoMorePolls();
		const url = `${e2e.n8n.url}/webhook/${trigger.webhookId}/enrich`;
		expect((await callBack(url, endOf('x'))).status).toBe(404);
		expect(await startsOf(workflow.id)).toEqual([]);
	});

	test('does not look for an event that Enrich calls for', async () => {
		const account = await e2e.connect();
		for (const parameters of [{ event: 'batchCompleted', pollTimes: EVERY_TWO_SECONDS }, REVEAL])
			await e2e.api.activate(await e2e.save(triggerWorkflow(triggerNode(parameters)), account));
		const { requests } = account.sandbox;
		await until('three polls', () => requests.length >= 3);
		expect([...new Set(requests.map(({ operationId }) => operationId))]).toEqual([
			'listRevealJobs',
		]);
	});

	test('a test of the workflow waits for a callback, and starts with what it brings', async () => {
		const trigger = triggerNode({ event: 'batchCompleted', results: 'items' });
		const { id } = await e2e.save(triggerWorkflow(trigger));
		await e2e.api.listen(id, trigger.name);
		const webhookUrl = `${e2e.n8n.url}/webhook-test/${trigger.webhookId}/enrich`;
		const emails = ['emily.zhang@figma.com'];
		const batchId = await submit(e2e.sandbox, 'emailValidation', { emails, webhookUrl });
		const [started] = await until('it has started', async () => {
			const executions = await e2e.api.executions(id);
			return executions.length > 0 && executions;
		});
		const execution = await e2e.api.ended(started!.id);
		expect(execution.mode).toBe('manual');
		expect(jsonOf(execution, 'Out')).toMatchObject([{ batchId, email: emails[0] }]);
	});
});
