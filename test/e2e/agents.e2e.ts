import { enrichNode, FOUND } from '../../testkit/enrichWorkflow';
import { type ChatModel, startChatModel } from './support/chatModel';
import { connectMcp } from './support/mcpClient';
import { type Execution, jsonOf } from './support/n8nApi';
import { N8nServer } from './support/n8nServer';
import { type Account, setUp } from './support/setUp';
import { usedBy } from './support/workflows';

const e2e = setUp(() => N8nServer.create());

const fromAI = (key: string, description: string) =>
	`={{ $fromAI('${key}', '${description}', 'string') }}`;

/** Email → Find as a tool, whose fields the model fills in. */
const findEmailTool = (more: object = {}) =>
	enrichNode(
		{
			resource: 'email',
			operation: 'find',
			firstName: fromAI('first_name', 'First name of the person'),
			lastName: fromAI('last_name', 'Last name of the person'),
			domain: fromAI('domain', 'Domain of the company'),
			...more,
		},
		{ name: 'Find Email', type: 'n8n-nodes-enrich.enrichTool' },
	);
const emily = { first_name: FOUND.first, last_name: FOUND.last, domain: FOUND.domain };
const finds = (input: object = emily) => ({ tool: 'Find_Email', input });

describe("n8n's AI Agent with Enrich as a tool", () => {
	let model: ChatModel;
	let credentialId: string;
	beforeAll(async () => {
		model = await startChatModel();
		({ id: credentialId } = await e2e.api.createCredential('openAiApi', 'Scripted model', {
			apiKey: 'sk-scripted',
			url: model.url,
		}));
	});
	afterAll(() => model.close());

	// Answers are remembered by account, beyond an execution.
	let account: Account;
	beforeEach(async () => (account = await e2e.connect()));

	async function ask(tool = findEmailTool()): Promise<Execution> {
		const { run } = await e2e.activate(
			[
				{
					name: 'Agent',
					type: '@n8n/n8n-nodes-langchain.agent',
					typeVersion: 3.1,
					parameters: {
						promptType: 'define',
						text: 'Find the email',
						options: { maxIterations: 40 },
					},
				} as { name: string },
				{
					name: 'Model',
					type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
					typeVersion: 1.2,
					parameters: { model: { __rl: true, mode: 'id', value: 'scripted' }, options: {} },
					credentials: { openAiApi: { id: credentialId, name: 'Scripted model' } },
				} as { name: string },
				tool,
			],
			{
				account,
				connections: {
					Model: usedBy('Agent', 'ai_languageModel'),
					'Find Email': usedBy('Agent', 'ai_tool'),
				},
			},
		);
		return await run([{ id: 1 }]);
	}
	/** What the tools said to the model. */
	const toolTexts = () =>
		(model.requests.at(-1)?.messages ?? [])
			.filter(({ role }) => role === 'tool')
			.map(({ content }) => JSON.stringify(content));

	test('answers the model with what was found, and tells it what the tool is for', async () => {
		model.says([finds()], 'It is emily.zhang@figma.com.');
		const execution = await ask();
		expect(execution.status).toBe('success');
		expect(jsonOf(execution, 'Agent')).toMatchObject([{ output: 'It is emily.zhang@figma.com.' }]);
		expect(toolTexts()).toEqual([expect.stringContaining('emily.zhang@figma.com')]);
		expect(model.requests[0]?.tools).toEqual([
			expect.objectContaining({
				function: expect.objectContaining({
					name: 'Find_Email',
					description: 'Find work email of person in Enrich',
					parameters: expect.objectContaining({
						properties: expect.objectContaining({
							first_name: expect.objectContaining({ description: 'First name of the person' }),
						}),
					}),
				}),
			}),
		]);
		expect(account.sandbox.ledger.charged()).toBe(10);
	});

	test('pays once, however often the model asks for the same person', async () => {
		model.says([finds(), finds()], [finds()], 'Done.');
		await ask();
		expect(toolTexts()).toHaveLength(3);
		for (const text of toolTexts()) expect(text).toContain('emily.zhang@figma.com');
		expect(account.sandbox.ledger.charged()).toBe(10);
	});

	test('spends no more than 100 credits in one execution unless told so', async () => {
		const people =
			'Ann Bob Cem Dina Emil Flo Gus Hal Ida Joe Kim Lea Max Nina Otto Pia Rosa Sam'.split(' ');
		const calls = people.map((first_name) => finds({ ...emily, first_name }));
		model.says(...calls.map((call) => [call]), 'Done.');
		const execution = await ask();
		expect(execution.status).toBe('success');
		expect(account.sandbox.ledger.charged()).toBeLessThanOrEqual(100);
		expect(toolTexts().at(-1)).toContain('Maximum Credits');
	});

	test('tells the model in plain words what is wrong with what it asked for', async () => {
		model.says([finds({ ...emily, domain: 'Figma Inc' })], 'I need a domain.');
		await ask();
		expect(toolTexts()).toEqual([expect.stringMatching(/Company Domain.*Figma Inc/)]);
		expect(account.sandbox.ledger.charged()).toBe(0);
	});
});

describe("n8n's MCP Server Trigger with Enrich as a tool", () => {
	test('an MCP client lists the tool and gets an answer, paid once', async () => {
		const account = await e2e.connect();
		const path = 'enrich-tools';
		const workflow = {
			nodes: [
				{
					name: 'MCP Server',
					type: '@n8n/n8n-nodes-langchain.mcpTrigger',
					typeVersion: 2,
					webhookId: path,
					parameters: { path },
				},
				findEmailTool(),
			],
			connections: { 'Find Email': usedBy('MCP Server', 'ai_tool') },
		};
		await e2e.api.activate(await e2e.save(workflow, account));
		const client = await connectMcp(`${e2e.n8n.url}/mcp/${path}`);
		const { tools } = await client.listTools();
		expect(tools).toEqual([
			expect.objectContaining({
				name: 'Find_Email',
				inputSchema: expect.objectContaining({
					required: expect.arrayContaining(['first_name', 'last_name', 'domain']),
				}),
			}),
		]);
		for (let call = 0; call < 2; call += 1) {
			const answer = await client.callTool({ name: 'Find_Email', arguments: emily });
			expect(JSON.stringify(answer.content)).toContain('emily.zhang@figma.com');
		}
		await client.close();
		expect(account.sandbox.ledger.charged()).toBe(10);
	});
});
