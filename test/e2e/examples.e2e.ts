import { callBack } from '../../testkit/triggerWorkflow';
import { type ChatModel, startChatModel } from './support/chatModel';
import { connectAll, exampleOf, FIRST_EXAMPLE } from './support/examples';
import { type Execution, jsonOf } from './support/n8nApi';
import { connectMcp } from './support/mcpClient';
import { N8nServer } from './support/n8nServer';
import { setUp } from './support/setUp';
import { until } from './support/until';

/** What a new account at Enrich holds. */
const FRESH_ACCOUNT = 100;
const e2e = setUp(() => N8nServer.create({ published: ['enrich', 'cufinder'] }));

let ids: Record<string, string>;
let model: ChatModel;
beforeAll(async () => {
	model = await startChatModel();
	const credential = { apiKey: 'sk-scripted', url: model.url };
	const { id } = await e2e.api.createCredential('openAiApi', 'OpenAI account', credential);
	ids = { ...(await connectAll(e2e.api, e2e.sandbox)), openAiApi: id };
});
afterAll(() => model?.close());

/** As somebody runs it who has imported it. */
async function run(file: string, trigger: string): Promise<Execution> {
	const { id } = await e2e.api.createWorkflow(exampleOf(file, ids));
	const execution = await e2e.api.runManually(id, trigger);
	expect(execution.status).toBe('success');
	return execution;
}
const values = (execution: Execution, node: string, key: string) =>
	jsonOf(execution, node).map((json) => json[key]);

test('cleans a CRM export: rows with a valid email are kept, the others are sorted out', async () => {
	const execution = await run(FIRST_EXAMPLE, 'CRM Export');
	expect(values(execution, 'Keep', 'result')).toEqual(Array(7).fill('valid'));
	expect(values(execution, 'Review', 'result')).toEqual(['risky']);
	expect(values(execution, 'Fix by Hand', 'result')).not.toContain('valid');
	const sent = ['Keep', 'Review', 'Fix by Hand'].flatMap((node) => jsonOf(execution, node));
	expect(sent).toHaveLength(12);
	expect(e2e.sandbox.ledger.charged()).toBeLessThan(FRESH_ACCOUNT);
});

test('routes sign-ups by the size of their company; a private address is not looked up', async () => {
	const execution = await run('route-signups.json', 'Sign-Up');
	expect(values(execution, 'Sales', 'email')).toEqual(['emily.zhang@figma.com']);
	expect(values(execution, 'Sales', 'employeeCount')[0]).toBeGreaterThanOrEqual(1000);
	expect(values(execution, 'Sales', 'displayName')).toEqual(['Emily Zhang']);
	expect(values(execution, 'Nurture', 'email')).toEqual(['mary.berg@tulip-systems.nl']);
	expect(values(execution, 'Self-Serve', 'email')).toEqual(['peter.novak@gmail.com']);
	const searches = e2e.sandbox.requests.filter(({ operationId }) => operationId === 'searchLeads');
	expect(searches).toHaveLength(2);
	expect(e2e.sandbox.ledger.charged()).toBeLessThanOrEqual(3 * 12);
});

test('keeps answers in a Data Table: a second run costs nothing and gives the same', async () => {
	const first = await run('keep-answers.json', 'Start');
	const answers = values(first, 'All Answers', 'result');
	expect(answers).toEqual(['valid', 'invalid', 'risky', 'valid']);
	const requests = e2e.sandbox.requests.length;
	const second = await run('keep-answers.json', 'Start');
	expect(values(second, 'All Answers', 'result')).toEqual(answers);
	expect(e2e.sandbox.requests).toHaveLength(requests);
});

test('builds a lead list, and reveals emails only, within 100 credits', async () => {
	const execution = await run('lead-list.json', 'Start');
	expect(jsonOf(execution, 'Search Leads')).toHaveLength(10);
	const emails = values(execution, 'List', 'emailAddress');
	expect(emails.length).toBeGreaterThan(0);
	for (const email of emails) expect(email).toMatch(/@/);
	const reveals = e2e.sandbox.requests.filter(({ operationId }) => operationId === 'revealLeads');
	expect(reveals.map(({ input }) => (input as { fields: string[] }).fields)).toEqual([['email']]);
	expect(e2e.sandbox.ledger.charged()).toBe(10 * emails.length);
});

