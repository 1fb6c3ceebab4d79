/** A chat model that says what a test tells it to, through the API that n8n's OpenAI node speaks. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A tool that the model wants to be called. */
export interface ToolCall {
	tool: string;
	input: object;
}

interface Tool {
	function: { name: string; description: string; parameters: object };
}

interface ChatRequest {
	stream?: boolean;
	messages: { role: string; content: unknown }[];
	tools?: Tool[];
}

export interface ChatModel {
	url: string;
	/** What it was asked, oldest first. */
	requests: ChatRequest[];
	/** Its answers from now on: calls of tools, at once if there are several, or a text. */
	says(...answers: (ToolCall[] | string)[]): void;
	close(): Promise<void>;
}

export async function startChatModel(): Promise<ChatModel> {
	const requests: ChatRequest[] = [];
	let answers: (ToolCall[] | string)[] = [];
	const server = createServer((request, response) => {
		void bodyOf(request).then((body) => {
			if (!request.url?.endsWith('/chat/completions')) {
				response.writeHead(200, { 'content-type': 'application/json' });
				response.end(
					JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }),
				);
				return;
			}
			const asked = JSON.parse(body) as ChatRequest;
			requests.push(asked);
			const answer = completion(answers.shift() ?? 'Done.');
			if (asked.stream) {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.end(`data: ${JSON.stringify(asChunk(answer))}\n\ndata: [DONE]\n\n`);
			} else {
				response.writeHead(200, { 'content-type': 'application/json' });
				response.end(JSON.stringify(answer));
			}
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		requests,
		says: (...next) => (answers = next),
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

let calls = 0;

function completion(answer: ToolCall[] | string) {
	const message =
		typeof answer === 'string'
			? { role: 'assistant', content: answer }
			: {
					role: 'assistant',
					content: null,
					tool_calls: answer.map(({ tool, input }, index) => ({
						index,
						id: `call_${++calls}`,
						type: 'function',
						function: { name: tool, arguments: JSON.stringify(input) },
					})),
				};
	return {
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: 1,
		model: 'scripted',
		choices: [
			{ index: 0, message, finish_reason: typeof answer === 'string' ? 'stop' : 'tool_calls' },
		],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

const asChunk = ({ choices, ...rest }: ReturnType<typeof completion>) => ({
	...rest,
	object: 'chat.completion.chunk',
	choices: choices.map(({ message, ...choice }) => ({ ...choice, delta: message })),
});

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}
