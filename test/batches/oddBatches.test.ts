import { ConnectorError } from '../../shared/errors/ConnectorError';
import { KnownBatches } from '../../shared/batches/knownBatches';
import { lookUpMany, type ManyOptions, startMany } from '../../shared/batches/lookUpMany';
import type { Data } from '../../shared/contract/operation';
import { BATCHES } from '../../shared/errors/errorTable';
import { batchOf, FakeApi, Kept, told, validation } from '../../testkit/fakeJobsApi';

const emails = (count: number, from = 0) =>
	Array.from({ length: count }, (_, i) => `p${from + i}@x.com`);
const rowsOf = (addresses: string[]) => addresses.map((email) => ({ values: { email } }));
const run = (api: FakeApi, addresses: string[], more: Partial<ManyOptions> = {}) =>
	lookUpMany(validation, rowsOf(addresses), {
		client: api.client,
		maxWaitMs: 3_600_000,
		batchFrom: 1,
		...more,
	});
const start = (api: FakeApi, addresses: string[], known = new KnownBatches()) =>
	startMany(validation, rowsOf(addresses), { client: api.client, known });

const STATUS = 'getEmailValidationBatchStatus';
const RESULTS = 'getEmailValidationBatchResults';
const SUBMIT = 'batchValidateEmails';
/** Changes what one operation answers, or throws in its place. */
function odd(api: FakeApi, operationId: string, change: (data: Data, input: Data) => void) {
	const { call } = api.client;
	api.client.call = async (operation, input) => {
		const answer = await call(operation, input);
		if (operation.operationId === operationId) change(answer.data, input);
		return answer;
	};
}

describe('an execution that rests for its batch', () => {
	it.each([
		['fails', (api: FakeApi) => (api.failsAfter = 0)],
		['leaves rows out', (api: FakeApi) => (api.has = (email) => !/p[0-7]@/.test(email))],
	])('buys no other one at its resume when it %s', async (_, spoil) => {
		const api = new FakeApi();
		const memory = new Kept();
		spoil(api);
		let rested: string | undefined;
		for (let turn = 0; turn < 6; turn++) {
			await run(api, emails(20), {
				store: memory,
				patienceMs: ({ batchId }) => ((rested = batchId), BATCHES.restsAfterMs),
				isOwn: (batchId) => batchId === rested && turn > 0,
			});
			api.now += 60_000;
		}
		expect(api.submits).toBe(1);
	});
});

describe('the rest of a failed batch', () => {
	it('whose submit is unclear is not sent again by a retry', async () => {
		const api = new FakeApi();
		const memory = new Kept();
		api.failsAfter = 12;
		await run(api, emails(20), { store: memory });
		api.failsAfter = undefined;
		api.fates = ['lostAfter'];
		const book = api.book.bind(api);
		api.book = (_, credits) => book('(no id)', credits);
		await run(api, emails(20), { store: memory });
		await run(api, emails(20), { store: memory });
		expect(api.submits).toBe(2);
	});

	it('that is still running is not sent again by a retry, even where nothing is taken over', async () => {
		const api = new FakeApi();
		const more = { store: new Kept(), reusesBatch: false };
		api.failsAfter = 12;
		await run(api, emails(20), more);
		api.failsAfter = undefined;
		const patienceMs: ManyOptions['patienceMs'] = ({ isReused }) => (isReused ? 3_600_000 : 0);
		await run(api, emails(20), { ...more, patienceMs });
		await run(api, emails(20), more);
		expect(api.submits).toBe(2);
	});
});

it('the order of the rows makes no difference to whether they are known', async () => {
	for (let list = 0; list < 50; list++) {
		const api = new FakeApi();
		const known = new KnownBatches();
		const rows = emails(20, list * 100);
		await run(api, rows, { known });
		for (let i = 1; i < 5; i++)
			await run(api, [...rows.slice(i * 3), ...rows.slice(0, i * 3)].reverse(), { known });
		expect(api.submits).toBe(1);
	}
});

