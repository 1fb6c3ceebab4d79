import { simulateLimits, type Simulation } from '../../testkit/simulateLimits';
import { enrich } from '../../shared/providers/enrich';
const plan = (n: string) => enrich.plans.find(({ name }) => name === n)!;
test('table', async () => {
	const out: string[] = [];
	const only = process.env.ONLY ?? '';
	for (const name of ['Free', 'Growth', 'Pro'])
		for (const window of ['fixed', 'aligned', 'sliding'] as const)
			for (const latencyMs of [50, 900, 3000])
				for (const [processes, headers] of [
					[1, 'tightest'],
					[4, 'tightest'],
					[1, 'none'],
					[4, 'none'],
				] as const) {
					const id = `${name} ${window} ${latencyMs} ${processes}p ${headers}`;
					if (!new RegExp(only).test(id)) continue;
					const p = plan(name);
					const rows = (p.enrichmentPerMinute as number) * Number(process.env.K ?? 3);
					const s: Simulation = { plan: p, window, latencyMs, processes, headers, rows };
					const began = Date.now();
					const r = await simulateLimits(s);
					out.push(
						`${id.padEnd(40)} share ${r.share.toFixed(3)} failed ${r.failed} refused ${r.refused}/${rows} min ${r.minutes.toFixed(2)} fl ${r.maxInFlight} (${Date.now() - began} ms)`,
					);
					require('fs').writeFileSync(
						'/tmp/sim/out' + (process.env.TAG ?? ''),
						out.join('\n') + '\n',
					);
				}
}, 600_000);
