import { hashOf } from '../../shared/batches/hash';

test('the same text has the same hash on every machine and in every version', () => {
	expect(hashOf('')).toBe(3338908027751811);
	expect(hashOf('ann@firm.com')).toBe(hashOf('ann@firm.com'));
});

test('is a whole number of at most 53 bits', () => {
	for (let i = 0; i < 1000; i++) expect(Number.isSafeInteger(hashOf(`p${i}@x.com`))).toBe(true);
});

test('a hundred thousand addresses that differ in a figure have as many hashes', () => {
	const hashes = Array.from({ length: 100_000 }, (_, i) => hashOf(`p${i}@x.com`));
	expect(new Set(hashes).size).toBe(100_000);
});
