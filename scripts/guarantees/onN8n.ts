import type { IDataObject, IExecuteContextData } from 'n8n-workflow';
import type { Sandbox } from '../../sandbox/server';
import type { Data } from '../../shared/contract/data';
import { enrichWorkflow, placed } from '../../testkit/enrichWorkflow';
import type { Engine, EngineResult } from '../../testkit/n8nEngine';
import type { Case } from './cases';
import { ANSWER_SECONDS } from './fastTime';
import type { Observed } from './judge';

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const RUNS_BY_HAND = 3;

/** Minutes; longer than any wait that an answer asks for. */
const maxWaitFor = ({ faults }: Case): number =>
	2 + Math.max(0, ...faults.map(({ headers }) => Number(headers?.['retry-after'] ?? 0) / 60));

/** The Enrich node in n8n's engine. */
export async function runOnN8n(engine: Engine, { url, apiKey }: Sandbox, one: Case) {
	const { operation, batch, rows, retry } = one;
	const asked = batch?.single ?? operation;
	const { resource, value } = placed.find((one) => one.operation === asked)!;
	const stops = retry === 'byHand' ? { onFailedRows: 'stop' } : {};
	// Of a batch each row is an item; a single call is filled in as it is.
	const values = batch
		? Object.fromEntries(Object.keys(rows[0]!).map((name) => [name, `={{ $json.${name} }}`]))
		: rows[0];
	const parameters = {
		...{ resource, operation: value, filtersBy: 'json', ...values },
		options: {
			...{ timeout: ANSWER_SECONDS, maxWait: maxWaitFor(one), ...stops },
			...(batch && { lookUp: 'batch' }),
		},
	};
	const items = batch ? (rows as IDataObject[]) : [{}];
	const credentials = { enrichApi: { apiKey, baseUrl: url } };
	const settings = {
		none: {},
		byHand: {},
		retryOnFail: RETRY,
		continueOnFail: { ...RETRY, onError: 'continueRegularOutput' },
	}[retry];
	const workflow = enrichWorkflow(parameters, { settings });
	const results: EngineResult[] = [];
	let contextData: IExecuteContextData | undefined;
	for (let run = 0; run < (retry === 'byHand' ? RUNS_BY_HAND : 1); run++) {
		const result = await engine.run(workflow, {
			items,
			credentials,
			contextData,
		});
		results.push(result);
		if (result.status !== 'error') break;
		// As the database keeps it between the two.
		contextData = JSON.parse(
			JSON.stringify(result.raw.data.executionData?.contextData ?? {}),
		) as IExecuteContextData;
	}
	return observedOf(results);
}

function observedOf(results: EngineResult[]): Observed {
	const last = results.at(-1)!;
	const rows = (result: EngineResult): Data[] =>
		result
			.runs('Enrich')
			.flatMap(({ outputs }) => outputs.flat())
			.map(({ json }) => json);
	const said = results.flatMap((result) => {
		const { error } = result as { error?: Error & { description?: unknown } };
		const hints = result.runs('Enrich').flatMap(({ hints }) => hints.map(({ message }) => message));
		const words = rows(result).map((row) => JSON.stringify(row));
		return [error?.message, error?.description, ...hints, ...words];
	});
	const reported = results.reduce((sum, result) => sum + creditsIn(result, rows(result)), 0);
	return { outcome: outcomeOf(last, rows(last)), said: said.filter(Boolean).join('\n'), reported };
}

/** Of all rows together. What costs nothing names no outcome. */
function outcomeOf({ status }: EngineResult, rows: Data[]): Observed['outcome'] {
	const outcomes = rows.map(({ outcome, error }) => outcome ?? (error ? 'failed' : 'found'));
	if (status === 'error' || outcomes.includes('failed') || rows.length === 0) return 'failed';
	return outcomes.includes('found') ? 'found' : 'notFound';
}

/** What a run says that it has cost: each row by itself, or the receipt of a batch. */
function creditsIn(result: EngineResult, rows: Data[]): number {
	const [receipt] = result.runs('Enrich').flatMap(({ hints }) => hints);
	const [, total = '0'] = /([\d,]+) credits? used/.exec(receipt?.message ?? '') ?? [];
	const isPerRow = rows.some(({ creditsUsed }) => typeof creditsUsed === 'number');
	if (!isPerRow) return Number(total.replaceAll(',', ''));
	return rows.reduce((sum, { creditsUsed }) => sum + (Number(creditsUsed) || 0), 0);
}
