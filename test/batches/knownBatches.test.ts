import { KnownBatches } from '../../shared/batches/knownBatches';

test('a batch may hold any rows until it is known whose it is', () => {
	const known = new KnownBatches();
	expect(known.mayHold('b1', 'rows 1')).toBe(true);
	known.holds('b1', 'rows 1');
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
		known.holds(`b${i}`, 'rows 1');
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
