/** n8n is killed once, with an execution in each state that a wait for a batch can be in, and started again. */
import { parse } from 'csv-parse/sync';
import { addresses, enrichNode } from '../../testkit/enrichWorkflow';
import { activateMany, expectAll, SLOW, validateMany } from './support/manyRows';
import { itemsOf, jsonOf } from './support/n8nApi';
import { N8nServer } from './support/n8nServer';
import { type Account, type RowsWorkflow, setUp } from './support/setUp';
import { until } from './support/until';
import { to } from './support/workflows';

const ROWS = addresses(80);
/** A look takes milliseconds: one that is this far away is not hit by the kill. */
const FAR_AWAY_MS = 5_000;
const e2e = setUp(() => N8nServer.create());

interface Started extends RowsWorkflow, Account {
	executionId: string;
}
let resting: Started;
let staying: Started;
let waiting: Started;
let looking: Started;

beforeAll(async () => {
	const started = async (workflow: RowsWorkflow & Account) => ({
		...workflow,
		executionId: await workflow.start(ROWS),
	});
	[resting, staying, waiting, looking] = await Promise.all([
		activateMany(e2e, { waiting: 'background' }).then(started),
		activateMany(e2e).then(started),
		activateWait().then(started),
		activateWait().then((workflow) => {
			// The look is under way for as long as the test takes.
			const hangs = { operationId: 'getEmailValidationBatchStatus', delayMs: 600_000 };
			workflow.sandbox.fault({ ...hangs, when: 'before', kind: 'timeout' });
			return started(workflow);
		}),
	]);
	await until('batches run', () => [staying, waiting].every(hasBatch));
	await until('a look is under way', () => hasBatch(looking) && isLookingAt(looking));
	// While n8n is not there, Enrich has nobody to call.
	resting.sandbox.setCallbacks({ delayMs: 600_000 });
	await e2e.api.rests(resting.executionId, FAR_AWAY_MS);
	await e2e.api.rests(waiting.executionId, FAR_AWAY_MS);
	await e2e.n8n.kill();
	await e2e.n8n.start();
	resting.sandbox.setCallbacks({});
});

const hasBatch = ({ sandbox }: Account) => sandbox.batches.length === 1;
const isLookingAt = ({ sandbox }: Account) =>
	sandbox.requests.some(({ operationId }) => operationId === 'getEmailValidationBatchStatus');

/** Rows → Enrich, which only starts the batch → Wait → Items and File. */
async function activateWait() {
	const account = await e2e.connect(SLOW);
	const batch = (name: string, parameters: object) =>
		enrichNode({ resource: 'batch', ...parameters }, {}, name);
	const workflow = await e2e.activate(
		[
			enrichNode(validateMany({ waiting: 'none' })),
			batch('Wait', { operation: 'wait' }),
			batch('Items', { operation: 'getResults' }),
			batch('File', { operation: 'getResults', format: 'csv' }),
		],
		{
			account,
			connections: {
				Enrich: to('Wait'),
				Wait: { main: [[...to('Items').main, ...to('File').main].flat()] },
			},
		},
	);
	return { ...workflow, ...account };
}

describe('when n8n was killed and started again', () => {
	test.concurrent('a batch that was waited for in the background gives every row', async () => {
		expectAll(await e2e.api.ended(resting.executionId), ROWS, resting);
	});

	test.concurrent('a batch that the step stayed for is taken over by the next run', async () => {
		expect((await e2e.api.execution(staying.executionId)).status).not.toBe('success');
		expectAll(await staying.run(ROWS), ROWS, staying);
	});

	test.concurrent('a wait goes on, and its batch is read as a file and as items', async () => {
		const execution = await e2e.api.ended(waiting.executionId);
		expect(execution.status).toBe('success');
		const emails = ROWS.map(({ email }) => email).sort();
		const file = itemsOf(execution, 'File')[0]!.binary!.data!;
		const query = new URLSearchParams({
			id: file.id ?? '',
			action: 'view',
			mimeType: file.mimeType,
		});
		const answer = await e2e.api.fetch('GET', `/rest/binary-data?${query}`);
		const lines = parse<Record<string, unknown>>(await answer.text(), {
			columns: true,
			bom: true,
		});
		for (const results of [jsonOf(execution, 'Items'), lines]) {
			expect(results.map(({ email }) => email).sort()).toEqual(emails);
			expect(results.every(({ outcome }) => outcome === 'found')).toBe(true);
		}
		expect(waiting.sandbox.batches).toHaveLength(1);
	});

	test.concurrent(
		'a wait that was looking at that moment has crashed; a new run takes its batch over',
		async () => {
			expect((await e2e.api.ended(looking.executionId)).status).toBe('crashed');
			await until('the batch ends', () => looking.sandbox.batches[0]?.status === 'completed');
			const execution = await looking.run(ROWS);
			expect(execution.status).toBe('success');
			expect(jsonOf(execution, 'Enrich')).toMatchObject([{ isReused: true }]);
			expect(jsonOf(execution, 'Items')).toHaveLength(ROWS.length);
			expect(looking.sandbox.batches).toHaveLength(1);
			expect(looking.sandbox.ledger.charged()).toBe(ROWS.length);
		},
	);
});
