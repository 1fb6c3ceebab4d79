import type { IExecuteFunctions } from 'n8n-workflow';
import { nodeIdempotencyStore } from '../../nodes/shared/idempotencyStore';
import { callOnce } from '../../shared/rows/idempotency';
import { fakeClient } from '../../testkit/fakeClient';
import { scripted, success } from '../../testkit/fakeTransport';

/** An execution, as each of its calls sees it. */
function execution() {
	const kept = {};
	return {
		getContext: () => kept,
		getNode: () => ({}),
		getExecutionId: () => '1',
		getWorkflowDataProxy: () => ({ $runIndex: 0 }),
	} as unknown as IExecuteFunctions;
}

test('two calls of an agent that start in the same moment pay once', async () => {
	const context = execution();
	const client = fakeClient(scripted(success({})));
	let sent = 0;
	const send = async () => {
		sent += 1;
		await new Promise((resolve) => setImmediate(resolve));
		return { data: { sent }, receipt: { creditsUsed: 10, creditsRemaining: null } };
	};
	const answers = await Promise.all(
		Array.from({ length: 3 }, () =>
			callOnce(nodeIdempotencyStore(context), 'the same lookup', client, send),
		),
	);
	expect(sent).toBe(1);
	expect(answers.map(({ data }) => data)).toEqual([{ sent: 1 }, { sent: 1 }, { sent: 1 }]);
	expect(answers.filter(({ isReused }) => isReused)).toHaveLength(2);
});

test('where the first of them gets no answer, the others do not send it again', async () => {
	const context = execution();
	const client = fakeClient(scripted(success({})));
	let sent = 0;
	const send = async () => {
		sent += 1;
		await new Promise((resolve) => setImmediate(resolve));
		throw client.error({ kind: 'interrupted', execution: 'maybe', billing: 'chargedEachTime' });
	};
	const ends = await Promise.allSettled(
		Array.from({ length: 2 }, () => callOnce(nodeIdempotencyStore(context), 'key', client, send)),
	);
	expect(sent).toBe(1);
	expect(ends).toMatchObject([
		{ status: 'rejected', reason: { kind: 'interrupted', mayHaveBeenCharged: true } },
		{ status: 'rejected', reason: { kind: 'notRepeated', mayHaveBeenCharged: true } },
	]);
});
