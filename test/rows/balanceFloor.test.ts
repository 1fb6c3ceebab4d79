import { enrich } from '../../shared/providers/enrich';
import { toMinBalance } from '../../shared/http/connection';
import { BalanceFloor } from '../../shared/rows/balanceFloor';
import { lookUpRows } from '../../shared/rows/lookUpRows';
import { errorOf } from '../../testkit/errorOf';
import { fakeClient } from '../../testkit/fakeClient';
import { FakeClock } from '../../testkit/fakeClock';
import { FakeEnrich, type Knobs } from '../../testkit/fakeEnrich';
import { json, scripted, success } from '../../testkit/fakeTransport';

const { batchValidateEmails, reverseLookup, validateEmail } = enrich.operations;
const emails = (count: number, name = 'a') =>
	Array.from({ length: count }, (_, i) => ({ values: { email: `${name}${i}@b.co` } }));

function account(balance: number, knobs: Partial<Knobs> = {}) {
	const clock = new FakeClock();
	const api = new FakeEnrich({ clock, latencyMs: () => 25, ...knobs });
	api.balance = balance;
	const floor = new BalanceFloor();
	const client = (minimum: number) => floor.guard(fakeClient(api.transport, { clock }), minimum);
	return { api, client };
}

describe('a minimum balance', () => {
	test('is used up to, and never fallen below, also by many calls at once', async () => {
		const { api, client } = account(1_005);
		const { results } = await lookUpRows(reverseLookup, emails(200), { client: client(900) });
		expect(api.balance).toBe(905);
		expect(results.filter(({ outcome }) => outcome === 'found')).toHaveLength(10);
		expect(results.find(({ error }) => error?.kind === 'belowMinimum')?.error).toMatchObject({
			message:
				'Not sent, because it could take the balance below the minimum of 900 credits: 905 left',
			nextStep: expect.stringContaining("lower 'Minimum Balance' in the credential"),
			mayHaveBeenCharged: false,
		});
	});

	test('holds for all who use the account together', async () => {
		const { api, client } = account(1_000);
		await Promise.all(
			['a', 'b', 'c'].map((name) =>
				lookUpRows(validateEmail, emails(100, name), { client: client(950) }),
			),
		);
		expect(api.balance).toBe(950);
	});

	test('is not touched by misses', async () => {
		const { client } = account(110);
		const rows = [...emails(30, 'miss'), ...emails(1, 'hit')];
		const { results } = await lookUpRows(reverseLookup, rows, { client: client(100) });
		expect(results.at(-1)?.outcome).toBe('found');
	});

	test('lets no batch out that could take the balance below it', async () => {
		const { api, client } = account(1_000);
		const input = { emails: Array.from({ length: 200 }, (_, i) => `a${i}@b.co`) };
		expect(await errorOf(client(900).call(batchValidateEmails, input))).toMatchObject({
			kind: 'belowMinimum',
		});
		expect(api.balance).toBe(1_000);
	});

	test('free calls leave all the same, and a top-up is seen by the next run', async () => {
		const { api, client } = account(100);
		expect(await enrich.wallet.balance(client(500))).toBe(100);
		await errorOf(client(500).call(validateEmail, { email: 'a@b.co' }));
		api.balance = 1_000;
		expect(await client(500).call(validateEmail, { email: 'a@b.co' })).toBeDefined();
	});

	test('counts what may have been charged, and what an answer does not report', async () => {
		const answer = { success: true, data: validateEmail.example.data };
		const transport = scripted(success({ balance: 3 }), json(200, answer), json(500, {}));
		const client = new BalanceFloor().guard(fakeClient(transport), 1);
		const call = (email: string) => client.call(validateEmail, { email });
		await call('a@b.co');
		expect(await errorOf(call('b@b.co'))).toMatchObject({ mayHaveBeenCharged: true });
		expect(await errorOf(call('c@b.co'))).toMatchObject({ kind: 'belowMinimum' });
		expect(transport.requests).toHaveLength(3);
	});
});

test.each([
	[undefined, undefined],
	['', undefined],
	[0, undefined],
	[' 1,000 ', 1000],
	[12.5, 12.5],
])('a minimum balance entered as %p is %p', (entered, credits) => {
	expect(toMinBalance(entered)).toBe(credits);
});

test.each(['many', -1, NaN, Infinity, '1e999'])(
	'a minimum balance of %p is refused',
	async (entered) => {
		expect(await errorOf(async () => toMinBalance(entered))).toMatchObject({ kind: 'badSettings' });
	},
);
