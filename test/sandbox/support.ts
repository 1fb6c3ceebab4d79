import { once } from 'node:events';
import { connect } from 'node:net';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { operations } from '../../shared/providers/enrich/operations';

/** Starts sandboxes for the tests of one file and closes them after each test. */
export function sandboxes(
	base: SandboxOptions = {},
): (options?: SandboxOptions) => Promise<Sandbox> {
	const open: Sandbox[] = [];
	afterEach(async () => {
		await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
	});
	return async (options) => {
		const sandbox = await startSandbox({ plan: 'unlimited', ...base, ...options });
		open.push(sandbox);
		return sandbox;
	};
}

export function operationOf(operationId: string): Operation {
	const operation = (operations as Record<string, Operation>)[operationId];
	if (!operation) throw new Error(`No operation ${operationId}`);
	return operation;
}

export interface Reply {
	status: number;
	headers: Headers;
	text: string;
	// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into any shape
	body: any;
}

export type Send = { headers?: Record<string, string>; signal?: AbortSignal };

/** Calls an operation with exactly this input, as any HTTP client would. */
export async function call(
	sandbox: Sandbox,
	operationId: string,
	input: Data,
	send: Send = {},
): Promise<Reply> {
	const { method, path, queryKeys = [], answers } = operationOf(operationId);
	const url = new URL(sandbox.url + path.replace(/\{(\w+)\}/g, (_, name) => String(input[name])));
	const headers: Record<string, string> = { 'x-api-key': sandbox.apiKey, ...send.headers };
	let body: string | undefined;
	for (const key of queryKeys) url.searchParams.append(key, String(input[key]));
	if (method === 'GET') {
		for (const [name, value] of Object.entries(input))
			if (!path.includes(`{${name}}`)) url.searchParams.append(name, String(value));
	} else {
		headers['content-type'] = 'application/json';
		body = JSON.stringify(input);
	}
	const reply = await read(await fetch(url, { method, headers, body, signal: send.signal }));
	return answers === 'csv' && reply.status === 200 ? { ...reply, body: reply.text } : reply;
}

export async function read(response: Response): Promise<Reply> {
	const text = await response.text();
	const { status, headers } = response;
	return { status, headers, text, body: isJson(text) ? JSON.parse(text) : undefined };
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** What arrives on a bare socket until it ends, and how it ended. */
export async function rawCall(
	sandbox: Sandbox,
): Promise<{ received: string; error?: string; ms: number }> {
	const { hostname, port } = new URL(sandbox.url);
	const socket = connect(Number(port), hostname);
	const body = JSON.stringify(operationOf('validateEmail').example.input);
	socket.write(
		`POST /api/v3/email-validation HTTP/1.1\r\nhost: sandbox\r\nx-api-key: ${sandbox.apiKey}\r\n` +
			`content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
	);
	const start = performance.now();
	let received = '';
	let error: string | undefined;
	socket.on('data', (chunk) => (received += chunk));
	socket.on('error', (thrown: NodeJS.ErrnoException) => (error = thrown.code));
	await once(socket, 'close').catch(() => {});
	return { received, error, ms: performance.now() - start };
}
