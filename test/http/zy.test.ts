import { FakeEnrich } from '../../testkit/fakeEnrich';
import { FakeClock, seededRandom } from '../../testkit/fakeClock';
import { fakeClient } from '../../testkit/fakeClient';
import { RateLimiter } from '../../shared/http/rateLimiter';
import { lookUpRows } from '../../shared/rows/lookUpRows';
import { enrich } from '../../shared/providers/enrich';
const plan = (n: string) => enrich.plans.find(({ name }) => name === n)!;
test('trace', async () => {
	const [name, window, lat, P, headers, K] = process.env.CASE!.split(' ') as any;
	const clock = new FakeClock(seededRandom(1));
	const api = new FakeEnrich({ clock, plan: plan(name), limitHeaders: headers, limitOddities: { window }, latencyMs: () => { const [f, t] = String(lat).split('-').map(Number); return (f! + ((t ?? f!) - f!) * rnd()) / 2; }, balance: Infinity });
	const rnd = seededRandom(1001);
	const log: string[] = [];
	const start = clock.now();
	const rows = Math.round(plan(name).enrichmentPerMinute! * Number(K));
	await Promise.all(Array.from({ length: +P }, async (_, p) => {
		const transport: any = async (r: any) => {
			const at = clock.now() - start;
			const a = await api.transport(r);
			log.push(`${at.toFixed(0).padStart(7)} p${p} ${a.status} ${a.headers['retry-after'] ?? ''} L${a.headers['x-ratelimit-limit']} r${a.headers['x-ratelimit-remaining']} e${a.headers['x-ratelimit-reset']}`);
			return a;
		};
		const client = fakeClient(transport, { clock, rateLimiter: new RateLimiter(clock, enrich.plans) });
		await lookUpRows(enrich.operations.validateEmail, Array.from({ length: rows / +P }, (_, r) => ({ values: { email: `p${p}r${r}@figma.com` } })), { client });
	}));
	require('fs').writeFileSync('/tmp/sim/trace', log.sort().join('\n') + '\n');
}, 100_000);
