import { KnownBatches } from '../../shared/batches/knownBatches';

const start = (batchId: string, at = 0) => ({ batchId, at, creditsReserved: null });

test('the newest submit of the same rows is remembered, but not one that was read to its end', () => {
	const known = new KnownBatches();
	known.holds('rows 1', start('b1', 1_000));
	known.holds('rows 1', start('b2', 2_000));
	expect(known.startOf('rows 1', 0)?.batchId).toBe('b2');
	expect(known.startOf('rows 1', 0, new Set(['b2']))?.batchId).toBe('b1');
	expect(known.startOf('rows 1', 2_001)).toBeUndefined();
	expect(known.startOf('rows 2', 0)).toBeUndefined();
});

test('a submit without an answer stays unclear until it is known which batch it started', () => {
	const known = new KnownBatches();
	known.sent('rows 1', 1_000);
	expect(known.startOf('rows 1', 0)).toEqual({ at: 1_000, creditsReserved: null });
	known.holds('rows 1', start('b1', 1_000));
	expect(known.startOf('rows 1', 0)?.batchId).toBe('b1');
	known.sent('rows 2', 1_000);
	known.refused('rows 2', 1_000);
	expect(known.startOf('rows 2', 0)).toBeUndefined();
});

test('a batch may hold any rows until it is known whose it is', () => {
	const known = new KnownBatches();
	expect(known.mayHold('b1', 'rows 1')).toBe(true);
	known.holds('rows 1', start('b1'));
	expect(known.mayHold('b1', 'rows 1')).toBe(true);
	expect(known.mayHold('b1', 'rows 2')).toBe(false);
});

test('that a batch holds other rows says nothing of the others', () => {
	const known = new KnownBatches();
	known.holdsOthersThan('b1', 'rows 1');
	expect(known.mayHold('b1', 'rows 1')).toBe(false);
	expect(known.mayHold('b1', 'rows 2')).toBe(true);
	expect(known.mayHold('b2', 'rows 1')).toBe(true);
});

test('what is forgotten when it becomes too much is never taken for a "no"', () => {
	const known = new KnownBatches();
	for (let i = 0; i < 25_000; i++) {
		known.holds('rows 1', start(`b${i}`));
		known.holdsOthersThan(`o${i}`, 'rows 1');
	}
	for (let i = 0; i < 25_000; i++) expect(known.mayHold(`b${i}`, 'rows 1')).toBe(true);
	expect(known.mayHold('o24999', 'rows 1')).toBe(false);
});

test('the same rows go one after the other, also past one that fails; other rows at once', async () => {
	const known = new KnownBatches();
	const order: string[] = [];
	const work =
		(name: string, fails = false) =>
		async () => {
			order.push(`${name} starts`);
			await new Promise(setImmediate);
			order.push(`${name} ends`);
			if (fails) throw new Error(name);
		};
	const all = await Promise.allSettled([
		known.inTurn('rows 1', work('a', true)),
		known.inTurn('rows 1', work('b')),
		known.inTurn('rows 2', work('c')),
	]);
	expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
	expect(order.indexOf('b starts')).toBeGreaterThan(order.indexOf('a ends'));
	expect(order.indexOf('c starts')).toBeLessThan(order.indexOf('a ends'));
});
