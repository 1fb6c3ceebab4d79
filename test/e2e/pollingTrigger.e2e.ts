import { type Sandbox, startSandbox } from '../../sandbox/server';
import { itemsOf } from './n8nApi';
import { N8nServer } from './n8nServer';
import { until } from './until';
import { complete, linkedField, to } from './workflows';

const KEY = 'sk_e2e_polling_6a1f0c';
let n8n: N8nServer;
let sandbox: Sandbox;
let credentialId: string;

beforeAll(async () => {
	sandbox = await startSandbox({ plan: 'unlimited', apiKey: KEY });
	n8n = await N8nServer.create();
	await n8n.api.setUp();
	credentialId = await n8n.api.connect(sandbox);
});
afterAll(async () => {
	await n8n?.remove();
	await sandbox?.close();
});
beforeEach(() => sandbox.reset());

/** n8n refuses intervals below a minute; one poll time for every fifth second of it is none. */
const EVERY_FIVE_SECONDS = {
	item: Array.from({ length: 12 }, (_, i) => ({
		mode: 'custom',
		cronExpression: `${5 * i} * * * * *`,
	})),
};

const workflowOf = (parameters: object) =>
	n8n.api.createWorkflow(
		complete(
			{
				nodes: [
					{
						name: 'Enrich Polling Trigger',
						type: 'n8n-nodes-enrich.enrichPollingTrigger',
						parameters: { pollTimes: EVERY_FIVE_SECONDS, ...parameters },
						credentials: {},
					},
					linkedField('Out', '={{ $json.jobId ?? $json.balance }}'),
				],
				connections: { 'Enrich Polling Trigger': to('Out') },
			},
			credentialId,
		),
	);

/** What each start of a workflow was for, oldest first; polls that could not look are none. */
async function startsOf(workflowId: string): Promise<unknown[]> {
	const started = (await n8n.api.executions(workflowId)).filter(({ status }) => status !== 'error');
	const ended = await Promise.all(started.reverse().map(({ id }) => n8n.api.ended(id)));
	return ended.flatMap((execution) => itemsOf(execution, 'Out').map(({ json }) => json.linked));
}

const polls = () => sandbox.requests.filter(({ status }) => status !== undefined).length;
async function twoMorePolls(): Promise<void> {
	const before = polls();
	await until('two more polls', () => polls() >= before + 2);
}

test('an active workflow starts once for every job that ends, over failures and a restart', async () => {
	sandbox.addLeadJob({ kind: 'reveal' });
	const open = sandbox.addLeadJob({ kind: 'reveal', status: 'processing' });
	const workflow = await workflowOf({ event: 'revealJobFinished' });
	await n8n.api.activate(workflow);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual([]);

	sandbox.endLeadJob({ jobId: open });
	await until('it has started', async () => (await startsOf(workflow.id)).length > 0);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual([open]);

	await n8n.stop();
	const missed = sandbox.addLeadJob({ kind: 'reveal', status: 'failed' });
	await n8n.start();
	await until('it has started', async () => (await startsOf(workflow.id)).length > 1);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual([open, missed]);

	sandbox.fault({ when: 'before', kind: 'status', status: 401 });
	const late = sandbox.addLeadJob({ kind: 'reveal' });
	await until('it has started', async () => (await startsOf(workflow.id)).length > 2);
	expect(await startsOf(workflow.id)).toEqual([open, missed, late]);
	const failed = (await n8n.api.executions(workflow.id)).filter(({ status }) => status === 'error');
	expect(failed).toHaveLength(1);
	const { data } = await n8n.api.execution(failed[0]?.id ?? '');
	expect(data.resultData.error).toMatchObject({
		message: 'Enrich refused the API key',
		description: expect.stringContaining('Check the key in the credential'),
	});
	expect(n8n.log).not.toContain(KEY);
});

test('a balance that is low already is told at the activation, once', async () => {
	const workflow = await workflowOf({ event: 'balanceBelowThreshold', threshold: 30_000 });
	await n8n.api.activate(workflow);
	await until('it has started', async () => (await startsOf(workflow.id)).length > 0);
	await twoMorePolls();
	expect(await startsOf(workflow.id)).toEqual(['25000']);
});

test("'Fetch Test Event' brings the newest job, or says that there is none", async () => {
	const { id } = await workflowOf({ event: 'exportFinished' });
	const none = await n8n.api.runManually(id, 'Enrich Polling Trigger');
	expect(none.data.resultData.error?.message).toBe(
		'No export of leads has ended in the last 30 days',
	);
	const jobId = sandbox.addLeadJob({ kind: 'export' });
	const execution = await n8n.api.runManually(id, 'Enrich Polling Trigger');
	expect(itemsOf(execution, 'Out').map(({ json }) => json.linked)).toEqual([jobId]);
});
