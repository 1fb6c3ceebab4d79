import * as fc from 'fast-check';
import {
	describe as describeProgress,
	untilNextPoll,
	waitForEnd,
} from '../../shared/batches/progress';
import { RETRY } from '../../shared/http/retry';
import { TransportError } from '../../shared/http/transport';
import { errorOf } from '../../testkit/errorOf';
import { FakeEnrich, validation } from '../../testkit/fakeEnrich';
import { problem } from '../../testkit/fakeTransport';

const start = (api: FakeEnrich) => api.start(validation, [{ email: 'a@x.com' }]);

describe('waiting for a batch', () => {
	test('polls soon at first and then as the progress suggests', async () => {
		const api = new FakeEnrich();
		api.runsMs = 600_000;
		const batchId = start(api);
		await waitForEnd(validation, batchId, api.client, 3_600_000);
		const gaps = api.polledAt.slice(1).map((at, i) => at - (api.polledAt[i] as number));
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
		expect(api.polledAt.length).toBeLessThan(40);
		expect(api.elapsedMs).toBeLessThan(600_000 * 1.1);
	});

	test('ends with the batch id when the time is over', async () => {
		const api = new FakeEnrich();
		const batchId = start(api);
		const error = await errorOf(waitForEnd(validation, batchId, api.client, 10_000));
		expect(error).toMatchObject({
			kind: 'stillRunning',
			message: expect.stringContaining(batchId) as string,
		});
	});

	test('never polls more often than every 5 seconds', () => {
		fc.assert(
			fc.property(fc.double({ min: 0, max: 100, noNaN: true }), fc.nat(1e9), (percent, elapsed) => {
				const ms = untilNextPoll({ state: 'running', status: 'processing', percent }, elapsed);
				return ms >= 5_000 && ms <= 60_000;
			}),
		);
	});

	test('goes on through what passes', async () => {
		const api = new FakeEnrich();
		const batchId = start(api);
		let requests = 0;
		api.disturb = () => (++requests <= 2 * RETRY.maxAttempts ? problem(500) : undefined);
		const { state } = await waitForEnd(validation, batchId, api.client, 3_600_000);
		expect(state).toBe('completed');
	});

	test('takes a batch that is not known yet for a new one, but not for ever', async () => {
		const api = new FakeEnrich();
		const batchId = start(api);
		api.disturb = () => (api.elapsedMs < 30_000 ? problem(404) : undefined);
		expect((await waitForEnd(validation, batchId, api.client, 3_600_000)).state).toBe('completed');

		const error = await errorOf(waitForEnd(validation, 'nowhere', api.client, 3_600_000));
		expect(error).toMatchObject({ kind: 'stillRunning', facts: { batchId: 'nowhere' } });
	});

	test('says which batch goes on when it is cancelled, or may not be read', async () => {
		for (const [status, kind] of [
			[401, 'stillRunning'],
			[undefined, 'cancelled'],
		] as const) {
			const api = new FakeEnrich();
			const batchId = start(api);
			api.disturb = () => {
				if (status) return problem(status);
				throw new TransportError('cancelled');
			};
			const error = await errorOf(waitForEnd(validation, batchId, api.client, 3_600_000));
			expect(error).toMatchObject({ kind, facts: { batchId } });
			expect(`${error.message} ${error.nextStep}`).toContain(batchId);
		}
	});

	test('reports each step, from 0 to 100 percent', async () => {
		const api = new FakeEnrich();
		const percents: number[] = [];
		await waitForEnd(validation, start(api), api.client, 3_600_000, ({ percent = NaN }) =>
			percents.push(percent),
		);
		expect(percents).toEqual([...percents].sort((a, b) => a - b));
		expect([percents[0], percents.at(-1)]).toEqual([0, 100]);
	});
});

test.each([
	[{ state: 'running', status: 'processing', percent: 42.9 }, '42% done'],
	[{ state: 'running', status: 'queued' }, 'queued'],
] as const)('%j is described as "%s"', (progress, text) => {
	expect(describeProgress(progress)).toBe(text);
});
