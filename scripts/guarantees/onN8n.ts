import type { IExecuteContextData } from 'n8n-workflow';
import type { Data } from '../../shared/contract/data';
import { enrichWorkflow, placed } from '../../testkit/enrichWorkflow';
import type { Engine, EngineResult } from '../../testkit/n8nEngine';
import type { Case } from './cases';
import { ANSWER_SECONDS } from './fastTime';
import type { Observed } from './judge';

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const RUNS_BY_HAND = 3;

/** The Enrich node in n8n's engine. */
export async function runOnN8n(engine: Engine, { operationId, input, retry }: Case) {
	const { resource, value: operation } = placed.find(
		(one) => one.operation.operationId === operationId,
	)!;
	const stops = retry === 'byHand' ? { onFailedRows: 'stop' } : {};
	const parameters = {
		resource,
		operation,
		...input,
		options: { timeout: ANSWER_SECONDS, ...stops },
	};
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
		const result = await engine.run(workflow, { items: [{}], contextData });
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
	const [row] = rows(last);
	const said = results.flatMap((result) => {
		const { error } = result as { error?: Error & { description?: unknown } };
		const hints = result.runs('Enrich').flatMap(({ hints }) => hints.map(({ message }) => message));
		const words = rows(result).map((row) => JSON.stringify(row));
		return [error?.message, error?.description, ...hints, ...words];
	});
	const reported = results
		.flatMap(rows)
		.reduce((sum, { creditsUsed }) => sum + (Number(creditsUsed) || 0), 0);
	const outcome = (row?.outcome ?? 'failed') as Observed['outcome'];
	return { outcome, said: said.filter(Boolean).join('\n'), reported };
}
