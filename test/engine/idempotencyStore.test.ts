import type { IExecuteFunctions } from 'n8n-workflow';
import type { Success } from '../../shared/contract/provider';
import { nodeIdempotencyStore } from '../../nodes/shared/idempotencyStore';

const answer = (text = 'x'): Success => ({
	data: { text },
	receipt: { creditsUsed: 10, creditsRemaining: null },
});

/** A step of one execution. */
function step(memory: Record<string, unknown> = {}, settings = {}) {
	let runIndex = 0;
	const context = {
		getContext: () => memory,
		getNode: () => settings,
		getExecutionId: () => '1',
		getWorkflowDataProxy: () => ({ $runIndex: runIndex }),
	};
	return {
		memory,
		run: () => nodeIdempotencyStore(context as unknown as IExecuteFunctions),
		nextRound: () => void runIndex++,
	};
}

test('a run that n8n adds after the last try has no tries left, the next round has them all', () => {
	const { run, nextRound } = step({}, { retryOnFail: true, maxTries: 3 });
	expect(run().hasTriesLeft).toBe(true);
	expect(run().hasTriesLeft).toBe(true);
	const last = run();
	expect(last.hasTriesLeft).toBe(false);
	last.finish();
	expect(run().hasTriesLeft).toBe(false);
	nextRound();
	expect(run().hasTriesLeft).toBe(true);
});

test('100,000 rounds of a loop: every answer is kept, and each costs nothing the second time', async () => {
	const { memory, run } = step();
	for (let i = 0; i < 100_000; i++) {
		const store = run();
		await store.set(`key ${i}`, { state: 'answered', answer: answer() });
		store.finish({ creditsUsed: 10, unreported: 0 });
	}
	const store = run();
	expect(store.spent).toBe(1_000_000);
	for (const i of [0, 50_000, 99_999])
		expect(await store.get(`key ${i}`)).toMatchObject({ answer: { receipt: { creditsUsed: 0 } } });
	expect(JSON.stringify(memory).length).toBeLessThan(20_000_000);
});

test('giant answers do not fill the memory: the oldest go first', async () => {
	const { memory, run } = step();
	const giant = 'x'.repeat(1_000_000);
	for (let i = 0; i < 80; i++) {
		const store = run();
		await store.set(`key ${i}`, { state: 'answered', answer: answer(giant) });
		store.finish();
	}
	expect(JSON.stringify(memory).length).toBeLessThan(60_000_000);
	const store = run();
	expect(await store.get('key 0')).toBeUndefined();
	expect(await store.get('key 79')).toBeDefined();
});

test('two calls of an agent at the same moment: the second waits for the first, and is answered by it', async () => {
	const { run } = step();
	const [first, second] = [run(), run()];
	await first.set('key', { state: 'sent', at: 1 });
	const got = second.get('key');
	await first.set('key', { state: 'answered', answer: answer() });
	expect(await got).toMatchObject({ state: 'answered' });
});

test('what was given up is asked for again, also after an earlier round', async () => {
	const { run } = step();
	const store = run();
	await store.set('key', { state: 'answered', answer: answer() });
	store.finish();
	await run().delete('key');
	expect(await run().get('key')).toBeUndefined();
});