describe('a lost submit is not sent again', () => {
	const lost = () => {
		const api = new FakeApi();
		api.fates = ['lostAfter'];
		return api;
	};

	it('when the server made the batch smaller', async () => {
		const api = lost();
		odd(api, STATUS, (data) => (data.totalItems = Number(data.totalItems) - 1));
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	it('when its items are not counted yet', async () => {
		const api = lost();
		odd(api, STATUS, (data) => {
			if (api.now < 60_000) Object.assign(data, { totalItems: 0, status: 'queued' });
		});
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	it('when the batch cannot be read yet', async () => {
		const api = lost();
		odd(api, STATUS, () => {
			if (api.now < 60_000) throw new ConnectorError({ kind: 'notFound', status: 404 });
		});
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	it.each([
		[
			'amounts without a sign',
			(entry: Data): Data => ({ ...entry, amount: -Number(entry.amount) }),
		],
		['no ids', (entry: Data): Data => ({ ...entry, id: undefined })],
	])('when transactions have %s', async (_, change) => {
		const api = lost();
		api.book('c'.repeat(24), 7);
		odd(api, 'getWalletTransactions', (data) => {
			data.transactions = (data.transactions as Data[]).map(change);
		});
		await run(api, emails(20));
		expect(api.submits).toBe(1);
	});

	it('when nobody waits any longer for its answer, as it may be booked at any time', async () => {
		const api = new FakeApi();
		const { call } = api.client;
		let submits = 0;
		api.client.call = async (operation, input) => {
			if (operation.operationId !== SUBMIT) return await call(operation, input);
			submits += 1;
			throw new ConnectorError({
				kind: 'timedOut',
				execution: 'maybe',
				billing: 'reservesAtSubmit',
			});
		};
		const { results } = await run(api, emails(20));
		expect(submits).toBe(1);
		expect(results[0]?.error).toMatchObject({ mayHaveBeenCharged: true });
	});

	it('when its answer names no batch; one that calls its ID otherwise is understood', async () => {
		const nameless = new FakeApi();
		odd(nameless, SUBMIT, (data) => delete data.batchId);
		await run(nameless, emails(20));
		expect(nameless.submits).toBe(1);

		const other = new FakeApi();
		odd(other, SUBMIT, (data) => {
			data.jobId = data.batchId;
			delete data.batchId;
		});
		expect((await run(other, emails(20))).summary.found).toBe(20);
	});
});

describe('batches that nobody waits for', () => {
	it('are not those that failed, nor those that show no results', async () => {
		const failed = new FakeApi();
		failed.failsAfter = 0;
		await run(failed, emails(20));
		failed.failsAfter = undefined;
		expect((await start(failed, emails(20))).started[0]?.isReused).toBeUndefined();

		const empty = new FakeApi();
		empty.has = () => false;
		await run(empty, emails(20));
		expect((await start(empty, emails(20, 500))).started[0]?.isReused).toBeUndefined();
	});

	it("are not somebody else's that was started while the answer got lost", async () => {
		const api = new FakeApi();
		api.fates = ['lostBefore'];
		const { call } = api.client;
		let isOther = false;
		api.client.call = async (operation, input) => {
			if (api.submits === 1 && !isOther && operation.operationId === 'getWalletTransactions') {
				isOther = true;
				await call(validation.submit, { emails: emails(20, 900) });
			}
			return await call(operation, input);
		};
		const { started, results } = await start(api, emails(20));
		expect(started).toEqual([]);
		expect(results[0]?.error?.kind).toBe('lostSubmit');
	});

	it('can be started one after the other, each list of the same length', async () => {
		const api = new FakeApi();
		const known = new KnownBatches();
		await start(api, emails(20), known);
		expect((await start(api, emails(20, 500), known)).started).toHaveLength(1);
	});
});

it('a batch of today is found behind hundreds of later charges', async () => {
	const api = new FakeApi();
	odd(api, 'getWalletTransactions', (data, input) => {
		const from = (Number(input.page) - 1) * 100;
		data.transactions = (data.transactions as Data[]).slice(from, from + 100);
	});
	await run(api, emails(20));
	for (let i = 0; i < 250; i++) api.book(`single ${i}`, 1);
	await run(api, emails(20));
	expect(api.submits).toBe(1);
});

it('a batch whose size is not told is taken over when its results prove it', async () => {
	const api = new FakeApi();
	odd(api, STATUS, (data) => delete data.totalItems);
	await run(api, emails(20));
	await run(api, emails(20));
	expect(api.submits).toBe(1);
});

describe('results that are spelled otherwise than what was asked for', () => {
	const answered = async (operationId: string, values: Data, result: Data) => {
		const api = new FakeApi();
		api.client.call = async () => {
			const data = { batchId: 'b'.repeat(24), status: 'completed', totalItems: 1 };
			return told({ ...data, results: [result], balance: 1_000_000, transactions: [] });
		};
		const options = { client: api.client, maxWaitMs: 1, batchFrom: 1 };
		const { results } = await lookUpMany(batchOf(operationId), [{ values }], options);
		return results[0]?.outcome;
	};
	const at = 'https://www.linkedin.com/in/';

	test.each([
		[`${at}a/`, { linkedin: `${at}a/` }],
		['https://linkedin.com/in/a', { linkedin: `${at}a` }],
		['https://de.linkedin.com/in/a', { linkedin: `${at}a` }],
		[`${at}Ann`, { linkedin: `${at}ann` }],
		[`${at}a`, { linkedin: `${at}a`, email: '' }],
		[`${at}a`, { linkedin: `${at}a`, email: 'a@x.com' }],
		[`${at}josé`, { linkedin: `${at}jos%C3%A9` }],
	])('profile %s, answered as %o', async (linkedin, result) => {
		const phones = ['+14155550101'];
		const outcome = await answered('createPhoneBulkJob', { linkedin }, { ...result, phones });
		expect(outcome).toBe('found');
	});

	test('an IPv6 address, a decomposed name, a domain beyond ASCII', async () => {
		const ip = { searchIp: '2606:4700:4700::1111', ipDomain: 'cloudflare.com' };
		expect(await answered('batchIpToCompany', { ip: '2606:4700:4700:0:0:0:0:1111' }, ip)).toBe(
			'found',
		);
		const asked = { firstName: 'José', lastName: 'X', domain: 'müller.de' };
		const lead = { firstName: 'Jose\u0301', lastName: 'x', domain: 'xn--mller-kva.de' };
		const found = { ...lead, found: true, email: 'j@xn--mller-kva.de' };
		expect(await answered('batchFindEmails', asked, found)).toBe('found');
	});
});

describe('around the end of a batch', () => {
	it('pages shorter than asked for are read on, also where no total is told', async () => {
		const api = new FakeApi();
		api.perPage = 10;
		odd(api, RESULTS, (data) => delete data.totalItems);
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});

	it('one that cannot be read for a moment after its submit is waited for', async () => {
		const api = new FakeApi();
		odd(api, STATUS, () => {
			if (api.now < 3_000) throw new ConnectorError({ kind: 'notFound', status: 404 });
		});
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});

	it('results that lag behind the status are read once more', async () => {
		const api = new FakeApi();
		let endedAt: number | undefined;
		odd(api, RESULTS, (data) => {
			if (api.now < 60_000) return;
			endedAt ??= api.now;
			if (api.now === endedAt) data.results = [];
		});
		expect((await run(api, emails(20))).summary.found).toBe(20);
	});

	/** For a while after the end, there are none. */
	const lagging = (api: FakeApi, forMs: number) => {
		let endedAt: number | undefined;
		odd(api, RESULTS, (data) => {
			if (api.now < 60_000) return;
			endedAt ??= api.now;
			if (api.now < endedAt + forMs) data.results = [];
		});
	};

	it('results of a found batch that lag behind do not make it bought again', async () => {
		const lost = new FakeApi();
		lost.fates = ['lostAfter'];
		lagging(lost, 1);
		expect((await run(lost, emails(20))).summary.found).toBe(20);
		expect(lost.submits).toBe(1);

		const crashed = new FakeApi();
		await run(crashed, emails(20), { patienceMs: () => 0 });
		lagging(crashed, 1);
		expect((await run(crashed, emails(20))).summary.found).toBe(20);
		expect(crashed.submits).toBe(1);
	});

	it('results that have expired are said to be gone', async () => {
		const api = new FakeApi();
		odd(api, RESULTS, () => {
			if (api.now >= 60_000) throw new ConnectorError({ kind: 'expired', status: 410 });
		});
		const { results } = await run(api, emails(20));
		expect(results[0]?.error?.kind).toBe('expired');
	});
});

describe('more than one batch', () => {
	const small = { ...validation, maxRows: 10 };
	const options = { maxWaitMs: 1e7, batchFrom: 1 };

	it('keeps what the first brought when the second is refused', async () => {
		const api = new FakeApi();
		const { call } = api.client;
		let submits = 0;
		api.client.call = async (operation, input) => {
			if (operation.operationId === SUBMIT && ++submits === 2)
				throw new ConnectorError({ kind: 'insufficientCredits', status: 402 });
			return await call(operation, input);
		};
		const { summary } = await lookUpMany(small, rowsOf(emails(25)), {
			client: api.client,
			...options,
		});
		expect(summary).toMatchObject({ rows: 25, found: 10, failed: 15 });
	});

	it('of the same size are not taken for each other', async () => {
		const api = new FakeApi();
		const { summary } = await lookUpMany(small, rowsOf(emails(20)), {
			client: api.client,
			...options,
		});
		expect([summary.found, api.submits]).toEqual([20, 2]);
	});
});
