import { lookUpMany } from '../../shared/batches/lookUpMany';
import { emailFinderBatch } from '../../shared/providers/enrich/batches';
import { enrich } from '../../shared/providers/enrich';
import { lookUpRows, type Row } from '../../shared/rows/lookUpRows';
import { fakeClient } from '../../testkit/fakeClient';
import { FakeClock } from '../../testkit/fakeClock';
import { fakeStore } from '../../testkit/fakeStore';
import { json, scripted, success } from '../../testkit/fakeTransport';
import type { HttpRequest } from '../../shared/http/transport';

const { findEmail, reverseLookup } = enrich.operations;
const person = (firstName: string, lastName: string): Row => ({
	values: { firstName, lastName, domain: 'figma.com' },
});
const EMILY = person('Emily', 'Zhang');

interface Entry {
	description: string;
	/** Milliseconds after the start. */
	atMs?: number;
	credits?: number;
}

/** An API whose paid answers get lost, and a wallet with these entries. */
function lossy(entries: Entry[], { answers = [] as unknown[], showsAfterMs = 0 } = {}) {
	const clock = new FakeClock();
	const startedAt = clock.now();
	const paid: HttpRequest[] = [];
	let reads = 0;
	const transport = async (request: HttpRequest) => {
		if (!request.url.includes('/wallets/')) {
			paid.push(request);
			const answer = answers[paid.length - 1];
			return answer ? success(answer as object, { creditsUsed: 10 }) : json(500, {});
		}
		reads += 1;
		const isBooked = clock.now() - startedAt >= showsAfterMs;
		const transactions = entries.map(({ description, atMs = 100, credits = 10 }, i) => ({
			...{ id: `t${i}`, type: 'deduction', amount: -credits, balanceAfter: 1, description },
			...{ organizationId: 'o', createdAt: new Date(startedAt + atMs).toISOString() },
		}));
		const pagination = { page: 1, limit: 100, total: 1, totalPages: 1 };
		return success({ transactions: isBooked ? transactions : [], pagination });
	};
	const client = fakeClient(transport, { clock });
	const store = fakeStore();
	const run = (rows: Row[], operation = findEmail as typeof findEmail | typeof reverseLookup) =>
		lookUpRows(operation, rows, { client, store, recovers: true });
	const runMany = (rows: Row[]) =>
		lookUpMany(emailFinderBatch, rows, {
			...{ client, store, maxWaitMs: 3_600_000 },
			single: { client, store, recovers: true },
		});
	return { run, runMany, paid, reads: () => reads };
}
const finder = (email: string) => ({ description: `Email finder: ${email}` });

test('the one entry that fits the row ends it as found, marked, with what it cost', async () => {
	const { run, paid } = lossy([finder('emily.zhang@figma.com'), finder('someone@else.com')]);
	const { results, summary } = await run([EMILY, EMILY]);
	expect(results[0]).toMatchObject({
		outcome: 'found',
		data: { email: 'emily.zhang@figma.com', found: true },
		creditsUsed: 10,
		isRecovered: true,
	});
	expect(results[0]?.reason).toContain('its answer was lost');
	expect(results[0]?.error).toBeUndefined();
	expect(results[1]).toMatchObject({ outcome: 'found', sameAs: 0, creditsUsed: 0 });
	expect(summary).toMatchObject({ found: 2, failed: 0, creditsUsed: 10, unclear: 0 });
	expect(paid).toHaveLength(1);
	// The next try of the step has it, too.
	expect((await run([EMILY])).results[0]).toMatchObject({ outcome: 'found', isReused: true });
	expect(paid).toHaveLength(1);
});

test('few rows behind a batch have it too', async () => {
	const { runMany, paid } = lossy([finder('emily.zhang@figma.com')]);
	const { results } = await runMany([EMILY]);
	expect(results[0]).toMatchObject({ outcome: 'found', creditsUsed: 10, isRecovered: true });
	expect(paid).toHaveLength(1);
});

