/** The client of the Model Context Protocol that n8n brings along. */
import { loadFromN8n } from './installation';
import { until } from './until';

export interface McpClient {
	connect(transport: object): Promise<void>;
	listTools(): Promise<{ tools: { name: string; description: string; inputSchema: object }[] }>;
	callTool(call: { name: string; arguments: object }): Promise<{ content: object[] }>;
	close(): Promise<void>;
}

const { Client } = loadFromN8n('@modelcontextprotocol/sdk/client/index.js') as {
	Client: new (info: object) => McpClient;
};
const { StreamableHTTPClientTransport } = loadFromN8n(
	'@modelcontextprotocol/sdk/client/streamableHttp.js',
) as { StreamableHTTPClientTransport: new (url: URL) => object };

/** Connects with a server at an address that n8n is about to register. */
export async function connectMcp(address: string): Promise<McpClient> {
	const client = new Client({ name: 'test', version: '1.0.0' });
	const url = new URL(address);
	// n8n registers it a moment after it has activated the workflow.
	await until('the address is registered', async () => (await fetch(url)).status !== 404);
	await client.connect(new StreamableHTTPClientTransport(url));
	return client;
}
