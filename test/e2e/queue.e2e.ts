import { addresses, enrichNode, validate } from '../../testkit/enrichWorkflow';
import { validateMany } from './support/manyRows';
import { callBack, submit, triggerNode } from '../../testkit/triggerWorkflow';
import { decoded, itemsOf, jsonOf } from './support/n8nApi';
import { QueueMode } from './support/queueMode';
import { setUp } from './support/setUp';
import { until } from './support/until';
import { to } from './support/workflows';

const e2e = setUp(() => QueueMode.create());

describe('in queue mode', () => {
	const rows = addresses(5);
	let path: string;
	let run: () => ReturnType<typeof e2e.api.ended>;

	beforeAll(async () => {
		const workflow = await e2e.activate([enrichNode(validate())]);
		({ path } = workflow);
		run = () => workflow.run(rows);
	});

	test('a call to the webhook process runs on a worker', async () => {
		const execution = await run();
		expect(execution.status).toBe('success');
		expect(jsonOf(execution, 'Enrich')).toMatchObject(
			rows.map((row) => ({ ...row, outcome: 'found', creditsUsed: 1 })),
		);
		expect(e2e.n8n.workersOf(execution.id)).toHaveLength(1);
		expect(e2e.sandbox.ledger.charged()).toBe(rows.length);
		// Main serves no webhooks, so it was not the one that was called.
		expect((await e2e.api.fetch('POST', `/webhook/${path}`, { rows })).status).toBe(404);
	});

	test('the other worker takes over when one has died', async () => {
		const [first] = e2e.n8n.workersOf((await run()).id);
		await first?.kill();
		const execution = await run();
		const [second] = e2e.n8n.workersOf(execution.id);
		expect(execution.status).toBe('success');
		expect(second).toBeDefined();
		expect(second).not.toBe(first);
		await first?.start();
	});

	test('a batch that one worker has submitted is given back by the other', async () => {
		const account = await e2e.connect({ batchItemsPerSecond: 3 });
		const { sandbox } = account;
		const rows = addresses(100);
		const workflow = await e2e.activate([enrichNode(validateMany({ waiting: 'background' }))], {
			account,
		});
		const id = await workflow.start(rows);
		await e2e.api.rests(id);
		const [first] = e2e.n8n.workersOf(id);
		await first?.stop();
		expect(sandbox.batches).toMatchObject([{ status: expect.not.stringMatching('completed') }]);

		const execution = await e2e.api.ended(id);
		await first?.start();
		expect(execution.status).toBe('success');
		const workers = e2e.n8n.workersOf(id);
		expect(workers).toHaveLength(2);
		expect(workers[1]).not.toBe(first);
		expect(jsonOf(execution, 'Enrich')).toMatchObject(
			rows.map((row) => ({ ...row, outcome: 'found' })),
		);
		expect(sandbox.batches).toHaveLength(1);
		expect(sandbox.ledger.charged()).toBe(rows.length);
	});

	test('2,000 callbacks start the workflow once each, however often they come', async () => {
		const account = await e2e.connect({ batchItemsPerSecond: Infinity });
		const { sandbox } = account;
		const trigger = triggerNode({ event: 'resultReceived' });
		const nodes = [trigger, { name: 'Nothing', type: 'n8n-nodes-base.noOp' }];
		const connections = { [trigger.name]: to('Nothing') };
		const saved = await e2e.save({ nodes, connections }, account);
		await e2e.api.activate(saved);
		const webhookUrl = `${e2e.n8n.webhook.url}/webhook/${trigger.webhookId}/enrich`;
		await until('the trigger is registered', async () => {
			return (await callBack(webhookUrl, '{}')).status !== 404;
		});

		sandbox.setCallbacks({ concurrency: 10, duplicates: 0.1, retries: 3 });
		const emails = addresses(2000).map(({ email }) => email);
		await submit(sandbox, 'emailValidation', { emails, webhookUrl });
		const patient = { withinMs: 8 * 60_000, everyMs: 1000 };
		await until(
			'all callbacks were answered',
			() => {
				const { callbacks } = sandbox;
				return (
					callbacks.some(({ resultId }) => !resultId) && callbacks.every(({ status }) => status)
				);
			},
			patient,
		);
		// What they were answered: taken, or known already.
		expect(new Set(sandbox.callbacks.map(({ status }) => status))).toEqual(new Set([200]));
		expect(sandbox.callbacks.length).toBeGreaterThan(2100);

		const { services } = e2e.n8n;
		const where = `FROM execution_entity WHERE "workflowId" = '${saved.id}'`;
		await until(
			'all executions have ended',
			async () => (await services.query(`SELECT count(*) ${where} AND NOT finished`))[0] === '0',
			patient,
		);
		expect(await services.query(`SELECT DISTINCT status ${where}`)).toEqual(['success']);
		// Results that come at the same moment may start one execution together.
		const stored = await services.query(
			`SELECT data FROM execution_data WHERE "executionId" IN (SELECT id ${where})`,
		);
		const items = stored.flatMap((text) => itemsOf({ data: decoded(text) }, trigger.name));
		expect(items.map(({ json }) => json.resultId).sort()).toEqual(emails.sort());
		// Both workers had their share.
		for (const { log } of e2e.n8n.workers) expect(log).toContain('Worker started execution');
	}, 1_200_000);
});
