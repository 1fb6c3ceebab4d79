import type { FollowUp } from '../../shared/contract/followUp';
import type { HttpResponse } from '../../shared/http/transport';
import { followUps } from '../../shared/providers/enrich/followUps';
import {
	downloadExportJob,
	exportLeads,
	getExportJob,
} from '../../shared/providers/enrich/operations/leadExport';
import { type RowResult, withoutCharge } from '../../shared/rows/result';
import { StartedJobs } from '../../shared/rows/startedJobs';
import { fakeClient } from '../../testkit/fakeClient';
import { csv, problem, scripted, success } from '../../testkit/fakeTransport';

const [estimate, list] = followUps as [FollowUp, FollowUp];
const started = (batchId: string, more: Partial<RowResult> = {}): RowResult => ({
	...withoutCharge('found', 'Started'),
	...{ data: { batchId, jobId: batchId }, creditsUsed: null },
	...more,
});
const jobs = (followUp: FollowUp, rows: RowResult[], ...answers: HttpResponse[]) => {
	const transport = scripted(...answers);
	return Object.assign(new StartedJobs(followUp, rows, fakeClient(transport)), { transport });
};
const progress = (done: boolean, more: object = {}) =>
	success({ ...{ batchId: 'b1', processed: 1, total: 2, errors: 0 }, done, ...more });
const page = (names: string[], credits: number) =>
	success(
		{
			...{ batchId: 'b1', count: names.length, data: names.map((name) => ({ name })) },
			pagination: { page: 1, limit: 500, total: names.length, totalPages: 1 },
		},
		{ creditsUsed: credits },
	);

test('what is still running is looked at again, and then says what it cost', async () => {
	const one = jobs(list, [started('b1')], progress(false), progress(true), page(['A', 'B'], 20));
	expect(await one.look()).toBe(false);
	expect(await one.look()).toBe(true);
	expect(await one.read()).toMatchObject([
		{ outcome: 'found', entries: [{ name: 'A' }, { name: 'B' }], creditsUsed: 20 },
	]);
});

test('rows that started the same have it read once, and the first one bears the charge', async () => {
	const rows = [started('b1'), started('b1', { sameAs: 0, creditsUsed: 0 })];
	const one = jobs(list, rows, progress(true), page(['A'], 10));
	await one.look();
	expect(await one.read()).toMatchObject([
		{ entries: [{ name: 'A' }], creditsUsed: 10 },
		{ entries: [{ name: 'A' }], creditsUsed: 0 },
	]);
	expect(one.transport.requests).toHaveLength(2);
});

test('a row that started nothing stays as it is', async () => {
	const rows = [withoutCharge('failed', 'No'), withoutCharge('skipped', 'Filled')];
	const one = jobs(list, rows, problem(500));
	expect(await one.look()).toBe(true);
	expect(await one.read()).toEqual(rows);
	expect(one.transport.requests).toEqual([]);
});

test('a list that ended early says how to go on', async () => {
	const one = jobs(list, [started('b1')], progress(true, { partial: true }), page(['A'], 10));
	await one.look();
	expect((await one.read())[0]?.reason).toContain("'Continue List'");
});

test('what has failed says why, and is named', async () => {
	const status = { batchId: 'b1', status: 'failed', message: 'No such company' };
	const one = jobs(estimate, [started('b1', { creditsUsed: 100 })], success(status));
	expect(await one.look()).toBe(true);
	const [result] = await one.read();
	expect(result).toMatchObject({ outcome: 'failed', creditsUsed: 100 });
	expect(result?.error?.kind).toBe('startedFailed');
	for (const part of ['b1', 'No such company']) expect(result?.reason).toContain(part);
});

test('what cannot be read is named, and not called lost', async () => {
	const one = jobs(list, [started('b1')], problem(401));
	expect(await one.look()).toBe(true);
	const [result] = await one.read();
	expect(result).toMatchObject({ outcome: 'failed', error: { kind: 'startedUnread' } });
	expect(result?.reason).toContain('b1');
	expect(result?.error?.nextStep).toContain('nothing is lost');
});

test('what is unknown right after its start is looked for again', async () => {
	const one = jobs(list, [started('b1')], problem(404), progress(true), page(['A'], 10));
	expect(await one.look()).toBe(false);
	expect(await one.look()).toBe(true);
	expect(await one.read()).toMatchObject([{ outcome: 'found', creditsUsed: 10 }]);
});

test('a file is read as it is, with what its headers say that it cost', async () => {
	const exports: FollowUp = {
		...{ starts: [exportLeads], status: getExportJob, results: downloadExportJob },
		idName: 'jobId',
		idOf: ({ jobId }) => String(jobId),
		toProgress: ({ status }) => ({ state: 'completed', status: String(status) }),
		...{ initial: 'stay', waitMinutes: 1 },
	};
	const file = csv('firstName\nSarah\n', { 'x-credits-used': '10' });
	const status = success({ jobId: 'b1', status: 'completed' });
	const one = jobs(exports, [started('b1')], status, file);
	await one.look();
	expect(await one.read()).toMatchObject([
		{ outcome: 'found', data: { csv: 'firstName\nSarah\n' }, creditsUsed: 10, batchId: 'b1' },
	]);
});
