import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { type Engine, loadEngine } from '../../testkit/n8nEngine';

/** A node that does what its parameters say, compiled by hand so that the engine is tested without our package. */
const PROBE_NODE = `
const { sleep } = require('n8n-workflow');
class Probe {
	constructor() {
		this.description = {
			displayName: 'Probe', name: 'probe', group: ['transform'], version: 1, description: '', defaults: { name: 'Probe' },
			inputs: ['main'],
			outputs: '={{ $parameter.split ? ["main", "main"] : ["main"] }}',
			credentials: [{ name: 'probeApi', required: true }, { name: 'probeFunctionApi' }],
			properties: [
				{ displayName: 'Action', name: 'action', type: 'string', default: 'call' },
				{ displayName: 'Value', name: 'value', type: 'string', default: '' },
				{ displayName: 'Split', name: 'split', type: 'boolean', default: false },
				{ displayName: 'Credential', name: 'credential', type: 'string', default: 'probeApi' },
			],
		};
	}
	async execute() {
		const action = this.getNodeParameter('action', 0);
		const credential = this.getNodeParameter('credential', 0);
		if (action === 'remember') {
			const memory = this.getContext('node');
			memory.calls = (memory.calls ?? 0) + 1;
			if (memory.calls < 3) throw new Error('call ' + memory.calls);
			return [[{ json: { calls: memory.calls } }]];
		}
		if (action === 'wait') {
			const signal = this.getExecutionCancelSignal();
			while (!signal.aborted) await sleep(5);
			return [[]];
		}
		const { baseUrl } = await this.getCredentials(credential);
		const outputs = this.getNodeParameter('split', 0) ? [[], []] : [[]];
		for (let i = 0; i < this.getInputData().length; i++) {
			const { statusCode, body } = await this.helpers.httpRequestWithAuthentication.call(this, credential, {
				url: baseUrl + '/' + this.getNodeParameter('value', i),
				json: true, returnFullResponse: true, ignoreHttpStatusErrors: true,
			});
			const pairedItem = { item: i };
			if (statusCode === 404 && this.continueOnFail()) outputs[0].push({ json: { error: 'not there' }, pairedItem });
			else outputs[outputs.length > 1 && i % 2 ? 1 : 0].push({ json: body, pairedItem });
		}
		this.addExecutionHints({ message: this.getInputData().length + ' rows', type: 'info', location: 'outputPane' });
		return outputs;
	}
}
module.exports = { Probe };`;

const credentialClass = (name: string, authenticate: string) => `
exports.${name} = class {
	constructor() {
		this.name = '${name[0]!.toLowerCase()}${name.slice(1)}';
		this.displayName = '${name}';
		this.properties = [
			{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
			{ displayName: 'Key', name: 'apiKey', type: 'string', default: '' },
			{ displayName: 'Header', name: 'header', type: 'string', default: 'x-api-key' },
		];
		this.authenticate = ${authenticate};
	}
};`;

const cache = resolve(__dirname, '../../node_modules/.cache');
let engine: Engine;
let server: Server;
let packageDir: string;
let baseUrl: string;
let requests: Array<{ url?: string; headers: IncomingHttpHeaders }> = [];

