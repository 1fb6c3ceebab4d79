/** What the measurements on a real n8n share. */
import { N8nServer } from '../../test/e2e/support/n8nServer';
import { to } from '../../test/e2e/support/workflows';
import type { WorkflowJson } from '../../testkit/n8nEngine';

/** How many POSTs are under way at once. */
export const CALLS_AT_ONCE = 10;

/** n8n's settings as they are by default, but for its log. */
export async function withN8n<T>(
	packages: readonly string[],
	use: (n8n: N8nServer) => Promise<T>,
	env: Record<string, string> = {},
): Promise<T> {
	const n8n = await N8nServer.create({ packages, env: { N8N_LOG_LEVEL: 'info', ...env } });
	try {
		return await use(n8n);
	} finally {
		await n8n.remove();
	}
}

/** A workflow of nodes that follow each other. */
export const inARow = (nodes: readonly { name: string }[]): WorkflowJson => ({
	nodes: [...nodes],
	connections: Object.fromEntries(
		nodes.slice(1).map(({ name }, index) => [nodes[index]?.name ?? '', to(name)]),
	),
});

export interface Posts {
	answered: number;
	seconds: number;
}

/** Posts a body after the other until there is none left or the time is up; throws unless each is answered with 200. */
export async function post(
	url: string,
	bodies: Iterable<object>,
	{ withinMs = Infinity, atOnce = CALLS_AT_ONCE } = {},
): Promise<Posts> {
	const startedAt = performance.now();
	let answered = 0;
	const waiting = bodies[Symbol.iterator]();
	const work = async () => {
		while (performance.now() - startedAt < withinMs) {
			const next = waiting.next();
			if (next.done) return;
			const response = await fetch(url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(next.value),
			});
			const text = await response.text();
			if (!response.ok) throw new Error(`${url} → ${response.status} ${text.slice(0, 300)}`);
			answered++;
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	return { answered, seconds: (performance.now() - startedAt) / 1000 };
}
