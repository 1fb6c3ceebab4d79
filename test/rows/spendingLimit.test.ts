import { SpendingLimit } from '../../shared/rows/spendingLimit';

describe('the spending limit', () => {
	const settled = async (work: Promise<unknown>) => {
		let isSettled = false;
		void work.then(() => (isSettled = true));
		await new Promise(setImmediate);
		return isSettled;
	};

	test('without a limit anything goes at once', async () => {
		const spending = new SpendingLimit();
		expect(await Promise.all([spending.reserve(1e9), spending.reserve(1e9)])).toEqual([1e9, 1e9]);
	});

	test('refuses what cannot fit', async () => {
		expect(await new SpendingLimit(9).reserve(10)).toBeUndefined();
		expect(await new SpendingLimit(10).reserve(10)).toBe(10);
		expect(await new SpendingLimit(10, 1).reserve(10)).toBeUndefined();
	});

	test('sends one call ahead until a charge has shown the price', async () => {
		const spending = new SpendingLimit(100);
		await spending.reserve(10);
		const second = spending.reserve(10);
		expect(await settled(second)).toBe(false);
		spending.settle(10, 10, 10);
		expect(await second).toBe(10);
		expect(await settled(spending.reserve(10))).toBe(true);
	});

	test('waits for calls under way that may turn out cheaper, and then goes on or ends', async () => {
		for (const [charged, expected] of [
			[0, 10],
			[10, undefined],
		] as const) {
			const spending = new SpendingLimit(10);
			await spending.reserve(10);
			const second = spending.reserve(10);
			expect(await settled(second)).toBe(false);
			spending.settle(10, 10, charged);
			expect(await second).toBe(expected);
		}
	});

	test('reckons with the dearest price that was seen', async () => {
		const spending = new SpendingLimit(100);
		await spending.reserve(10);
		spending.settle(10, 10, 50);
		expect(await spending.reserve(10)).toBe(50);
		const third = spending.reserve(10);
		spending.settle(50, 10, 50);
		expect(await third).toBeUndefined();
	});
});