test.each([
	['ezhang@figma.com', 'Emily', 'Zhang'],
	['emilyz@figma.com', 'Emily', 'Zhang'],
	['zhang.emily@figma.com', 'Emily', 'Zhang'],
	['jose.garcia@figma.com', 'José', 'García'],
	['mary.smith@figma.com', 'Mary Ann', 'Smith'],
	['ludwig.vanbeethoven@figma.com', 'Ludwig', 'van Beethoven'],
])('%s is an address of %s %s', async (email, first, last) => {
	const { results } = await lossy([finder(email)]).run([person(first, last)]);
	expect(results[0]).toMatchObject({ outcome: 'found', data: { email } });
});

test.each<[string, Entry[]]>([
	['nothing is there', []],
	['the entry is older than the call', [{ ...finder('emily.zhang@figma.com'), atMs: -60_000 }]],
	['it names another person', [finder('emil.chang@figma.com')]],
	['it names another company', [finder('emily.zhang@figma.io')]],
	['two entries fit', [finder('emily.zhang@figma.com'), finder('ezhang@figma.com')]],
	['it is of another product', [{ description: 'Email validation: emily.zhang@figma.com' }]],
])('%s: that proves nothing, and nothing is sent again', async (_, entries) => {
	const { run, paid, reads } = lossy(entries);
	const { results, summary } = await run([EMILY]);
	expect(results[0]).toMatchObject({
		outcome: 'failed',
		creditsUsed: null,
		error: { mayHaveBeenCharged: true },
	});
	expect(summary).toMatchObject({ creditsUsed: 0, unclear: 1, creditsUnclear: 10 });
	expect(paid).toHaveLength(1);
	expect(reads()).toBeLessThanOrEqual(3);
});

test('an entry that fits two rows is given to none', async () => {
	const { results } = await lossy([finder('ezhang@figma.com')]).run([
		EMILY,
		person('Erik', 'Zhang'),
	]);
	expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
});

test('an entry that belongs to a row which was answered is not taken for another', async () => {
	const answer = { ...findEmail.example.data, email: 'ezhang@figma.com' };
	const { run } = lossy([finder('ezhang@figma.com')], { answers: [answer] });
	const { results } = await run([person('Erik', 'Zhang'), EMILY]);
	expect(results.map(({ outcome }) => outcome)).toEqual(['found', 'failed']);
});

test('a wallet that does not answer holds up nobody: it is asked a few times', async () => {
	const transport = scripted(json(500, {}));
	const client = fakeClient(transport);
	const { results } = await lookUpRows(findEmail, [EMILY], { client, recovers: true });
	expect(results[0]).toMatchObject({ outcome: 'failed', error: { mayHaveBeenCharged: true } });
	expect(transport.requests.length).toBeLessThanOrEqual(3);
});

test('an entry that is booked a moment later is waited for', async () => {
	const { run } = lossy([finder('emily.zhang@figma.com')], { showsAfterMs: 1_500 });
	expect((await run([EMILY])).results[0]?.outcome).toBe('found');
});

test('of another product, "may have been charged" becomes the time of the charge', async () => {
	const description = 'Reverse lookup: emily@figma.com';
	const { run, paid } = lossy([{ description, atMs: 100, credits: 10 }]);
	const { results, summary } = await run([{ values: { email: 'emily@figma.com' } }], reverseLookup);
	expect(results[0]).toMatchObject({
		outcome: 'failed',
		creditsUsed: 10,
		error: { mayHaveBeenCharged: false },
	});
	expect(results[0]?.error?.nextStep).toMatch(/10 credits were charged at \d\d:\d\d UTC\./);
	expect(summary).toMatchObject({ creditsUsed: 10, unclear: 0 });
	const again = await run([{ values: { email: 'emily@figma.com' } }], reverseLookup);
	expect(again.results[0]?.error).toMatchObject({ kind: 'notRepeated' });
	expect(again.results[0]?.error?.nextStep).toContain('10 credits were charged at');
	expect(paid).toHaveLength(1);
});
