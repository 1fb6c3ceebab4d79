/** The page on which people watch the sandbox and make it misbehave; it uses the control routes alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type TestValue } from './testValues';

const FILES = [
	['/', 'index.html', 'text/html'],
	['/__sandbox/page.css', 'page.css', 'text/css'],
	['/__sandbox/page.js', 'page.js', 'text/javascript'],
] as const;
/** Nothing comes from elsewhere, and no other page shows this one. */
const POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'";

/** What somebody enters in n8n's credential of a provider, and what can be looked up. */
export interface Account {
	name: string;
	baseUrl: string;
	apiKey: string;
	testValues: readonly TestValue[];
	/** Where its control routes begin, e.g. `/__sandbox`. */
	control: string;
	/** Of calls that something can happen to. */
	operationIds: readonly string[];
}

/** `accounts`: known as soon as it listens. */
export function addPage(app: FastifyInstance, accounts: () => readonly Account[]): void {
	for (const [url, file, type] of FILES) {
		const text = readFileSync(join(__dirname, 'page', file), 'utf8');
		app.get(url, (_request, reply) =>
			reply.type(`${type}; charset=utf-8`).header('content-security-policy', POLICY).send(text),
		);
	}
	app.get('/__sandbox/accounts', accounts);
}