test('asks the second provider only for what the first one does not know', async () => {
	const execution = await run('waterfall.json', 'Leads');
	expect(values(execution, 'CUFinder', 'foundBy')).toEqual([
		'Enrich',
		'CUFinder',
		undefined,
		undefined,
	]);
	expect(e2e.sandbox.cufinder.requests).toHaveLength(2);
});

const LISTENERS = ['batch-completed.json', 'route-results.json'];
test.each(LISTENERS)('each row of a batch that was only started leaves %s once', async (file) => {
	// What is known of a batch is known by account.
	const { sandbox, credentialId } = await e2e.connect();
	const own = { ...ids, enrichApi: credentialId };
	const listener = exampleOf(file, own);
	const saved = await e2e.api.createWorkflow(listener);
	await e2e.api.activate(saved);
	const trigger = listener.nodes.find(({ type }) => type.endsWith('Trigger'));
	const callbackUrl = `${e2e.n8n.url}/webhook/${trigger?.webhookId}/enrich`;
	await until('the address is registered', async () => {
		return (await callBack(callbackUrl, '{}')).status !== 404;
	});

	const starter = exampleOf('start-batch.json', own);
	for (const { parameters } of starter.nodes)
		if (parameters?.options) Object.assign(parameters.options, { callbackUrl });
	const { id } = await e2e.api.createWorkflow(starter);
	const started = await e2e.api.runManually(id, 'Start');
	expect(jsonOf(started, 'Validate')).toMatchObject([
		{ batchId: expect.any(String), rows: 12, isReused: false },
		{ customer: 'C-1013', outcome: 'skipped' },
		{ customer: 'C-1014', outcome: 'failed' },
	]);

	const ends = listener.nodes.filter(({ type }) => type.endsWith('.noOp'));
	const left = async () => {
		const runs = await e2e.api.allExecutions(saved.id);
		const ended = await Promise.all(runs.map((run) => e2e.api.ended(run.id)));
		return ended.flatMap((execution) =>
			ends
				.filter(({ name }) => execution.data.resultData.runData[name])
				.flatMap(({ name }) => jsonOf(execution, name).map((json) => ({ ...json, name }))),
		) as { name: string; email: string; result: string }[];
	};
	await until('all rows have left', async () => (await left()).length >= 12);
	await until('all callbacks are answered', () => sandbox.callbacks.every(({ status }) => status));
	const rows = await left();
	const sent = jsonOf(started, 'List').map(({ email }) => email);
	expect(rows.map(({ email }) => email).sort()).toEqual(sent.slice(0, 12).sort());
	for (const { name, result } of rows) expect(name === 'Keep').toBe(result === 'valid');
	expect(sandbox.batches).toHaveLength(1);
});

test('an agent uses the tools and answers', async () => {
	const emily = { first_name: 'Emily', last_name: 'Zhang', domain: 'figma.com' };
	const address = 'emily.zhang@figma.com';
	model.says(
		[{ tool: 'Find_Email', input: emily }],
		[{ tool: 'Validate_Email', input: { email: address } }],
		`It is ${address}.`,
	);
	const execution = await run('agent.json', 'Chat');
	expect(values(execution, 'Agent', 'output')).toEqual([`It is ${address}.`]);
	expect(model.requests[0]?.tools?.map((tool) => tool.function.name).sort()).toEqual([
		'Credits_Left',
		'Find_Email',
		'Find_Person',
		'Validate_Email',
	]);
	expect(e2e.sandbox.ledger.charged()).toBe(11);
});

test('an MCP client lists the tools and gets an answer', async () => {
	const workflow = exampleOf('mcp-server.json', ids);
	await e2e.api.activate(await e2e.api.createWorkflow(workflow));
	const { path } = workflow.nodes.find(({ name }) => name === 'MCP Server')?.parameters ?? {};
	const client = await connectMcp(`${e2e.n8n.url}/mcp/${String(path)}`);
	const { tools } = await client.listTools();
	expect(tools.map(({ name }) => name).sort()).toEqual([
		'Credits_Left',
		'Find_Email',
		'Find_Person',
		'Validate_Email',
	]);
	const call = { name: 'Validate_Email', arguments: { email: 'sarah.chen@stripe.com' } };
	expect(JSON.stringify((await client.callTool(call)).content)).toContain('valid');
	await client.close();
	expect(e2e.sandbox.ledger.charged()).toBe(1);
});
