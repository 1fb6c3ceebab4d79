/** A sandbox that reports over IPC and ends with its parent; see children.ts. */
import { type SandboxOptions, startSandbox } from '../../sandbox/server';

export interface SandboxStarted {
	url: string;
	apiKey: string;
}

export interface SandboxReport {
	peakInFlight: number;
	/** Credits. */
	charged: number;
	calls: Array<{ at: number; status: number | undefined }>;
}

async function main(): Promise<void> {
	const sandbox = await startSandbox(JSON.parse(process.argv[2] ?? '{}') as SandboxOptions);
	process.on('message', () => {
		const calls = sandbox.requests.map(({ at, status }) => ({ at, status }));
		const { peakInFlight, ledger } = sandbox;
		const report: SandboxReport = { peakInFlight, charged: ledger.charged(), calls };
		process.send?.(report, () => sandbox.reset());
	});
	process.once('disconnect', () => void sandbox.close());
	process.send?.({ url: sandbox.url, apiKey: sandbox.apiKey } satisfies SandboxStarted);
}

void main();
