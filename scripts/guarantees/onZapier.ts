import type { Sandbox } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import { bundleFor, zapierRunner } from '../../test/zapier/support';
import { offeredAs } from '../../zapier/src/placement';
import { snakeCase } from '../../zapier/src/snakeCase';
import type { Case } from './cases';
import type { Observed } from './judge';

const RUNS = 3;
/** The same in other letters: what is asked for does not change. */
const respelled = (text: string, run: number): string =>
	[text, text.toUpperCase(), ` ${text} `][run % RUNS] ?? text;

/** The search in Zapier's handler, with a cache that outlives the run. */
export async function runOnZapier(
	sandbox: Sandbox,
	{ operationId, input, retry }: Case,
): Promise<Observed> {
	const { item } = offeredAs('search').find((one) => one.operation.operationId === operationId)!;
	const { search } = zapierRunner({ isQuiet: true });
	const said: string[] = [];
	let reported = 0;
	let outcome: Observed['outcome'] = 'failed';
	for (let run = 0; run < (retry === 'none' ? 1 : RUNS); run++) {
		const data: Data = Object.fromEntries(
			Object.entries(input).map(([name, text]) => [
				snakeCase(name),
				retry === 'spelling' ? respelled(String(text), run) : text,
			]),
		);
		try {
			const rows = await search(item.key, bundleFor(sandbox, data));
			said.push(...rows.map(({ reason }) => String(reason ?? '')));
			reported += rows.reduce((sum, { credits_used }) => sum + (Number(credits_used) || 0), 0);
			outcome = rows.length > 0 ? 'found' : 'notFound';
			if (retry === 'autoreplay') break;
		} catch (thrown) {
			outcome = 'failed';
			said.push((thrown as Error).message.split('\nWhat happened:')[0] ?? '');
		}
	}
	return { outcome, said: said.join('\n'), reported };
}
