import { resultPages, toRowResult, unread } from '../../shared/batches/results';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import type { ErrorKind } from '../../shared/errors/errorTable';
import { phonesBatch } from '../../shared/providers/enrich/batches';
import { FakeEnrich, validation } from '../../testkit/fakeEnrich';

const rowsOf = (count: number) =>
	Array.from({ length: count }, (_, i) => ({ email: `p${i}@x.com` }));

async function read(api: FakeEnrich, batchId: string): Promise<string[]> {
	const emails: string[] = [];
	for await (const { results } of resultPages(validation, batchId, api.client))
		emails.push(...results.map(({ email }) => String(email).toLowerCase()));
	return emails;
}

test.each([1, 3, 7, 1000])('every result is read once, from pages of %i', async (perPage) => {
	const api = new FakeEnrich({ perPage });
	const batchId = api.start(validation, rowsOf(20), 0);
	expect((await read(api, batchId)).sort()).toEqual(
		rowsOf(20)
			.map(({ email }) => email)
			.sort(),
	);
});

test('pages can be read again and again without being charged again', async () => {
	const api = new FakeEnrich({ has: (email) => email !== 'p0@x.com' });
	const batchId = api.start(validation, rowsOf(3), 0);
	for (let again = 0; again < 3; again++) expect(await read(api, batchId)).toHaveLength(2);
	expect(api.spent).toBe(2);
});

test('a result says what it is, its batch, and that its own charge is not reported', () => {
	const entry = { email: 'a@x.com', phones: ['+14155550101'] };
	expect(toRowResult(phonesBatch, 'b1', entry)).toEqual({
		outcome: 'found',
		reason: '1 phone number found',
		data: { ...entry, phone: '+14155550101' },
		creditsUsed: null,
		creditsRemaining: null,
		batchId: 'b1',
	});
});

test('a miss is a result, and what it calls its error is none', () => {
	const miss = { email: 'a@x.com', phones: [], error: 'No data' };
	const { outcome, data } = toRowResult(phonesBatch, 'b1', miss);
	expect([outcome, data]).toEqual(['notFound', { email: 'a@x.com', phones: [] }]);
	const hit = { email: 'a@x.com', phones: ['+14155550101'], error: 'Partly' };
	expect(toRowResult(phonesBatch, 'b1', hit).data).toEqual({ ...hit, phone: '+14155550101' });
});

test.each<[ErrorKind, ErrorKind]>([
	['unavailable', 'resultsUnread'],
	['unauthorized', 'resultsUnread'],
	['expired', 'expired'],
	['cancelled', 'cancelled'],
])('results that could not be read: %s becomes %s, with the batch', (kind, expected) => {
	const { client } = new FakeEnrich();
	const error = unread(new ConnectorError({ kind }), 'b1', client);
	expect(error).toMatchObject({ kind: expected, facts: { batchId: 'b1' } });
});
