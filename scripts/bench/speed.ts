import { type RemoteSandbox, withSandbox } from './children';
import { median, type Part, ratio, rounded } from './figure';
import { type LeadRow, loadNode, rowsOf, timed } from './node';

const ROWS = 1000;
const WARM_UP_ROWS = 100;
const LATENCY_MS = 50;
const ROUNDS = 3;

/** The node against the quickest client there can be: a loop around `fetch` that checks nothing. */
export const nodeVersusFetch: Part = {
	name: 'node-vs-fetch',
	measure: () =>
		withSandbox({ plan: 'unlimited', latencyMs: LATENCY_MS }, async (sandbox) => {
			const rows = rowsOf(ROWS);
			const throughNode = await loadNode(sandbox);
			await throughNode(rowsOf(WARM_UP_ROWS));
			await sandbox.report();
			const nodeMs: number[] = [];
			const fetchMs: number[] = [];
			let inFlight = 0;
			for (let round = 0; round < ROUNDS; round++) {
				nodeMs.push(await timed(() => throughNode(rows)));
				({ peakInFlight: inFlight } = await sandbox.report());
				if (round === 0) await throughFetch(sandbox, rowsOf(WARM_UP_ROWS), inFlight);
				fetchMs.push(await timed(() => throughFetch(sandbox, rows, inFlight)));
				await sandbox.report();
			}
			const [node, bare] = [nodeMs, fetchMs].map((ms) => (ROWS / median(ms)) * 1000) as [
				number,
				number,
			];
			return [
				{ name: 'node-vs-fetch', value: ratio(node / bare), unit: 'ratio', atLeast: 0.9 },
				{ name: 'node-vs-fetch: node', value: rounded(node), unit: 'rows/s' },
				{ name: 'node-vs-fetch: bare fetch', value: rounded(bare), unit: 'rows/s' },
				{ name: 'node-vs-fetch: in flight', value: inFlight, unit: 'calls' },
			];
		}),
};

async function throughFetch(
	{ url, apiKey }: RemoteSandbox,
	rows: LeadRow[],
	inFlight: number,
): Promise<void> {
	const waiting = rows.values();
	const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
	const work = async () => {
		for (const { email } of waiting) {
			const response = await fetch(`${url}/email-validation`, {
				method: 'POST',
				headers,
				body: JSON.stringify({ email }),
			});
			if (!response.ok) throw new Error(`Status ${response.status} for ${email}`);
			await response.json();
		}
	};
	await Promise.all(Array.from({ length: inFlight }, work));
}
