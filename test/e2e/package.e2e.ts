import { placed } from '../../testkit/enrichWorkflow';
import { TRIGGER } from '../../testkit/triggerWorkflow';
import { N8nServer } from './support/n8nServer';
import { setUp } from './support/setUp';

const NODE = 'n8n-nodes-enrich.enrich';
const e2e = setUp(() => N8nServer.create());

describe('the installed package', () => {
	interface NodeType {
		name: string;
		codex: { categories: string[]; alias: string[]; subcategories?: object };
		iconUrl: Record<string, string>;
	}

	test('is loaded under its production type names, with codex and icons', async () => {
		const types = await e2e.api.call<NodeType[]>('GET', '/types/nodes.json');
		const ours = types.filter(({ name }) => name.startsWith('n8n-nodes-enrich'));
		// The tool is what n8n makes of it for AI agents.
		expect(ours.map(({ name }) => name).sort()).toEqual([NODE, `${NODE}Tool`, TRIGGER]);
		expect(ours[0]?.codex.categories).toContain('Sales');
		expect(ours[0]?.codex.alias).toContain('email finder');
		// With the subcategory of AI tools, n8n's panel would list none of its operations.
		expect(ours[0]?.codex).not.toHaveProperty('subcategories.AI');
		for (const mode of ['light', 'dark']) {
			const icon = await e2e.api.fetch('GET', `/${ours[0]?.iconUrl[mode]}`);
			expect(icon.headers.get('content-type')).toContain('image/svg');
		}
	});

	test('brings its credential', async () => {
		const types = await e2e.api.call<NodeType[]>('GET', '/types/credentials.json');
		const ours = types.find(({ name }) => name === 'enrichApi');
		expect(ours).toMatchObject({
			displayName: 'Enrich API',
			supportedNodes: expect.arrayContaining([NODE, TRIGGER]),
		});
	});

	const operations = placed.map(({ resource, value }) => `${resource}/${value}`);
	test.each([...operations, 'batch/wait', 'batch/getResults'])(
		'shows what %s returns before it has run',
		async (operation) => {
			const path = `/schemas/${NODE}/1.0.0/${operation}.json`;
			expect(await e2e.api.call('GET', path)).toMatchObject({ type: 'object' });
		},
	);
});

describe('the credential test', () => {
	const ok = 'Connection successful!';
	test.each([
		['the key', {}, 'OK', ok],
		['the key as a bearer token', { headerStyle: 'bearer' }, 'OK', ok],
		['the key with blanks and quotes around it', { apiKey: ' "sk_sandbox" ' }, 'OK', ok],
		[
			'a wrong key',
			{ apiKey: 'sk_wrong' },
			'Error',
			'Enrich refused the key. It is mistyped, disabled or revoked',
		],
		[
			'a suspended account',
			{ apiKey: 'sk_sandbox_suspended' },
			'Error',
			'the account is suspended',
		],
		['a wrong base URL', { baseUrl: '/nope' }, 'Error', 'There is no Enrich API at this base URL'],
	])('%s', async (_what, data, status, message) => {
		const base = {
			apiKey: e2e.sandbox.apiKey,
			headerStyle: 'x-api-key',
			baseUrl: e2e.sandbox.url,
			...data,
		};
		const baseUrl = new URL(base.baseUrl, e2e.sandbox.url).href;
		expect(await e2e.api.testCredential('enrichApi', { ...base, baseUrl })).toEqual({
			status,
			message: expect.stringContaining(message),
		});
	});
});
