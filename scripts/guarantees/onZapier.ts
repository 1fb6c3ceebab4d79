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

const written = (value: unknown, spelling: number): unknown =>
	typeof value === 'string' ? respelled(value, spelling) : value;

/** What users fill in; each value is written in this spelling. */
function filledIn({ batch, rows }: Case, spelling: number): Data {
	const fields = rows.map((row) =>
		Object.fromEntries(
			Object.entries(row).map(([name, value]) => [snakeCase(name), written(value, spelling)]),
		),
	);
	return batch ? { rows_as_text: JSON.stringify(fields) } : (fields[0] as Data);
}

/** The step in Zapier's handler, with a cache that outlives the run. */
export async function runOnZapier(sandbox: Sandbox, one: Case): Promise<Observed> {
	const { operation, batch, retry } = one;
	const { item } = offeredAs(batch ? 'create' : 'search').find(
		(other) => other.operation === operation,
	)!;
	const { search, create } = zapierRunner({ isQuiet: true });
	const said: string[] = [];
	let reported = 0;
	let outcome: Observed['outcome'] = 'failed';
	for (let run = 0; run < (retry === 'none' ? 1 : RUNS); run++) {
		const bundle = bundleFor(sandbox, filledIn(one, retry === 'spelling' ? run : 0));
		try {
			const rows = batch ? [await create(item.key, bundle)] : await search(item.key, bundle);
			said.push(...rows.map(({ reason }) => String(reason ?? '')));
			reported += rows.reduce((sum, row) => sum + creditsIn(row), 0);
			outcome = rows.length > 0 ? 'found' : 'notFound';
			if (retry === 'autoreplay') break;
		} catch (thrown) {
			outcome = 'failed';
			said.push((thrown as Error).message.split('\nWhat happened:')[0] ?? '');
		}
	}
	return { outcome, said: said.join('\n'), reported };
}

/** What a run says that it has cost; a batch that was reused is another run's. */
const creditsIn = ({ credits_used, credits_reserved, reused_batch }: Data): number =>
	Number(credits_used ?? (reused_batch === true ? 0 : credits_reserved)) || 0;
