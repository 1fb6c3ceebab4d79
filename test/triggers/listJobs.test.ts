import { enrich } from '../../shared/providers/enrich';
import { listJobs } from '../../shared/triggers/listJobs';
import type { HttpRequest } from '../../shared/http/transport';
import { errorOf } from '../../testkit/errorOf';
import { fakeClient } from '../../testkit/fakeClient';
import { networkError, problem, scripted, success } from '../../testkit/fakeTransport';

const { listExportJobs, listRevealJobs } = enrich.operations;

const jobs = (from: number, count: number) =>
	Array.from({ length: count }, (_, i) => ({ jobId: `rj_${from + i}` }));

/** Pages of two, newest first, of a list that may grow meanwhile. */
const pageOf = ({ url }: HttpRequest, all: readonly object[]) => {
	const page = Number(new URL(url).searchParams.get('page'));
	const listed = all.slice((page - 1) * 2, page * 2);
	return success({ jobs: listed, total: all.length, page, limit: 2 });
};

test('a list is read to its end, also where pages are smaller than was asked for', async () => {
	const transport = scripted((request) => pageOf(request, jobs(1, 5)));
	expect(await listJobs(fakeClient(transport), listRevealJobs)).toEqual(jobs(1, 5));
	expect(transport.requests.map(({ url }) => new URL(url).search)).toEqual([
		'?page=1&limit=100',
		'?page=2&limit=100',
		'?page=3&limit=100',
	]);
});

test('jobs that come in while it is read hide none', async () => {
	const known = jobs(1, 6).reverse();
	const transport = scripted(
		(request) => pageOf(request, known),
		(request) => pageOf(request, [{ jobId: 'rj_7' }, ...known]),
	);
	const ids = (await listJobs(fakeClient(transport), listRevealJobs)).map(({ jobId }) => jobId);
	for (const { jobId } of known) expect(ids).toContain(jobId);
});

test.each([
	['no list', { total: 1, page: 1, limit: 100 }],
	['no total', { jobs: [], page: 1, limit: 100 }],
	['no page size', { jobs: [], total: 3, page: 1, limit: 0 }],
])('an answer with %s is not taken for an empty list', async (_, data) => {
	const client = fakeClient(scripted(success(data)));
	for (const list of [listRevealJobs, listExportJobs])
		expect((await errorOf(listJobs(client, list))).kind).toBe('unreadable');
});

test('an empty list is one', async () => {
	const client = fakeClient(scripted(success({ jobs: [], total: 0, page: 1, limit: 100 })));
	expect(await listJobs(client, listRevealJobs)).toEqual([]);
});

test('a page that cannot be read ends it: part of a list is none', async () => {
	const transport = scripted((request) => pageOf(request, jobs(1, 5)), problem(403));
	expect((await errorOf(listJobs(fakeClient(transport), listRevealJobs))).kind).toBe('forbidden');
});

test('a total that is never reached does not keep it reading', async () => {
	const empty = success({ jobs: [], total: 1_000_000, page: 1, limit: 100 });
	const transport = scripted(empty);
	expect(await listJobs(fakeClient(transport), listRevealJobs)).toEqual([]);
	expect(transport.requests.length).toBeLessThan(10);
});

test('is sent again when the network fails, as it is free', async () => {
	const page = success({ jobs: jobs(1, 1), total: 1, page: 1, limit: 100 });
	const transport = scripted(networkError('ECONNRESET'), page);
	expect(await listJobs(fakeClient(transport), listRevealJobs)).toEqual(jobs(1, 1));
});
