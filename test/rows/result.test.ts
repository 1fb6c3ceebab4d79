import { ConnectorError } from '../../shared/errors/ConnectorError';
import {
	isAnswered,
	type RowResult,
	summarize,
	toFailedRow,
	withoutCharge,
} from '../../shared/rows/result';

test('a row that was refused cost nothing, one that may have run is unknown', () => {
	expect(toFailedRow(new ConnectorError({ kind: 'badInput', detail: 'x' }))).toMatchObject({
		outcome: 'failed',
		creditsUsed: 0,
	});
	const facts = { execution: 'maybe', billing: 'chargedEachTime' } as const;
	expect(toFailedRow(new ConnectorError({ kind: 'timedOut', ...facts })).creditsUsed).toBeNull();
	expect(toFailedRow(new ConnectorError({ kind: 'refused', creditsUsed: 3 })).creditsUsed).toBe(3);
});

test('a row that the spending limit keeps back is left out, not failed', () => {
	expect(toFailedRow(new ConnectorError({ kind: 'spendingLimit' })).outcome).toBe('skipped');
});

test('a summary counts each row once and adds up what is known of the charges', () => {
	const found = (creditsUsed: number | null): RowResult => ({
		...withoutCharge('found', 'x'),
		creditsUsed,
	});
	const results = [
		found(10),
		found(null),
		withoutCharge('notFound', 'x'),
		withoutCharge('skipped', 'x'),
		withoutCharge('failed', 'x'),
	];
	expect(summarize(results, 7)).toMatchObject({
		rows: 5,
		...{ found: 2, notFound: 1, skipped: 1, failed: 1 },
		creditsUsed: 10,
		creditsRemaining: 7,
	});
	expect(results.map(isAnswered)).toEqual([true, true, true, false, false]);
});