beforeAll(async () => {
	server = createServer((request, response) => {
		requests.push({ url: request.url, headers: request.headers });
		response.writeHead(request.url === '/missing' ? 404 : 200, {
			'content-type': 'application/json',
		});
		response.end(JSON.stringify({ answer: request.url }));
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	// Below node_modules, so that the package resolves to the engine's copy of n8n-workflow.
	mkdirSync(cache, { recursive: true });
	packageDir = mkdtempSync(join(cache, 'n8n-nodes-probe-'));
	const files = {
		'package.json': JSON.stringify({
			name: 'n8n-nodes-probe',
			version: '1.0.0',
			n8n: {
				nodes: ['Probe.node.js'],
				credentials: ['ProbeApi.credentials.js', 'ProbeFunctionApi.credentials.js'],
			},
		}),
		'Probe.node.js': PROBE_NODE,
		'ProbeApi.credentials.js': credentialClass(
			'ProbeApi',
			`{ type: 'generic', properties: { headers: { '={{ $credentials.header }}': '=Key {{ $credentials.apiKey }}' } } }`,
		),
		'ProbeFunctionApi.credentials.js': credentialClass(
			'ProbeFunctionApi',
			`async (credentials, options) => ({ ...options, headers: { ...options.headers, 'x-function': credentials.apiKey } })`,
		),
	};
	for (const [name, content] of Object.entries(files))
		writeFileSync(join(packageDir, name), content);

	engine = await loadEngine({
		packageDirs: [packageDir],
		credentials: {
			probeApi: { baseUrl, apiKey: 'abc' },
			probeFunctionApi: { baseUrl, apiKey: 'def' },
		},
	});
}, 60_000);

afterAll(() => {
	server.close();
	server.closeAllConnections();
	rmSync(packageDir, { recursive: true, force: true });
});

beforeEach(() => {
	requests = [];
});

/** Trigger → Probe, with one NoOp per named output. */
function workflow(parameters: object, settings: object = {}, outputs: string[] = ['Out']) {
	const to = (node: string) => [{ node, type: 'main', index: 0 }];
	return {
		nodes: [
			{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'Probe',
				type: 'n8n-nodes-probe.probe',
				parameters,
				credentials: { probeApi: { name: 'Probe' }, probeFunctionApi: { name: 'Probe' } },
				...settings,
			},
			...outputs.map((name) => ({ name, type: 'n8n-nodes-base.noOp' })),
		],
		connections: { Trigger: { main: [to('Probe')] }, Probe: { main: outputs.map(to) } },
		pinData: { Trigger: [{ json: { path: 'pinned' } }] },
	};
}
const byPath = { value: '={{ $json.path }}' };

describe('credentials', () => {
	test('generic authentication resolves keys and values, with defaults for missing fields', async () => {
		const result = await engine.run(workflow(byPath));
		expect(result.status).toBe('success');
		expect(result.last).toEqual([{ json: { answer: '/pinned' }, pairedItem: { item: 0 } }]);
		expect(requests[0]!.headers['x-api-key']).toBe('Key abc');
	});

	test('function authentication, and credentials given for one run', async () => {
		await engine.run(workflow({ ...byPath, credential: 'probeFunctionApi' }));
		await engine.run(workflow(byPath), {
			credentials: { probeApi: { baseUrl, apiKey: 'xyz', header: 'authorization' } },
		});
		expect(requests[0]!.headers['x-function']).toBe('def');
		expect(requests[1]!.headers.authorization).toBe('Key xyz');
	});
});

describe('routing', () => {
	test('the error branch gets the input row merged with the error', async () => {
		const result = await engine.run(
			workflow(byPath, { onError: 'continueErrorOutput' }, ['Out', 'Error']),
			{
				items: [
					{ path: 'a', keep: 1 },
					{ path: 'missing', keep: 2 },
				],
			},
		);
		expect(result.node('Out').outputs[0]!.map((item) => item.json)).toEqual([{ answer: '/a' }]);
		expect(result.node('Error').outputs[0]!.map((item) => item.json)).toEqual([
			{ path: 'missing', keep: 2, error: 'not there' },
		]);
	});

	test('an output that appears by expression', async () => {
		const result = await engine.run(workflow({ ...byPath, split: true }, {}, ['Even', 'Odd']), {
			items: [{ path: '0' }, { path: '1' }, { path: '2' }],
		});
		expect(result.node('Even').outputs[0]).toHaveLength(2);
		expect(result.node('Odd').outputs[0]!.map((item) => item.json)).toEqual([{ answer: '/1' }]);
		expect(result.runs('Nowhere')).toEqual([]);
		expect(() => result.node('Nowhere')).toThrow('did not run');
	});

	test('items stay linked to the trigger, with their binary data', async () => {
		const binary = { file: { data: 'aGk=', mimeType: 'text/plain' } };
		const { nodes, connections } = workflow(byPath);
		const linked = {
			...nodes[1],
			name: 'Linked',
			parameters: { value: '={{ $("Trigger").item.json.id }}' },
		};
		const result = await engine.run(
			{
				nodes: [...nodes, linked],
				connections: {
					...connections,
					Out: { main: [[{ node: 'Linked', type: 'main', index: 0 }]] },
				},
			},
			{
				items: [
					{ json: { path: 'a', id: 'first' }, binary },
					{ json: { path: 'b', id: 'second' } },
				],
			},
		);
		expect(result.node('Linked').outputs[0]!.map((item) => item.json.answer)).toEqual([
			'/first',
			'/second',
		]);
		expect(result.node('Trigger').outputs[0]![0]!.binary).toEqual(binary);
	});
});

describe('failing, retrying, stopping', () => {
	test('a failure ends the execution', async () => {
		const result = await engine.run(workflow({ action: 'remember' }));
		expect(result).toMatchObject({ status: 'error', error: { message: 'call 1' } });
		expect(result.node('Probe')).toMatchObject({
			status: 'error',
			tries: 1,
			error: { message: 'call 1' },
		});
		expect(result.runs('Out')).toEqual([]);
	});

	test('continueRegularOutput hands on the input', async () => {
		const result = await engine.run(
			workflow({ action: 'remember' }, { onError: 'continueRegularOutput' }),
		);
		expect(result.status).toBe('success');
		expect(result.node('Probe').error?.message).toBe('call 1');
		expect(result.last[0]!.json).toEqual({ path: 'pinned' });
	});

	test("the node's context survives 'Retry On Fail', and can be given to a run", async () => {
		const retrying = workflow(
			{ action: 'remember' },
			{ retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		);
		const result = await engine.run(retrying);
		expect(result.status).toBe('success');
		expect(result.node('Probe')).toMatchObject({ tries: 3, outputs: [[{ json: { calls: 3 } }]] });

		const resumed = await engine.run(retrying, { contextData: { 'node:Probe': { calls: 2 } } });
		expect(resumed.node('Probe').tries).toBe(1);
	});

	test('hints are reported', async () => {
		const result = await engine.run(workflow(byPath));
		expect(result.node('Probe').hints).toEqual([
			{ message: '1 rows', type: 'info', location: 'outputPane' },
		]);
	});

	test('aborting cancels the execution', async () => {
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 20);
		const result = await engine.run(workflow({ action: 'wait' }), { signal: controller.signal });
		expect(result.status).toBe('canceled');
		expect(
			(await engine.run(workflow({ action: 'wait' }), { signal: AbortSignal.abort() })).status,
		).toBe('canceled');
	});

	test('an unknown node type is named', async () => {
		const { nodes, connections } = workflow({}, { type: 'n8n-nodes-probe.other' });
		await expect(engine.run({ nodes, connections })).rejects.toThrow(
			'Unknown node type "n8n-nodes-probe.other"',
		);
	});
});

test('ten executions take less than five seconds', async () => {
	const start = performance.now();
	for (let i = 0; i < 10; i++) await engine.run(workflow(byPath));
	expect(performance.now() - start).toBeLessThan(5000);
});
