/** Runs rows through the node and tells what that cost this process; see children.ts. */
import { loadNode, rowsOf } from './node';
import type { SandboxStarted } from './sandboxChild';

export interface EngineTask extends SandboxStarted {
	rows: number;
}

export interface EngineCost {
	ms: number;
	cpuMs: number;
	/** The most memory that was held above what n8n and the node take when idle. */
	peakBytes: number;
}

const WARM_UP_ROWS = 500;

async function main(): Promise<void> {
	const { rows, ...sandbox } = JSON.parse(process.argv[2] ?? '') as EngineTask;
	const run = await loadNode(sandbox);
	await run(rowsOf(WARM_UP_ROWS));
	const idleBytes = process.memoryUsage.rss();
	const cpu = process.cpuUsage();
	const startedAt = performance.now();
	await run(rowsOf(rows));
	const { user, system } = process.cpuUsage(cpu);
	process.send?.({
		ms: performance.now() - startedAt,
		cpuMs: (user + system) / 1000,
		peakBytes: process.resourceUsage().maxRSS * 1024 - idleBytes,
	} satisfies EngineCost);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
