import type { Sandbox } from '../../sandbox/server';
import { call, sandboxes } from './support';

const start = sandboxes();
const DAY_MS = 24 * 60 * 60 * 1000;

const list = async (sandbox: Sandbox, kind: 'Reveal' | 'Export', input: object = {}) =>
	(await call(sandbox, `list${kind}Jobs`, { ...input })).body.data;
const idsOf = ({ jobs }: { jobs: { jobId: string }[] }) => jobs.map(({ jobId }) => jobId);

const control = (sandbox: Sandbox, path: string, body?: object) =>
	fetch(new URL(`/__sandbox/${path}`, sandbox.url), {
		method: body ? 'POST' : 'GET',
		headers: { 'content-type': 'application/json' },
		body: body && JSON.stringify(body),
	});

test('both lists are pages, newest first, each job once', async () => {
	const sandbox = await start();
	const reveals = Array.from({ length: 5 }, () => sandbox.addLeadJob({ kind: 'reveal' }));
	const exported = sandbox.addLeadJob({ kind: 'export', name: 'VPs' });
	const pages = await Promise.all(
		[1, 2, 3, 4].map((page) => list(sandbox, 'Reveal', { page, limit: 2 })),
	);
	expect(pages.flatMap(idsOf)).toEqual(reveals.reverse());
	expect(pages.map(({ total, page, limit }) => [total, page, limit])).toEqual(
		[1, 2, 3, 4].map((page) => [5, page, 2]),
	);
	expect((await list(sandbox, 'Export')).jobs).toMatchObject([{ jobId: exported, name: 'VPs' }]);
	expect([reveals[0], exported]).toEqual([
		expect.stringMatching(/^rj_[0-9a-f]{16}$/),
		expect.stringMatching(/^ej_[0-9a-f]{16}$/),
	]);
});

test('a job ends after its time, or when somebody ends it', async () => {
	const sandbox = await start();
	const timed = sandbox.addLeadJob({ kind: 'export', status: 'failed', afterMs: 60_000 });
	const open = sandbox.addLeadJob({ kind: 'export', status: 'processing' });
	const read = async () =>
		Object.fromEntries(
			(await list(sandbox, 'Export')).jobs.map((job: { jobId: string }) => [job.jobId, job]),
		);
	const before = await read();
	expect(before[timed]).toMatchObject({ completedAt: null, error: null, processedRows: 0 });
	expect(before[open]).toMatchObject({ status: 'processing', phase: 'enriching', progress: 50 });

	expect(sandbox.endLeadJob({ jobId: open })).toBe(true);
	const { now } = Date;
	const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 61_000);
	const after = await read().finally(() => clock.mockRestore());
	expect(after[timed]).toMatchObject({
		status: 'failed',
		completedAt: expect.stringMatching(/Z$/),
		error: expect.any(String),
	});
	expect(after[open]).toMatchObject({ status: 'completed', progress: 100, processedRows: 5 });
	expect(sandbox.endLeadJob({ jobId: open })).toBe(false);
	expect(sandbox.endLeadJob({ jobId: 'ej_unknown' })).toBe(false);
});

describe('leads of a search', () => {
	const filters = { filters: { jobLevel: ['VP'] }, page: 1, pageSize: 5 };

	test('are the same people once they are revealed and unlocked', async () => {
		const sandbox = await start({ batchItemsPerSecond: 1_000_000 });
		const leads = (await call(sandbox, 'searchLeads', filters)).body.data.results;
		const ids = leads.map(({ id }: { id: string }) => ({ id }));
		const { jobId } = (await call(sandbox, 'revealLeads', { leads: ids, fields: ['email'] })).body
			.data;
		const { revealed } = (await call(sandbox, 'getRevealJob', { jobId })).body.data.results;
		const names = (await call(sandbox, 'unlockNames', { leads: ids })).body.data.results;
		leads.forEach((lead: { firstName: string; lastName: string }, i: number) => {
			expect(revealed[i]).toMatchObject({ firstName: lead.firstName, lastName: names[i].lastName });
			expect(`${names[i].lastName.charAt(0)}.`).toBe(lead.lastName);
		});
	});

	test('are free when they are revealed again', async () => {
		const sandbox = await start({ batchItemsPerSecond: 1_000_000 });
		const leads = (await call(sandbox, 'searchLeads', filters)).body.data.results;
		const reveal = { leads: leads.map(({ id }: { id: string }) => ({ id })), fields: ['email'] };
		await call(sandbox, 'revealLeads', reveal);
		const once = sandbox.ledger.charged();
		await call(sandbox, 'revealLeads', reveal);
		expect(once).toBeGreaterThan(0);
		expect(sandbox.ledger.charged()).toBe(once);
		await call(sandbox, 'revealLeads', { ...reveal, fields: ['email', 'phone'] });
		expect((sandbox.ledger.charged() - once) % 525).toBe(0);
	});
});

test('only the last 30 days are listed, and a status filters', async () => {
	const sandbox = await start();
	const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
	sandbox.addLeadJob({ kind: 'reveal', createdAt: daysAgo(31) });
	const old = sandbox.addLeadJob({ kind: 'reveal', createdAt: daysAgo(29) });
	const failed = sandbox.addLeadJob({ kind: 'reveal', status: 'failed' });
	expect(idsOf(await list(sandbox, 'Reveal'))).toEqual([failed, old]);
	expect(idsOf(await list(sandbox, 'Reveal', { status: 'completed' }))).toEqual([old]);
	expect((await call(sandbox, 'listRevealJobs', { status: 'lost' })).status).toBe(400);
	expect((await call(sandbox, 'listRevealJobs', { limit: 101 })).status).toBe(400);
});

test('jobs can be put there and ended over HTTP, cost nothing, and are forgotten by a reset', async () => {
	const sandbox = await start();
	const added = await control(sandbox, 'lead-jobs', { kind: 'reveal', status: 'pending' });
	expect(added.status).toBe(201);
	const { jobId } = (await added.json()) as { jobId: string };
	expect((await control(sandbox, 'lead-jobs/end', { jobId })).status).toBe(201);
	expect((await control(sandbox, 'lead-jobs/end', { jobId })).status).toBe(409);
	expect(await (await control(sandbox, 'lead-jobs')).json()).toEqual([
		{ jobId, kind: 'reveal', status: 'completed', processed: 5, total: 5 },
	]);
	const wrong = await control(sandbox, 'lead-jobs', { kind: 'import' });
	expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('kind')]);
	expect(sandbox.ledger.charged()).toBe(0);
	sandbox.reset();
	expect(sandbox.leadJobs).toEqual([]);
});
